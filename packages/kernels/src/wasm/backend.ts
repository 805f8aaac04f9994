/**
 * The backend `wasm`: arrays in one shared WebAssembly memory, products and elementwise passes in plain SIMD. Its numbers
 * are the same on every engine and processor.
 */
import type { Backend, DenseProduct, DType, Elementwise, Memory, Operation, Step } from '@apical/core';
import { emitJs } from '@apical/equations';
import { prepare } from '../prepare.js';
import { assemble, type WasmFunction } from './assembler.js';
import { compilePass, qualifies, type CompiledPass } from './elementwise.js';
import { Arena } from './memory.js';
import type { Size } from './kernel-code.js';
import { blockDepth, tileCols, tileRows } from './packed.js';
import { productFunctions } from './products.js';

/** Addresses and strides in bytes. */
interface Kernels {
  readonly gemv: (W: number, x: number, y: number, nPre: number, nPost: number, gain: number) => void;
  readonly gemvTransposed: (
    W: number,
    x: number,
    y: number,
    nPre: number,
    nPost: number,
    gain: number,
  ) => void;
  readonly ger: (W: number, x: number, y: number, nPre: number, nPost: number, gain: number) => void;
  readonly packRows: (
    source: number,
    into: number,
    lines: number,
    depth: number,
    lineStride: number,
    depthStride: number,
  ) => void;
  readonly packCols: (
    source: number,
    into: number,
    lines: number,
    depth: number,
    lineStride: number,
    depthStride: number,
  ) => void;
  readonly tiles: (
    A: number,
    B: number,
    C: number,
    rows: number,
    cols: number,
    depth: number,
    stride: number,
    gain: number,
    spare: number,
  ) => void;
}
/** Below this many samples one product at a time is faster than packing. */
const packedFrom = 4;

export type Product = DenseProduct & { readonly op: 'multiply' | 'multiply-transposed' | 'outer' };
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
}

class WasmMemory implements Memory {
  readonly backend: string;
  readonly #products: ReturnType<Products> | undefined;
  readonly dtype: DType;
  readonly #arena: Arena;
  readonly #size: Size;
  readonly #kernels: Kernels;
  /** Panels of the present product, grown on demand while preparing. */
  #panels = { rows: 0, rowBytes: 0, cols: 0, colBytes: 0 };
  readonly #spare: number;

  constructor(dtype: DType, { name, products }: WasmOptions) {
    this.backend = name;
    this.dtype = dtype;
    this.#size = dtype === 'float64' ? 8 : 4;
    this.#arena = new Arena(dtype);
    this.#kernels = this.#instantiate(productFunctions(this.#size)) as unknown as Kernels;
    this.#spare = this.#arena.reserve(32 * tileRows);
    this.#products = products?.({ memory: this.#arena.memory, dtype });
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
  prepare(operations: readonly Operation[]): Step {
    return prepare(operations, operation => this.#own(operation));
  }
  #instantiate(functions: readonly WasmFunction[]): WebAssembly.Exports {
    const module = new WebAssembly.Module(assemble(functions));
    return new WebAssembly.Instance(module, { m: { memory: this.#arena.memory } }).exports;
  }
  #own(operation: Operation): Step | undefined {
    switch (operation.op) {
      case 'multiply':
      case 'multiply-transposed':
      case 'outer': {
        const { weights, pre, post } = operation;
        if (![weights, pre, post].every(a => this.#arena.holds(a))) return undefined;
        const theirs = this.#products?.(operation);
        if (theirs) return theirs;
        return operation.batch < packedFrom ? this.#single(operation) : this.#packed(operation);
      }
      case 'elementwise':
        return this.#elementwise(operation);
      default:
        return undefined;
    }
  }
  #single({ op, weights, pre, post, batch, nPre, nPost, gain }: Product): Step {
    const kernels = this.#kernels;
    const kernel = op === 'multiply' ? kernels.gemv : op === 'outer' ? kernels.ger : kernels.gemvTransposed;
    const [W, x, y] = [weights.byteOffset, pre.byteOffset, post.byteOffset];
    const share = op === 'outer' ? 1 / batch : 1;
    const [xBytes, yBytes] = [nPre * this.#size, nPost * this.#size];
    return () => {
      const g = gain[0]! * share;
      for (let b = 0; b < batch; b++) kernel(W, x + b * xBytes, y + b * yBytes, nPre, nPost, g);
    };
  }
  /** C [m, n] += gain · A [m, k] B [k, n]; each product says which of its arrays is which, by strides. */
  #packed({ op, weights, pre, post, batch, nPre, nPost, gain }: Product): Step {
    const { packRows, packCols, tiles } = this.#kernels;
    const size = this.#size;
    const [W, x, y] = [weights.byteOffset, pre.byteOffset, post.byteOffset];
    const [wRow, xRow, yRow] = [nPre * size, nPre * size, nPost * size];
    // A: where, rows, stride of a row, stride along the sum; B: where, columns, stride of a column, stride along the sum
    const shape =
      op === 'multiply'
        ? {
            A: x,
            m: batch,
            aRow: xRow,
            aSum: size,
            B: W,
            n: nPost,
            bCol: wRow,
            bSum: size,
            C: y,
            cRow: yRow,
            k: nPre,
          }
        : op === 'outer'
          ? {
              A: y,
              m: nPost,
              aRow: size,
              aSum: yRow,
              B: x,
              n: nPre,
              bCol: size,
              bSum: xRow,
              C: W,
              cRow: wRow,
              k: batch,
            }
          : {
              A: y,
              m: batch,
              aRow: yRow,
              aSum: size,
              B: W,
              n: nPre,
              bCol: size,
              bSum: wRow,
              C: x,
              cRow: xRow,
              k: nPost,
            };
    const { A, m, aRow, aSum, B, n, bCol, bSum, C, cRow, k } = shape;
    const share = op === 'outer' ? 1 / batch : 1;
    const panels = this.#panelsFor(m, n, Math.min(k, blockDepth));
    const spare = this.#spare;
    return () => {
      const g = gain[0]! * share;
      const { rows, cols } = panels;
      for (let from = 0; from < k; from += blockDepth) {
        const depth = Math.min(blockDepth, k - from);
        packRows(A + from * aSum, rows, m, depth, aRow, aSum);
        packCols(B + from * bSum, cols, n, depth, bCol, bSum);
        tiles(rows, cols, C, m, n, depth, cRow, g, spare);
      }
    };
  }
  /** Room for the panels of this product; shared by all of them, since one runs at a time. */
  #panelsFor(m: number, n: number, depth: number): { readonly rows: number; readonly cols: number } {
    const width = tileCols(this.#size);
    const rowBytes = Math.ceil(m / tileRows) * tileRows * depth * this.#size;
    const colBytes = Math.ceil(n / width) * width * depth * this.#size;
    const p = this.#panels;
    if (rowBytes > p.rowBytes) Object.assign(p, { rows: this.#arena.reserve(rowBytes), rowBytes });
    if (colBytes > p.colBytes) Object.assign(p, { cols: this.#arena.reserve(colBytes), colBytes });
    return p;
  }
  /** Passes that qualify run in SIMD, the others as fused JavaScript, in their order. */
  #elementwise(op: Elementwise): Step | undefined {
    const holds = (data: ArrayBufferView): boolean => this.#arena.holds(data);
    const compiled = op.passes.map((pass, k): CompiledPass | undefined =>
      qualifies(pass, op, holds)
        ? compilePass(pass, op, op.batch * pass.units, this.#size, `pass${k}`)
        : undefined,
    );
    const ours = compiled.flatMap(c => (c ? [c.code] : []));
    if (ours.length === 0) return undefined;
    const exports = this.#instantiate(ours) as Record<string, (...scalars: number[]) => void>;
    const steps = op.passes.map((pass, k) => {
      const own = compiled[k];
      if (!own) return emitJs({ ...op, passes: [pass] });
      return withScalars(
        exports[`pass${k}`]!,
        own.scalars.map(s => op.operands[s]!.data),
      );
    });
    const [only] = steps;
    if (steps.length === 1 && only) return only;
    return () => {
      for (let i = 0; i < steps.length; i++) steps[i]!();
    };
  }
}
/** Calls `run` with the present values of the cells, without an array of arguments. */
function withScalars(
  run: (...scalars: number[]) => void,
  cells: readonly (Float64Array | Float32Array)[],
): Step {
  const args = cells.map((_, k) => `cells[${k}][0]`).join(',');
  const names = cells.map((_, k) => `const c${k}=cells[${k}];`).join('');
  const call = args.replace(/cells\[(\d+)\]/g, 'c$1');
  const make = new Function('run', 'cells', `"use strict";${names}return()=>{run(${call});}`) as (
    run: (...scalars: number[]) => void,
    cells: readonly unknown[],
  ) => Step;
  return make(run, cells);
}
const probe = Uint8Array.of(
  0,
  0x61,
  0x73,
  0x6d,
  1,
  0,
  0,
  0,
  1,
  5,
  1,
  0x60,
  0,
  1,
  0x7b,
  3,
  2,
  1,
  0,
  10,
  10,
  1,
  8,
  0,
  0x41,
  0,
  0xfd,
  15,
  0xfd,
  98,
  11,
);
const noSimd = (): string | undefined =>
  WebAssembly.validate(probe) && typeof SharedArrayBuffer === 'function'
    ? undefined
    : 'this engine has no WebAssembly SIMD or no shared memory';

/** A backend with the arrays and passes of `wasm` and, where it has its own, other products. */
export const wasmBackend = (options: WasmOptions): Backend => ({
  name: options.name,
  doc: options.doc,
  flags: options.flags,
  unavailable: () => noSimd() ?? options.unavailable?.(),
  open: ({ dtype }) => new WasmMemory(dtype, options),
});
export const wasm: Backend = wasmBackend({
  name: 'wasm',
  doc: 'plain WebAssembly SIMD over one shared memory: fast everywhere, the same bits on every engine',
  flags: { simd: '128' },
});
