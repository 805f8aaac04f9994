/** Rules of dendritic microcircuits: dendritic prediction of the soma, and silencing of a dendrite. */
import type { LearningRule } from '@apical/core';
import { defineRule, state } from '@apical/core';
import { time } from './common.js';

const compared = { rates: 'r - predicted', potentials: 'uBreve - vPredicted' };
/** The soma teaches what its dendrite predicts: dW = (r − predicted) ⊗ rPre, as it was one step ago. */
export const dendriticPrediction: LearningRule = defineRule({
  name: 'dendritic-prediction',
  doc: 'the dendrite learns to predict the rate of the soma',
  source: { paper: 'Urbanczik & Senn 2014', equations: '3' },
  parameters: {},
  choices: { compared },
  update: { terms: [{ post: 'compared', pre: 'rOld' }] },
});
/** The same with one of its factors low-passed. */
export const smoothedPrediction: LearningRule = defineRule({
  name: 'dendritic-prediction-smoothed',
  doc: 'dendritic prediction with a low-passed presynaptic rate, or a low-passed error',
  source: { paper: 'Max et al. 2024', note: 'low-pass of the forward rule' },
  parameters: { tau: time('time constant of the low-pass', 100) },
  choices: {
    compared,
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
/** dP = −v ⊗ r: drives the potential of the dendrite it feeds to zero; the projection's gain carries the sign. */
export const silence: LearningRule = defineRule({
  name: 'silence',
  doc: 'inhibition learns to cancel the potential of the dendrite it reaches',
  source: { paper: 'Sacramento, Costa, Bengio & Senn 2018', equations: '9' },
  parameters: {},
  update: { terms: [{ gain: '-projectionGain', post: 'v', pre: 'r' }] },
});
