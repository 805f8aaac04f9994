/** Public names of `@apical/kernels`. */
export { reference } from './reference.js';
export { measurePeaks, type PeakOptions, type Peaks } from './wasm/peaks.js';
export type { Product } from './wasm/emission.js';
export { arraysOf, changes, insideOf, macs, passesOf, touches, verbOf } from './verbs/index.js';
export {
  wasm,
  wasmBackend,
  wasmFma,
  type LinearMemory,
  type Products,
  type WasmOptions,
} from './wasm/backend.js';
