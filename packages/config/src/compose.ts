/** One rule: the files of `defaults:` in order, then the file itself, then the command line. */
import { ApicalError, freeze, unknownName, type ExperimentConfig } from '@apical/core';
import { checkTree } from './check.js';
import { ConfigFiles } from './files.js';
import { normalise } from './normalise.js';
import { parseOverride, type Override } from './override.js';
import type { Convert } from './quantity.js';
import { experimentSchema } from './schema.js';
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
  origin(path: Path): string;
  /** Place of the key at the end of a path, or of the nearest thing it lies in. */
  locate(path: Path): string | undefined;
  /** Place of a line (1-based) of a text of several lines. */
  locateLine(path: Path, line: number): string | undefined;
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
  // which scheme is meant by `scheme.x` must be known before such a key is read
  const choosing = (o: Override): number =>
    o.path.length === 1 && /^(scheme|schemes|select)$/.test(o.path[0]!) ? 0 : 1;
  for (const override of [...parsed].sort((a, b) => choosing(a) - choosing(b)))
    if (!composer.used.has(override)) applyOverride(tree, override, files);
  checkTree(tree, experimentSchema);
  const sweep = (tree.get(['sweep']) ?? {}) as Record<string, unknown>;
  const value = freeze(normalise(tree, target, convert));
  return {
    value,
    sweep,
    tree,
    origin: path => tree.own(path)?.value ?? (tree.has(path) ? tree.place(path)!.value : 'default'),
    locate: path => tree.own(path)?.key ?? tree.place(path)?.value,
    locateLine(path, line) {
      const place = tree.own(path);
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
      if (typeof entry !== 'string')
        throw new ApicalError('APICAL_CONFIG', '"defaults" lists names of configs', { at: place });
      const group = this.#groups.get(entry.split('/')[0]!);
      if (group) this.#read.add(group.name);
      this.file(group?.name ?? entry, this.#files.folder(source.file), place, [...open, source.file]);
    }
    this.tree.merge({ data, places: source.places });
  }
  /** Groups that no `defaults:` mentions. */
  restOfGroups(): void {
    for (const { name, override } of this.#groups.values())
      if (!this.#read.has(name)) this.file(name, undefined, `command line "${override.text}"`, []);
  }
}
function applyOverride(tree: Tree, override: Override, files: ConfigFiles): void {
  const where = `command line "${override.text}"`;
  checkGroup(override, files, where);
  const path = pathInTree(tree, override, where);
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
  const pieces = Array.isArray(value)
    ? value
    : String(value)
        .split(',')
        .map(v => v.trim());
  if (key === 'schemes' && !isMapping(value)) return { key: 'select', value: pieces.map(String) };
  if (key === 'seeds' && typeof value === 'string') return { key, value: pieces.map(Number) };
  return undefined;
}
/** `scheme.x` is meant for the one scheme of the run. */
function pathInTree(tree: Tree, { path }: Override, where: string): Path {
  const [first, ...rest] = path;
  if (first !== 'scheme' || rest.length === 0) return path;
  const single = tree.get(['scheme']);
  if (isMapping(single)) return path;
  const chosen = tree.get(['select']);
  const labels = Object.keys((tree.get(['schemes']) ?? {}) as object);
  const label =
    typeof single === 'string'
      ? single
      : Array.isArray(chosen) && chosen.length === 1
        ? String(chosen[0])
        : labels.length === 1
          ? labels[0]
          : undefined;
  if (label === undefined)
    throw new ApicalError(
      'APICAL_OVERRIDE',
      `"${path.join('.')}" is meant for one scheme; choose it first with scheme=NAME (here: ${labels.join(', ')})`,
      { at: where },
    );
  return ['schemes', label, ...rest];
}
