/**
 * Short forms are written out after every file and every override, so that whatever comes later meets the long form:
 * `dataset: yin-yang` first and `dataset.options.train=100` after it. What has the wrong type stays for the check.
 */
import { mostSeeds } from './schema.js';
import { isMapping, type Path } from './source.js';
import type { Tree } from './tree.js';

export function writeOut(tree: Tree): void {
  for (const path of [['task'], ['dataset'], ['train', 'optimiser']]) named(tree, path);
  for (const kind of ['probes', 'observers'])
    for (const label of keysOf(tree, [kind])) empty(tree, [kind, label]);
  single(tree);
  for (const label of keysOf(tree, ['schemes'])) {
    const path = ['schemes', label];
    empty(tree, path);
    named(tree, [...path, 'train', 'optimiser']);
    slots(tree, path);
  }
  for (const label of keysOf(tree, ['define', 'schemes'])) slots(tree, ['define', 'schemes', label]);
  seeds(tree);
}
export const keysOf = (tree: Tree, path: Path): string[] => {
  const value = tree.get(path);
  return isMapping(value) ? Object.keys(value) : [];
};
/** `adam` → `{ use: adam }` */
function named(tree: Tree, path: Path): void {
  const value = tree.get(path);
  if (typeof value === 'string') tree.reshape(path, { use: value });
}
/** A label with nothing after it. */
function empty(tree: Tree, path: Path): void {
  if (tree.get(path) === null) tree.reshape(path, {});
}
function slots(tree: Tree, path: Path): void {
  for (const slot of keysOf(tree, [...path, 'plasticity']))
    for (const key of ['optimiser', 'biasOptimiser']) named(tree, [...path, 'plasticity', slot, key]);
}
/** `scheme: bp`, `scheme: { use: bp, … }` → the one selected of `schemes`. */
function single(tree: Tree): void {
  const config = tree.get(['scheme']);
  if (typeof config === 'string') {
    // a label of `schemes` keeps what it says there; any other name is that of a scheme
    tree.reshape(['select'], [config], ['scheme']);
    if (!isMapping(tree.get(['schemes', config]))) tree.reshape(['schemes', config], {}, ['scheme']);
    tree.remove(['scheme']);
    return;
  }
  if (!isMapping(config)) return;
  const label = config.use ?? selected(tree);
  if (typeof label !== 'string') return;
  if (config.use !== undefined) tree.reshape(['select'], [label], ['scheme', 'use']);
  empty(tree, ['schemes', label]);
  tree.move(['scheme'], ['schemes', label]);
}
/** The label of the one scheme that runs, where there is only one. */
export function selected(tree: Tree): string | undefined {
  const chosen = tree.get(['select']);
  const labels = Array.isArray(chosen) ? chosen.map(String) : keysOf(tree, ['schemes']);
  return labels.length === 1 ? labels[0] : undefined;
}
/** A scheme that is taken away does not run either. */
export function remove(tree: Tree, path: Path): void {
  tree.remove(path);
  const [kind, label, ...deeper] = path;
  const chosen = tree.get(['select']);
  if (kind === 'schemes' && deeper.length === 0 && Array.isArray(chosen) && chosen.includes(label))
    tree.reshape(
      ['select'],
      chosen.filter(other => other !== label),
    );
}
/** `seeds: 3` → 0, 1, 2; `seed: 3` → only 3. */
function seeds(tree: Tree): void {
  const one = tree.get(['seed']);
  if (typeof one === 'number' && Number.isInteger(one) && one >= 0) {
    tree.reshape(['seeds'], [one], ['seed']);
    tree.remove(['seed']);
  }
  const many = tree.get(['seeds']);
  if (typeof many === 'number' && Number.isInteger(many) && many >= 1 && many <= mostSeeds)
    tree.reshape(
      ['seeds'],
      Array.from({ length: many }, (_, k) => k),
    );
}
