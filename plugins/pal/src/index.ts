/** Plugin `pal`: Phaseless Alignment Learning. */
import { apiVersion, definePlugin } from '@apical/core';
import { activations } from './activations.js';
import { classification } from './classification.js';
import {
  classificationInput,
  classificationInterneuron,
  classificationOutput,
  classificationPyramidal,
} from './classification-neurons.js';
import { dendriticPrediction, silence, smoothedPrediction } from './dendritic-rules.js';
import { latentEquilibrium, palLayers } from './latent-equilibrium.js';
import { leaky, leakyInput, leakyOutput } from './latent-neurons.js';
import { microcircuit } from './microcircuit.js';
import { interneuron, microcircuitInput, microcircuitOutput, pyramidal } from './microcircuit-neurons.js';
import { noiseClock } from './noise-clock.js';
import { optimisers } from './optimisers.js';
import { pal } from './pal-rule.js';
import { classificationReplay } from './replay-classification.js';
import { latentReplay } from './replay-latent.js';
import { metricsReplay } from './replay-metrics.js';
import { microcircuitReplay } from './replay-microcircuit.js';

export { clippedLinear, unitSlopeHardSigmoid } from './activations.js';
export { classification, classificationStep } from './classification.js';
export type { ClassificationStep } from './classification.js';
export {
  classificationInput,
  classificationInterneuron,
  classificationOutput,
  classificationPyramidal,
} from './classification-neurons.js';
export { dendriticPrediction, silence, smoothedPrediction } from './dendritic-rules.js';
export { latentEquilibrium, latentUpdate, palLayers } from './latent-equilibrium.js';
export type { LatentUpdate } from './latent-equilibrium.js';
export { leaky, leakyInput, leakyOutput } from './latent-neurons.js';
export { microcircuit, microcircuitStep } from './microcircuit.js';
export type { MicrocircuitStep } from './microcircuit.js';
export type { Feedback } from './microcircuit-wiring.js';
export { interneuron, microcircuitInput, microcircuitOutput, pyramidal } from './microcircuit-neurons.js';
export { noiseClock } from './noise-clock.js';
export { lowpass, lowpassDelayed } from './optimisers.js';
export { pal } from './pal-rule.js';

export default definePlugin({
  name: 'pal',
  api: apiVersion,
  doc: 'Phaseless Alignment Learning in dendritic microcircuits and latent-equilibrium layers',
  needs: ['bp', 'fa', 'standard'],
  contributes: {
    Activation: activations,
    Optimiser: optimisers,
    NeuronModel: [
      microcircuitInput,
      pyramidal,
      microcircuitOutput,
      interneuron,
      noiseClock,
      leakyInput,
      leaky,
      leakyOutput,
      classificationInput,
      classificationPyramidal,
      classificationOutput,
      classificationInterneuron,
    ],
    LearningRule: [pal, dendriticPrediction, smoothedPrediction, silence],
    Scheme: [palLayers, microcircuit, classification, latentEquilibrium],
    GoldenReplay: [microcircuitReplay, classificationReplay, latentReplay, metricsReplay],
  },
});
