/** The backend `blas`, as a plugin. Importing it loads no library. */
import { apiVersion, definePlugin } from '@apical/core';
import { blas } from './backend.js';

export { blas, blasBackend, type BlasOptions } from './backend.js';
export type { Koffi, Machine, SharedLibrary } from './machine.js';
export { thisMachine } from './machine.js';

export default definePlugin({
  name: 'backend-blas',
  api: apiVersion,
  doc: 'Dense products on the BLAS of the system: OpenBLAS, MKL, BLIS, Accelerate',
  contributes: { Backend: [blas] },
});
