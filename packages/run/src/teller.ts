/** Tells what happens in a run: progress and rows at most ten times a second. */
import type { Bus, Clock, MetricRow, RunEvent, RunId, RunStatus } from '@apical/core';
import type { Divergence } from './divergence.js';
import type { Progress } from './progress.js';
import { metricsOf } from './rows.js';

export interface Teller {
  started(epochs: number, updatesPerEpoch: number, resumedAt: number | undefined): void;
  /** Epochs that ended before the resume, again; commands that come of it are to be discarded. */
  replay(rows: readonly MetricRow[], last: number, updatesPerEpoch: number): void;
  progress(at: Progress, batch: number): void;
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
  return {
    started: (epochs, updatesPerEpoch, resumedAt) => {
      told = { time: clock.now(), updates: resumedAt ?? 0 };
      emit({
        kind: 'run-started',
        epochs,
        updatesPerEpoch,
        ...(resumedAt === undefined ? {} : { resumedAt }),
      });
    },
    replay(rows, last, updatesPerEpoch) {
      for (let epoch = 0; epoch <= last; epoch++) {
        const metrics = metricsOf(rows.filter(r => r.epoch === epoch));
        emit({ kind: 'epoch-ended', epoch, update: epoch * updatesPerEpoch, metrics, replayed: true });
      }
    },
    progress({ epoch, updates }, batch) {
      const time = clock.now();
      if (time - told.time < between) return;
      const samplesPerSecond = ((updates - told.updates) * batch * 1000) / (time - told.time);
      told = { time, updates };
      emit({ kind: 'progress', epoch: epoch + 1, update: updates, samplesPerSecond });
      if (buffered.length) flush();
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
