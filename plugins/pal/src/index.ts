/** Plugin `pal`: Phaseless Alignment Learning. */
import { apiVersion, definePlugin } from '@apical/core';
import { clippedLinear, smoothedPrediction, unitSlopeHardSigmoid } from './ablations.js';
import { classification } from './classification.js';
import { latentEquilibrium, palLayers } from './latent-equilibrium.js';
import { microcircuit } from './microcircuit.js';
import { lowpass, lowpassDelayed, pal } from './rules.js';

export { clippedLinear, smoothedPrediction, unitSlopeHardSigmoid } from './ablations.js';
export { classification, classificationStep } from './classification.js';
export { latentEquilibrium, latentUpdate, palLayers } from './latent-equilibrium.js';
export { microcircuit, microcircuitStep } from './microcircuit.js';
export { lowpass, lowpassDelayed, pal } from './rules.js';

const schemes = [palLayers, microcircuit, classification, latentEquilibrium];
const models = schemes.flatMap(({ neurons }) => Object.values(neurons).map(({ model }) => model));

export default definePlugin({
  name: 'pal',
  api: apiVersion,
  doc: 'Phaseless Alignment Learning in dendritic microcircuits and latent-equilibrium layers',
  needs: ['bp', 'fa', 'standard'],
  contributes: {
    Activation: [unitSlopeHardSigmoid, clippedLinear],
    Optimiser: [lowpass, lowpassDelayed],
    // the schemes of layers have theirs in common
    NeuronModel: [...new Set(models)],
    LearningRule: [pal, smoothedPrediction],
    Scheme: schemes,
  },
});
