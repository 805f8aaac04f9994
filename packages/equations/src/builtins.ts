/** The functions of the language: arity, meaning, LaTeX, slope. One table for parser, checks and emitters. */
import type { FunctionName } from '@apical/core';

export interface Builtin {
  readonly arity: number;
  readonly doc: string;
  /** JavaScript of the arguments' JavaScript. */
  readonly js: (...args: string[]) => string;
  readonly evaluate: (...args: number[]) => number;
}
const operator = (sign: string, evaluate: (a: number, b: number) => number): Builtin => ({
  arity: 2,
  doc: sign,
  js: (a, b) => `(${a}${sign}${b})`,
  evaluate,
});
/** Comparisons are 1 or 0. */
const comparison = (sign: string, evaluate: (a: number, b: number) => boolean): Builtin => ({
  arity: 2,
  doc: `1 where a ${sign} b, else 0`,
  js: (a, b) => `(${a}${sign}${b}?1:0)`,
  evaluate: (a, b) => (evaluate(a, b) ? 1 : 0),
});
const math = (name: string, doc: string, evaluate: (x: number) => number): Builtin => ({
  arity: 1,
  doc,
  js: x => `Math.${name}(${x})`,
  evaluate,
});
export const builtins: Readonly<Record<FunctionName, Builtin>> = {
  add: operator('+', (a, b) => a + b),
  subtract: operator('-', (a, b) => a - b),
  multiply: operator('*', (a, b) => a * b),
  divide: operator('/', (a, b) => a / b),
  negate: { arity: 1, doc: 'minus', js: a => `(-${a})`, evaluate: a => -a },
  power: { arity: 2, doc: 'a ** b', js: (a, b) => `Math.pow(${a},${b})`, evaluate: Math.pow },
  less: comparison('<', (a, b) => a < b),
  greater: comparison('>', (a, b) => a > b),
  lessEqual: comparison('<=', (a, b) => a <= b),
  greaterEqual: comparison('>=', (a, b) => a >= b),
  equal: comparison('===', (a, b) => a === b),
  exp: math('exp', 'e to the x', Math.exp),
  log: math('log', 'natural logarithm', Math.log),
  tanh: math('tanh', 'hyperbolic tangent', Math.tanh),
  sigmoid: {
    arity: 1,
    doc: 'logistic function 1 / (1 + exp(-x))',
    js: x => `(1/(1+Math.exp(-${x})))`,
    evaluate: x => 1 / (1 + Math.exp(-x)),
  },
  softplus: {
    arity: 1,
    doc: 'ln(1 + exp(x)) without overflow',
    js: x => `(Math.max(${x},0)+Math.log1p(Math.exp(-Math.abs(${x}))))`,
    evaluate: x => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
  },
  relu: { arity: 1, doc: 'max(x, 0)', js: x => `Math.max(${x},0)`, evaluate: x => Math.max(x, 0) },
  sqrt: math('sqrt', 'square root', Math.sqrt),
  abs: math('abs', 'absolute value', Math.abs),
  sign: math('sign', '-1, 0 or 1', Math.sign),
  min: { arity: 2, doc: 'the smaller', js: (a, b) => `Math.min(${a},${b})`, evaluate: Math.min },
  max: { arity: 2, doc: 'the larger', js: (a, b) => `Math.max(${a},${b})`, evaluate: Math.max },
  clip: {
    arity: 3,
    doc: 'x between low and high',
    js: (x, low, high) => `Math.min(Math.max(${x},${low}),${high})`,
    evaluate: (x, low, high) => Math.min(Math.max(x, low), high),
  },
  where: {
    arity: 3,
    doc: 'a where the condition is not 0, else b',
    js: (c, a, b) => `(${c}?${a}:${b})`,
    evaluate: (c, a, b) => (c ? a : b),
  },
};
/** What an author may call by name; the others are written as operators. */
export const callable: readonly FunctionName[] = [
  'exp',
  'log',
  'tanh',
  'sigmoid',
  'softplus',
  'relu',
  'sqrt',
  'abs',
  'sign',
  'min',
  'max',
  'clip',
  'where',
];
export const reductions = ['sum', 'mean', 'largest'] as const;
export type Reduction = (typeof reductions)[number];
export const operators: Readonly<Record<string, FunctionName>> = {
  '+': 'add',
  '-': 'subtract',
  '*': 'multiply',
  '/': 'divide',
  '**': 'power',
  '<': 'less',
  '>': 'greater',
  '<=': 'lessEqual',
  '>=': 'greaterEqual',
  '==': 'equal',
};
export const isReduction = (name: string): name is Reduction =>
  (reductions as readonly string[]).includes(name);
export const isCallable = (name: string): name is FunctionName =>
  (callable as readonly string[]).includes(name);
