/** How many numbers of a type lie between two. */
import type { DType } from '@apical/core';

const single = new Float32Array(1);
const singleBits = new Int32Array(single.buffer);
const double = new Float64Array(1);
const doubleBits = new BigInt64Array(double.buffer);

/** Places of numbers in their order: neighbours differ by one. */
function place(dtype: DType, value: number): bigint {
  if (dtype === 'float32') {
    single[0] = value;
    const bits = singleBits[0]!;
    return BigInt(bits < 0 ? -(bits & 0x7fffffff) : bits);
  }
  double[0] = value;
  const bits = doubleBits[0]!;
  return bits < 0n ? -(bits & 0x7fffffffffffffffn) : bits;
}
/** 0 for two NaN, Infinity for one; `wanted` is rounded to the type first. */
export function ulps(dtype: DType, found: number, wanted: number): number {
  if (Number.isNaN(found) || Number.isNaN(wanted))
    return Number.isNaN(found) && Number.isNaN(wanted) ? 0 : Infinity;
  const off = place(dtype, found) - place(dtype, wanted);
  return Number(off < 0n ? -off : off);
}
