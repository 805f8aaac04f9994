/**
 * The backward rule of Phaseless Alignment Learning. It needs three things of the neurons it joins: noise `xi` at the
 * post end, and a rate `r` with its value one step ago, `rOld`, at the pre end; on which neurons they sit, and through
 * which kind of synapse, does not matter.
 */
import type { LearningRule } from '@apical/core';
import { defineRule, parameter, state } from '@apical/core';
import { source, time } from './common.js';

/** dB/dt = xi ⊗ rHP − alpha B: the noise of a neuron meets the fast part of what comes back. */
export const pal: LearningRule = defineRule({
  name: 'pal',
  doc: 'correlates the noise of a neuron with what returns of it from the layer above; B becomes parallel to W^T',
  source,
  parameters: {
    alpha: {
      ...parameter('decay: sets the size of B, proportional to 1 / alpha, and how fast it learns', 1e-3),
      min: 0,
    },
    tauHP: time('time constant of the high-pass', 0.1),
  },
  choices: {
    received: { highpass: 'rHP', rate: 'r' },
    /** gated: only synapses whose pre factor is positive decay. derivative: phi' B phi'. */
    decayPost: { plain: '1', gated: '1', derivative: 'dphi(uBreve)' },
    decayPre: { plain: '1', gated: 'where(received > 0, 1, 0)', derivative: 'dphi(uBreve)' },
  },
  traces: { pre: { rHP: state('high-passed rate') } },
  phases: {
    start: { pre: 'rHP = r' },
    trace: { pre: 'rHP += (r - rOld) - dt / tauHP * rHP' },
  },
  update: {
    terms: [
      { post: 'xi', pre: 'received' },
      { gain: '-alpha', post: 'decayPost', pre: 'decayPre', times: 'W' },
    ],
  },
});
