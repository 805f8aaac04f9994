/** Every entry of all arrays becomes the mean over all of them. */
import { f64, f64Ops, floatLoad, floatStore, get, i32, set, type Code } from '../wasm/assembler.js';
import { gainOf, kernel, Locals, step, times, wide, type Size } from '../wasm/kernel-code.js';
import type { WasmFunction } from '../wasm/module-format.js';
import type { FloatArray } from '@apical/core';
import type { Verb } from './verb.js';

/** (array, length): the sum in float64, in the order of the elements. */
function sum(size: Size): WasmFunction {
  const l = new Locals(2);
  const k = l.of('i32');
  const total = l.of('f64');
  const body = [
    ...times(k, get(1), [
      ...set(total, f64Ops.add(get(total), wide(size, floatLoad(size, get(0))))),
      ...step(0, i32(size)),
    ]),
    ...get(total),
  ];
  return { ...kernel('sum', ['i32', 'i32'], l, body), result: 'f64' };
}
/** (array, length, value) */
function fill(size: Size): WasmFunction {
  const l = new Locals(3);
  const k = l.of('i32');
  const body = times(k, get(1), [...floatStore(size, get(0), gainOf(size, 2)), ...step(0, i32(size))]);
  return kernel('fill', ['i32', 'i32', 'f64'], l, body);
}

export const meanOver: Verb<'mean-over'> = {
  touched: ({ arrays }) => ({ adds: arrays }),
  plain({ arrays }) {
    const length = arrays.reduce((n, a) => n + a.length, 0);
    return () => {
      let sum = 0;
      for (let k = 0; k < arrays.length; k++) {
        const a = arrays[k]!;
        for (let i = 0; i < a.length; i++) sum += a[i]!;
      }
      for (let k = 0; k < arrays.length; k++) arrays[k]!.fill(sum / length);
    };
  },
  emit({ arrays }, { size, locals, module }) {
    const mean = locals.of('f64');
    const length = arrays.reduce((n, a) => n + a.length, 0);
    const at = (a: FloatArray): Code[] => [i32(a.byteOffset), i32(a.length)];
    const total = arrays
      .map(a => module.kernel('sum', () => sum(size), ...at(a)))
      .reduce((a, b) => f64Ops.add(a, b));
    return [
      ...set(mean, f64Ops.divide(total, f64(length))),
      ...arrays.flatMap(a => module.kernel('fill', () => fill(size), ...at(a), get(mean))),
    ];
  },
};
