/** Public names of `@apical/kernels`. */
export { reference } from './reference.js';
export {
  wasm,
  wasmBackend,
  type LinearMemory,
  type Product,
  type Products,
  type WasmOptions,
} from './wasm/backend.js';
