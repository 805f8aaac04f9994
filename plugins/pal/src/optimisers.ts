/** Optimisers in continuous time that low-pass the proposed change. */
import type { Optimiser } from '@apical/core';
import { defineOptimiser, state } from '@apical/core';
import { flow } from '@apical/plugin-standard';
import { source, time } from './common.js';

const parameters = { eta: flow.parameters.eta!, tau: time('time constant of the low-pass', 100) };
const average = state('low-passed direction');

export const lowpass: Optimiser = defineOptimiser({
  name: 'lowpass',
  doc: 'dw/dt = eta <g>, with <g> the direction after a low-pass',
  source,
  parameters,
  state: { average },
  update: `
    average += dt / tau * (g - average)
    w += dt * eta * average`,
});
export const lowpassDelayed: Optimiser = defineOptimiser({
  name: 'lowpass-delayed',
  doc: 'the same, applying the average of the step before',
  source,
  parameters,
  state: { average },
  update: `
    w += dt * eta * average
    average += dt / tau * (g - average)`,
});
export const optimisers: readonly Optimiser[] = [lowpass, lowpassDelayed];
