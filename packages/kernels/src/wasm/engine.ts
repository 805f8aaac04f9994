/** What this engine can do. */
import { v128Ops, vectors, type Code } from './assembler.js';
import { assemble } from './module-format.js';

const accepts = (body: Code): boolean =>
  WebAssembly.validate(assemble([{ name: 'probe', params: [], locals: [], result: 'v128', body }]));

/** undefined, or why `wasm` cannot be used. */
export const noSimd = (): string | undefined =>
  accepts(v128Ops.zero()) && typeof SharedArrayBuffer === 'function'
    ? undefined
    : 'this engine has no WebAssembly SIMD or no shared memory';
export const hasRelaxedSimd = (): boolean =>
  accepts(vectors[4].fused(v128Ops.zero(), v128Ops.zero(), v128Ops.zero()));
