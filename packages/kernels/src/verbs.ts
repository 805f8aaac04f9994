/** The small verbs of the intermediate form in plain loops. */
import type { FloatArray, Operation, Step } from '@apical/core';

type Verb<K extends Operation['op']> = Extract<Operation, { readonly op: K }>;

export const add =
  ({ into, from, gain }: Verb<'add'>): Step =>
  () => {
    const g = gain[0]!;
    for (let i = 0; i < into.length; i++) into[i]! += g * from[i]!;
  };
export const addProduct =
  ({ into, a, b, gain }: Verb<'add-product'>): Step =>
  () => {
    const g = gain[0]!;
    for (let i = 0; i < into.length; i++) into[i]! += g * a[i]! * b[i]!;
  };
export const addBias =
  ({ into, bias, area, gain }: Verb<'add-bias'>): Step =>
  () => {
    const g = gain[0]!;
    const n = bias.length;
    for (let i = 0, k = 0; i < into.length; k = k + 1 === n ? 0 : k + 1) {
      const v = g * bias[k]!;
      for (let a = 0; a < area; a++) into[i++]! += v;
    }
  };
export function correlateBias({ into, post, area, scale, gain, by }: Verb<'correlate-bias'>): Step {
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
}
export const transpose =
  ({ into, source, rows, cols, gain }: Verb<'transpose'>): Step =>
  () => {
    const g = gain[0]!;
    for (let i = 0; i < rows; i++)
      for (let j = 0; j < cols; j++) into[j * rows + i] = g * source[i * cols + j]!;
  };
export function meanOver({ arrays }: Verb<'mean-over'>): Step {
  const length = arrays.reduce((n, a) => n + a.length, 0);
  return () => {
    let sum = 0;
    for (let k = 0; k < arrays.length; k++) {
      const a = arrays[k]!;
      for (let i = 0; i < a.length; i++) sum += a[i]!;
    }
    for (let k = 0; k < arrays.length; k++) arrays[k]!.fill(sum / length);
  };
}
/** Has no watched array moved by more than within · max(1, its largest value)? Remembers the new values. */
export function settled(
  watched: readonly FloatArray[],
  before: readonly FloatArray[],
  within: number,
): boolean {
  let still = true;
  for (let k = 0; k < watched.length; k++) {
    const now = watched[k]!;
    const old = before[k]!;
    let moved = 0;
    let size = 1;
    for (let i = 0; i < now.length; i++) {
      moved = Math.max(moved, Math.abs(now[i]! - old[i]!));
      size = Math.max(size, Math.abs(now[i]!));
      old[i] = now[i]!;
    }
    // NaN is never settled
    if (!(moved <= within * size)) still = false;
  }
  return still;
}
