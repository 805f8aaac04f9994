/**
 * The backend `wasm`: arrays in one shared WebAssembly memory, products and elementwise passes in plain SIMD. Its numbers
 * are the same on every engine and processor.
 */
import type { Backend, DType, Memory, Operation, Step } from '@apical/core';
import { ApicalError } from '@apical/core';
import { hasRelaxedSimd, noSimd } from './engine.js';
import { Arena } from './memory.js';
import { check } from '../verbs/index.js';
import type { Product, Room } from './emission.js';
import { tileRows } from './packed.js';
import { compileProgram } from './program.js';

/** The memory that products of another library work on. */
export interface LinearMemory {
  /** Shared; it may grow, and its addresses never move. Arrays are views of its buffer. */
  readonly memory: WebAssembly.Memory;
  readonly dtype: DType;
}
/** Another library's way with some products (undefined: that of `wasm`). Its steps allocate nothing. */
export type Products = (memory: LinearMemory) => (product: Product) => Step | undefined;
export interface WasmOptions {
  readonly name: string;
  readonly doc: string;
  readonly flags: Backend['flags'];
  readonly unavailable?: () => string | undefined;
  readonly products?: Products;
  /** Multiply and add with one rounding, in relaxed SIMD: faster, and other bits where a processor has no such instruction. */
  readonly fused?: boolean;
}

class WasmMemory implements Memory {
  readonly backend: string;
  readonly dtype: DType;
  readonly notes = new Map<string, string>();
  readonly #arena: Arena;
  readonly #fused: boolean;
  readonly #products: ReturnType<Products> | undefined;
  readonly #room: Room;

  constructor(dtype: DType, { name, products, fused = false }: WasmOptions) {
    this.backend = name;
    this.dtype = dtype;
    this.#arena = new Arena(dtype);
    this.#fused = fused;
    this.#products = products?.({ memory: this.#arena.memory, dtype });
    this.#room = roomIn(this.#arena);
  }
  allocate(length: number): Float64Array | Float32Array {
    return this.#arena.allocate(length);
  }
  allocateCell(value: number): Float64Array {
    return this.#arena.cell(value);
  }
  allocateIndices(length: number): Int32Array {
    return this.#arena.indices(length);
  }
  prepare(operations: readonly Operation[], where: string): Step {
    check(operations, this.dtype, where);
    if (operations.length === 0) return () => undefined;
    const arena = this.#arena;
    const { step, note } = compileProgram(operations, arena.memory, {
      size: this.dtype === 'float64' ? 8 : 4,
      fused: this.#fused,
      holds: data => arena.holds(data),
      room: this.#room,
      products: this.#products,
    });
    this.notes.set(where, note);
    return step;
  }
}
/** Room for panels grows on demand while preparing; steps that were prepared before keep their smaller one. */
function roomIn(arena: Arena): Room {
  const held = { rows: 0, rowBytes: 0, cols: 0, colBytes: 0 };
  return {
    spare: arena.reserve(32 * tileRows),
    panels(rowBytes, colBytes) {
      if (rowBytes > held.rowBytes) Object.assign(held, { rows: arena.reserve(rowBytes), rowBytes });
      if (colBytes > held.colBytes) Object.assign(held, { cols: arena.reserve(colBytes), colBytes });
      return held;
    },
  };
}
/** A backend with the arrays and passes of `wasm` and, where it has its own, other products. */
export const wasmBackend = (options: WasmOptions): Backend => ({
  name: options.name,
  doc: options.doc,
  flags: options.flags,
  unavailable: () => noSimd() ?? options.unavailable?.(),
  open: ({ dtype }) => new WasmMemory(dtype, options),
});
export const wasm: Backend = {
  ...wasmBackend({
    name: 'wasm',
    doc: 'plain WebAssembly SIMD over one shared memory: fast everywhere, the same bits on every engine',
    flags: { simd: '128' },
  }),
  preference: 1,
};
/** `enable` may switch relaxed SIMD on where the engine has it behind a flag; it is called only if it is off. */
export const wasmFma = (enable: () => void = () => undefined): Backend => {
  const unavailable = (): string | undefined => {
    if (!hasRelaxedSimd()) enable();
    return hasRelaxedSimd() ? undefined : 'this engine has no relaxed WebAssembly SIMD';
  };
  const backend = wasmBackend({
    name: 'wasm-fma',
    doc: 'as wasm, with products in relaxed SIMD: faster, the same bits only where processors multiply and add in one rounding',
    flags: { simd: '128', fused: true },
    unavailable,
    fused: true,
  });
  return {
    ...backend,
    open(options) {
      const why = backend.unavailable?.();
      if (why) throw new ApicalError('APICAL_BACKEND', `backend "wasm-fma" cannot be used: ${why}`);
      return backend.open(options);
    },
  };
};
