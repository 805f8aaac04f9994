/** What a bench answers, as data: the form of `apical bench --json`. */
import type { Backend, DType } from '@apical/core';
import type { Peaks } from '@apical/kernels';
import type { Rate } from './workload.js';

export interface BenchResult {
  /** Raised when a field changes its meaning or goes. */
  readonly schema: 1;
  readonly machine: Machine;
  /** What seconds are: CPU time of the process, or time on the wall. */
  readonly clock: 'cpu' | 'wall';
  readonly backends: readonly {
    readonly name: string;
    readonly flags: Backend['flags'];
    /** Why it was left out. */
    readonly unavailable?: string;
  }[];
  readonly peaks: Peaks;
  readonly results: readonly Measurement[];
}
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  /** `v20.19.0` */
  readonly node: string;
  readonly platform: string;
  /** Runnable processes over the last minute, before and after. Beyond one a core, figures are too low. */
  readonly load: readonly [before: number, after: number];
}
export interface Measurement {
  readonly workload: string;
  readonly doc: string;
  readonly kind: 'kernel' | 'training';
  readonly dtype: DType;
  readonly backend: string;
  /** Of one step: median over rounds, and the range. */
  readonly seconds: { readonly median: number; readonly least: number; readonly most: number };
  readonly rounds: number;
  readonly rate: { readonly value: number; readonly unit: Rate };
  /** Where the cost of a step is known. */
  readonly roofline?: Roofline;
}
export interface Roofline {
  /** What would take longer at the machine's peak: arithmetic, or reading and writing. */
  readonly bound: 'compute' | 'memory';
  /** GFLOP/s or GB/s, reached and possible in plain 128-bit SIMD. */
  readonly reached: number;
  readonly peak: number;
  /** reached / peak. A library with wider vectors can be above 1. */
  readonly share: number;
}
