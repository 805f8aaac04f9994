/** Public names of `@apical/kernels`. */
export { reference } from './reference.js';
