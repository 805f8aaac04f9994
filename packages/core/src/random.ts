/** Random numbers as parts see them; the generator is in `numerics`. */
import type { ParameterSpec, Shape, Source } from './model.js';

/** One named stream. Equal name and seed give equal numbers on every machine. */
export interface RandomStream {
  readonly name: string;
  /** The next number in [0, 1), 53 bits. */
  uniform(): number;
  /** The next standard normal. */
  normal(): number;
  /** The next whole number in [0, below). */
  integer(below: number): number;
  /** Fisher-Yates permutation of 0 … length − 1. */
  permutation(length: number): Int32Array;
}
/** `stream('init/W1')`: an independent stream for every name. */
export interface RandomSource {
  readonly seed: number;
  stream(name: string): RandomStream;
  /** Philox key of a stream, for backends that draw by themselves. */
  key(name: string): readonly [number, number];
}
/** First values of weights: `uniform`, `xavier-normal`, `orthogonal`, … */
export interface Initialiser {
  readonly name: string;
  readonly doc: string;
  readonly source?: Source;
  readonly parameters: Readonly<
    Record<string, Omit<ParameterSpec, 'unit' | 'value'> & { readonly value: number }>
  >;
  /** Fills `into`. `shape` is `[post, pre]`, `[filters, channels, rows, cols]`, or `[n]` for a bias. */
  fill(
    into: Float64Array,
    shape: Shape,
    parameters: Readonly<Record<string, number>>,
    stream: RandomStream,
  ): void;
}
