/** Runs its body round(times) times, or until what is watched has settled. */
import type { FloatArray } from '@apical/core';
import {
  and,
  block,
  drop,
  f64,
  f64Ops,
  f64Tests,
  floatLoad,
  floatStore,
  forever,
  get,
  i32,
  isZero,
  leave,
  select,
  set,
  type Code,
} from '../wasm/assembler.js';
import { cellValue } from '../wasm/emission.js';
import { kernel, Locals, narrow, step, times as loop, wide, type Size } from '../wasm/kernel-code.js';
import type { WasmFunction } from '../wasm/module-format.js';
import { lengths, type Verb } from './verb.js';

/** Has no watched array moved by more than within · max(1, its largest value)? Remembers the new values. */
function settled(watched: readonly FloatArray[], before: readonly FloatArray[], within: number): boolean {
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
/** As `settled` of one array: (now, before, length, within) → 1 or 0. */
function settledKernel(size: Size): WasmFunction {
  const [NOW, BEFORE, LENGTH, WITHIN] = [0, 1, 2, 3] as const;
  const l = new Locals(4);
  const k = l.of('i32');
  const [moved, largest, x] = [l.of('f64'), l.of('f64'), l.of('f64')];
  const old = wide(size, floatLoad(size, get(BEFORE)));
  const body = [
    ...set(largest, f64(1)),
    ...loop(k, get(LENGTH), [
      ...set(x, wide(size, floatLoad(size, get(NOW)))),
      ...set(moved, f64Ops.max(get(moved), f64Ops.abs(f64Ops.subtract(get(x), old)))),
      ...set(largest, f64Ops.max(get(largest), f64Ops.abs(get(x)))),
      ...floatStore(size, get(BEFORE), narrow(size, get(x))),
      ...step(NOW, i32(size)),
      ...step(BEFORE, i32(size)),
    ]),
    ...select(i32(1), i32(0), f64Tests.lessEqual(get(moved), f64Ops.multiply(get(WITHIN), get(largest)))),
  ];
  return { ...kernel('settled', ['i32', 'i32', 'i32', 'f64'], l, body), result: 'i32' };
}
export const repeat: Verb<'repeat'> = {
  check: ({ until }) =>
    until?.watched
      .map((w, k) => lengths({ [`before ${k}`]: [until.before[k]!, w.length] }))
      .find(wrong => wrong !== undefined),
  touched: ({ times, until }) => ({ reads: [times, ...(until?.watched ?? [])], writes: until?.before ?? [] }),
  inside: o => [o.body],
  macs: (o, of) => Math.round(o.times[0]!) * of(o.body),
  plain({ times, until, body: operations }, list) {
    const body = list(operations);
    if (!until)
      return () => {
        for (let k = 0; k + 0.5 < times[0]!; k++) body();
      };
    const { watched, before, within } = until;
    return () => {
      for (let a = 0; a < watched.length; a++) before[a]!.set(watched[a]!);
      for (let k = 0; k + 0.5 < times[0]!; k++) {
        body();
        if (settled(watched, before, within)) return;
      }
    };
  },
  emit({ times, body, until }, { size, locals, module, list }) {
    const k = locals.of('f64');
    const settledAt = (index: number, within: number): Code =>
      module.kernel(
        'settled',
        () => settledKernel(size),
        i32(until!.watched[index]!.byteOffset),
        i32(until!.before[index]!.byteOffset),
        i32(until!.watched[index]!.length),
        f64(within),
      );
    // every array is looked at, so that each remembers its new values; NaN within: nothing is compared
    const start = until ? until.watched.flatMap((_, a) => drop(settledAt(a, NaN))) : [];
    const all = until
      ? until.watched.map((_, a) => settledAt(a, until.within)).reduce((a, b) => and(a, b), i32(1))
      : [];
    return [
      ...set(k, f64(0)),
      ...start,
      ...block(
        forever([
          ...leave(isZero(f64Tests.less(f64Ops.add(get(k), f64(0.5)), cellValue(times))), 1),
          ...list(body),
          ...(until ? leave(all, 1) : []),
          ...set(k, f64Ops.add(get(k), f64(1))),
        ]),
      ),
    ];
  },
};
