/** What only ablations use: held noise, low-passed factors of a rule, activations with the slopes of the paper's code. */
import type { Activation, LearningRule, NeuronModel, Program } from '@apical/core';
import { defineNeuron, defineRule, derived, freeze, parameter, state } from '@apical/core';
import { dendriticPrediction, hardSigmoid } from '@apical/plugin-standard';
import { source, time, type Settings } from './common.js';

export const unitSlopeHardSigmoid: Activation = freeze({
  name: 'hard-sigmoid-unit-slope',
  doc: 'hard-sigmoid whose slope counts as 1, not 1/6, where it is not flat',
  source,
  value: (hardSigmoid as { readonly value: string }).value,
  slope: 'where(abs(x) < 3, 1, 0)',
});
export const clippedLinear: Activation = freeze({
  name: 'clipped-linear',
  doc: 'x between 0 and 1; slope 1 also at the ends',
  source,
  value: 'clip(x, 0, 1)',
  slope: 'where(x >= 0, where(x <= 1, 1, 0), 0)',
});
export const smoothedPrediction: LearningRule = defineRule({
  name: 'dendritic-prediction-smoothed',
  doc: 'dendritic prediction with a low-passed presynaptic rate, or a low-passed error',
  source: { paper: 'Max et al. 2024', note: 'low-pass of the forward rule' },
  parameters: { tau: time('time constant of the low-pass', 100) },
  choices: {
    ...dendriticPrediction.choices,
    error: { presynaptic: 'compared', postsynaptic: 'eLow' },
    sent: { presynaptic: 'rLow', postsynaptic: 'rOld' },
  },
  traces: {
    pre: { rLow: state('low-passed presynaptic rate') },
    post: { eLow: state('low-passed error') },
  },
  phases: {
    trace: { pre: 'rLow += dt / tau * (rOld - rLow)', post: 'eLow += dt / tau * (compared - eLow)' },
  },
  update: { terms: [{ post: 'error', pre: 'sent' }] },
});

const count = (doc: string) => ({ ...state(doc), per: 'population' as const });
/** In the paper's code each visit of a layer counts, and a renewal in one layer delays the others. */
export const noiseClock: NeuronModel = defineNeuron({
  name: 'pal/noise-clock',
  doc: 'one count of visits that all layers share: due in the first visit of every layer, then every `hold` visits',
  source,
  parameters: {
    hold: parameter('visits from one renewal to the next', 1),
    layers: parameter('layers that are visited', 1),
  },
  signals: {
    visits: count('visits so far, up to the number of layers'),
    since: count('visits since the last renewal'),
    due: { ...derived('is the noise of the layer visited renewed'), per: 'population' },
  },
  phases: {
    visit: `
      due = where(visits < layers, 1, where(since + 0.5 >= hold, 1, 0))
      since = where(due > 0, 1, since + 1)
      visits = min(visits + 1, layers)`,
  },
});
/** The stages that renew noise: each time `hold` is over, or as the clock says that all layers share. */
export function renew({ noiseCount }: Settings, noisy: readonly string[]): Program {
  if (noiseCount !== 'shared') return [{ every: 'hold / dt', stages: [{ phase: 'noise' }] }];
  return noisy.flatMap(layer => [
    { phase: 'visit', on: ['clock'] },
    { when: 'clock.due', stages: [{ phase: 'noise', on: [layer] }] },
  ]);
}
