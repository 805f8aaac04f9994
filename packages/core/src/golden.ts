/** Golden cases: numbers recorded from the authors' own code, replayed through the shipped scheme. */
import type { CircuitView, Recording } from './circuit.js';
import type { FloatArray } from './operations.js';
import type { LayerSpec, Model, Scheme, SchemeOptions } from './scheme.js';

export interface GoldenArray {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}
export interface Tolerance {
  readonly rtol: number;
  readonly atol: number;
}
export interface GoldenCase {
  readonly format: string;
  readonly id: string;
  readonly model: string;
  readonly what: string;
  /** Scalars and options under the names of the field; what they are is the case's own affair. */
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly arrays: Readonly<Record<string, GoldenArray>>;
  readonly steps: number;
  readonly expected: Readonly<Record<string, GoldenArray>>;
  readonly tolerance: Tolerance;
  readonly tolerances?: Readonly<Record<string, Tolerance>>;
}
/** What a replay is given: builds shipped schemes on recorded numbers and keeps the score. */
export interface GoldenBench {
  /**
   * Fills and assembles a scheme. `initial` answers `W1`, `W1/bias`, `B1`; `draws` answers `population/signal` with all
   * its draws in order of use; `signals` are starting values by population and signal; `records` only look; `lend`
   * gives weights of another circuit of the case, all of which live in one memory.
   */
  build(
    scheme: Scheme,
    layers: readonly LayerSpec[],
    options: SchemeOptions,
    given: {
      readonly batch: number;
      readonly dt?: number;
      readonly initial?: (projection: string) => ArrayLike<number> | undefined;
      readonly draws?: (noise: string) => ArrayLike<number> | undefined;
      readonly signals?: Readonly<Record<string, Readonly<Record<string, ArrayLike<number>>>>>;
      readonly records?: readonly Recording[];
      readonly lend?: (weights: string) => FloatArray | undefined;
    },
  ): Model & { readonly circuit: CircuitView };
  /** A recorded array; throws when the case has none of this name. */
  array(name: string): Float64Array;
  /** Compares with `expected[name]`, or with row `row` of its first axis. Unknown names are ignored. */
  compare(name: string, got: ArrayLike<number>, row?: number): void;
}
/**
 * Plays a recorded case through what a scheme itself offers: its programs, or its function of one step. A plugin exports
 * a list of them as the default of its entry `./golden`, beside the folder `golden` with the cases.
 */
export interface GoldenReplay {
  /** `model` of the cases it can replay. */
  readonly model: string;
  /** Expected keys that only repeat an array the case records as given: named, neither compared nor failed. */
  readonly inert?: readonly string[];
  replay(golden: GoldenCase, bench: GoldenBench): void;
}
