/** Training of a small classifier on random samples, to be compared between backends. */
import type { Backend, DType, Optimiser, Scheme } from '@apical/core';
import { assemble, circuitStreams, type BuiltModel } from '@apical/circuit';
import { fill } from '@apical/schemes';
import { createRandomSource } from '@apical/numerics';
import type { libraryOf } from './parts.js';

export interface SmallTraining {
  readonly backend: Backend;
  readonly dtype: DType;
  readonly scheme: Scheme;
  /** With `eta` 0.01. */
  readonly optimiser: Optimiser;
  readonly library: ReturnType<typeof libraryOf>;
  /** Units of every layer; hidden ones are tanh and relu by turns. */
  readonly sizes: readonly number[];
  readonly batch: number;
}
export interface TrainedModel {
  readonly model: BuiltModel;
  /** One update on the samples of number `k`. */
  readonly train: (k: number) => void;
}
export function smallTraining(given: SmallTraining): TrainedModel {
  const { backend, dtype, scheme, optimiser, library, sizes, batch } = given;
  const layers = sizes.map((n, l) =>
    l > 0 && l < sizes.length - 1 ? { shape: [n], activation: l % 2 ? 'relu' : 'tanh' } : { shape: [n] },
  );
  const plasticity = { forward: { optimiser: { use: optimiser, parameters: { eta: 0.01 } } } };
  const streams = circuitStreams(createRandomSource(2), library.initialisers);
  const memory = backend.open({ dtype });
  const options = { head: 'softmax-cross-entropy', plasticity };
  const model = assemble(fill(scheme, options), layers, { memory, batch, library, streams });
  const { circuit, input, target, programs } = model;
  const step = circuit.compile(programs.train);
  const classes = sizes.at(-1)!;
  return {
    model,
    train(k) {
      const stream = createRandomSource(k).stream('test');
      circuit.signal(input).forEach((_, i, x) => (x[i] = stream.normal()));
      circuit.signal(target).fill(0);
      for (let b = 0; b < batch; b++) circuit.signal(target)[b * classes + stream.integer(classes)] = 1;
      step();
    },
  };
}
/** The largest difference of each of their weights and biases, by name. */
export function weightsApart(a: TrainedModel, b: TrainedModel): ReadonlyMap<string, number> {
  const [one, other] = [a.model.circuit, b.model.circuit];
  return new Map(
    one.weightNames().map(name => {
      const found = other.lent(name)!;
      return [name, Math.max(...Array.from(one.lent(name)!, (v, i) => Math.abs(v - found[i]!)))];
    }),
  );
}
