/** What a repeat does after every pass: samples that had settled get back what they had, the others are looked at. */
import type { FloatArray, Step, Until } from '@apical/core';
import {
  add,
  and,
  clearBytes,
  copyBytes,
  f64,
  f64Ops,
  f64Tests,
  floatLoad,
  floatStore,
  get,
  i32,
  ifThen,
  isZero,
  mul,
  select,
  set,
  type Code,
} from '../wasm/assembler.js';
import { cellValue, type Emission } from '../wasm/emission.js';
import { kernel, Locals, narrow, step, times, wide, type Size } from '../wasm/kernel-code.js';
import type { WasmFunction } from '../wasm/module-format.js';

/* ---------------------------------------------------------------- plain */

export const startUntil =
  ({ watched, before, held, kept, passes, settled }: Until): Step =>
  () => {
    for (let k = 0; k < watched.length; k++) before[k]!.set(watched[k]!);
    for (let k = 0; k < held.length; k++) kept[k]!.set(held[k]!);
    passes.fill(0);
    settled.fill(0);
  };
/** Looks at all samples after a pass; have all settled? */
export function passed({
  watched,
  before,
  held,
  kept,
  samples,
  passes,
  settled,
  within,
}: Until): () => boolean {
  const rows = (arrays: readonly FloatArray[], b: number): FloatArray[] =>
    arrays.map(a => a.subarray((b * a.length) / samples, ((b + 1) * a.length) / samples));
  const parts = Array.from({ length: samples }, (_, b) => ({
    now: rows(watched, b),
    old: rows(before, b),
    held: rows(held, b),
    kept: rows(kept, b),
  }));
  return () => {
    let all = true;
    for (let b = 0; b < samples; b++) {
      const part = parts[b]!;
      const isHeld = settled[b] !== 0;
      const [to, from] = isHeld ? [part.held, part.kept] : [part.kept, part.held];
      for (let k = 0; k < to.length; k++) to[k]!.set(from[k]!);
      if (isHeld) continue;
      passes[b]! += 1;
      let still = true;
      for (let k = 0; k < part.now.length; k++)
        if (!stands(part.now[k]!, part.old[k]!, within[0]!)) still = false;
      settled[b] = still ? 1 : 0;
      all &&= still;
    }
    return all;
  };
}
/** Has no element moved by more than within · max(1, the largest)? Remembers the new values. */
function stands(now: FloatArray, old: FloatArray, within: number): boolean {
  let moved = 0;
  let size = 1;
  for (let i = 0; i < now.length; i++) {
    moved = Math.max(moved, Math.abs(now[i]! - old[i]!));
    size = Math.max(size, Math.abs(now[i]!));
    old[i] = now[i]!;
  }
  // NaN never stands
  return moved <= within * size;
}
export function countPasses({ samples, passes, made, of }: Until): void {
  for (let b = 0; b < samples; b++) made[0]! += passes[b]!;
  of[0]! += samples;
}

/* ---------------------------------------------------------------- code */

/** As `stands` of one array: (now, before, length, within) → 1 or 0. */
function standsKernel(size: Size): WasmFunction {
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
  return { ...kernel('stands', ['i32', 'i32', 'i32', 'f64'], l, body), result: 'i32' };
}
export interface UntilCode {
  readonly start: Code;
  /** After a pass. */
  readonly pass: Code;
  /** A condition that holds once all have settled. */
  readonly isDone: Code;
  /** After the last pass. */
  readonly count: Code;
}
export function untilCode(u: Until, { locals, module }: Emission): UntilCode {
  const { watched, before, held, kept, samples, passes, settled } = u;
  const [b, open, still] = [locals.of('i32'), locals.of('i32'), locals.of('i32')];
  const rowBytes = (a: FloatArray): number => a.byteLength / samples;
  const row = (a: FloatArray): Code => add(i32(a.byteOffset), mul(get(b), i32(rowBytes(a))));
  const whole = (to: readonly FloatArray[], from: readonly FloatArray[]): Code =>
    to.flatMap((a, k) => copyBytes(i32(a.byteOffset), i32(from[k]!.byteOffset), i32(a.byteLength)));
  const rows = (to: readonly FloatArray[], from: readonly FloatArray[]): Code =>
    to.flatMap((a, k) => copyBytes(row(a), row(from[k]!), i32(rowBytes(a))));
  // a cell is float64 in every run, an array has the dtype of the run
  const load = (a: FloatArray): Code => wide(sizeOf(a), floatLoad(sizeOf(a), row(a)));
  const store = (a: FloatArray, v: Code): Code => floatStore(sizeOf(a), row(a), narrow(sizeOf(a), v));
  // every array is looked at, so that each remembers its new values
  const look = watched.flatMap((a, k) => {
    const stands = module.kernel(
      'stands',
      () => standsKernel(sizeOf(a)),
      ...[row(a), row(before[k]!), i32(a.length / samples), cellValue(u.within)],
    );
    return set(still, and(stands, get(still)));
  });
  const one = ifThen(f64Tests.notEqual(load(settled), f64(0)), rows(held, kept), [
    ...rows(kept, held),
    ...store(passes, f64Ops.add(load(passes), f64(1))),
    ...set(still, i32(1)),
    ...look,
    ...ifThen(get(still), store(settled, f64(1)), set(open, i32(1))),
  ]);
  const bump = (cell: FloatArray, by: Code): Code =>
    floatStore(8, i32(0), f64Ops.add(cellValue(cell as Float64Array), by), cell.byteOffset);
  return {
    start: [
      ...whole(before, watched),
      ...whole(kept, held),
      ...[passes, settled].flatMap(a => clearBytes(i32(a.byteOffset), i32(a.byteLength))),
    ],
    pass: [...set(open, i32(0)), ...times(b, i32(samples), one)],
    isDone: isZero(get(open)),
    count: [...times(b, i32(samples), bump(u.made, load(passes))), ...bump(u.of, f64(samples))],
  };
}
const sizeOf = (a: FloatArray): Size => a.BYTES_PER_ELEMENT as Size;
