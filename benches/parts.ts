/** What benches share: time of the processor, single products, training steps of BP. */
import type { Backend, DType, LayerSpec, Optimiser, Step } from '@apical/core';
import { product } from '@apical/bench';
import { assemble, circuitStreams, type BuiltModel } from '@apical/circuit';
import { fill } from '@apical/schemes';
import { createRandomSource } from '@apical/numerics';
import { libraryOf } from '@apical/testing';
import standard from '@apical/plugin-standard';
import { bp } from '@apical/plugin-bp';

/** Seconds of processor time of this process: what else runs does not count. */
export function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}
export type DenseOp = 'multiply' | 'multiply-transposed' | 'outer';
export function productStep(
  backend: Backend,
  dtype: DType,
  op: DenseOp,
  batch: number,
  nPre: number,
  nPost: number,
): Step {
  const memory = backend.open({ dtype });
  const filled = (n: number) => memory.allocate(n).fill(0.01);
  const gain = memory.allocateCell(1e-9);
  const operation = product(
    op,
    filled(nPre * nPost),
    filled(batch * nPre),
    filled(batch * nPost),
    gain,
    batch,
  );
  return memory.prepare([operation], 'bench');
}
export interface TrainingBench {
  readonly backend: Backend;
  readonly dtype: DType;
  readonly sizes: readonly number[];
  readonly activation: string;
  readonly head: string;
  readonly batch: number;
  readonly optimiser: Optimiser;
  readonly eta: number;
}
const library = libraryOf(standard);
/** BP, its input filled with uniform numbers. */
export function trainingModel(given: TrainingBench): BuiltModel {
  const { backend, dtype, sizes, activation, head, batch, optimiser, eta } = given;
  const layers = sizes.map((n, l): LayerSpec => {
    const isHidden = l > 0 && l < sizes.length - 1;
    return { shape: [n], ...(isHidden ? { activation } : {}) };
  });
  const plasticity = { forward: { optimiser: { use: optimiser, parameters: { eta } } } };
  const streams = circuitStreams(createRandomSource(0), library.initialisers);
  const memory = backend.open({ dtype });
  const model = assemble(fill(bp, { head, plasticity }), layers, { memory, batch, library, streams });
  const stream = createRandomSource(0).stream('bench/input');
  model.circuit.signal(model.input).forEach((_, i, x) => (x[i] = stream.uniform()));
  return model;
}
