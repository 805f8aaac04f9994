/** Sets parameters by a curve over epochs: what a schedule of learning rates and an annealing have in common. */
import { filter, map, mergeMap, startWith, withLatestFrom } from 'rxjs';
import type { Observable } from 'rxjs';
import { ApicalError } from '@apical/core';
import type { Command, ObservedRun, RunEvent } from '@apical/core';
import { eventsOf } from './watched.js';

export interface Schedule {
  /** `observer "anneal"`, for messages. */
  readonly what: string;
  readonly parameters: readonly string[];
  /** The value before the first epoch; undefined: each parameter's own, as the config has it. */
  readonly start: number | undefined;
  readonly every: number;
  /** Value for the epochs after `epoch` have ended, of `epochs` in the whole run. */
  readonly value: (start: number, epoch: number, epochs: number) => number;
}
/** Commands come at the end of every epoch whose number is a multiple of `every`, and hold for those that follow. */
export function scheduled(
  events: Observable<RunEvent>,
  run: ObservedRun,
  { what, parameters, start, every, value }: Schedule,
): Observable<Command> {
  const starts = parameters.map(name => {
    const known = start ?? run.initial?.(name);
    if (known === undefined)
      throw new ApicalError(
        'APICAL_OPTION',
        `${what}: where "${name}" starts is not known; give option "start", the value that the config has for it`,
      );
    // A curve that does not exist from here is refused before the run, not after its first epoch.
    value(known, 0, 1);
    return { name, start: known };
  });
  const epochs = eventsOf(events, run, 'run-started').pipe(
    map(started => started.epochs),
    startWith(undefined),
  );
  return eventsOf(events, run, 'epoch-ended').pipe(
    withLatestFrom(epochs),
    filter(([{ epoch }]) => epoch % every === 0),
    mergeMap(([{ epoch }, all]) => {
      if (all === undefined) throw new Error('an epoch ended before run-started was heard');
      return starts.map(
        from => ({ do: 'set', name: from.name, value: value(from.start, epoch, all) }) as const,
      );
    }),
  );
}
