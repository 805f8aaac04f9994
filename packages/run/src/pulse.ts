/** Keeps an eye on the clock between updates without asking it every time. */
import type { Clock } from '@apical/core';

export interface Pulse {
  /** Called after every update; true when it is time to look up from the work. */
  due(): boolean;
}
/** Looks about every 2 to 10 ms; only when to look depends on time, never a number. */
export function pulse(clock: Clock): Pulse {
  let left = 1;
  let interval = 1;
  let last = clock.now();
  return {
    due() {
      if (--left > 0) return false;
      const now = clock.now();
      const elapsed = now - last;
      last = now;
      if (elapsed < 2) interval = Math.min(interval * 2, 1024);
      else if (elapsed > 10) interval = Math.max(1, interval >> 1);
      left = interval;
      return true;
    },
  };
}
/** Lets signals, messages and timers through. */
export const pause = (): Promise<void> => new Promise(resolve => setImmediate(resolve));
