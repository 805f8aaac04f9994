/** Replays of the recorded cases beside this file, all made with the authors' code. */
import type { GoldenReplay } from '@apical/core';
import { classificationReplay } from './classification.js';
import { latentReplay } from './latent-equilibrium.js';
import { metricsReplay } from './metrics.js';
import { microcircuitReplay } from './microcircuit.js';

const replays: readonly GoldenReplay[] = [
  microcircuitReplay,
  classificationReplay,
  latentReplay,
  metricsReplay,
];
export default replays;
