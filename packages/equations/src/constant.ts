/** Value of a tree without names. */
import { builtins } from './builtins.js';
import type { SyntaxNode } from './syntax.js';
import { isCallable, isOperator } from './vocabulary.js';

/** undefined where it has names, reductions or activation slots. */
export function constantOf(node: SyntaxNode): number | undefined {
  if (node.kind === 'number') return node.value;
  if (node.kind === 'name' || (!isOperator(node.name) && !isCallable(node.name))) return undefined;
  const args = node.args.map(constantOf);
  return args.every(a => a !== undefined) ? builtins[node.name].evaluate(...args) : undefined;
}
