/** Kernels of the small verbs, in scalar loops: biases shared over a batch, transposition, means, settling. */
import {
  add,
  and,
  demote,
  f64,
  f64FromF32,
  f64Ops,
  f64Tests,
  floatLoad,
  floatStore,
  get,
  i32,
  ifElse,
  less,
  loadPair,
  loopWhile,
  mul,
  select,
  set,
  v128Load,
  v128Ops,
  v128Store,
  vectors,
  type Code,
  type ValueType,
} from './assembler.js';
import { gainOf, Locals, scalarOps, step, type Size } from './kernel-code.js';
import type { WasmFunction } from './module-format.js';

const wide = (size: Size, x: Code): Code => (size === 4 ? f64FromF32(x) : x);
const narrow = (size: Size, x: Code): Code => (size === 4 ? demote(x) : x);
/** Runs `body` with `k` from 0 to `count` − 1. */
const times = (k: number, count: Code, body: Code): Code => [
  ...set(k, i32(0)),
  ...loopWhile(less(get(k), count), [...body, ...step(k, i32(1))]),
];
const kernel = (name: string, params: readonly ValueType[], l: Locals, body: Code): WasmFunction => ({
  name,
  params,
  locals: l.types,
  body,
});

/** (into, bias, samples, n, area, gain): into[b, c, a] += gain · bias[c] */
export function addBias(size: Size): WasmFunction {
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
/** As `addBias` with area 1, in vectors. */
export function addBiasRows(size: Size): WasmFunction {
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
/** (into, post, samples, n, area, gain, by): into[c] += gain · by[c] · Σ over b and a of post[b, c, a]; by 0: none. */
export function correlateBias(size: Size): WasmFunction {
  const [INTO, POST, SAMPLES, N, AREA, GAIN, BY] = [0, 1, 2, 3, 4, 5, 6] as const;
  const l = new Locals(7);
  const [b, c, a, from] = [l.of('i32'), l.of('i32'), l.of('i32'), l.of('i32')];
  const sum = l.of('f64');
  const offset = mul(get(c), i32(size));
  const to = add(get(INTO), offset);
  const factor = ifElse('f64', get(BY), wide(size, floatLoad(size, add(get(BY), offset))), f64(1));
  const samples = times(b, get(SAMPLES), [
    ...set(from, add(get(POST), mul(mul(add(mul(get(b), get(N)), get(c)), get(AREA)), i32(size)))),
    ...times(a, get(AREA), [
      ...set(sum, f64Ops.add(get(sum), wide(size, floatLoad(size, get(from))))),
      ...step(from, i32(size)),
    ]),
  ]);
  const more = f64Ops.multiply(f64Ops.multiply(get(GAIN), get(sum)), factor);
  const body = times(c, get(N), [
    ...set(sum, f64(0)),
    ...samples,
    ...floatStore(size, to, narrow(size, f64Ops.add(wide(size, floatLoad(size, to)), more))),
  ]);
  return kernel('correlateBias', ['i32', 'i32', 'i32', 'i32', 'i32', 'f64', 'i32'], l, body);
}
/** Sums over samples for `correlateBias` with area 1, two units at a time: (sums [n] in float64, post, samples, n). */
export function sumSamples(size: Size): WasmFunction {
  const [SUMS, POST, SAMPLES, N] = [0, 1, 2, 3] as const;
  const l = new Locals(4);
  const v = vectors[8];
  const [b, c, from, to] = [l.of('i32'), l.of('i32'), l.of('i32'), l.of('i32')];
  const pair = size === 4 ? v128Ops.widen(loadPair(get(from))) : v128Load(get(from));
  // an odd last unit takes the next row's first along: its sum is written beyond the end, into the spare room
  const row = [
    ...set(to, get(SUMS)),
    ...set(from, add(get(POST), mul(mul(get(b), get(N)), i32(size)))),
    ...set(c, i32(0)),
    ...loopWhile(less(get(c), get(N)), [
      ...v128Store(get(to), v.add(v128Load(get(to)), pair)),
      ...step(to, i32(16)),
      ...step(from, i32(2 * size)),
      ...step(c, i32(2)),
    ]),
  ];
  const clear = [
    ...set(to, get(SUMS)),
    ...loopWhile(less(get(to), add(get(SUMS), mul(get(N), i32(8)))), [
      ...v128Store(get(to), v128Ops.zero()),
      ...step(to, i32(16)),
    ]),
  ];
  return kernel('sumSamples', ['i32', 'i32', 'i32', 'i32'], l, [...clear, ...times(b, get(SAMPLES), row)]);
}
/** (into, sums in float64, n, gain, by): into[c] += gain · by[c] · sums[c]; by 0: none. */
export function addSums(size: Size): WasmFunction {
  const [INTO, SUMS, N, GAIN, BY] = [0, 1, 2, 3, 4] as const;
  const l = new Locals(5);
  const c = l.of('i32');
  const offset = mul(get(c), i32(size));
  const to = add(get(INTO), offset);
  const factor = ifElse('f64', get(BY), wide(size, floatLoad(size, add(get(BY), offset))), f64(1));
  const sum = floatLoad(8, add(get(SUMS), mul(get(c), i32(8))));
  const more = f64Ops.multiply(f64Ops.multiply(get(GAIN), sum), factor);
  return kernel(
    'addSums',
    ['i32', 'i32', 'i32', 'f64', 'i32'],
    l,
    times(c, get(N), floatStore(size, to, narrow(size, f64Ops.add(wide(size, floatLoad(size, to)), more)))),
  );
}
/** (into, source, rows, cols, gain): into[j, i] = gain · source[i, j] */
export function transpose(size: Size): WasmFunction {
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
/** (array, length): the sum in float64, in the order of the elements. */
export function sum(size: Size): WasmFunction {
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
export function fill(size: Size): WasmFunction {
  const l = new Locals(3);
  const k = l.of('i32');
  const body = times(k, get(1), [...floatStore(size, get(0), gainOf(size, 2)), ...step(0, i32(size))]);
  return kernel('fill', ['i32', 'i32', 'f64'], l, body);
}
/**
 * (now, before, length, within): 1 where no element moved by more than within · max(1, largest of now), else 0;
 * NaN is never settled. `before` becomes `now`.
 */
export function settled(size: Size): WasmFunction {
  const [NOW, BEFORE, LENGTH, WITHIN] = [0, 1, 2, 3] as const;
  const l = new Locals(4);
  const k = l.of('i32');
  const [moved, largest, x] = [l.of('f64'), l.of('f64'), l.of('f64')];
  const old = wide(size, floatLoad(size, get(BEFORE)));
  const body = [
    ...set(largest, f64(1)),
    ...times(k, get(LENGTH), [
      ...set(x, wide(size, floatLoad(size, get(NOW)))),
      ...set(moved, f64Ops.max(get(moved), f64Ops.abs(f64Ops.subtract(get(x), old)))),
      ...set(largest, f64Ops.max(get(largest), f64Ops.abs(get(x)))),
      ...floatStore(size, get(BEFORE), narrow(size, get(x))),
      ...step(NOW, i32(size)),
      ...step(BEFORE, i32(size)),
    ]),
    ...select(i32(1), i32(0), f64Tests.lessEqual(get(moved), f64Ops.multiply(get(WITHIN), get(largest)))),
  ];
  return { ...kernel('settled', ['i32', 'i32', 'i32', 'f64'], l, body), result: 'i32' };
}
