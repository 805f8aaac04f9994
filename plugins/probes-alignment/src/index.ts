/** Plugin `probes-alignment`: how a scheme's updates and feedback relate to those of backpropagation. */
import { apiVersion, definePlugin } from '@apical/core';
import { alignment } from './alignment.js';

export { alignment } from './alignment.js';

export default definePlugin({
  name: 'probes-alignment',
  api: apiVersion,
  doc: 'angles between updates, and between feedback and forward weights',
  needs: ['bp'],
  contributes: { Probe: [alignment] },
});
