/** Puts the samples of a batch where the scheme takes inputs and targets. */
import type { BuiltModel } from '@apical/circuit';
import type { PreparedSplit } from '@apical/core';

/** Copies samples `order[from] … order[from + batch - 1]`. */
export function presenter(
  model: BuiltModel,
  { inputs, targets }: PreparedSplit,
  batch: number,
): (order: Int32Array, from: number) => void {
  const input = model.circuit.signal(model.input);
  const target = model.circuit.signal(model.target);
  const nIn = input.length / batch;
  const nOut = target.length / batch;
  // many short rows: a copy loop beats subarray and set below about 60 numbers
  const copy = (from: typeof inputs, into: typeof inputs, n: number, sample: number, b: number): void => {
    if (n > 60) into.set(from.subarray(sample * n, (sample + 1) * n), b * n);
    else for (let i = 0, to = b * n, at = sample * n; i < n; i++) into[to++] = from[at++]!;
  };
  return (order, from) => {
    for (let b = 0; b < batch; b++) {
      const sample = order[from + b]!;
      copy(inputs, input, nIn, sample, b);
      copy(targets, target, nOut, sample, b);
    }
  };
}
