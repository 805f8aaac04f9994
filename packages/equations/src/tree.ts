/** Trees of the intermediate form: building with constants folded, walking; what passes read. */
import type { FloatArray, FunctionName, Pass, Tree } from '@apical/core';
import { builtins } from './builtins.js';

export const leaf = (index: number): Tree => ({ kind: 'operand', index });

/** A call, or its value where all arguments are numbers. */
export function treeCall(name: FunctionName, ...args: Tree[]): Tree {
  const numbers = args.flatMap(a => (a.kind === 'number' ? [a.value] : []));
  if (numbers.length === args.length) return { kind: 'number', value: builtins[name].evaluate(...numbers) };
  return { kind: 'call', name, args };
}
export function visit(tree: Tree, see: (tree: Tree) => void): void {
  see(tree);
  if (tree.kind === 'call') for (const a of tree.args) visit(a, see);
}
export function operandsIn(trees: readonly Tree[]): Set<number> {
  const out = new Set<number>();
  const see = (t: Tree): void => {
    if (t.kind === 'operand') out.add(t.index);
  };
  for (const tree of trees) visit(tree, see);
  return out;
}
/** Operands that a pass reads. */
export const operandsRead = (pass: Pass): Set<number> =>
  operandsIn([...pass.body.map(a => a.value), ...(pass.kind === 'reduce' ? [pass.value] : [])]);
/** Do two arrays share memory? */
export const overlaps = (a: FloatArray, b: FloatArray): boolean =>
  a.buffer === b.buffer &&
  a.byteOffset < b.byteOffset + b.byteLength &&
  b.byteOffset < a.byteOffset + a.byteLength;
/** Leaves replaced; everything else as it is. */
export function mapLeaves(tree: Tree, change: (leaf: Tree) => Tree): Tree {
  return tree.kind === 'call' ? { ...tree, args: tree.args.map(a => mapLeaves(a, change)) } : change(tree);
}
