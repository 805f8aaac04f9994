/** into[c] += gain · scale · by[c] · Σ over samples and the `area` units of c of post. */
import {
  add,
  f64,
  f64Ops,
  floatLoad,
  floatStore,
  get,
  i32,
  ifElse,
  less,
  loadPair,
  loopWhile,
  mul,
  set,
  v128Load,
  v128Ops,
  v128Store,
  vectors,
} from '../wasm/assembler.js';
import { kernel, Locals, narrow, step, times, wide, type Size } from '../wasm/kernel-code.js';
import { cellValue } from '../wasm/emission.js';
import type { WasmFunction } from '../wasm/module-format.js';
import { counts, lengths, type Verb } from './verb.js';

/** (into, post, samples, n, area, gain, by): into[c] += gain · by[c] · Σ over b and a of post[b, c, a]; by 0: none. */
function overPlaces(size: Size): WasmFunction {
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
/** Sums over samples where area is 1, two units at a time: (sums [n] in float64, post, samples, n). */
function sumSamples(size: Size): WasmFunction {
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
function addSums(size: Size): WasmFunction {
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

export const correlateBias: Verb<'correlate-bias'> = {
  check({ into, post, area, by }) {
    const sample = into.length * area;
    if (sample === 0 || post.length % sample !== 0)
      return `post has ${post.length} numbers; ${into.length} biases over ${area} units each take ${sample} a sample`;
    return counts({ area }) ?? (by && lengths({ by: [by, into.length] }));
  },
  touched: ({ into, post, gain, by }) => ({ reads: [post, gain, ...(by ? [by] : [])], adds: [into] }),
  plain({ into, post, area, scale, gain, by }) {
    const n = into.length;
    // summed apart from `into`, so that float32 rounds once, as a product over samples does
    const sums = new Float64Array(n);
    return () => {
      const g = gain[0]! * scale;
      sums.fill(0);
      for (let i = 0, k = 0; i < post.length; k = k + 1 === n ? 0 : k + 1)
        for (let a = 0; a < area; a++) sums[k]! += post[i++]!;
      for (let k = 0; k < n; k++) into[k]! += g * sums[k]! * (by ? by[k]! : 1);
    };
  },
  emit({ into, post, area, scale, gain, by }, { size, module, room }) {
    const samples = post.length / (into.length * area);
    const factors = i32(by?.byteOffset ?? 0);
    const scaled = f64Ops.multiply(cellValue(gain), f64(scale));
    const [to, from, n] = [i32(into.byteOffset), i32(post.byteOffset), i32(into.length)];
    if (area > 1)
      return module.kernel(
        'correlateBias',
        () => overPlaces(size),
        ...[to, from, i32(samples), n, i32(area), scaled, factors],
      );
    const sums = i32(room.panels(8 * into.length + 8, 0).rows);
    return [
      module.kernel('sumSamples', () => sumSamples(size), sums, from, i32(samples), n),
      module.kernel('addSums', () => addSums(size), to, sums, n, scaled, factors),
    ];
  },
};
