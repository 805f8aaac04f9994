/** Syntax trees built with light simplification: 0·a, 1·a, a + 0, a ** 1, and sums and products of numbers. */
import { call, number, type SyntaxNode } from './syntax.js';

const is = (node: SyntaxNode, value: number): boolean => node.kind === 'number' && node.value === value;
/** The value where both are numbers. */
const both = (
  a: SyntaxNode,
  b: SyntaxNode,
  combine: (a: number, b: number) => number,
): SyntaxNode | undefined =>
  a.kind === 'number' && b.kind === 'number' ? number(combine(a.value, b.value)) : undefined;

export function add(a: SyntaxNode, b: SyntaxNode): SyntaxNode {
  if (is(a, 0)) return b;
  return is(b, 0) ? a : (both(a, b, (x, y) => x + y) ?? call('add', a, b));
}
export function negate(a: SyntaxNode): SyntaxNode {
  if (a.kind === 'number') return number(a.value === 0 ? 0 : -a.value);
  return a.kind === 'call' && a.name === 'negate' ? a.args[0]! : call('negate', a);
}
export function subtract(a: SyntaxNode, b: SyntaxNode): SyntaxNode {
  if (is(b, 0)) return a;
  return is(a, 0) ? negate(b) : (both(a, b, (x, y) => x - y) ?? call('subtract', a, b));
}
export function multiply(a: SyntaxNode, b: SyntaxNode): SyntaxNode {
  if (is(a, 0) || is(b, 0)) return number(0);
  if (is(a, 1)) return b;
  if (is(a, -1)) return negate(b);
  if (is(b, -1)) return negate(a);
  return is(b, 1) ? a : (both(a, b, (x, y) => x * y) ?? call('multiply', a, b));
}
export function divide(a: SyntaxNode, b: SyntaxNode): SyntaxNode {
  return is(a, 0) ? number(0) : is(b, 1) ? a : call('divide', a, b);
}
export function power(a: SyntaxNode, b: SyntaxNode): SyntaxNode {
  return is(b, 1) ? a : is(b, 0) ? number(1) : call('power', a, b);
}
export function where(condition: SyntaxNode, a: SyntaxNode, b: SyntaxNode): SyntaxNode {
  if (a.kind === 'number' && is(b, a.value)) return a;
  return call('where', condition, a, b);
}
