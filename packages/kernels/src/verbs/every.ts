/** Runs its body when counter mod round(times) is 0; then counter += 1. */
import { f64, f64Ops, i64FromF64, i64IsZero, i64Remainder, ifThen } from '../wasm/assembler.js';
import { cellValue, incremented } from '../wasm/emission.js';
import type { Verb } from './verb.js';

export const every: Verb<'every'> = {
  check: ({ times }) =>
    Math.round(times[0]!) >= 1 ? undefined : `it is due every ${times[0]} times; 1 or more is needed`,
  touched: ({ times, counter }) => ({ reads: [times], adds: [counter] }),
  inside: o => [o.body],
  macs: (o, of) => of(o.body) / Math.round(o.times[0]!),
  plain({ counter, times, body: operations }, list) {
    const body = list(operations);
    return () => {
      // as below: the half is added and the rest cut off
      if (counter[0]! % Math.max(1, Math.trunc(times[0]! + 0.5)) === 0) body();
      counter[0]! += 1;
    };
  },
  emit({ counter, times, body }, e) {
    const whole = i64FromF64(f64Ops.max(f64Ops.add(cellValue(times), f64(0.5)), f64(1)));
    const due = i64IsZero(i64Remainder(i64FromF64(cellValue(counter)), whole));
    return [...ifThen(due, e.list(body)), ...incremented(counter)];
  },
};
