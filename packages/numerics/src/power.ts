/**
 * Powers by exp(y log x) in twofold precision, with + − × ÷ alone: `Math.pow` gives other last bits in other versions
 * of an engine. Error-free sums and products after Knuth and Dekker.
 */
import { normalConstants } from './normal.js';

const { ln2High, ln2Low, logSeries, rootHalfHighWord } = normalConstants;
/** 1/3 in two parts. */
const THIRD = 1 / 3;
const THIRD_LOW = 1.850371707708594e-17;
/** 1/5, 1/7, … 1/21 */
const rest = Object.freeze(logSeries.slice(1).map(c => c / 2));
/** 1/1!, 1/2!, … 1/14! */
const expSeries: readonly number[] = Object.freeze(
  Array.from({ length: 14 }, (_, k) => {
    let f = 1;
    for (let n = 2; n <= k + 1; n++) f *= n;
    return 1 / f;
  }),
);
const float = new Float64Array(1);
const words = new Int32Array(float.buffer);
const high = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1 ? 1 : 0;
/** Splits a number into halves of 26 bits. */
const SPLITTER = 134217729;

/** a b − p for p = a · b as rounded. */
function productError(a: number, b: number, p: number): number {
  const ca = SPLITTER * a;
  const aHigh = ca - (ca - a);
  const aLow = a - aHigh;
  const cb = SPLITTER * b;
  const bHigh = cb - (cb - b);
  const bLow = b - bHigh;
  return aLow * bLow - (p - aHigh * bHigh - aLow * bHigh - aHigh * bLow);
}
/** a + b − s for s = a + b as rounded. */
function sumError(a: number, b: number, s: number): number {
  const t = s - a;
  return a - (s - t) + (b - t);
}

/** x to the power y within 2 ulp; special values as `Math.pow`. */
export function power(x: number, y: number): number {
  // exact, or not a number, in every engine
  if (!(x > 0) || !Number.isFinite(x) || !Number.isFinite(y) || x === 1 || y === 0) {
    if (x < 0 && Number.isFinite(x) && Number.isInteger(y)) return y % 2 === 0 ? power(-x, y) : -power(-x, y);
    return Math.pow(x, y);
  }
  let exponent = 0;
  let m = x;
  if (x < 2 ** -1022) {
    m = x * 2 ** 54;
    exponent = -54;
  }
  float[0] = m;
  const e = (words[high]! - rootHalfHighWord) >> 20;
  words[high]! -= e << 20;
  m = float[0];
  exponent += e;
  // s = (m − 1) / (m + 1)
  const f = m - 1;
  const h = m + 1;
  const s = f / h;
  const sh = s * h;
  const sLow = (f - sh - productError(s, h, sh) - s * sumError(m, 1, h)) / h;
  // artanh(s) / s − 1 = z / 3 + z² (1/5 + z/7 + …)
  const z = s * s;
  const zLow = productError(s, s, z) + 2 * s * sLow;
  let series = 0;
  for (let k = rest.length - 1; k >= 0; k--) series = rest[k]! + z * series;
  const third = z * THIRD;
  const thirdLow = productError(z, THIRD, third) + z * THIRD_LOW + zLow * THIRD;
  const tail = z * z * series;
  const p = third + tail;
  const pLow = sumError(third, tail, p) + thirdLow;
  // log x = exponent ln 2 + 2 s + 2 s p
  const a = exponent * ln2High;
  const b = 2 * s;
  const ab = a + b;
  const c = b * p;
  const log = ab + c;
  const logLow =
    sumError(ab, c, log) +
    sumError(a, b, ab) +
    (exponent * ln2Low + 2 * sLow + (productError(b, p, c) + b * pLow + 2 * sLow * p));
  return expOf(y * log, y, log, logLow);
}
/** exp(y (log + logLow)); `t` is y log as rounded. */
function expOf(t: number, y: number, log: number, logLow: number): number {
  if (t > 710) return Infinity;
  if (t < -746) return 0;
  const low = productError(y, log, t) + y * logLow;
  const n = Math.round(t * Math.LOG2E);
  const r = t - n * ln2High - (n * ln2Low - low);
  let series = 0;
  for (let k = expSeries.length - 1; k >= 0; k--) series = expSeries[k]! + r * series;
  const half = Math.trunc(n / 2);
  return (1 + r * series) * powerOfTwo(half) * powerOfTwo(n - half);
}
/** Of a whole number between −1022 and 1023. */
function powerOfTwo(n: number): number {
  words[1 - high] = 0;
  words[high] = (n + 1023) << 20;
  return float[0]!;
}
