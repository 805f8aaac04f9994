/** A repeat whose samples settle one by one, on a backend, against what each does alone. */
import type { FloatArray, Operation, Until } from '@apical/core';
import type { Bench } from './bench.js';
import { close, type Check } from './check.js';

const units = 3;
/**
 * x ← x / 2, y ← y + 1 for every sample, at most eight times: a sample that starts from 2^k has settled within 1/16 after
 * k + 4 passes, one that starts from NaN never does.
 */
function perSample(
  bench: Bench,
  starts: readonly number[],
): { readonly u: Until; readonly x: FloatArray; readonly y: FloatArray } {
  const samples = starts.length;
  const array = (n: number): FloatArray => bench.memory.allocate(n);
  const [x, y, one] = [array(samples * units), array(samples * units), array(samples * units).fill(1)];
  starts.forEach((start, b) => x.fill(start, b * units, b * units + 1));
  const u: Until = {
    ...{ watched: [x], before: [array(samples * units)], within: bench.cell(1 / 16), samples },
    ...{ held: [x, y], kept: [array(samples * units), array(samples * units)] },
    ...{ passes: array(samples), settled: array(samples), made: bench.cell(0), of: bench.cell(0) },
  };
  const body: readonly Operation[] = [
    { op: 'add', into: x, from: x, gain: bench.cell(-0.5) },
    { op: 'add', into: y, from: one, gain: bench.cell(1) },
  ];
  bench.run({ op: 'repeat', times: bench.cell(8), body, until: u });
  return { u, x, y };
}
export const untilCheck = (bench: Bench): Check => ({
  name: 'samples settle one by one, and are held',
  run() {
    const starts = [1, 4, NaN, 0, 64, 2];
    const wanted = [4, 6, 8, 1, 8, 5];
    const { u, x, y } = perSample(bench, starts);
    close('passes', u.passes, wanted, 0);
    close('settled', u.settled, [1, 1, 0, 1, 0, 1], 0);
    close('passes of all', u.made, [wanted.reduce((a, b) => a + b)], 0);
    close('samples of all', u.of, [starts.length], 0);
    const each = (of: readonly number[]): number[] => of.flatMap(v => [v, 0, 0]);
    const halved = starts.map((start, b) => start / 2 ** wanted[b]!);
    close('what is watched', x, each(halved), 0);
    const counted = wanted.flatMap(n => [n, n, n]);
    close('what is held besides', y, counted, 0);
  },
});
