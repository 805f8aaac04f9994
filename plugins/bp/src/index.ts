/** Plugin `bp`: backpropagation on rate units. */
import { apiVersion, definePlugin } from '@apical/core';
import { bp } from './bp.js';
import { delta } from './delta.js';
import { rateInput, rateOutput, rateUnit } from './neurons.js';

export { bias, bp, deltaPlasticity, rateNeurons } from './bp.js';
export { delta } from './delta.js';
export { assembleLayers, heads, layerName, phases, wiringOf } from './layered.js';
export type { Feedback, Wiring } from './layered.js';
export { rateInput, rateOutput, rateUnit } from './neurons.js';

export default definePlugin({
  name: 'bp',
  api: apiVersion,
  doc: 'backpropagation on rate units',
  needs: ['standard'],
  contributes: {
    NeuronModel: [rateInput, rateUnit, rateOutput],
    LearningRule: [delta],
    Scheme: [bp],
  },
});
