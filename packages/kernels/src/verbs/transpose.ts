/** into ← gain · source, transposed. */
import { add, floatLoad, floatStore, get, i32, mul, set } from '../wasm/assembler.js';
import { gainOf, kernel, Locals, scalarOps, step, times, type Size } from '../wasm/kernel-code.js';
import { cellValue } from '../wasm/emission.js';
import type { WasmFunction } from '../wasm/module-format.js';
import { lengths, type Verb } from './verb.js';

/** (into, source, rows, cols, gain): into[j, i] = gain · source[i, j] */
function transposed(size: Size): WasmFunction {
  const [INTO, SOURCE, ROWS, COLS, GAIN] = [0, 1, 2, 3, 4] as const;
  const l = new Locals(5);
  const [i, j, to] = [l.of('i32'), l.of('i32'), l.of('i32')];
  const body = times(i, get(ROWS), [
    ...set(to, add(get(INTO), mul(get(i), i32(size)))),
    ...times(j, get(COLS), [
      ...floatStore(
        size,
        get(to),
        scalarOps(size).multiply(gainOf(size, GAIN), floatLoad(size, get(SOURCE))),
      ),
      ...step(SOURCE, i32(size)),
      ...step(to, mul(get(ROWS), i32(size))),
    ]),
  ]);
  return kernel('transpose', ['i32', 'i32', 'i32', 'i32', 'f64'], l, body);
}

export const transpose: Verb<'transpose'> = {
  check: ({ into, source, rows, cols }) =>
    lengths({ source: [source, rows * cols], into: [into, rows * cols] }),
  touched: ({ into, source, gain }) => ({ reads: [source, gain], writes: [into] }),
  plain:
    ({ into, source, rows, cols, gain }) =>
    () => {
      const g = gain[0]!;
      for (let i = 0; i < rows; i++)
        for (let j = 0; j < cols; j++) into[j * rows + i] = g * source[i * cols + j]!;
    },
  emit({ into, source, rows, cols, gain }, { size, module }) {
    const at = [into.byteOffset, source.byteOffset, rows, cols].map(i32);
    return module.kernel('transpose', () => transposed(size), ...at, cellValue(gain));
  },
};
