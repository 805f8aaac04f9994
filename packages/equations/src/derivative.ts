/** d/dx of an expression of x, for activations that do not state their slope. */
import { call, fail, namesIn, number, type SyntaxNode } from './parse.js';

const isNumber = (n: SyntaxNode, value: number): boolean => n.kind === 'number' && n.value === value;
const add = (a: SyntaxNode, b: SyntaxNode): SyntaxNode =>
  isNumber(a, 0) ? b : isNumber(b, 0) ? a : call('add', a, b);
const subtract = (a: SyntaxNode, b: SyntaxNode): SyntaxNode =>
  isNumber(b, 0) ? a : isNumber(a, 0) ? call('negate', b) : call('subtract', a, b);
const multiply = (a: SyntaxNode, b: SyntaxNode): SyntaxNode => {
  if (isNumber(a, 0) || isNumber(b, 0)) return number(0);
  return isNumber(a, 1) ? b : isNumber(b, 1) ? a : call('multiply', a, b);
};
const square = (a: SyntaxNode): SyntaxNode => call('power', a, number(2));

/** Slopes of the functions of one argument. */
const slopes: Readonly<Record<string, (a: SyntaxNode) => SyntaxNode>> = {
  exp: a => call('exp', a),
  log: a => call('divide', number(1), a),
  tanh: a => call('subtract', number(1), square(call('tanh', a))),
  sigmoid: a => call('multiply', call('sigmoid', a), call('subtract', number(1), call('sigmoid', a))),
  softplus: a => call('sigmoid', a),
  relu: a => call('where', call('greater', a, number(0)), number(1), number(0)),
  abs: a => call('sign', a),
  sign: () => number(0),
  sqrt: a => call('divide', number(0.5), call('sqrt', a)),
};
/** Throws `EquationError` where a function has no slope here (a reduction, a variable exponent). */
export function derivative(node: SyntaxNode, where: string): SyntaxNode {
  if (node.kind === 'number' || !namesIn(node).has('x')) return number(0);
  if (node.kind === 'name') return number(1);
  const [a, b, c] = node.args as [SyntaxNode, SyntaxNode, SyntaxNode];
  const d = (n: SyntaxNode): SyntaxNode => derivative(n, where);
  switch (node.name) {
    case 'negate': {
      const inner = d(a);
      return isNumber(inner, 0) ? inner : call('negate', inner);
    }
    case 'add':
      return add(d(a), d(b));
    case 'subtract':
      return subtract(d(a), d(b));
    case 'multiply':
      return add(multiply(d(a), b), multiply(a, d(b)));
    case 'divide':
      if (!namesIn(b).has('x')) return call('divide', d(a), b);
      return call('divide', subtract(multiply(d(a), b), multiply(a, d(b))), square(b));
    case 'power':
      if (!namesIn(b).has('x'))
        return multiply(multiply(b, call('power', a, call('subtract', b, number(1)))), d(a));
      break;
    case 'where':
      return call('where', a, d(b), d(c));
    case 'max':
    case 'min':
      return call('where', call(node.name === 'max' ? 'greater' : 'less', a, b), d(a), d(b));
    case 'clip':
      return call('where', call('less', a, b), d(b), call('where', call('greater', a, c), d(c), d(a)));
    default: {
      const slope = slopes[node.name];
      if (slope) return multiply(slope(a), d(a));
    }
  }
  return fail({ where }, '', 0, `no slope for ${node.name}: state one`);
}
