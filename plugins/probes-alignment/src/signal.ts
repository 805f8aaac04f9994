/**
 * Any signal, or the ratio of two, in one number a layer after any program, on fixed samples and the present weights: the
 * residual of an inversion, feedback that remains without a target, the passes a relaxation took.
 */
import type { FloatArray, Model, Probe, ProbedRun, ProbeRow, Step } from '@apical/core';
import { ApicalError, checkOptions } from '@apical/core';
import { maxAbs } from '@apical/numerics';
import { firstSamples, programOf } from './samples.js';

const reductions = {
  rms: (sum: Sums) => Math.sqrt(sum.squares / sum.count),
  size: (sum: Sums) => sum.sizes / sum.count,
  mean: (sum: Sums) => sum.values / sum.count,
  largest: (sum: Sums) => sum.largest,
} as const;
type Reduction = keyof typeof reductions;
interface Sums {
  readonly count: number;
  readonly values: number;
  readonly sizes: number;
  readonly squares: number;
  readonly largest: number;
}
function sumsOf(values: FloatArray): Sums {
  let [sum, sizes, squares] = [0, 0, 0];
  for (const v of values) {
    sum += v;
    sizes += Math.abs(v);
    squares += v * v;
  }
  return { count: values.length, values: sum, sizes, squares, largest: maxAbs(values) };
}
export const signal: Probe = {
  name: 'signal',
  doc: 'a signal, or the ratio of two, in one number a layer after any program of the scheme',
  options: {
    of: {
      doc: 'errors: where the scheme says the error of each hidden layer is; else an expression over the signals of a population, such as delta, p - pBar',
      value: 'errors',
    },
    over: { doc: 'expression whose number it is divided by, in the same population; empty: none', value: '' },
    at: {
      doc: 'hidden: populations of the hidden layers; layers: the output as well; or names of populations, separated by commas',
      value: 'hidden',
    },
    reduce: {
      doc: 'over units and samples: root of the mean square, mean of the sizes, mean, largest size',
      value: 'rms',
      allowed: Object.keys(reductions),
    },
    program: {
      doc: 'program of the scheme that runs on the samples; weights stay as they are',
      value: 'train',
    },
    presentation: { doc: 'ms for which they are shown; null: as in training', value: null },
    target: {
      doc: 'shown: that of the samples; output: what the network says itself, so that there is no error',
      value: 'shown',
      allowed: ['shown', 'output'],
    },
    passes: { doc: 'name of an "until" whose passes are told; empty: none', value: '' },
    samples: { doc: 'how many of the first training samples are looked at', value: 256 },
    noise: { doc: 'with the noise of the neurons', value: true },
    every: { doc: 'look only at every so many epochs', value: 1 },
  },
  rows: {
    value: { doc: 'the signal, or the ratio; layer: hidden layer, or place in the list "at"', unit: '1' },
    passes: { doc: 'passes until settled, mean over samples', unit: '1' },
    settled: { doc: 'share of samples that settled', unit: '1' },
  },
  attach(run, given) {
    const options = checkOptions('probe "signal"', signal.options, given);
    const batch = Math.min(options.number('samples', { min: 1, whole: true }), run.task.splits.train.count);
    const every = options.number('every', { min: 1, whole: true });
    const twin = run.twin(batch, { noise: options.flag('noise') });
    const work = working(run, twin, {
      program: options.text('program'),
      steps: run.steps('training', options.time('presentation')),
      ownTarget: options.text('target') === 'output',
    });
    const looks = looksOf(twin, options.text('of'), options.text('over'), options.text('at'));
    const reduce = reductions[options.text('reduce') as Reduction];
    const name = options.text('passes');
    const told = (what: 'passes' | 'settled') =>
      name === '' ? undefined : twin.circuit.signal(`${name}.${what}`);
    const [passes, settled] = [told('passes'), told('settled')];
    return ({ epoch }) => {
      if (epoch % every !== 0) return [];
      work();
      const rows = looks.map(({ of, over }, k): ProbeRow => {
        const value = reduce(sumsOf(of()));
        return { name: 'value', layer: k + 1, value: over ? value / reduce(sumsOf(over())) : value };
      });
      if (passes) rows.push({ name: 'passes', value: reductions.mean(sumsOf(passes)) });
      if (settled) rows.push({ name: 'settled', value: reductions.mean(sumsOf(settled)) });
      return rows;
    };
  },
};
/** Shows the samples and runs the program on them; called for every look. */
function working(
  run: ProbedRun,
  twin: Model,
  how: { readonly program: string; readonly steps: number; readonly ownTarget: boolean },
): Step {
  const { circuit, programs, output, target } = twin;
  const { begin, step } = programOf(run, twin, how.program);
  const evaluate = circuit.compile(programs.evaluate, programs.begin ? { after: programs.begin } : {});
  const evaluations = run.steps('evaluation');
  return () => {
    firstSamples(run, twin, 0);
    begin?.();
    if (how.ownTarget) {
      for (let k = 0; k < evaluations; k++) evaluate();
      circuit.signal(target).set(circuit.signal(output));
      begin?.();
    }
    for (let k = 0; k < how.steps; k++) step();
  };
}
interface Look {
  readonly of: () => FloatArray;
  readonly over?: () => FloatArray;
}
function looksOf({ circuit, forward, errors }: Model, of: string, over: string, at: string): Look[] {
  const layers = forward.map(name => circuit.ends(name).to);
  const populations =
    at === 'hidden' ? layers.slice(0, -1) : at === 'layers' ? layers : at.split(',').map(name => name.trim());
  if (of === 'errors') {
    if (!errors)
      throw new ApicalError(
        'APICAL_PROBE',
        'probe "signal", option "of": the scheme does not say where its errors are; give an expression over signals',
      );
    return errors.map(ref => {
      const [population = '', name = ''] = ref.split('.');
      return {
        of: circuit.expression(population, name),
        ...(over === '' ? {} : { over: circuit.expression(population, over) }),
      };
    });
  }
  return populations.map(population => ({
    of: circuit.expression(population, of),
    ...(over === '' ? {} : { over: circuit.expression(population, over) }),
  }));
}
