/** The delta rule: what the post end should change, times what the pre end sent. */
import type { LearningRule } from '@apical/core';
import { defineRule, parameter } from '@apical/core';

export const delta: LearningRule = defineRule({
  name: 'delta',
  doc: 'dW = delta ⊗ r − decay W, with delta the negative gradient at the post end',
  source: { paper: 'Rumelhart, Hinton & Williams 1986', equations: '7' },
  parameters: {
    decay: { ...parameter('L2 penalty, added to the direction of weights and biases', 0), min: 0 },
  },
  update: {
    terms: [
      { post: 'delta', pre: 'r' },
      { gain: '-decay', times: 'W' },
    ],
  },
});
