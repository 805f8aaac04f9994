/**
 * Philox4x32-10: a counter-based generator. Every 128-bit counter under a 64-bit key gives four independent
 * 32-bit words, in any order and without state. Salmon, Moraes, Dror & Shaw 2011, "Parallel random numbers: as
 * easy as 1, 2, 3", SC '11, section 3.3 and table 2.
 */

/** Multipliers 0xD2511F53 and 0xCD9E8D57, and the halves that a 32 × 32 → 64-bit product needs. */
const M0 = 0xd2511f53 | 0;
const M0_LOW = 0x1f53;
const M0_HIGH = 0xd251;
const M1 = 0xcd9e8d57 | 0;
const M1_LOW = 0x8d57;
const M1_HIGH = 0xcd9e;
/** Added to the key between rounds: the golden ratio and √3 − 1. */
const WEYL_0 = 0x9e3779b9 | 0;
const WEYL_1 = 0xbb67ae85 | 0;
const ROUNDS = 10;

/**
 * Writes the four words of counter (c0, c1, c2, c3) under key (k0, k1) to `into[0 … 3]`. Arguments are taken
 * modulo 2³². Allocates nothing.
 */
export function philox(
  c0: number,
  c1: number,
  c2: number,
  c3: number,
  k0: number,
  k1: number,
  into: Uint32Array,
): void {
  let x0 = c0 | 0;
  let x1 = c1 | 0;
  let x2 = c2 | 0;
  let x3 = c3 | 0;
  let key0 = k0 | 0;
  let key1 = k1 | 0;
  for (let round = 0; round < ROUNDS; round++) {
    // High word of a product from four 16-bit ones: every intermediate is below 2³², so wrapping is harmless.
    const low0 = x0 & 0xffff;
    const high0 = x0 >>> 16;
    const middle0 = (Math.imul(high0, M0_LOW) + (Math.imul(low0, M0_LOW) >>> 16)) | 0;
    const carry0 = (Math.imul(low0, M0_HIGH) + (middle0 & 0xffff)) | 0;
    const product0 = (Math.imul(high0, M0_HIGH) + (middle0 >>> 16) + (carry0 >>> 16)) | 0;
    const low1 = x2 & 0xffff;
    const high1 = x2 >>> 16;
    const middle1 = (Math.imul(high1, M1_LOW) + (Math.imul(low1, M1_LOW) >>> 16)) | 0;
    const carry1 = (Math.imul(low1, M1_HIGH) + (middle1 & 0xffff)) | 0;
    const product1 = (Math.imul(high1, M1_HIGH) + (middle1 >>> 16) + (carry1 >>> 16)) | 0;
    const next1 = Math.imul(x2, M1);
    const next3 = Math.imul(x0, M0);
    x0 = product1 ^ x1 ^ key0;
    x2 = product0 ^ x3 ^ key1;
    x1 = next1;
    x3 = next3;
    key0 = (key0 + WEYL_0) | 0;
    key1 = (key1 + WEYL_1) | 0;
  }
  into[0] = x0;
  into[1] = x1;
  into[2] = x2;
  into[3] = x3;
}
