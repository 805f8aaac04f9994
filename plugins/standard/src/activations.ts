/** Activations as data. A slope that is not stated is derived from the value. */
import type { Activation } from '@apical/core';
import { freeze } from '@apical/core';

export const linear: Activation = { name: 'linear', value: 'x', slope: '1' };
export const relu: Activation = { name: 'relu', value: 'max(x, 0)', slope: 'where(x > 0, 1, 0)' };
export const leakyRelu: Activation = {
  name: 'leaky-relu',
  doc: 'slope 0.01 below zero',
  value: 'where(x > 0, x, 0.01 * x)',
  slope: 'where(x > 0, 1, 0.01)',
};
export const tanh: Activation = { name: 'tanh', value: 'tanh(x)', slope: '1 - tanh(x) ** 2' };
export const sigmoid: Activation = {
  name: 'sigmoid',
  value: 'sigmoid(x)',
  slope: 'sigmoid(x) * (1 - sigmoid(x))',
};
export const softplus: Activation = { name: 'softplus', value: 'softplus(x)', slope: 'sigmoid(x)' };
export const hardSigmoid: Activation = {
  name: 'hard-sigmoid',
  doc: 'x / 6 + 1 / 2 between 0 and 1',
  value: 'clip(x / 6 + 0.5, 0, 1)',
  slope: 'where(abs(x) < 3, 1 / 6, 0)',
};
export const softmax: Activation = {
  name: 'softmax',
  doc: 'over the units of the layer, per sample',
  forward: `
    shifted = exp(x - largest(x))
    y = shifted / sum(shifted)`,
  backward: 'back = y * (delta - sum(y * delta))',
};
export const activations: readonly Activation[] = freeze([
  linear,
  relu,
  leakyRelu,
  tanh,
  sigmoid,
  softplus,
  hardSigmoid,
  softmax,
]);
