/** Where the checks of a backend run: its memory, arrays with numbers of order one, and how exact it must be. */
import type { Backend, Cell, DType, FloatArray, Memory, Operation, Until } from '@apical/core';
import { createRandomSource } from '@apical/numerics';

/** Sums of up to 100 terms of order one; float32 keeps 24 bits, float64 53. Functions may differ by a few ulp. */
const tolerances: Readonly<Record<DType, number>> = { float64: 1e-12, float32: 2e-5 };
export class Bench {
  readonly memory: Memory;
  readonly tolerance: number;
  readonly #random = createRandomSource(11).stream('conformance');
  constructor(backend: Backend, dtype: DType) {
    this.memory = backend.open({ dtype });
    this.tolerance = tolerances[dtype];
  }
  array(length: number): FloatArray {
    const out = this.memory.allocate(length);
    for (let i = 0; i < length; i++) out[i] = this.#random.normal();
    return out;
  }
  cell(value: number): Cell {
    return this.memory.allocateCell(value);
  }
  /** All samples settle together; nothing is held. */
  until(watched: readonly FloatArray[], before: readonly FloatArray[], within: number): Until {
    const cell = (value = 0): Cell => this.cell(value);
    return {
      ...{ watched, before, within: cell(within), samples: 1, held: [], kept: [] },
      ...{ passes: cell(), settled: cell(), made: cell(), of: cell() },
    };
  }
  run(...operations: readonly Operation[]): void {
    this.memory.prepare(operations, 'conformance')();
  }
}
