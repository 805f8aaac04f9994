/** One rule: the files of `defaults:` in order, then the file itself, then the command line. */
import { ApicalError, freeze, type ExperimentConfig } from '@apical/core';
import { applyOverride, isText, unknownConfig } from './apply-override.js';
import { checkTree } from './check.js';
import { ConfigFiles } from './files.js';
import { normalise } from './normalise.js';
import { parseOverride, type Override } from './override.js';
import type { Convert } from './quantity.js';
import { experimentSchema } from './schema.js';
import { remove, writeOut } from './short-forms.js';
import { isMapping, pathKey, type Path, type Source } from './source.js';
import { Tree } from './tree.js';

export interface ComposeOptions {
  /** `experiment/demo`, or the path of a file. */
  readonly target: string;
  /** Folders of configs, the first that has a file wins. */
  readonly roots: readonly string[];
  readonly overrides?: readonly string[];
  readonly convert: Convert;
  readonly cwd: string;
}
export interface Composed {
  /** Complete and frozen. */
  readonly value: ExperimentConfig;
  /** `sweep:` of the files: key → values. */
  readonly sweep: Readonly<Record<string, unknown>>;
  /** `configs/task/mnist.yaml:3:7`, `command line "seed=3"`, or `default`. */
  origin(path: Path | string): string;
  /** Place of the key at the end of a path (`['train', 'eta']` or `train.eta`), or of the nearest thing it lies in. */
  locate(path: Path | string): string | undefined;
  /** Place of a line (1-based) of a text of several lines. */
  locateLine(path: Path | string, line: number): string | undefined;
  /** Composed data before defaults were filled in. */
  readonly tree: Tree;
}
/** Throws `ApicalError` with the place of whatever is wrong, before anything is computed. */
export function compose({ target, roots, overrides = [], convert, cwd }: ComposeOptions): Composed {
  const files = new ConfigFiles(roots, cwd);
  const parsed = overrides.map(parseOverride);
  const composer = new Composer(files, groupsOf(parsed, files));
  composer.file(target, undefined, undefined, []);
  composer.restOfGroups();
  const { tree } = composer;
  writeOut(tree);
  // which scheme is meant by `scheme.x` must be known before such a key is read
  const choosing = (o: Override): number =>
    /^(scheme|schemes|select|scheme\.use)$/.test(o.path.join('.')) ? 0 : 1;
  for (const override of [...parsed].sort((a, b) => choosing(a) - choosing(b)))
    if (!composer.used.has(override)) {
      applyOverride(tree, override, files);
      writeOut(tree);
    }
  checkTree(tree, experimentSchema);
  const sweep = (tree.get(['sweep']) ?? {}) as Record<string, unknown>;
  const value = freeze(normalise(tree, target, convert));
  // a dotted text is cut again where that fits better: labels may hold dots
  const pathOf = (path: Path | string): Path => {
    if (typeof path === 'string') return tree.pathOf(path);
    return tree.own(path) ? path : tree.pathOf(path.join('.'));
  };
  return {
    value,
    sweep,
    tree,
    origin(given) {
      const path = pathOf(given);
      return tree.own(path)?.value ?? (tree.has(path) ? tree.place(path)!.value : 'default');
    },
    locate(given) {
      const path = pathOf(given);
      return tree.own(path)?.key ?? tree.place(path)?.value;
    },
    locateLine(given, line) {
      const place = tree.own(pathOf(given));
      if (place?.block) return `${place.block.file}:${place.block.line + line}`;
      return place?.value === 'default' ? place.key : place?.value;
    },
  };
}
/**
 * `network=mlp-30` and `defaults.network=mlp-30` name a file `network/mlp-30`, which then stands in for what `defaults:`
 * says of that group. `scheme=pal` is always a scheme of the experiment, and `defaults.scheme=pal` the file `scheme/pal`.
 */
function groupsOf(
  overrides: readonly Override[],
  files: ConfigFiles,
): Map<string, { name: string; override: Override }> {
  const out = new Map<string, { name: string; override: Override }>();
  for (const override of overrides) {
    const { path, kind, value, text } = override;
    const stated = path.length === 2 && path[0] === 'defaults';
    const group = path.at(-1)!;
    if (kind !== 'set' || typeof value !== 'string' || (!stated && (path.length !== 1 || isText(group))))
      continue;
    const name = `${group}/${value}`;
    const at = `command line "${text}"`;
    if (files.find(name) === undefined) {
      if (stated) throw unknownConfig(files, group, value, at);
      continue;
    }
    const other = out.get(group)?.override.text;
    if (other !== undefined)
      throw new ApicalError(
        'APICAL_OVERRIDE',
        `"${other}" and "${text}" both choose a config of the group ${group}`,
        {
          at,
        },
      );
    out.set(group, { name, override });
  }
  return out;
}
class Composer {
  readonly tree = new Tree();
  /** Overrides that named a file. */
  readonly used = new Set<Override>();
  readonly #files: ConfigFiles;
  readonly #groups: Map<string, { name: string; override: Override }>;
  readonly #read = new Set<string>();

  constructor(files: ConfigFiles, groups: Map<string, { name: string; override: Override }>) {
    this.#files = files;
    this.#groups = groups;
    for (const { override } of groups.values()) this.used.add(override);
  }
  file(name: string, from: string | undefined, at: string | undefined, open: readonly string[]): void {
    const source = this.#files.read(name, from, at);
    if (open.includes(source.file))
      throw new ApicalError('APICAL_CONFIG', `${source.shown} starts from itself by its "defaults"`, { at });
    if (source.data !== null && !isMapping(source.data))
      throw new ApicalError('APICAL_CONFIG', `${source.shown} holds no map of keys`, {
        at: `${source.shown}:1:1`,
      });
    const { defaults, ...data } = source.data ?? {};
    if (defaults !== undefined && !Array.isArray(defaults))
      throw new ApicalError('APICAL_CONFIG', '"defaults" is a list of configs', {
        at: source.places.get('defaults')?.value ?? source.shown,
      });
    for (const [k, entry] of (defaults ?? []).entries()) {
      const place = source.places.get(`defaults\u0000${k}`)?.value;
      const listed = listedName(entry, k === (defaults as unknown[]).length - 1, place);
      if (listed === undefined) continue;
      const group = this.#groups.get(listed.split('/')[0]!);
      if (group) this.#read.add(group.name);
      this.file(group?.name ?? listed, this.#files.folder(source.file), place, [...open, source.file]);
    }
    this.tree.merge({ data: withoutRemoved(this.tree, data, source.places), places: source.places });
    writeOut(this.tree);
  }
  /** Groups that no `defaults:` mentions. */
  restOfGroups(): void {
    for (const { name, override } of this.#groups.values())
      if (!this.#read.has(name)) this.file(name, undefined, `command line "${override.text}"`, []);
  }
}
/** `probes: { ~alignment: null }` takes away what the files before have under that label. */
function withoutRemoved(
  tree: Tree,
  data: Readonly<Record<string, unknown>>,
  places: Source['places'],
): Readonly<Record<string, unknown>> {
  const out = { ...data };
  for (const kind of ['schemes', 'probes', 'observers']) {
    const given = data[kind];
    if (!isMapping(given)) continue;
    const [gone, kept] = [true, false].map(removing =>
      Object.entries(given).filter(([key]) => key.startsWith('~') === removing),
    ) as [[string, unknown][], [string, unknown][]];
    for (const [key, value] of gone) {
      const at = places.get(pathKey([kind, key]))?.key;
      const path = [kind, key.slice(1)];
      if (value !== null)
        throw new ApicalError('APICAL_CONFIG', `"${key}" removes "${path[1]}" and takes no value but null`, {
          at,
        });
      if (!tree.has(path))
        throw new ApicalError('APICAL_CONFIG', `there is no "${path.join('.')}" to remove`, { at });
      remove(tree, path);
    }
    out[kind] = Object.fromEntries(kept);
  }
  return out;
}
/** `task/mnist`, or `task: mnist`; undefined for `_self_` at the end, where the file itself comes in any case. */
function listedName(entry: unknown, last: boolean, at: string | undefined): string | undefined {
  if (entry === '_self_' && last) return undefined;
  if (entry === '_self_')
    throw new ApicalError(
      'APICAL_CONFIG',
      '"_self_" can only be the last of "defaults": a file always comes after those it starts from',
      { at },
    );
  if (typeof entry === 'string') return entry;
  const [pair, ...more] = isMapping(entry) ? Object.entries(entry) : [];
  if (pair && more.length === 0 && typeof pair[1] === 'string') return `${pair[0]}/${pair[1]}`;
  throw new ApicalError('APICAL_CONFIG', '"defaults" lists names of configs, as task/mnist or task: mnist', {
    at,
  });
}
