/** Plugin `pal`: Phaseless Alignment Learning. */
import { apiVersion, definePlugin } from '@apical/core';
import { activations } from './activations.js';
import { dendriticPrediction, silence, smoothedPrediction } from './dendritic-rules.js';
import { latentEquilibrium, palLayers } from './latent-equilibrium.js';
import { leaky, leakyInput, leakyOutput } from './latent-neurons.js';
import { microcircuit } from './microcircuit.js';
import { interneuron, microcircuitInput, microcircuitOutput, pyramidal } from './microcircuit-neurons.js';
import { noiseClock } from './noise-clock.js';
import { optimisers } from './optimisers.js';
import { pal } from './pal-rule.js';
import { latentReplay } from './replay-latent.js';
import { microcircuitReplay } from './replay-microcircuit.js';

export { clippedLinear, unitSlopeHardSigmoid } from './activations.js';
export { dendriticPrediction, silence, smoothedPrediction } from './dendritic-rules.js';
export { latentEquilibrium, latentUpdate, palLayers } from './latent-equilibrium.js';
export type { LatentUpdate } from './latent-equilibrium.js';
export { leaky, leakyInput, leakyOutput } from './latent-neurons.js';
export { microcircuit, microcircuitStep } from './microcircuit.js';
export type { Feedback, MicrocircuitStep } from './microcircuit.js';
export { interneuron, microcircuitInput, microcircuitOutput, pyramidal } from './microcircuit-neurons.js';
export { noiseClock } from './noise-clock.js';
export { lowpass, lowpassDelayed } from './optimisers.js';
export { pal } from './pal-rule.js';

export default definePlugin({
  name: 'pal',
  api: apiVersion,
  doc: 'Phaseless Alignment Learning in dendritic microcircuits and latent-equilibrium layers',
  needs: ['bp', 'standard'],
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
    ],
    LearningRule: [pal, dendriticPrediction, smoothedPrediction, silence],
    Scheme: [palLayers, microcircuit, latentEquilibrium],
    GoldenReplay: [microcircuitReplay, latentReplay],
  },
});
