/** The functions of the language in one table: arity, meaning, JavaScript, LaTeX, derivative. */
import type { FunctionName } from '@apical/core';
import { add, divide, multiply, negate, power, subtract, where } from './algebra.js';
import { call, number, type SyntaxNode } from './syntax.js';

/**
 * LaTeX of argument k, in parentheses when it binds less tightly than `least`; `second` also puts them around a
 * leading minus.
 */
export type Print = (k: number, least?: number, second?: boolean) => string;
/** Arguments, or their derivatives; functions of fewer read the first. */
type Three = readonly [SyntaxNode, SyntaxNode, SyntaxNode];
export interface Builtin {
  readonly arity: number;
  readonly doc: string;
  /** JavaScript of the arguments' JavaScript. */
  readonly js: (...args: string[]) => string;
  readonly evaluate: (...args: number[]) => number;
  readonly latex: (print: Print) => string;
  /** How tightly its LaTeX binds: 1 comparison, 2 sum, 3 product, 4 fraction, 5 power, 9 function. */
  readonly rank: number;
  /** Derivative from the arguments and their derivatives. */
  readonly derivative: (args: Three, slopes: Three) => SyntaxNode;
  /**
   * pure: arguments and result are pure numbers · agree: arguments agree, the result is like them · compare: they agree, the
   * result is 1 or 0 · keep: as the argument · own: worked out in `check-units.ts`.
   */
  readonly units: 'pure' | 'agree' | 'compare' | 'keep' | 'own';
  /** Costs more than a sum: what depends on scalars alone is worked out once. */
  readonly costly?: true;
  /** The JavaScript has its argument more than once. */
  readonly repeats?: true;
}
type Binary = (a: number, b: number) => number;
const square = (a: SyntaxNode): SyntaxNode => power(a, number(2));
const one = number(1);
const zero = number(0);

const operator = (
  sign: string,
  rank: number,
  evaluate: Binary,
  derivative: Builtin['derivative'],
  latex: Builtin['latex'],
  units: Builtin['units'] = 'own',
): Builtin => ({
  arity: 2,
  units,
  doc: `a ${sign} b`,
  js: (a, b) => `(${a}${sign}${b})`,
  evaluate,
  rank,
  derivative,
  latex,
});
/** Comparisons are 1 or 0, and flat. */
const comparison = (
  sign: string,
  js: string,
  latex: string,
  evaluate: (a: number, b: number) => boolean,
): Builtin => ({
  arity: 2,
  units: 'compare',
  doc: `1 where a ${sign} b, else 0`,
  js: (a, b) => `(${a}${js}${b}?1:0)`,
  evaluate: (a, b) => (evaluate(a, b) ? 1 : 0),
  rank: 1,
  derivative: () => zero,
  latex: p => `${p(0, 2)} ${latex} ${p(1, 2)}`,
});
/** f(x); `slope` is f′ of the argument, to be multiplied by the argument's own. */
const unary = (
  doc: string,
  latex: string,
  js: (x: string) => string,
  evaluate: (x: number) => number,
  slope: (x: SyntaxNode) => SyntaxNode,
): Builtin => ({
  arity: 1,
  units: 'keep',
  doc,
  js,
  evaluate,
  rank: 9,
  derivative: ([x], [dx]) => multiply(slope(x), dx),
  latex: p => latex.replace('#', () => p(0)),
});
const transcendental = (f: Builtin): Builtin => ({ ...f, units: 'pure', costly: true });
const extreme = (name: 'min' | 'max', doc: string, comparing: string): Builtin => ({
  arity: 2,
  units: 'agree',
  doc,
  js: (a, b) => `Math.${name}(${a},${b})`,
  evaluate: name === 'min' ? (a, b) => Math.min(a, b) : (a, b) => Math.max(a, b),
  rank: 9,
  derivative: ([a, b], [da, db]) => where(call(comparing, a, b), da, db),
  latex: p => `\\${name}\\left(${p(0)}, ${p(1)}\\right)`,
});
const inParentheses = (name: string): string => `${name}\\left(#\\right)`;
const operatorName = (name: string): string => inParentheses(`\\operatorname{${name}}`);

export const builtins: Readonly<Record<FunctionName, Builtin>> = {
  add: operator(
    '+',
    2,
    (a, b) => a + b,
    (_, [da, db]) => add(da, db),
    p => `${p(0, 2)} + ${p(1, 2, true)}`,
    'agree',
  ),
  subtract: operator(
    '-',
    2,
    (a, b) => a - b,
    (_, [da, db]) => subtract(da, db),
    p => `${p(0, 2)} - ${p(1, 3, true)}`,
    'agree',
  ),
  multiply: operator(
    '*',
    3,
    (a, b) => a * b,
    ([a, b], [da, db]) => add(multiply(da, b), multiply(a, db)),
    p => {
      const right = p(1, 3, true);
      return `${p(0, 3)} ${/^\d/.test(right) ? '\\cdot' : '\\,'} ${right}`;
    },
  ),
  divide: {
    ...operator(
      '/',
      4,
      (a, b) => a / b,
      ([a, b], [da, db]) =>
        isZero(db) ? divide(da, b) : divide(subtract(multiply(da, b), multiply(a, db)), square(b)),
      p => `\\frac{${p(0)}}{${p(1)}}`,
    ),
    costly: true,
  },
  negate: {
    arity: 1,
    units: 'keep',
    doc: 'minus a',
    js: a => `(-${a})`,
    evaluate: a => -a,
    rank: 3,
    derivative: (_, [da]) => negate(da),
    latex: p => `-${p(0, 3, true)}`,
  },
  power: {
    arity: 2,
    units: 'own',
    costly: true,
    doc: 'a to the power b',
    js: (a, b) => `Math.pow(${a},${b})`,
    evaluate: Math.pow,
    rank: 5,
    derivative: ([a, b], [da, db]) =>
      add(
        multiply(multiply(b, power(a, subtract(b, one))), da),
        multiply(multiply(power(a, b), call('log', a)), db),
      ),
    latex: p => `${p(0, 6)}^{${p(1)}}`,
  },
  less: comparison('<', '<', '<', (a, b) => a < b),
  greater: comparison('>', '>', '>', (a, b) => a > b),
  lessEqual: comparison('<=', '<=', '\\le', (a, b) => a <= b),
  greaterEqual: comparison('>=', '>=', '\\ge', (a, b) => a >= b),
  equal: comparison('==', '===', '=', (a, b) => a === b),
  exp: transcendental(
    unary(
      'e to the power x',
      inParentheses('\\exp'),
      x => `Math.exp(${x})`,
      Math.exp,
      x => call('exp', x),
    ),
  ),
  log: transcendental(
    unary(
      'natural logarithm',
      inParentheses('\\ln'),
      x => `Math.log(${x})`,
      Math.log,
      x => divide(one, x),
    ),
  ),
  tanh: transcendental(
    unary(
      'hyperbolic tangent',
      inParentheses('\\tanh'),
      x => `Math.tanh(${x})`,
      Math.tanh,
      x => subtract(one, square(call('tanh', x))),
    ),
  ),
  sigmoid: transcendental(
    unary(
      'logistic function 1 / (1 + exp(-x))',
      operatorName('sigmoid'),
      x => `(1/(1+Math.exp(-${x})))`,
      x => 1 / (1 + Math.exp(-x)),
      x => multiply(call('sigmoid', x), subtract(one, call('sigmoid', x))),
    ),
  ),
  softplus: {
    ...transcendental(
      unary(
        'ln(1 + exp(x)), computed without overflow',
        operatorName('softplus'),
        x => `(Math.max(${x},0)+Math.log1p(Math.exp(-Math.abs(${x}))))`,
        x => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
        x => call('sigmoid', x),
      ),
    ),
    repeats: true,
  },
  relu: unary(
    'max(x, 0)',
    '\\left[#\\right]_{+}',
    x => `Math.max(${x},0)`,
    x => Math.max(x, 0),
    x => where(call('greater', x, zero), one, zero),
  ),
  sqrt: {
    ...unary(
      'square root',
      '\\sqrt{#}',
      x => `Math.sqrt(${x})`,
      Math.sqrt,
      x => divide(number(0.5), call('sqrt', x)),
    ),
    units: 'own',
    costly: true,
  },
  abs: unary(
    'absolute value',
    '\\left|#\\right|',
    x => `Math.abs(${x})`,
    Math.abs,
    x => call('sign', x),
  ),
  sign: {
    ...unary(
      '-1, 0 or 1',
      operatorName('sign'),
      x => `Math.sign(${x})`,
      Math.sign,
      () => zero,
    ),
    units: 'own',
  },
  min: extreme('min', 'the smaller of two', 'less'),
  max: extreme('max', 'the larger of two', 'greater'),
  clip: {
    arity: 3,
    units: 'agree',
    doc: 'x, but at least low and at most high: clip(x, low, high)',
    js: (x, low, high) => `Math.min(Math.max(${x},${low}),${high})`,
    evaluate: (x, low, high) => Math.min(Math.max(x, low), high),
    rank: 9,
    derivative: ([x, low, high], [dx, dLow, dHigh]) =>
      where(call('less', x, low), dLow, where(call('greater', x, high), dHigh, dx)),
    latex: p => `\\operatorname{clip}\\left(${p(0)}, ${p(1)}, ${p(2)}\\right)`,
  },
  where: {
    arity: 3,
    units: 'own',
    doc: 'a where the condition is not 0, else b: where(condition, a, b)',
    js: (c, a, b) => `(${c}?${a}:${b})`,
    evaluate: (c, a, b) => (c ? a : b),
    rank: 1.5,
    derivative: ([c], [, da, db]) => where(c, da, db),
    latex: p => `\\begin{cases} ${p(1)} & ${p(0)} \\\\ ${p(2)} & \\text{else} \\end{cases}`,
  },
};
function isZero(node: SyntaxNode): boolean {
  return node.kind === 'number' && node.value === 0;
}
