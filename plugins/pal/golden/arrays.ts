/** Small helpers of the replays. */
import type { CircuitView } from '@apical/core';

/** Row-major [rows, cols] → [cols, rows]. */
export function transposed(data: ArrayLike<number>, rows: number, cols: number): Float64Array {
  const out = new Float64Array(rows * cols);
  for (let i = 0; i < rows; i++) for (let j = 0; j < cols; j++) out[j * rows + i] = data[i * cols + j]!;
  return out;
}
/** Copies row number `at` of recorded rows into a signal. */
export function show(circuit: CircuitView, signal: string, rows: Float64Array, at: number): void {
  const into = circuit.signal(signal);
  into.set(rows.subarray(at * into.length, (at + 1) * into.length));
}
