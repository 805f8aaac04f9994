/** Backpropagation: errors come down through the very weights that carried the rates up. */
import type { NeuronSlot, PlasticitySlot, Scheme } from '@apical/core';
import { defineScheme, setting } from '@apical/core';
import { sgd } from '@apical/plugin-standard';
import { delta } from './delta.js';
import { assembleLayers, heads, passed, phases } from './layered.js';
import { rateInput, rateOutput, rateUnit } from './neurons.js';

export const rateNeurons: Readonly<Record<'input' | 'hidden' | 'output', NeuronSlot>> = {
  input: { model: rateInput },
  hidden: { model: rateUnit },
  output: { model: rateOutput },
};
export const deltaPlasticity: PlasticitySlot = { rule: delta, optimiser: { use: sgd } };
export const bias = setting('do units have biases', true, false);

export const bp: Scheme = defineScheme({
  name: 'bp',
  doc: 'backpropagation of errors: feedback is the transpose of the forward weights',
  source: { paper: 'Rumelhart, Hinton & Williams 1986' },
  parameters: {},
  neurons: rateNeurons,
  plasticity: { forward: deltaPlasticity },
  settings: { bias },
  heads,
  phases,
  assemble: (net, layers, { settings }) =>
    assembleLayers(net, layers, { bias: settings.bias === true, feedback: passed }),
});
