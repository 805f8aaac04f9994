/** Tells what happens in a run: progress and rows at most ten times a second. */
import type { Bus, Clock, EventOf, MetricRow, RunEvent, RunId, RunStatus } from '@apical/core';
import type { Divergence } from './divergence.js';
import type { Progress } from './progress.js';
import { metricsOf } from './rows.js';

export interface Teller {
  started(about: Omit<Told<EventOf<'run-started'>>, 'kind'>): void;
  /** Epochs that ended before the resume, again; commands that come of it are to be discarded. */
  replay(rows: readonly MetricRow[], last: number, updatesPerEpoch: number): void;
  progress(at: Progress, batch: number): void;
  /** Of what comes before the first epoch. */
  progressBefore(at: Progress, batch: number): void;
  rows(rows: readonly MetricRow[]): void;
  epochEnded(at: Progress, metrics: Readonly<Record<string, number>>): void;
  checkpoint(at: Progress, file: string): void;
  diverged(at: Progress, divergence: Divergence): void;
  ended(status: RunStatus, at: Progress, metrics: Readonly<Record<string, number>>): void;
}
type Told<E> = E extends RunEvent ? Omit<E, 'run'> : never;
const between = 100; // ms

export function teller(run: RunId, bus: Bus, clock: Clock): Teller {
  const emit = (event: Told<RunEvent>): void => {
    if (bus.observed) bus.emit({ run, ...event });
  };
  let buffered: MetricRow[] = [];
  let rowsTold = -Infinity;
  let told = { time: clock.now(), updates: 0 };
  const flush = (): void => {
    if (buffered.length) emit({ kind: 'rows', rows: buffered });
    buffered = [];
    rowsTold = clock.now();
  };
  /** Samples per second since it was last told; undefined: that was just now. */
  const speed = (updates: number, batch: number): number | undefined => {
    const time = clock.now();
    const { time: since, updates: from } = told;
    if (time - since < between) return undefined;
    told = { time, updates };
    return ((updates - from) * batch * 1000) / (time - since);
  };
  return {
    started(about) {
      told = { time: clock.now(), updates: (about.resumedAt ?? 0) + (about.before?.done ?? 0) };
      emit({ kind: 'run-started', ...about });
    },
    replay(rows, last, updatesPerEpoch) {
      for (let epoch = 0; epoch <= last; epoch++) {
        const metrics = metricsOf(rows.filter(r => r.epoch === epoch));
        emit({ kind: 'epoch-ended', epoch, update: epoch * updatesPerEpoch, metrics, replayed: true });
      }
    },
    progress({ epoch, updates, before }, batch) {
      const samplesPerSecond = speed(updates + before.updates, batch);
      if (samplesPerSecond === undefined) return;
      emit({ kind: 'progress', epoch: epoch + 1, update: updates, samplesPerSecond });
      if (buffered.length) flush();
    },
    progressBefore({ before }, batch) {
      const samplesPerSecond = speed(before.updates, batch);
      if (samplesPerSecond === undefined) return;
      emit({ kind: 'progress', epoch: 0, update: 0, samplesPerSecond, before: before.updates });
    },
    rows(rows) {
      buffered.push(...rows);
      if (clock.now() - rowsTold >= between) flush();
    },
    epochEnded: ({ epoch, updates }, metrics) =>
      emit({ kind: 'epoch-ended', epoch, update: updates, metrics }),
    checkpoint: ({ epoch, updates }, file) => emit({ kind: 'checkpoint', epoch, update: updates, file }),
    diverged: ({ epoch, updates }, { signal, message }) =>
      emit({ kind: 'diverged', epoch, update: updates, signal, message }),
    ended(status, { epoch, updates, seconds }, metrics) {
      flush();
      emit({ kind: 'run-ended', status, epoch, update: updates, seconds, metrics });
    },
  };
}
