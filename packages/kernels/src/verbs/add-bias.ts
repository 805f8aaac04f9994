/** into[b, u] += gain · bias[⌊u / area⌋]. */
import {
  add,
  and,
  floatLoad,
  floatStore,
  get,
  i32,
  less,
  loopWhile,
  mul,
  set,
  v128Load,
  v128Store,
  vectors,
  type Code,
} from '../wasm/assembler.js';
import { gainOf, kernel, Locals, scalarOps, step, times, type Size } from '../wasm/kernel-code.js';
import { cellValue } from '../wasm/emission.js';
import type { WasmFunction } from '../wasm/module-format.js';
import { addProductOf } from '../wasm/elementwise.js';
import { counts, type Verb } from './verb.js';

/** (into, bias, samples, n, area, gain): into[b, c, a] += gain · bias[c] */
function byPlaces(size: Size): WasmFunction {
  const [INTO, BIAS, SAMPLES, N, AREA, GAIN] = [0, 1, 2, 3, 4, 5] as const;
  const l = new Locals(6);
  const ops = scalarOps(size);
  const [b, c, a] = [l.of('i32'), l.of('i32'), l.of('i32')];
  const v = l.of(size === 4 ? 'f32' : 'f64');
  const each = times(a, get(AREA), [
    ...floatStore(size, get(INTO), ops.add(floatLoad(size, get(INTO)), get(v))),
    ...step(INTO, i32(size)),
  ]);
  const bias = floatLoad(size, add(get(BIAS), mul(get(c), i32(size))));
  const row = times(c, get(N), [...set(v, ops.multiply(gainOf(size, GAIN), bias)), ...each]);
  return kernel('addBias', ['i32', 'i32', 'i32', 'i32', 'i32', 'f64'], l, times(b, get(SAMPLES), row));
}
/** As `byPlaces` with area 1, in vectors. */
function byVectors(size: Size): WasmFunction {
  const [INTO, BIAS, SAMPLES, N, , GAIN] = [0, 1, 2, 3, 4, 5] as const;
  const l = new Locals(6);
  const v = vectors[size];
  const ops = scalarOps(size);
  const [b, from, whole, end] = [l.of('i32'), l.of('i32'), l.of('i32'), l.of('i32')];
  const g = l.of('v128');
  const bytes = mul(get(N), i32(size));
  const walk = (by: number): Code => [...step(INTO, i32(by)), ...step(from, i32(by))];
  const more = ops.multiply(gainOf(size, GAIN), floatLoad(size, get(from)));
  const row = [
    ...set(from, get(BIAS)),
    ...loopWhile(less(get(from), get(whole)), [
      ...v128Store(get(INTO), v.add(v128Load(get(INTO)), v.multiply(get(g), v128Load(get(from))))),
      ...walk(16),
    ]),
    ...loopWhile(less(get(from), get(end)), [
      ...floatStore(size, get(INTO), ops.add(floatLoad(size, get(INTO)), more)),
      ...walk(size),
    ]),
  ];
  return kernel('addBiasRows', ['i32', 'i32', 'i32', 'i32', 'i32', 'f64'], l, [
    ...set(g, v.splat(gainOf(size, GAIN))),
    ...set(end, add(get(BIAS), bytes)),
    ...set(whole, add(get(BIAS), and(bytes, i32(-16)))),
    ...times(b, get(SAMPLES), row),
  ]);
}

export const addBias: Verb<'add-bias'> = {
  check({ into, bias, area }) {
    const sample = bias.length * area;
    if (sample > 0 && into.length % sample === 0) return counts({ area });
    return `into has ${into.length} numbers; ${bias.length} biases over ${area} units each fill ${sample} a sample`;
  },
  touched: ({ into, bias, gain }) => ({ reads: [bias, gain], adds: [into] }),
  plain:
    ({ into, bias, area, gain }) =>
    () => {
      const g = gain[0]!;
      const n = bias.length;
      for (let i = 0, k = 0; i < into.length; k = k + 1 === n ? 0 : k + 1) {
        const v = g * bias[k]!;
        for (let a = 0; a < area; a++) into[i++]! += v;
      }
    },
  emit({ into, bias, area, gain }, e) {
    if (area === 1 && into.length === bias.length) return addProductOf(into, [bias], gain, e);
    const samples = into.length / (bias.length * area);
    return e.module.kernel(
      area === 1 ? 'addBiasRows' : 'addBias',
      () => (area === 1 ? byVectors(e.size) : byPlaces(e.size)),
      ...[into.byteOffset, bias.byteOffset, samples, bias.length, area].map(i32),
      cellValue(gain),
    );
  },
};
