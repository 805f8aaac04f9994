/**
 * Fixed splits. Rows 0 … count − 1 are permuted with the stream `split/<name>` of seed 0; the parts are consecutive
 * runs of that permutation, each put back in ascending order. The seed of a run plays no role.
 */
import { ApicalError } from '@apical/core';
import { createRandomSource } from '@apical/numerics';
import type { NdArray } from 'ndarray';
import { ordered, product, rowMajor, type Numbers } from './arrays.js';

/** Row numbers of parts of the given sizes; rows left over belong to none. */
export function fixedSplit(name: string, count: number, sizes: readonly number[]): readonly Int32Array[] {
  const wanted = sizes.reduce((a, b) => a + b, 0);
  if (sizes.some(n => !Number.isInteger(n) || n < 0) || wanted > count)
    throw new ApicalError(
      'APICAL_DATA_SPLIT',
      `split of "${name}" into ${sizes.join(' + ')} rows: there are ${count}; sizes are whole numbers of at most that sum`,
    );
  const order = createRandomSource(0).stream(`split/${name}`).permutation(count);
  let at = 0;
  return sizes.map(size => order.slice(at, (at += size)).sort());
}
/** A copy of these rows (first axis). */
export function takeRows<T extends Numbers>(array: NdArray<T>, rows: ArrayLike<number>): NdArray<T> {
  const all = ordered(array);
  const shape = array.shape.slice(1);
  const width = product(shape);
  const out = new (all.constructor as new (n: number) => T)(rows.length * width);
  for (let k = 0; k < rows.length; k++)
    out.set(all.subarray(rows[k]! * width, (rows[k]! + 1) * width), k * width);
  return rowMajor(out, [rows.length, ...shape]);
}
