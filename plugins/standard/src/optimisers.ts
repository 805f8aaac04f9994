/** Optimisers as data: equations over the weights w, the direction g, own state, and k, the number of this update. */
import type { Optimiser, SignalSpec } from '@apical/core';
import { defineOptimiser, parameter, state as signal } from '@apical/core';

const state = (doc: string): SignalSpec => signal(doc);
const eta = { ...parameter('learning rate', 0.1), min: 0 };
const weightDecay = { ...parameter('decay per update, not times the learning rate', 0), min: 0 };
const fraction = (doc: string, value: number) => ({ ...parameter(doc, value), min: 0, max: 1 });

export const sgd: Optimiser = defineOptimiser({
  name: 'sgd',
  doc: 'a step along the direction',
  parameters: { eta, weightDecay },
  update: 'w += eta * g - weightDecay * w',
});
export const momentum: Optimiser = defineOptimiser({
  name: 'momentum',
  doc: 'a step along the decaying sum of directions; momentum 0 is plain descent',
  source: { paper: 'Polyak 1964' },
  parameters: { eta, momentum: fraction('share of the velocity that is kept', 0.9), weightDecay },
  state: { v: state('velocity') },
  update: `
    v = momentum * v + g
    w += eta * v - weightDecay * w`,
});
export const adam: Optimiser = defineOptimiser({
  name: 'adam',
  doc: 'steps scaled by running moments of the direction',
  source: { paper: 'Kingma & Ba 2015', equations: 'algorithm 1' },
  parameters: {
    eta: { ...eta, value: 1e-3 },
    beta1: fraction('memory of the mean', 0.9),
    beta2: fraction('memory of the mean square', 0.999),
    epsilon: { ...parameter('floor of the root mean square', 1e-8), min: 0 },
    weightDecay,
  },
  state: { m: state('running mean'), v: state('running mean square') },
  update: `
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g ** 2
    w += eta * (m / (1 - beta1 ** k)) / (sqrt(v / (1 - beta2 ** k)) + epsilon) - weightDecay * w`,
});
export const flow: Optimiser = defineOptimiser({
  name: 'flow',
  doc: 'continuous time: dw/dt = eta g',
  parameters: { eta: { ...parameter('learning rate', 1, '1/ms'), min: 0 } },
  update: 'w += dt * eta * g',
});
export const optimisers: readonly Optimiser[] = [sgd, momentum, adam, flow];
