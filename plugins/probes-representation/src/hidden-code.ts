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
export function hiddenCode(run: ProbedRun, how: CodeOptions): HiddenCode {
  const twin = run.twin(how.batch, { noise: how.noise });
  const { circuit, programs, forward } = twin;
  const codes = forward.slice(0, -1).map(name => circuit.signal(`${circuit.ends(name).to}.${how.signal}`));
  if (codes.length === 0 || how.layer > codes.length)
    throw new ApicalError(
      'APICAL_OPTION',
      `probe "code", option "layer": found ${how.layer}; the network has ${codes.length} hidden layers`,
    );
  const widths = codes.map(c => c.length / how.batch);
  const layer = how.layer || widths.indexOf(Math.min(...widths)) + 1;
  const begin = programs.begin && circuit.compile(programs.begin);
  const step = circuit.compile(programs.evaluate, programs.begin ? { after: programs.begin } : {});
  const code = codes[layer - 1]!;
  const input = circuit.signal(twin.input);
  const nIn = input.length / how.batch;
  const width = widths[layer - 1]!;
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
