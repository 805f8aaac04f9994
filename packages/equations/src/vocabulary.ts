/** The words and signs of the language, and what to write instead of those of other languages. */
import type { FunctionName, Reduction } from '@apical/core';
import { builtins } from './builtins.js';
import { reductionForms } from './reductions.js';

/** Operators as the author writes them. */
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
const operatorNames: ReadonlySet<string> = new Set([...Object.values(operators), 'negate']);
export const isOperator = (name: string): name is FunctionName => operatorNames.has(name);
/** What an author may call by name. */
export const callable = (Object.keys(builtins) as FunctionName[]).filter(
  (name): boolean => !operatorNames.has(name),
);
export const reductions = Object.keys(reductionForms) as Reduction[];
export const isReduction = (name: string): name is Reduction => Object.hasOwn(reductionForms, name);
export const isCallable = (name: string): name is FunctionName =>
  Object.hasOwn(builtins, name) && !operatorNames.has(name);

const signs = Object.fromEntries(Object.entries(operators).map(([sign, name]) => [name, sign]));
/** `+` of `add`; undefined for what is no operator of two. */
export const signOf = (name: string): string | undefined =>
  Object.hasOwn(signs, name) ? signs[name] : undefined;
const others: Readonly<Record<string, string>> = {
  negate: '-a',
  pow: 'a ** b',
  square: 'x ** 2',
  ln: 'log(x)',
  average: 'mean(x)',
  logistic: 'sigmoid(x)',
  heaviside: 'x > 0',
  step: 'x > 0',
  if: 'where(condition, a, b)',
  norm: 'sqrt(sum(x ** 2))',
};
/** What is written here for a function of another language, or for the name of an operator. */
export function insteadOf(called: string): string | undefined {
  const sign = signOf(called);
  if (sign !== undefined) return `a ${sign} b`;
  return Object.hasOwn(others, called) ? others[called] : undefined;
}
