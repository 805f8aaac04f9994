/**
 * The code of a hidden layer: how well a linear classifier tells the classes apart by it, and where single samples lie. The
 * classifier is fitted to the training split and judged on another.
 */
import type { Probe, ProbeRow, SplitName } from '@apical/core';
import { ApicalError, checkOptions } from '@apical/core';
import { firstNonFinite, fitLinearClassifier } from '@apical/numerics';
import { hiddenCode } from './hidden-code.js';

export const code: Probe = {
  name: 'code',
  doc: 'linear separability of the classes in a hidden layer, and the code of single samples',
  options: {
    layer: { doc: 'hidden layer, from 1; 0: the narrowest', value: 0 },
    signal: { doc: 'signal of its population that is the code', value: 'r' },
    presentation: { doc: 'ms for which a batch is shown; null: as in evaluation', value: null },
    noise: { doc: 'with the noise of the neurons', value: true },
    batch: { doc: 'samples looked at in one go', value: 500 },
    on: { doc: 'split that judges', value: 'validation', allowed: ['validation', 'test'] },
    fit: { doc: 'training samples the classifier is fitted to; 0: all', value: 0 },
    judge: { doc: 'samples that judge; 0: all', value: 0 },
    alpha: { doc: 'strength of the L2 penalty of the classifier', value: 1e-4 },
    tolerance: { doc: 'fall of its mean loss that counts as progress', value: 1e-3 },
    mostEpochs: { doc: 'most passes over the samples for each class', value: 1000 },
    points: { doc: 'samples of the judging split whose code is told; 0: none', value: 0 },
    every: { doc: 'look only at every so many epochs', value: 1 },
  },
  rows: {
    separability: {
      doc: 'samples of the judging split that the linear classifier gives their class',
      unit: '%',
    },
    'separability-train': { doc: 'the same, of the samples it was fitted to', unit: '%' },
    value: { doc: 'code of a single sample; layer: number of the unit', unit: '1' },
    class: { doc: 'class of a single sample', unit: '1' },
  },
  attach(run, given) {
    const options = checkOptions('probe "code"', code.options, given);
    const whole = (name: string, min: number): number => options.number(name, { min, whole: true });
    const on = options.text('on') as SplitName;
    const { train, [on]: judging } = run.task.splits;
    if (!train.labels || !judging.labels)
      throw new ApicalError(
        'APICAL_PROBE',
        'probe "code" needs classes: the task has none; use a data set with labels',
      );
    const some = (name: string, count: number): number => Math.min(whole(name, 0) || count, count);
    const [fitted, judged] = [some('fit', train.count), some('judge', judging.count)];
    if (judged === 0)
      throw new ApicalError('APICAL_PROBE', `probe "code": the ${on} split, which judges, has no samples`);
    const points = Math.min(whole('points', 0), judged);
    const every = whole('every', 1);
    const hidden = hiddenCode(run, {
      layer: whole('layer', 0),
      signal: options.text('signal'),
      steps: run.steps('evaluation', options.time('presentation')),
      batch: Math.min(whole('batch', 1), Math.max(fitted, judged)),
      noise: options.flag('noise'),
    });
    const fit = {
      alpha: options.number('alpha', { min: Number.MIN_VALUE }),
      tolerance: options.number('tolerance', { min: 0 }),
      mostEpochs: whole('mostEpochs', 1),
    };
    const labels = train.labels.subarray(0, fitted);
    const truth = judging.labels.subarray(0, judged);
    const classes = 1 + [...labels, ...truth].reduce((a, b) => Math.max(a, b), 0);
    return ({ epoch }) => {
      if (epoch % every !== 0) return [];
      const own = hidden.of('train', fitted);
      const theirs = hidden.of(on, judged);
      // a run that diverges is told by the run itself
      if (firstNonFinite(own) >= 0 || firstNonFinite(theirs) >= 0)
        return ['separability', 'separability-train'].map(name => ({ name, value: NaN }));
      const shuffle = run.random.stream(`probe/code/shuffle/${epoch}`);
      const machine = fitLinearClassifier(own, labels, classes, shuffle, fit);
      const rows: ProbeRow[] = [
        { name: 'separability', value: 100 * machine.accuracy(theirs, truth) },
        { name: 'separability-train', value: 100 * machine.accuracy(own, labels) },
      ];
      for (let sample = 0; sample < points; sample++) {
        for (let unit = 0; unit < hidden.width; unit++)
          rows.push({ name: 'value', layer: unit + 1, sample, value: theirs[sample * hidden.width + unit]! });
        rows.push({ name: 'class', sample, value: truth[sample]! });
      }
      return rows;
    };
  },
};
