/** Symbolic derivative of an expression, for activations that do not state their slope. */
import { builtins } from './builtins.js';
import { failAt } from './error.js';
import { number, type Origin, type SyntaxNode } from './syntax.js';
import { isCallable, isOperator } from './vocabulary.js';

/**
 * d/dx, lightly simplified; other names count as constants. At a kink (relu, abs, clip) it is the value of one
 * side. Throws `EquationError` for reductions and unknown functions: they have no slope of their own.
 */
export function derivative(
  node: SyntaxNode,
  origin: string | Origin,
  { variable = 'x', line = '' }: { variable?: string; line?: string } = {},
): SyntaxNode {
  const from: Origin = typeof origin === 'string' ? { where: origin } : origin;
  const slope = (n: SyntaxNode): SyntaxNode => {
    if (n.kind === 'number') return number(0);
    if (n.kind === 'name') return number(n.name === variable ? 1 : 0);
    if (!isOperator(n.name) && !isCallable(n.name))
      return failAt(n, { ...from, line }, `${n.name} has no derivative per unit: state the slope`);
    return builtins[n.name].derivative(three(n.args), three(n.args.map(slope)));
  };
  return slope(withNegatives(node));
}
/** `-2` as one number, so that `x ** -2` has the exponent −3 and not −2 − 1. */
function withNegatives(node: SyntaxNode): SyntaxNode {
  if (node.kind !== 'call') return node;
  const args = node.args.map(withNegatives);
  const [only] = args;
  if (node.name === 'negate' && only?.kind === 'number') return number(-only.value, node.at);
  return { ...node, args };
}
/** Functions of fewer arguments do not look at the others. */
function three(nodes: readonly SyntaxNode[]): readonly [SyntaxNode, SyntaxNode, SyntaxNode] {
  const [a, b = a, c = a] = nodes as [SyntaxNode, SyntaxNode?, SyntaxNode?];
  return [a, b, c];
}
