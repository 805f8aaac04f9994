/** Rates of a hidden layer for the samples of a split, on the present weights. */
import type { FloatArray, ProbedRun, SplitName } from '@apical/core';
import { ApicalError } from '@apical/core';

export interface CodeOptions {
  /** Hidden layer, from 1; 0: the narrowest. */
  readonly layer: number;
  /** Signal of its population. */
  readonly signal: string;
  /** How often the program `evaluate` runs on a batch. */
  readonly steps: number;
  /** Samples looked at in one go. */
  readonly batch: number;
  readonly noise: boolean;
}
export interface HiddenCode {
  readonly width: number;
  /** `[count, width]`, in an array of its own. */
  of(split: SplitName, count: number): Float64Array;
}
const size = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

export function hiddenCode(run: ProbedRun, how: CodeOptions): HiddenCode {
  const hidden = run.layers.slice(1, -1).map(l => size(l.shape));
  if (hidden.length === 0 || how.layer > hidden.length)
    throw new ApicalError(
      'APICAL_OPTION',
      `probe "code", option "layer": found ${how.layer}; the network has ${hidden.length} hidden layers`,
    );
  const layer = how.layer || hidden.indexOf(Math.min(...hidden)) + 1;
  const twin = run.twin(how.batch, { noise: how.noise });
  const { circuit, programs } = twin;
  const begin = programs.begin && circuit.compile(programs.begin);
  const step = circuit.compile(programs.evaluate, programs.begin ? { after: programs.begin } : {});
  const { from } = circuit.ends(twin.forward[layer]!);
  const code = circuit.signal(`${from}.${how.signal}`);
  const input = circuit.signal(twin.input);
  const nIn = input.length / how.batch;
  const width = hidden[layer - 1]!;
  const put = (inputs: FloatArray, first: number, n: number): void => {
    input.set(inputs.subarray(first * nIn, (first + n) * nIn));
    // a last, incomplete batch is filled up with its last sample
    const last = inputs.subarray((first + n - 1) * nIn, (first + n) * nIn);
    for (let b = n; b < how.batch; b++) input.set(last, b * nIn);
  };
  return {
    width,
    of(split, count) {
      const { inputs } = run.task.splits[split];
      const out = new Float64Array(count * width);
      for (let first = 0; first < count; first += how.batch) {
        const n = Math.min(how.batch, count - first);
        put(inputs, first, n);
        begin?.();
        for (let k = 0; k < how.steps; k++) step();
        out.set(code.subarray(0, n * width), first * width);
      }
      return out;
    },
  };
}
