/**
 * Standard normals in SIMD, with the very bits of `fillNormals` of `@apical/numerics`: the same Philox words, the same
 * operations in the same order. Four counters at a time, eight numbers.
 */
import { counterKinds, normalConstants } from '@apical/numerics';
import {
  add,
  floatLoad,
  floatStore,
  get,
  i32,
  ifThen,
  less,
  loopWhile,
  mul,
  select,
  set,
  shuffle,
  sub,
  v128Ops,
  v128Store,
  vectors,
  type Code,
} from './assembler.js';
import { Locals, step, type Size } from './kernel-code.js';
import type { WasmFunction } from './module-format.js';
import { VectorWriter } from './vector-writer.js';

const [INTO, LENGTH, KEY0, KEY1, LOW, HIGH, SPARE] = [0, 1, 2, 3, 4, 5, 6] as const;
const rounds = 10;
const atOnce = 8;
const v = vectors[8];
const { and, xor, bitselect, splatI32, addI32 } = v128Ops;

/** (into, length, key0, key1, indexLow, indexHigh, spare): block `index` of the stream with this key. */
export function normals(size: Size): WasmFunction {
  const l = new Locals(7);
  const [at, to, k] = [l.of('i32'), l.of('i32'), l.of('i32')];
  const group = l.of('v128');
  const w = new VectorWriter(8, l);
  const words = philox(w, get(group));
  const stores = [0, 1].flatMap(half => store(size, w, words, half, to));
  const rest = sub(get(LENGTH), get(at));
  const body = [
    ...set(at, i32(0)),
    ...set(group, w.words(0, 1, 2, 3)),
    ...loopWhile(less(get(at), get(LENGTH)), [
      // what is left of the last eight goes by way of the spare room
      ...set(to, select(get(SPARE), add(get(INTO), mul(get(at), i32(size))), less(rest, i32(atOnce)))),
      w.done(stores),
      ...ifThen(less(rest, i32(atOnce)), [
        ...set(k, i32(0)),
        ...loopWhile(less(get(k), mul(rest, i32(size))), [
          ...floatStore(
            size,
            add(add(get(INTO), mul(get(at), i32(size))), get(k)),
            floatLoad(size, add(get(SPARE), get(k))),
          ),
          ...step(k, i32(size)),
        ]),
      ]),
      ...set(group, addI32(get(group), w.words(4))),
      ...step(at, i32(atOnce)),
    ]),
  ];
  return {
    name: 'normals',
    params: ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32'],
    locals: l.types,
    body: [...l.constants, ...body],
  };
}
/** Words 0 … 3 of four counters (group, low, high, kind), in lanes. */
function philox(w: VectorWriter, group: Code): readonly Code[] {
  let x: readonly [Code, Code, Code, Code] = [
    group,
    w.let(splatI32(get(LOW))),
    w.let(splatI32(get(HIGH))),
    w.words(counterKinds.normals),
  ];
  let keys = [w.let(splatI32(get(KEY0))), w.let(splatI32(get(KEY1)))] as const;
  for (let round = 0; round < rounds; round++) {
    const [a, b] = [product(w, x[0], 0xd2511f53 | 0), product(w, x[2], 0xcd9e8d57 | 0)];
    x = [w.let(xor(xor(b.high, x[1]), keys[0])), b.low, w.let(xor(xor(a.high, x[3]), keys[1])), a.low];
    keys = [w.let(addI32(keys[0], w.words(0x9e3779b9 | 0))), w.let(addI32(keys[1], w.words(0xbb67ae85 | 0)))];
  }
  return x;
}
/** Low and high words of x · factor. */
function product(w: VectorWriter, x: Code, factor: number): { readonly low: Code; readonly high: Code } {
  const [first, second] = [
    w.let(v128Ops.productLow(x, w.words(factor))),
    w.let(v128Ops.productHigh(x, w.words(factor))),
  ];
  return {
    low: w.let(shuffle(4, first, second, 0, 2, 4, 6)),
    high: w.let(shuffle(4, first, second, 1, 3, 5, 7)),
  };
}
/** Numbers of lanes 0 and 1 (half 0) or 2 and 3, by Box and Muller, stored behind `to`. */
function store(size: Size, w: VectorWriter, words: readonly Code[], half: number, to: number): Code {
  const [w0, w1, w2, w3] = words.map(x => (half === 0 ? x : w.let(shuffle(4, x, x, 2, 3, 2, 3)))) as [
    Code,
    Code,
    Code,
    Code,
  ];
  const radius = w.let(v.sqrt(v.multiply(w.number(-2), logarithm(w, fraction(w, w1, w0)))));
  const { cosine, sine } = circle(w, fraction(w, w3, w2));
  const [c, s] = [w.let(v.multiply(radius, cosine)), w.let(v.multiply(radius, sine))];
  if (size === 4) {
    const narrow = (x: Code): Code => w.let(v128Ops.narrow(x));
    return v128Store(get(to), shuffle(4, narrow(c), narrow(s), 0, 4, 1, 5), 16 * half);
  }
  return [
    ...v128Store(get(to), shuffle(8, c, s, 0, 2), 32 * half),
    ...v128Store(get(to), shuffle(8, c, s, 1, 3), 32 * half + 16),
  ];
}
/** (⌊high / 2¹²⌋ 2³² + low + ½) 2⁻⁵² */
function fraction(w: VectorWriter, high: Code, low: Code): Code {
  const top = v128Ops.f64FromU32(v128Ops.shiftRightUnsignedI32(high, i32(12)));
  const whole = v.add(v.multiply(top, w.number(2 ** 32)), v128Ops.f64FromU32(low));
  return w.let(v.multiply(v.add(whole, w.number(0.5)), w.number(2 ** -52)));
}
/** As `logarithm` of numerics. */
function logarithm(w: VectorWriter, u: Code): Code {
  const { m, e } = w.parts(u);
  const one = w.number(1);
  const s = w.let(v.divide(v.subtract(m, one), v.add(m, one)));
  const z = w.let(v.multiply(s, s));
  const p = v.multiply(z, w.nested(z, normalConstants.logSeries));
  const rest = v.add(v.multiply(s, p), v.multiply(e, w.number(normalConstants.ln2Low)));
  return v.add(v.multiply(e, w.number(normalConstants.ln2High)), v.add(v.add(s, s), rest));
}
/** As `cosineAndSine` of numerics; a factor of −1 is the sign bit turned over. */
function circle(w: VectorWriter, u: Code): { readonly cosine: Code; readonly sine: Code } {
  const { halfPi, sineSeries, cosineSeries } = normalConstants;
  const q = w.let(v.multiply(w.number(4), u));
  const j = w.let(v128Ops.floor(v.add(q, w.number(0.5))));
  const x = w.let(v.multiply(v.subtract(q, j), w.number(halfPi)));
  const z = w.let(v.multiply(x, x));
  const c = w.let(v.add(w.number(1), v.multiply(z, w.nested(z, cosineSeries))));
  const s = w.let(v.add(x, v.multiply(x, v.multiply(z, w.nested(z, sineSeries)))));
  const whole = w.let(v128Ops.i64FromU32(v128Ops.u32FromF64(j)));
  const one = w.words(1, 0);
  const odd = w.let(v128Ops.equalI64(and(whole, one), one));
  const sign = (of: Code): Code => and(v128Ops.shiftLeftI64(of, i32(62)), w.number(-0));
  return {
    cosine: w.let(xor(bitselect(s, c, odd), sign(v.addInteger(whole, one)))),
    sine: w.let(xor(bitselect(c, s, odd), sign(whole))),
  };
}
