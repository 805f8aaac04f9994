/** One rule: the files of `defaults:` in order, then the file itself, then the command line. */
import { ApicalError, freeze, unknownName, type ExperimentConfig } from '@apical/core';
import { checkTree } from './check.js';
import { ConfigFiles } from './files.js';
import { normalise } from './normalise.js';
import { parseOverride, parseValue, sweepValues, type Override } from './override.js';
import type { Convert } from './quantity.js';
import { experimentSchema } from './schema.js';
import { keysOf, selected, writeOut } from './short-forms.js';
import { isMapping, placed, type Path } from './source.js';
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
      return place?.block ? `${place.block.file}:${place.block.line + line}` : place?.value;
    },
  };
}
/** `network=mlp-30` names a file `network/mlp-30`, which then stands in for what `defaults:` says of that group. */
function groupsOf(
  overrides: readonly Override[],
  files: ConfigFiles,
): Map<string, { name: string; override: Override }> {
  const out = new Map<string, { name: string; override: Override }>();
  for (const override of overrides) {
    const { path, kind, value } = override;
    const [group] = path;
    if (kind !== 'set' || path.length !== 1 || group === undefined || typeof value !== 'string') continue;
    const name = `${group}/${value}`;
    if (files.find(name) !== undefined) out.set(group, { name, override });
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
    this.tree.merge({ data, places: source.places });
    writeOut(this.tree);
  }
  /** Groups that no `defaults:` mentions. */
  restOfGroups(): void {
    for (const { name, override } of this.#groups.values())
      if (!this.#read.has(name)) this.file(name, undefined, `command line "${override.text}"`, []);
  }
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
function applyOverride(tree: Tree, override: Override, files: ConfigFiles): void {
  const where = `command line "${override.text}"`;
  checkGroup(override, files, where);
  const path = pathInTree(tree, override, where);
  if (Array.isArray(tree.get(path.slice(0, -1))) && (override.kind === 'remove' || !tree.has(path)))
    throw new ApicalError(
      'APICAL_OVERRIDE',
      `${override.text}: "${path.slice(0, -1).join('.')}" is a list; give it whole, as in key=[1,2]`,
      { at: where },
    );
  if (override.kind === 'remove') {
    if (!tree.has(path))
      throw new ApicalError(
        'APICAL_OVERRIDE',
        `${override.text}: there is no "${override.path.join('.')}" to remove`,
        { at: where },
      );
    tree.remove(path);
    return;
  }
  const listed = listOf(override);
  if (listed) tree.merge(placed(listed.value, where), [listed.key]);
  else tree.merge(placed(override.value, where), path);
}
/** `network=mlp-3`: a part that is a map can only be named by a file of its group. */
function checkGroup({ path, value }: Override, files: ConfigFiles, where: string): void {
  const [group = ''] = path;
  if (path.length !== 1 || typeof value !== 'string') return;
  const schema = experimentSchema.kind === 'object' ? experimentSchema.keys[group] : undefined;
  if (schema?.kind !== 'object') return;
  const known = files.names().filter(n => n.startsWith(`${group}/`));
  throw unknownName(
    `config of the group ${group}`,
    value,
    known.map(n => n.slice(group.length + 1)),
    {
      code: 'APICAL_CONFIG',
      at: where,
    },
  );
}
/** `schemes=bp,fa` selects and orders; `seeds=0,1,2` lists. */
function listOf({ path, value }: Override): { readonly key: string; readonly value: unknown } | undefined {
  const [key] = path;
  if (path.length !== 1) return undefined;
  const pieces = Array.isArray(value) ? value : (sweepValues(String(value)) ?? [String(value)]);
  if ((key === 'schemes' || key === 'select') && value !== null && !isMapping(value))
    return { key: 'select', value: pieces.map(String) };
  if (key === 'seeds' && typeof value === 'string')
    return { key, value: pieces.map(p => parseValue(String(p))) };
  return undefined;
}
/** `scheme.x` is meant for the one scheme of the run. */
function pathInTree(tree: Tree, { path }: Override, where: string): Path {
  const [first, ...rest] = path;
  if (first !== 'scheme' || rest.length === 0) return path;
  if (rest.length === 1 && rest[0] === 'use') return path; // as scheme=NAME
  const label = selected(tree);
  if (label === undefined) {
    const labels = keysOf(tree, ['schemes']).join(', ') || 'none';
    throw new ApicalError(
      'APICAL_OVERRIDE',
      `"${path.join('.')}" is meant for one scheme; choose it first with scheme=NAME (here: ${labels})`,
      { at: where },
    );
  }
  return ['schemes', label, ...rest];
}
