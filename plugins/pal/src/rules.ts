/**
 * How weights change in Phaseless Alignment Learning: the backward rule and the low-pass of an update. The rules of the
 * other synapses, dendritic prediction and silencing, are those of the plugin `standard`.
 *
 * The backward rule needs three things of the neurons it joins: noise `xi` at the post end, and a rate `r` with its value
 * one step ago, `rOld`, at the pre end; on which neurons they sit, and through which kind of synapse, does not matter.
 */
import type { LearningRule, Optimiser } from '@apical/core';
import { defineOptimiser, defineRule, state } from '@apical/core';
import { flow } from '@apical/plugin-standard';
import { atLeast0, source, time } from './common.js';

/** (1) dB/dt = xi ⊗ rHP − alpha B: the noise of a neuron meets the fast part of what comes back. */
export const pal: LearningRule = defineRule({
  name: 'pal',
  doc: 'correlates the noise of a neuron with what returns of it from the layer above; B becomes parallel to W^T',
  source,
  parameters: {
    alpha: atLeast0('decay: sets the size of B, proportional to 1 / alpha, and how fast it learns', 1e-3),
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
    // (2)
    trace: { pre: 'rHP += (r - rOld) - dt / tauHP * rHP' },
  },
  update: {
    terms: [
      { post: 'xi', pre: 'received' },
      { gain: '-alpha', post: 'decayPost', pre: 'decayPre', times: 'W' },
    ],
  },
});

const averaging = (name: string, doc: string, update: string): Optimiser =>
  defineOptimiser({
    name,
    doc,
    source,
    parameters: { eta: flow.parameters.eta!, tau: time('time constant of the low-pass', 100) },
    state: { average: state('low-passed direction') },
    update,
  });
export const lowpass = averaging(
  'lowpass',
  'dw/dt = eta <g>, with <g> the direction after a low-pass',
  `
    average += dt / tau * (g - average)
    w += dt * eta * average`,
);
export const lowpassDelayed = averaging(
  'lowpass-delayed',
  'the same, applying the average of the step before',
  `
    w += dt * eta * average
    average += dt / tau * (g - average)`,
);
