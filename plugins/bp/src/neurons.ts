/** Rate units of a layered network that carries errors. */
import type { NeuronModel } from '@apical/core';
import { defineNeuron, derived, input, stimulus } from '@apical/core';

const source = { paper: 'Rumelhart, Hinton & Williams 1986' };

export const rateInput: NeuronModel = defineNeuron({
  name: 'rate/input',
  doc: 'shows the sample',
  source,
  parameters: {},
  signals: { r: stimulus('rate: the sample itself') },
  phases: {},
});
export const rateUnit: NeuronModel = defineNeuron({
  name: 'rate/unit',
  doc: 'hidden unit: a rate upwards, an error downwards',
  source,
  functions: { phi: 'tanh' },
  parameters: {},
  signals: {
    z: input('W r + b, from the layer below'),
    r: derived('rate'),
    feedback: input('error from above'),
    delta: derived('-dL/dz, as far as the feedback says'),
  },
  phases: {
    forward: 'r = phi(z)',
    backward: 'delta = phiBack(feedback)',
  },
});
export const rateOutput: NeuronModel = defineNeuron({
  name: 'rate/output',
  doc: 'output unit: compares its rate with the target',
  source,
  functions: { phi: 'linear' },
  parameters: {},
  signals: {
    z: input('W r + b, from the layer below'),
    r: derived('rate: the output'),
    target: stimulus('wanted output'),
    delta: derived('-dL/dz'),
    loss: { ...derived('loss of the sample'), per: 'sample' },
  },
  choices: {
    /** matched: activation and loss belong together, so that the slope cancels (softmax and cross-entropy). */
    error: { matched: 'target - r', backpropagated: 'phiBack(target - r)' },
    cost: {
      squared: 'sum(0.5 * (r - target) ** 2)',
      crossEntropy: 'sum(target * (largest(z) + log(sum(exp(z - largest(z)))) - z))',
    },
  },
  phases: {
    forward: 'r = phi(z)',
    backward: `
      delta = error
      loss = cost`,
  },
});
