/** What is measured: a step, and what it costs at least, whatever the backend. */
import type { Backend, DType, FloatArray, Memory, Step } from '@apical/core';

export type Rate = 'GFLOP/s' | 'M elements/s' | 'steps/s' | 'samples/s';
export interface Workload {
  /** `gemm-100x500x500`: stable, for `--json` and filters. */
  readonly name: string;
  readonly doc: string;
  readonly kind: 'kernel' | 'training';
  readonly rate: Rate;
  /** In units of the rate: a step's GFLOP, million elements, steps or samples. */
  readonly amount: number;
  /** Additions and multiplications of a step. 0: not counted, as of exp and tanh. */
  readonly flops: number;
  /** Numbers that a step reads and writes at least, and different ones among them. 0: not counted. */
  readonly traffic: number;
  readonly resident: number;
  build(memory: Memory): Work;
}
export interface Work {
  readonly step: Step;
  /** What a step leaves, for checks against another implementation. */
  readonly output: FloatArray;
}
export const open = (backend: Backend, dtype: DType, workload: Workload): Work =>
  workload.build(backend.open({ dtype }));
