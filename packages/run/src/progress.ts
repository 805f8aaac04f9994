/** Where a run stands: the record of its checkpoints. Everything else is in the arrays of the circuit. */
import { ApicalError } from '@apical/core';
import type { PairingHashes, RunSummary } from '@apical/core';
import { noChanges, type Asked, type Changes } from './observe.js';

export interface Progress {
  /** Epochs that have ended. */
  epoch: number;
  /** Batches done in the epoch that is open. */
  batch: number;
  updates: number;
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
  seconds: 0,
  trainSeconds: 0,
  told: -1,
  changes: noChanges(),
  pending: [],
  pairing,
});
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
