/** Numbers that look random and are the same in every language: a hash of place and seed. */
import type { FloatArray } from '@apical/core';

/** Between −1 and 1; the finaliser of MurmurHash3 over 32-bit integers. */
export function mixed(place: number, seed: number): number {
  let h = (place + Math.imul(seed, 0x9e3779b1)) >>> 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  h = (h ^ (h >>> 16)) >>> 0;
  return h / 2 ** 31 - 1;
}
export function fillMixed<A extends FloatArray>(array: A, seed: number, scale = 1): A {
  for (let i = 0; i < array.length; i++) array[i] = scale * mixed(i, seed);
  return array;
}
