/** Trees of the intermediate form: building with constants folded, walking. */
import type { FunctionName, Tree } from '@apical/core';
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
/** Leaves replaced; everything else as it is. */
export function mapLeaves(tree: Tree, change: (leaf: Tree) => Tree): Tree {
  return tree.kind === 'call' ? { ...tree, args: tree.args.map(a => mapLeaves(a, change)) } : change(tree);
}
