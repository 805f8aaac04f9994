/** What became of every run of a comparison. */
import type { Launcher, RunConfig, RunResult } from '@apical/core';

export type Launched = Awaited<ReturnType<Launcher['launch']>>[number];
export interface Outcome {
  readonly config: RunConfig;
  /** Absent where the run failed with an error or was never started. */
  readonly result?: RunResult;
  /** ended: has a score · failed: diverged, or an error · open: interrupted or not started, it can go on. */
  readonly state: 'ended' | 'failed' | 'open';
  readonly message?: string;
}
/** What a launcher says of a run that it did not start, because the others were stopped. */
export const notStarted = 'not started';

/** A run whose headline is not finite has failed, whatever its status says. */
export function outcomeOf(launched: Launched, headline: string): Outcome {
  const { config } = launched;
  if ('error' in launched)
    return {
      config,
      state: launched.error.startsWith(notStarted) ? 'open' : 'failed',
      message: launched.error,
    };
  const { status, final, message } = launched.summary;
  const of = (state: Outcome['state'], why?: string): Outcome => ({
    config,
    result: launched,
    state,
    ...(why === undefined ? {} : { message: why }),
  });
  if (status === 'interrupted') return of('open', message ?? 'interrupted');
  if (status === 'diverged' || status === 'failed')
    return of('failed', `${status}: ${message ?? 'no message'}`);
  const value = final[`test/${headline}`];
  if (value === undefined) return of('failed', `it left no test/${headline}`);
  return Number.isFinite(value) ? of('ended') : of('failed', `test/${headline} is ${value}`);
}
