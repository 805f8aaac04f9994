/** Where a run stands: the record of its checkpoints. Everything else is in the arrays of the circuit. */
import type { BuiltModel } from '@apical/circuit';
import { ApicalError } from '@apical/core';
import type { PairingHashes, PreparedTask, RunSummary } from '@apical/core';
import { epochsHashed, pairingHashes } from './hash.js';
import { noChanges, type Asked, type Changes } from './observe.js';
import { passesIn } from './order.js';
import type { ResolvedRun } from './resolve-run.js';

export interface Progress {
  /** Epochs that have ended. */
  epoch: number;
  /** Batches done in the epoch that is open. */
  batch: number;
  updates: number;
  /** What was done of `train.before`. */
  before: { updates: number; seconds: number };
  /** Wall time so far, and the part of it spent on updates. */
  seconds: number;
  trainSeconds: number;
  /** Last epoch whose end was told; −1: none. */
  told: number;
  best?: RunSummary['best'];
  changes: Changes;
  /** Asked for in the epoch that is open. */
  pending: Asked[];
  pairing: PairingHashes;
}
export const freshProgress = (pairing: PairingHashes): Progress => ({
  epoch: 0,
  batch: 0,
  updates: 0,
  before: { updates: 0, seconds: 0 },
  seconds: 0,
  trainSeconds: 0,
  told: -1,
  changes: noChanges(),
  pending: [],
  pairing,
});
/** Taken before the first update. */
export function pairingOf(run: ResolvedRun, { circuit, forward }: BuiltModel): PairingHashes {
  const { data, random, samples: count, train, updatesPerEpoch } = run;
  const passes = passesIn(epochsHashed, updatesPerEpoch, { samples: count, batch: train.batch });
  const names = circuit.weightNames();
  return pairingHashes({ circuit, forward, names, data, random, count, passes });
}
/** Throws `APICAL_CHECKPOINT` for a record that lacks a part. */
export function progressOf(record: Readonly<Record<string, unknown>>, like: Progress): Progress {
  for (const key of Object.keys(like))
    if (!Object.hasOwn(record, key))
      throw new ApicalError('APICAL_CHECKPOINT', `the checkpoint has no "${key}"; delete it to begin again`);
  const progress = structuredClone(record) as unknown as Progress;
  const { best } = progress;
  if (best) {
    const metrics: Readonly<Record<string, number | null>> = best.metrics; // JSON has no NaN
    progress.best = {
      ...best,
      metrics: Object.fromEntries(Object.entries(metrics).map(([k, v]) => [k, v ?? NaN])),
    };
  }
  return progress;
}
/** Remembers the metrics of the present epoch if the headline of the validation split is the best so far. */
export function keepBest(
  p: Progress,
  metrics: Readonly<Record<string, number>>,
  { headline, metrics: specs }: Pick<PreparedTask, 'headline' | 'metrics'>,
): void {
  const key = `validation/${headline}`;
  const value = metrics[key];
  const before = p.best?.metrics[key];
  const sign = specs[headline]?.better === 'higher' ? -1 : 1;
  if (value === undefined || !Number.isFinite(value)) return;
  if (before === undefined || sign * value < sign * before) p.best = { epoch: p.epoch, metrics };
}
