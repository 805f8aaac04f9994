/** Plugin `probes-representation`: what hidden layers make of the samples. */
import { apiVersion, definePlugin } from '@apical/core';
import { code } from './code.js';

export { code } from './code.js';

export default definePlugin({
  name: 'probes-representation',
  api: apiVersion,
  doc: 'codes of hidden layers, and how well a line tells classes apart by them',
  contributes: { Probe: [code] },
});
