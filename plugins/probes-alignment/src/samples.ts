/** What probes of updates and signals have in common: samples that are shown, programs that leave weights alone. */
import type { Model, ProbedRun, Step } from '@apical/core';
import { unknownName } from '@apical/core';

/** Puts samples of the training split, from `first` on, in front of a model. */
export function firstSamples(run: ProbedRun, { circuit, input, target }: Model, first: number): void {
  const { inputs, targets } = run.task.splits.train;
  const x = circuit.signal(input);
  const t = circuit.signal(target);
  const nIn = x.length / circuit.batch;
  const nOut = t.length / circuit.batch;
  x.set(inputs.subarray(first * nIn, first * nIn + x.length));
  t.set(targets.subarray(first * nOut, first * nOut + t.length));
}
/** A program of the scheme that changes no weight, and what comes before it. Throws where there is none of this name. */
export function programOf(
  run: ProbedRun,
  { circuit, programs }: Model,
  name: string,
): { readonly begin: Step | undefined; readonly step: Step } {
  const program = Object.hasOwn(programs, name) ? programs[name] : undefined;
  if (!program) throw unknownName(`program of scheme ${run.scheme.name}`, name, Object.keys(programs));
  return {
    begin: programs.begin && circuit.compile(programs.begin),
    step: circuit.compile(program, {
      apply: false,
      ...(programs.begin ? { after: programs.begin } : {}),
    }),
  };
}
