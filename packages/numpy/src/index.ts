/** Public names of `@apical/numpy`. */
export { numpyScript } from './script.js';
export type { ScriptOptions } from './script.js';
