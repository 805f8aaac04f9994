/** Runs its body round(times) times, or until what is watched has settled; counts the passes. */
import type { FloatArray, Operation, Step, Until } from '@apical/core';
import { block, f64, f64Ops, f64Tests, forever, get, isZero, leave, set } from '../wasm/assembler.js';
import { cellValue } from '../wasm/emission.js';
import { countPasses, passed, startUntil, untilCode } from './until.js';
import { lengths, type Of, type Verb } from './verb.js';

/** How often the body runs: as often as it did until it settled, on average, where it has run before. */
export const passesOf = ({ times, until }: Of<'repeat'>): number =>
  until && until.of[0]! > 0 ? until.made[0]! / until.of[0]! : Math.round(times[0]!);

function check({ until }: Of<'repeat'>): string | undefined {
  if (!until) return undefined;
  const { samples, watched, before, held, kept, passes, settled } = until;
  const all = [...watched, ...held];
  const uneven = all.find(a => a.length % samples !== 0);
  if (uneven) return `an array of ${uneven.length} numbers does not fall into ${samples} samples`;
  const copies = Object.fromEntries(
    [...before, ...kept].map((a, k) => [`copy ${k}`, [a, all[k]?.length ?? 0] as const]),
  );
  return lengths({ passes: [passes, samples], settled: [settled, samples], ...copies });
}
function plain(
  { times, until, body: operations }: Of<'repeat'>,
  list: (of: readonly Operation[]) => Step,
): Step {
  const body = list(operations);
  if (!until)
    return () => {
      for (let k = 0; k + 0.5 < times[0]!; k++) body();
    };
  const start = startUntil(until);
  const isDone = passed(until);
  return () => {
    start();
    for (let k = 0; k + 0.5 < times[0]!; k++) {
      body();
      if (isDone()) break;
    }
    countPasses(until);
  };
}
const arrays = (u: Until | undefined, which: (u: Until) => readonly FloatArray[]): readonly FloatArray[] =>
  u ? which(u) : [];
export const repeat: Verb<'repeat'> = {
  check,
  touched: ({ times, until }) => ({
    reads: [times, ...arrays(until, u => [u.within, ...u.watched])],
    writes: arrays(until, u => [...u.before, ...u.kept, u.passes, u.settled]),
    adds: arrays(until, u => [...u.held, u.made, u.of]),
  }),
  inside: o => [o.body],
  macs: (o, of) => passesOf(o) * of(o.body),
  plain,
  emit({ times, body, until }, e) {
    const k = e.locals.of('f64');
    const code = until && untilCode(until, e);
    return [
      ...set(k, f64(0)),
      code?.start ?? [],
      ...block(
        forever([
          ...leave(isZero(f64Tests.less(f64Ops.add(get(k), f64(0.5)), cellValue(times))), 1),
          ...e.list(body),
          ...(code ? [code.pass, leave(code.isDone, 1)] : []),
          ...set(k, f64Ops.add(get(k), f64(1))),
        ]),
      ),
      code?.count ?? [],
    ];
  },
};
