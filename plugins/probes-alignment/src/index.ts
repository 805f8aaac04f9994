/** Plugin `probes-alignment`: how a scheme's updates and feedback relate to those of backpropagation. */
import { apiVersion, definePlugin } from '@apical/core';
import { alignment } from './alignment.js';
import { feedback } from './feedback.js';
import { signal } from './signal.js';
import { weights } from './weights.js';

export { alignment } from './alignment.js';
export { feedback } from './feedback.js';
export { signal } from './signal.js';
export { weights } from './weights.js';

export default definePlugin({
  name: 'probes-alignment',
  api: apiVersion,
  doc: 'angles between updates, and between feedback and forward weights; weights over training; any signal',
  needs: ['bp'],
  contributes: { Probe: [alignment, feedback, weights, signal] },
});
