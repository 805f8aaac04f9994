/** Times of steps that take turns, so that what disturbs the machine disturbs all of them. */
import type { Step } from '@apical/core';

export interface TimingOptions {
  /** Monotonic, in seconds. */
  readonly clock: () => number;
  /** For each step, about. A step that takes longer than a fifth of it still runs in three rounds. */
  readonly seconds: number;
  readonly rounds?: number;
}
export interface Timing {
  /** Of one call: the median over rounds, and the range. */
  readonly median: number;
  readonly least: number;
  readonly most: number;
  readonly rounds: number;
}
export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
};
export const timingOf = (times: readonly number[]): Timing => ({
  median: median(times),
  least: Math.min(...times),
  most: Math.max(...times),
  rounds: times.length,
});
/** Mean seconds of so many calls. */
function timed(step: Step, calls: number, clock: () => number): number {
  const start = clock();
  for (let k = 0; k < calls; k++) step();
  return (clock() - start) / calls;
}
/** How many calls take about so long, found while the engine warms up. */
export function callsFor(step: Step, seconds: number, clock: () => number): number {
  for (let calls = 1; ; calls *= 2) {
    const each = timed(step, calls, clock);
    if (each * calls >= seconds / 2) return Math.max(1, Math.round(seconds / each));
  }
}
export function interleaved(steps: readonly Step[], { clock, seconds, rounds = 9 }: TimingOptions): Timing[] {
  // the engine compiles again what runs often; a quarter of the time is left to it before the first round
  const warm = seconds / 4;
  const share = (seconds - warm) / rounds / warm;
  const calls = steps.map(step => Math.max(1, Math.round(callsFor(step, warm, clock) * share)));
  const times = steps.map((): number[] => []);
  for (let round = 0; round < rounds; round++)
    steps.forEach((step, k) => {
      const mine = times[k]!;
      const spent = mine.reduce((sum, t) => sum + t, 0) * calls[k]!;
      if (round < 3 || spent < seconds) mine.push(timed(step, calls[k]!, clock));
    });
  return times.map(timingOf);
}
