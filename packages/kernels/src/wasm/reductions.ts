/** How the lanes of a vector are reduced over the units of a sample. */
import type { Reduction } from '@apical/core';
import { f64, f64Ops, type Code } from './assembler.js';

export interface LaneReduction {
  /** Lanes are reduced in float64, whatever the dtype of the run. */
  readonly isWide: boolean;
  readonly neutral: number;
  /** Of two vectors. */
  readonly combine: 'add' | 'max';
  /** Of the lanes together, as float64; default: as it is. */
  readonly end?: (result: Code, units: number) => Code;
}
const sum: LaneReduction = { isWide: true, neutral: 0, combine: 'add' };
export const laneReductions: Readonly<Record<Reduction, LaneReduction>> = {
  sum,
  mean: { ...sum, end: (total, units) => f64Ops.divide(total, f64(units)) },
  largest: { isWide: false, neutral: -Infinity, combine: 'max' },
};
