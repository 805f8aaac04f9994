/** Circuits of the shipped schemes for tests. */
import type { LayerSpec, Scheme, SchemeOptions } from '@apical/core';
import { assemble, circuitStreams, type AssembleOptions, type BuiltModel } from '@apical/circuit';
import { fill } from '@apical/schemes';
import { reference, wasm } from '@apical/kernels';
import { createRandomSource } from '@apical/numerics';
import { libraryOf } from '@apical/testing';
import standard from '@apical/plugin-standard';
import pal from '../src/index.js';

export const library = libraryOf(standard, pal);
export const bench = { library, backend: reference };
export const layersOf = (...sizes: readonly number[]): LayerSpec[] => sizes.map(n => ({ shape: [n] }));

export function build(
  scheme: Scheme,
  layers: readonly LayerSpec[],
  options: SchemeOptions = {},
  given: {
    readonly batch?: number;
    readonly dt?: number;
    readonly seed?: number;
    readonly fast?: boolean;
    readonly weights?: NonNullable<AssembleOptions['weights']>;
  } = {},
): BuiltModel {
  const { batch = 1, dt = 0.01, seed = 1, fast = false, weights = {} } = given;
  return assemble(fill(scheme, options), layers, {
    memory: (fast ? wasm : reference).open({ dtype: 'float64' }),
    batch,
    dt,
    library,
    weights,
    streams: circuitStreams(createRandomSource(seed), library.initialisers),
  });
}
/** Fills a signal with uniform numbers of a stream of its own. */
export function show({ circuit }: BuiltModel, ref: string, seed = 1): void {
  const stream = createRandomSource(seed).stream(`show/${ref}`);
  circuit.signal(ref).forEach((_, i, into) => (into[i] = stream.uniform()));
}
export const times = (count: number, step: () => void): void => {
  for (let k = 0; k < count; k++) step();
};
export const largest = (values: ArrayLike<number>): number => Math.max(...Array.from(values, Math.abs));
/** Largest difference over the largest entry. */
export function apart(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return largest(Array.from(a, (v, i) => v - b[i]!)) / Math.max(largest(b), Number.MIN_VALUE);
}
