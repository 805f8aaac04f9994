/** Rows of the present moment of a run. */
import type { MetricRow, SplitName } from '@apical/core';
import type { Progress } from './progress.js';
import { pause } from './pulse.js';
import type { ResolvedRun } from './resolve-run.js';
import type { Evaluator, Probing } from './twins.js';

type At = Pick<Progress, 'epoch' | 'updates' | 'changes'>;

export async function evaluated(
  split: SplitName,
  { epoch, updates: update, changes }: At,
  evaluator: Evaluator,
): Promise<MetricRow[]> {
  const metrics = Object.entries(await evaluator.evaluate(split, changes));
  return metrics.map(([name, value]) => ({ epoch, update, split, name, value }));
}
/** Told splits, then probes. */
export async function measure(
  { train }: ResolvedRun,
  at: At,
  evaluator: Evaluator,
  probes: readonly Probing[],
): Promise<MetricRow[]> {
  const { epoch, updates: update, changes } = at;
  const rows: MetricRow[] = [];
  for (const split of train.evaluateOn) rows.push(...(await evaluated(split, at, evaluator)));
  for (const probing of probes) {
    await pause();
    for (const { name, layer, sample, value } of probing.rows(changes, { epoch, update }))
      rows.push({
        epoch,
        update,
        probe: probing.name,
        name,
        ...(layer === undefined ? {} : { layer }),
        ...(sample === undefined ? {} : { sample }),
        value,
      });
  }
  return rows;
}
