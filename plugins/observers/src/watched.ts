/** What the observers of this plugin share: the epochs of one run, and one metric of them. */
import { filter, map } from 'rxjs';
import type { Observable } from 'rxjs';
import { ApicalError, unknownName } from '@apical/core';
import type { CheckedOptions, EventOf, ObservedRun, RunEvent, RunId } from '@apical/core';

const sameRun = (a: RunId, b: RunId): boolean =>
  a.experiment === b.experiment && a.scheme === b.scheme && a.seed === b.seed && a.hash === b.hash;

/** Events of one kind of this run: several runs may share a bus. */
export const eventsOf = <K extends RunEvent['kind']>(
  events: Observable<RunEvent>,
  run: ObservedRun,
  kind: K,
): Observable<EventOf<K>> =>
  events.pipe(filter((e): e is EventOf<K> => e.kind === kind && sameRun(e.run, run.id)));

/** Names in one option, separated by commas. */
export function namesIn(what: string, option: string, text: string): readonly string[] {
  const names = text.split(',').map(name => name.trim());
  if (names.some(name => name === ''))
    throw new ApicalError(
      'APICAL_OPTION',
      `${what}, option "${option}": found "${text}"; give one name, or several separated by commas`,
    );
  return names;
}

export interface Watched {
  /** `validation/error` */
  readonly metric: string;
  readonly better: 'lower' | 'higher';
  readonly values: Observable<{ readonly epoch: number; readonly value: number }>;
}
/**
 * One metric at every evaluation. Option `metric` is `error` (of the validation split), `train/error`, or null for the
 * headline. The test split is refused: it is read once, after the last epoch, and must not steer a run.
 */
export function watch(
  what: string,
  events: Observable<RunEvent>,
  run: ObservedRun,
  options: CheckedOptions,
): Watched {
  const asked = options.value('metric') === undefined ? run.headline : options.text('metric');
  const [split, name] = asked.includes('/')
    ? [asked.slice(0, asked.indexOf('/')), asked.slice(asked.indexOf('/') + 1)]
    : ['validation', asked];
  if (split !== 'validation' && split !== 'train')
    throw new ApicalError(
      'APICAL_OPTION',
      `${what}, option "metric": found "${asked}"; the split must be validation or train` +
        (split === 'test' ? ': the test split is read once, at the end, and decides nothing' : ''),
    );
  const full = `${split}/${name}`;
  const better = run.better[name] ?? run.better[full];
  if (better === undefined)
    throw unknownName(`metric for ${what}:`, name, Object.keys(run.better), { code: 'APICAL_OPTION' });
  const values = eventsOf(events, run, 'epoch-ended').pipe(
    // An epoch without an evaluation has no metrics at all.
    filter(({ metrics }) => Object.keys(metrics).length > 0),
    map(({ epoch, metrics }) => {
      const value = metrics[full];
      if (value === undefined)
        throw new ApicalError(
          'APICAL_OPTION',
          `${what}: there is no ${full}; evaluated: ${Object.keys(metrics).join(', ')}; ` +
            `add "${split}" to train.evaluateOn`,
        );
      return { epoch, value };
    }),
  );
  return { metric: full, better, values };
}
