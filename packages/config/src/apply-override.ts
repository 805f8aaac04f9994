/** Puts one override of the command line into the tree. */
import { ApicalError, unknownName } from '@apical/core';
import type { ConfigFiles } from './files.js';
import { parseValue, sweepValues, type Override } from './override.js';
import { experimentSchema } from './schema.js';
import type { Schema } from './schema-kinds.js';
import { keysOf, remove, selected } from './short-forms.js';
import { isMapping, placed, type Path } from './source.js';
import type { Tree } from './tree.js';

export function applyOverride(tree: Tree, override: Override, files: ConfigFiles): void {
  const where = `command line "${override.text}"`;
  if (override.path[0] === 'defaults')
    throw new ApicalError(
      'APICAL_OVERRIDE',
      '"defaults" belongs in a file; another config of a group is chosen by its path, as in defaults.task=mnist',
      { at: where },
    );
  checkGroup(override, files, where);
  // labels may hold dots
  const path = tree.pathOf(pathInTree(tree, override, where).join('.'));
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
    remove(tree, path);
    return;
  }
  const listed = listOf(override);
  if (listed) tree.merge(placed(listed.value, where), [listed.key]);
  else tree.merge(placed(override.value, where), path);
}
/** `network=mlp-3`: a part that is a map can only be named by a file of its group. */
function checkGroup({ path, value }: Override, files: ConfigFiles, where: string): void {
  const [group = ''] = path;
  if (path.length !== 1 || typeof value !== 'string' || schemaOf(group)?.kind !== 'object') return;
  throw unknownConfig(files, group, value, where);
}
const schemaOf = (key: string): Schema | undefined =>
  experimentSchema.kind === 'object' && Object.hasOwn(experimentSchema.keys, key)
    ? experimentSchema.keys[key]
    : undefined;
/** Do texts after this key mean something of the experiment itself, and no file of the group? */
export const isText = (key: string): boolean => {
  const schema = schemaOf(key);
  const mayBeMap = (s: Schema): boolean =>
    s.kind === 'object' || (s.kind === 'either' && s.of.some(mayBeMap));
  return key === 'scheme' || (schema !== undefined && !mayBeMap(schema));
};
export function unknownConfig(files: ConfigFiles, group: string, value: string, at: string): ApicalError {
  const known = files.names().filter(n => n.startsWith(`${group}/`));
  return unknownName(
    `config of the group ${group}`,
    value,
    known.map(n => n.slice(group.length + 1)),
    { code: 'APICAL_CONFIG', at },
  );
}
/** `schemes=bp,fa` selects and orders; `seeds=0,1,2` lists. */
function listOf({
  path,
  value,
  text,
}: Override): { readonly key: string; readonly value: unknown } | undefined {
  const [key] = path;
  if (path.length !== 1) return undefined;
  const pieces = Array.isArray(value) ? value : (sweepValues(String(value), text) ?? [String(value)]);
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
