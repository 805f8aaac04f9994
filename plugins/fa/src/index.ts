/** Plugin `fa`: feedback alignment and its relatives, and the control with frozen hidden layers. */
import { apiVersion, definePlugin } from '@apical/core';
import { dfa, fa, frozen, kp, signSymmetry } from './schemes.js';

export { dfa, fa, frozen, kp, signSymmetry } from './schemes.js';

export default definePlugin({
  name: 'fa',
  api: apiVersion,
  doc: 'feedback alignment, direct feedback alignment, Kolen-Pollack, sign symmetry, frozen control',
  needs: ['bp', 'standard'],
  contributes: { Scheme: [fa, dfa, kp, signSymmetry, frozen] },
});
