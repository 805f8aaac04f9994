/** Learning rules of dendrites that several schemes share. */
import type { LearningRule } from '@apical/core';
import { defineRule } from '@apical/core';

/** The soma teaches what its dendrite predicts: dW = (r − predicted) ⊗ rOld, rates as they were one step ago. */
export const dendriticPrediction: LearningRule = defineRule({
  name: 'dendritic-prediction',
  doc: 'the dendrite learns to predict the rate of the soma',
  source: { paper: 'Urbanczik & Senn 2014', equations: '3' },
  parameters: {},
  choices: { compared: { rates: 'r - predicted', potentials: 'uBreve - vPredicted' } },
  update: { terms: [{ post: 'compared', pre: 'rOld' }] },
});
/** dP = −v ⊗ r: drives the potential of the dendrite it feeds to zero; the projection's gain carries the sign. */
export const silence: LearningRule = defineRule({
  name: 'silence',
  doc: 'inhibition learns to cancel the potential of the dendrite it reaches',
  source: { paper: 'Sacramento, Costa, Bengio & Senn 2018', equations: '9' },
  parameters: {},
  update: { terms: [{ gain: '-projectionGain', post: 'v', pre: 'r' }] },
});
export const rules: readonly LearningRule[] = [dendriticPrediction, silence];
