/** Updates one after the other, with looks at the clock, at the weights and at what stands outside. */
import type { Clock } from '@apical/core';
import type { Divergence } from './divergence.js';
import { pause, pulse } from './pulse.js';

/** An epoch, or what comes before the first. */
export interface Stretch {
  /** Updates it has in all, and those it has behind it. */
  readonly length: number;
  readonly from: number;
  /** Shows batch `k` of the stretch and updates; returns how many updates its kind has made in the run. */
  readonly update: (k: number) => number;
  /** Seconds that went into updates since it was last told. */
  readonly spent: (seconds: number) => void;
  /** Tells how far it is. */
  readonly tell: () => void;
  /** `update 120, epoch 3`, for a message. */
  readonly moment: (updates: number) => string;
}
export interface StretchOptions {
  readonly clock: Clock;
  readonly signal: AbortSignal | undefined;
  /** Updates between two calls of `look`. */
  readonly interval: number;
  readonly look: (moment: string) => Divergence | undefined;
  /** Asked now and then, never after the last update: is a checkpoint due? */
  readonly due: () => boolean;
  readonly save: () => Promise<void>;
}
/** `aborted`: from outside, before an update. undefined: all updates are made. */
export async function work(
  { length, from, update, spent, tell, moment }: Stretch,
  { clock, signal, interval, look, due, save }: StretchOptions,
): Promise<Divergence | 'aborted' | undefined> {
  const pulses = pulse(clock);
  let paused = clock.now();
  let timed = paused;
  const count = (): void => {
    const now = clock.now();
    spent((now - timed) / 1000);
    timed = now;
  };
  for (let k = from; k < length; k++) {
    if (signal?.aborted) return 'aborted';
    const updates = update(k);
    if (updates % interval === 0) {
      const found = look(moment(updates));
      if (found) return found;
    }
    if (!pulses.due()) continue;
    count();
    tell();
    if (k + 1 < length && due()) {
      await save();
      timed = clock.now();
    }
    if (clock.now() - paused > 50) {
      await pause();
      paused = timed = clock.now();
    }
  }
  count();
  return undefined;
}
