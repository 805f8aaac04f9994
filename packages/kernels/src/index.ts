/** Public names of `@apical/kernels`. */
export { reference } from './reference.js';
export { wasm } from './wasm/backend.js';
