/**
 * Standard normals by Box & Muller 1958 from Philox words, with own logarithm, sine and cosine: only + − × ÷ √
 * and bit operations, in a written order without data-dependent branches, so that any IEEE 754 machine, and
 * a SIMD version that keeps the order, gives the same bits. `Math.log` and `Math.cos` may differ between engines.
 *
 * Elements 2g and 2g + 1 of block `index` come from the words w0 … w3 of counter (g, index mod 2³², ⌊index / 2³²⌋, 0)
 * under the key of the stream:
 *   u = (⌊w1 / 2¹²⌋ 2³² + w0 + ½) 2⁻⁵²     v = (⌊w3 / 2¹²⌋ 2³² + w2 + ½) 2⁻⁵²     both exact, in (0, 1)
 *   radius = √(−2 log u)
 *   element 2g = radius · cos 2πv,   element 2g + 1 = radius · sin 2πv.
 */
import type { FloatArray } from '@apical/core';
import { philox } from './philox.js';

/** Word 3 of the counter says what the words are for, so that normals and uniforms of one key never share any. */
export const counterKinds = Object.freeze({ normals: 0, words: 1, key: 2 });

// Logarithm: ln 2 in two parts (the first has 24 bits, so that exponent × part is exact) and 2 atanh(s) / s =
// 2 (1 + s²/3 + s⁴/5 + …). |s| ≤ 0.1716; what is cut off is below 7e-19 of the value.
const LN2_HIGH = 0.693147182464599609375;
const LN2_LOW = -1.904654299957767878541823431924e-9;
/** High word of √½, where the exponent changes. */
const ROOT_HALF = 0x3fe6a09e;
const logSeries = Object.freeze([3, 5, 7, 9, 11, 13, 15, 17, 19, 21].map(n => 2 / n));
const [L1, L2, L3, L4, L5, L6, L7, L8, L9, L10] = logSeries as unknown as TenNumbers;
// Sine and cosine: Taylor series about 0 on |x| ≤ π/4; what is cut off is below 1e-19 and 3e-18.
const HALF_PI = 1.5707963267948966;
const sineSeries = Object.freeze(
  [-6, 120, -5040, 362880, -39916800, 6227020800, -1307674368000, 355687428096000].map(n => 1 / n),
);
const [S1, S2, S3, S4, S5, S6, S7, S8] = sineSeries as unknown as EightNumbers;
const cosineSeries = Object.freeze(
  [-2, 24, -720, 40320, -3628800, 479001600, -87178291200, 20922789888000].map(n => 1 / n),
);
const [C1, C2, C3, C4, C5, C6, C7, C8] = cosineSeries as unknown as EightNumbers;
type EightNumbers = [number, number, number, number, number, number, number, number];
type TenNumbers = [...EightNumbers, number, number];

/** The constants, for another implementation of the same numbers. */
export const normalConstants = Object.freeze({
  ln2High: LN2_HIGH,
  ln2Low: LN2_LOW,
  rootHalfHighWord: ROOT_HALF,
  halfPi: HALF_PI,
  /** 2/3, 2/5, … 2/21: factors of s², s⁴, … */
  logSeries,
  /** −1/3!, 1/5!, … 1/17!: factors of x², x⁴, … in sin(x) / x − 1. */
  sineSeries,
  /** −1/2!, 1/4!, … 1/16!: factors of x², x⁴, … in cos(x) − 1. */
  cosineSeries,
});

// Scratch of one call, never read in another: lets numbers change between float and bits without allocating.
const words = new Uint32Array(4);
const float = new Float64Array(1);
const floatWords = new Int32Array(float.buffer);
const lowWord = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1 ? 0 : 1;
const highWord = 1 - lowWord;
/** Cosine and sine within the quadrant, then of the whole angle. */
const pair = new Float64Array(2);

/**
 * Natural logarithm of a positive normal number, within 2 ulp.
 *   e = (highword(u) − highword(√½)) >> 20,  m = u with e · 2²⁰ taken from its high word, in [√½, √2)
 *   s = (m − 1) / (m + 1),  z = s s
 *   p = z (L1 + z (L2 + … z L10))
 *   log u = e ln2High + ((s + s) + (s p + e ln2Low))
 */
export function logarithm(u: number): number {
  float[0] = u;
  const high = floatWords[highWord]!;
  const exponent = (high - ROOT_HALF) >> 20;
  floatWords[highWord] = high - (exponent << 20);
  const m = float[0];
  const s = (m - 1) / (m + 1);
  const z = s * s;
  const p =
    z *
    (L1 + z * (L2 + z * (L3 + z * (L4 + z * (L5 + z * (L6 + z * (L7 + z * (L8 + z * (L9 + z * L10)))))))));
  return exponent * LN2_HIGH + (s + s + (s * p + exponent * LN2_LOW));
}

/**
 * into[0] = cos 2πv, into[1] = sin 2πv for v in [0, 1), each within 2 ulp.
 *   q = 4 v,  j = ⌊q + ½⌋ (0 … 4),  x = (q − j) · halfPi,  z = x x
 *   c = 1 + z (C1 + z (C2 + … z C8))
 *   s = x + x (z (S1 + z (S2 + … z S8)))
 *   odd j exchanges c and s; the cosine is negated where bit 1 of j + 1 is set, the sine where bit 1 of j is.
 */
export function cosineAndSine(v: number, into: Float64Array): void {
  const q = 4 * v;
  const j = (q + 0.5) | 0;
  const x = (q - j) * HALF_PI;
  const z = x * x;
  const odd = j & 1;
  into[odd] = 1 + z * (C1 + z * (C2 + z * (C3 + z * (C4 + z * (C5 + z * (C6 + z * (C7 + z * C8)))))));
  into[1 - odd] =
    x + x * (z * (S1 + z * (S2 + z * (S3 + z * (S4 + z * (S5 + z * (S6 + z * (S7 + z * S8))))))));
  into[0] = into[0]! * (1 - ((j + 1) & 2));
  into[1] = into[1]! * (1 - (j & 2));
}

function drawPair(key0: number, key1: number, group: number, indexLow: number, indexHigh: number): void {
  philox(group, indexLow, indexHigh, counterKinds.normals, key0, key1, words);
  const u = ((words[1]! >>> 12) * 4294967296 + words[0]! + 0.5) * 2.220446049250313e-16;
  const v = ((words[3]! >>> 12) * 4294967296 + words[2]! + 0.5) * 2.220446049250313e-16;
  const radius = Math.sqrt(-2 * logarithm(u));
  cosineAndSine(v, pair);
  pair[0] = radius * pair[0]!;
  pair[1] = radius * pair[1]!;
}

/**
 * Elements `start`, `start + 1`, … of block `index` (a whole number below 2⁵³) of the stream with this key, as
 * many as `into` holds. Each depends on key, index and its own position only: not on the length of `into`, nor on
 * the pieces a block is filled in. A block has up to 2³³ elements. Float32 arrays get the rounded float64 numbers. Allocates nothing.
 */
export function fillNormals(
  key: readonly [number, number],
  index: number,
  into: FloatArray,
  start = 0,
): void {
  const indexLow = index % 4294967296;
  const indexHigh = (index - indexLow) / 4294967296;
  const key0 = key[0];
  const key1 = key[1];
  const length = into.length;
  let group = Math.floor(start / 2);
  let i = 0;
  if (length > 0 && start % 2 === 1) {
    drawPair(key0, key1, group++, indexLow, indexHigh);
    into[i++] = pair[1]!;
  }
  for (; i + 1 < length; i += 2) {
    drawPair(key0, key1, group++, indexLow, indexHigh);
    into[i] = pair[0]!;
    into[i + 1] = pair[1]!;
  }
  if (i < length) {
    drawPair(key0, key1, group, indexLow, indexHigh);
    into[i] = pair[0]!;
  }
}
