/** One shared WebAssembly memory that holds all arrays of a run; it grows on demand and views stay valid. */
import type { Cell, DType, FloatArray } from '@apical/core';
import { maximumPages } from './module-format.js';

const page = 65536;
/** Vectors may read past the end of an array. */
const padding = 64;

export class Arena {
  readonly memory = new WebAssembly.Memory({ initial: 1, maximum: maximumPages, shared: true });
  readonly dtype: DType;
  /** A grown memory has another buffer over the same bytes. */
  readonly #buffers = new WeakSet<ArrayBufferLike>();
  #end = 64;

  constructor(dtype: DType) {
    this.dtype = dtype;
  }
  /** Address of so many zeroed bytes, at a multiple of 64. Throws `RangeError` beyond 4 GiB. */
  reserve(bytes: number): number {
    const at = this.#end;
    this.#end = Math.ceil((at + bytes + padding) / 64) * 64;
    const missing = Math.ceil((this.#end - this.memory.buffer.byteLength) / page);
    if (missing > 0) this.memory.grow(missing);
    this.#buffers.add(this.memory.buffer);
    return at;
  }
  // reserving may grow the memory: its buffer is asked for afterwards
  allocate(length: number): FloatArray {
    const at = this.reserve((this.dtype === 'float64' ? 8 : 4) * length);
    const { buffer } = this.memory;
    return this.dtype === 'float64'
      ? new Float64Array(buffer, at, length)
      : new Float32Array(buffer, at, length);
  }
  cell(value: number): Cell {
    const at = this.reserve(8);
    return new Float64Array(this.memory.buffer, at, 1).fill(value);
  }
  indices(length: number): Int32Array {
    const at = this.reserve(4 * length);
    return new Int32Array(this.memory.buffer, at, length);
  }
  /** Does the array live here? */
  holds(array: ArrayBufferView): boolean {
    return this.#buffers.has(array.buffer);
  }
}
