/**
 * Per layer, on a fixed set of samples and the present weights: how the update that a scheme proposes relates to that
 * of backpropagation, and how its feedback weights relate to the forward weights. Before any optimiser.
 */
import type { FloatArray, Model, Probe, ProbedRun, ProbeRow, Step } from '@apical/core';
import { ApicalError, checkOptions, weightedLayers } from '@apical/core';
import { angle, cosine, flagReference, norm, normRatio, nullBand, signAgreement } from '@apical/numerics';
import { forwardOf } from './feedback-matrix.js';
import { firstSamples, programOf } from './samples.js';

const degrees = 'degrees';
/** The scheme on the weights of the run: one call is what it does with the samples shown. */
function proposing(run: ProbedRun, batch: number, how: Options): { readonly twin: Model; work: Step } {
  const { forward, feedback } = run.model;
  const twin = run.twin(batch, {
    noise: how.noise,
    ...(how.fresh ? { shares: [...forward, ...feedback] } : {}),
  });
  const { begin, step } = programOf(run, twin, how.program);
  return {
    twin,
    work() {
      begin?.();
      for (let k = 0; k < how.steps; k++) step();
    },
  };
}
/** Backpropagation through the same forward weights, or these times a factor per layer. */
function yardstick(run: ProbedRun, batch: number, scale: readonly number[]): { bp: Model; work: Step } {
  const { circuit, forward } = run.model;
  if (scale.length > 0 && scale.length !== forward.length)
    throw new ApicalError(
      'APICAL_OPTION',
      `probe "alignment", option "scale": found ${scale.length} numbers; give one for each of ${forward.length} layers`,
    );
  const weighted = weightedLayers(run.layers);
  const bp = run.other('bp', batch, name => {
    const [projection = '', end] = name.split('/');
    const own = forward[weighted.indexOf(Number(projection.slice(1)))];
    if (scale.length > 0 || !projection.startsWith('W') || own === undefined) return undefined;
    // a scheme without biases is compared with a gradient whose biases are zero
    return circuit.lent(end === 'bias' ? `${own}/bias` : own);
  });
  const learn = bp.circuit.compile(bp.programs.train, { apply: false });
  /** What it is not lent are arrays of its own. */
  const copy = (to: FloatArray | undefined, from: FloatArray | undefined, factor: number): void => {
    for (let i = 0; to && from && i < to.length; i++) to[i] = factor * from[i]!;
  };
  return {
    bp,
    work() {
      scale.forEach((factor, k) => {
        copy(bp.circuit.weights(bp.forward[k]!), circuit.weights(forward[k]!), factor);
        copy(bp.circuit.lent(`${bp.forward[k]!}/bias`), circuit.lent(`${forward[k]!}/bias`), factor);
      });
      learn();
    },
  };
}
interface Options {
  readonly program: string;
  /** How often the program runs on the samples. */
  readonly steps: number;
  readonly noise: boolean;
  readonly fresh: boolean;
}
/** Mean of the finite ones; NaN where there are none. */
function meanOf(values: readonly number[]): number {
  const finite = values.filter(Number.isFinite);
  return finite.reduce((a, b) => a + b, 0) / finite.length;
}
export const alignment: Probe = {
  name: 'alignment',
  doc: 'update and feedback against backpropagation, layer by layer, on fixed samples',
  options: {
    samples: { doc: 'how many of the first training samples are looked at', value: 1024 },
    weights: { doc: 'compare feedback weights with forward weights', value: true },
    program: { doc: 'program of the scheme whose update is looked at', value: 'train' },
    presentation: {
      doc: 'ms for which the samples are shown before its update is looked at; null: as in training',
      value: null,
    },
    noise: { doc: 'with the noise of the neurons', value: true },
    fresh: {
      doc: 'weights that are neither forward nor feedback start as in a new network: interneurons that predict again',
      value: false,
    },
    separate: { doc: 'compare the update of every single sample, and average what comes out', value: false },
    scale: {
      doc: 'per layer, the share of its weighted input that reaches the activation: the reference uses weights times this',
      value: [],
    },
    every: { doc: 'look only at every so many epochs', value: 1 },
  },
  rows: {
    'angle-to-bp': {
      doc: 'between the proposed update and the negative gradient; above 90 the loss rises',
      unit: degrees,
    },
    'cosine-to-bp': { doc: 'its signed cosine', unit: '1' },
    'norm-ratio': { doc: 'length of the proposed update over that of the gradient', unit: '1' },
    'sign-agreement': { doc: 'share of synapses whose update has the sign of the gradient', unit: '1' },
    'reference-norm': { doc: 'length of the gradient', unit: '1' },
    'reference-too-small': {
      doc: '1 where the gradient is below 1e-8 of the weights: the angle means nothing',
      unit: '1',
    },
    'angle-null-sd': {
      doc: 'standard deviation around 90 of the angle of an unrelated update',
      unit: degrees,
    },
    'angle-weights': {
      doc: 'between the feedback weights and the transposed forward weights they stand for',
      unit: degrees,
    },
  },
  attach(run, given) {
    const options = checkOptions('probe "alignment"', alignment.options, given);
    const wanted = options.number('samples', { min: 1, whole: true });
    const samples = Math.min(wanted, run.task.splits.train.count);
    const every = options.number('every', { min: 1, whole: true });
    const withWeights = options.flag('weights');
    const batch = options.flag('separate') ? 1 : samples;
    const { circuit, forward, feedback } = run.model;
    const { twin, work } = proposing(run, batch, {
      program: options.text('program'),
      steps: run.steps('training', options.time('presentation')),
      noise: options.flag('noise'),
      fresh: options.flag('fresh'),
    });
    const { bp, work: reference } = yardstick(run, batch, options.numbers('scale'));
    return ({ epoch }) => {
      if (epoch % every !== 0) return [];
      const told = forward.map(() => new Map<string, number[]>());
      for (let first = 0; first < samples; first += batch) {
        firstSamples(run, twin, first);
        firstSamples(run, bp, first);
        work();
        reference();
        forward.forEach((name, k) => {
          for (const [row, value] of compared(
            twin,
            name,
            bp.circuit.direction(bp.forward[k]!),
            circuit.weights(name),
          )) {
            const values = told[k]!.get(row) ?? [];
            values.push(value);
            told[k]!.set(row, values);
          }
        });
      }
      return told.flatMap((byRow, k): ProbeRow[] => {
        const layer = k + 1;
        const rows = [...byRow].map(([name, values]) => ({ name, layer, value: meanOf(values) }));
        const name = feedback[k];
        const stands = withWeights && name !== undefined ? forwardOf(run.model, name, layer) : undefined;
        if (stands) rows.push({ name: 'angle-weights', layer, value: angle(circuit.weights(name!), stands) });
        return rows;
      });
    };
  },
};
/** Rows of one layer; fewer where no rule works on the projection. */
function compared(
  { circuit }: Model,
  name: string,
  gradient: FloatArray,
  weights: FloatArray,
): readonly (readonly [string, number])[] {
  const size = norm(gradient);
  const about = [
    ['reference-norm', size],
    ['reference-too-small', flagReference(size, norm(weights)) ? 1 : 0],
    ['angle-null-sd', nullBand(gradient.length).sd],
  ] as const;
  if (!circuit.plastic(name)) return about;
  const proposed = circuit.direction(name);
  return [
    ...about,
    ['angle-to-bp', angle(proposed, gradient)],
    ['cosine-to-bp', cosine(proposed, gradient)],
    ['norm-ratio', normRatio(proposed, gradient)],
    ['sign-agreement', signAgreement(proposed, gradient)],
  ];
}
