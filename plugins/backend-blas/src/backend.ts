/** The backend `blas`: arrays and passes of `wasm`, large dense products on the BLAS of the system. */
import type { Backend } from '@apical/core';
import { wasmBackend } from '@apical/kernels';
import { findBlas, type Found } from './find.js';
import { thisMachine, type Machine } from './machine.js';
import { productsOf } from './products.js';

export interface BlasOptions {
  readonly machine?: Machine;
  /** Multiply-accumulates from which on the library is called. */
  readonly smallest?: number;
}
/** The library is looked for when it is first asked whether there is one. */
export function blasBackend({ machine = thisMachine, smallest }: BlasOptions = {}): Backend {
  let known: Found | undefined;
  const found = (): Found => (known ??= findBlas(machine));
  const why = (): string | undefined => {
    const answer = found();
    return 'why' in answer ? answer.why : undefined;
  };
  const own = wasmBackend({
    name: 'blas',
    doc: 'large dense products on the BLAS of the system, all else as in wasm; last bits depend on the library',
    flags: {},
    unavailable: why,
    products: memory => {
      const answer = found();
      if ('why' in answer) throw new Error(answer.why);
      return productsOf(answer.blas, smallest)(memory);
    },
  });
  return {
    ...own,
    preference: 2,
    fallback: 'wasm',
    get flags() {
      const answer = found();
      return 'blas' in answer ? { ...answer.blas.identity } : {};
    },
  };
}
export const blas: Backend = blasBackend();
