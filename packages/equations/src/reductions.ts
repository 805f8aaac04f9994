/** Reductions over the units of a sample in one table: meaning, JavaScript, LaTeX. */
import type { Reduction } from '@apical/core';
import type { Print } from './builtins.js';

interface ReductionForm {
  readonly start: number;
  readonly add: (sum: number, value: number) => number;
  readonly end: (sum: number, units: number) => number;
  /** A statement that takes the JavaScript of a value into `sum`, and the JavaScript of the result. */
  readonly js: { readonly add: (value: string) => string; readonly end: (units: number) => string };
  readonly latex: (print: Print) => string;
  /** As of functions: a sum sign reaches as far as a product. */
  readonly rank: number;
}
const plus = {
  start: 0,
  add: (sum: number, value: number): number => sum + value,
};
const addJs = (value: string): string => `sum+=${value};`;
export const reductionForms: Readonly<Record<Reduction, ReductionForm>> = {
  sum: {
    ...plus,
    end: sum => sum,
    js: { add: addJs, end: () => 'sum' },
    latex: p => `\\sum_i ${p(0, 3, true)}`,
    rank: 2,
  },
  mean: {
    ...plus,
    end: (sum, n) => sum / n,
    js: { add: addJs, end: n => `sum/${n}` },
    latex: p => `\\left\\langle ${p(0)} \\right\\rangle`,
    rank: 9,
  },
  largest: {
    start: -Infinity,
    add: (sum, value) => (value > sum || Number.isNaN(value) ? value : sum),
    end: sum => sum,
    js: { add: value => `const v=${value};if(v>sum||v!==v)sum=v;`, end: () => 'sum' },
    latex: p => `\\max_i ${p(0, 3, true)}`,
    rank: 2,
  },
};
