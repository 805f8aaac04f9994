/** Outcomes of runs → the record of a comparison. Used after a launch, and again on what run folders hold. */
import { createHash } from 'node:crypto';
import { schemaVersion } from '@apical/core';
import type { ComparisonResult, Environment, ExperimentConfig, MetricSpec } from '@apical/core';
import { canonical } from '@apical/run';
import { comparisonNotes } from './notes.js';
import type { Outcome } from './outcomes.js';
import { checkPairing } from './pairing.js';
import { roundingChecks, timeStepChecks } from './reruns.js';
import { comparisonRows, controlCheck } from './statistics.js';

export interface ComparisonFacts {
  /** Label of every scheme in the order of the table → hash of its runs. */
  readonly hashes: ReadonlyMap<string, string>;
  readonly headline: string;
  readonly metric: MetricSpec;
  readonly environment: Environment;
  readonly command: string;
  /** Where a run that left no result has, or would have, its folder. */
  readonly folderOf?: (outcome: Outcome) => string | undefined;
  /** Outcomes with half the time step. */
  readonly halved?: readonly Outcome[];
  /** Outcomes on another backend; absent: not asked for. */
  readonly elsewhere?: readonly Outcome[];
}
export function comparisonOf(
  experiment: ExperimentConfig,
  outcomes: readonly Outcome[],
  facts: ComparisonFacts,
): ComparisonResult {
  const { hashes, headline, metric, environment, command, halved = [], elsewhere } = facts;
  const schemes = [...hashes.keys()];
  const { baseline, control, margin } = experiment;
  const runs = outcomes.flatMap(({ result }) => (result ? [result] : []));
  const rows = comparisonRows(outcomes, {
    schemes,
    baseline,
    headline,
    better: metric.better,
    margin,
  });
  return {
    schema: schemaVersion,
    experiment,
    hash: comparisonHash(experiment, hashes),
    headline,
    metric,
    rows,
    baseline,
    paired: checkPairing(runs.filter(({ summary }) => summary.status !== 'interrupted')),
    notes: comparisonNotes(experiment, rows, outcomes),
    timeSteps: timeStepChecks(schemes, outcomes, halved, headline),
    ...(elsewhere ? { rounding: roundingChecks(outcomes, elsewhere, headline) } : {}),
    ...(control !== undefined && hashes.has(control)
      ? { control: controlCheck(rows, control, metric.better) }
      : {}),
    failed: outcomes.filter(({ state }) => state === 'failed').map(outcome => failure(outcome, facts)),
    runs,
    command,
    environment,
  };
}
function failure(
  outcome: Outcome,
  { hashes, folderOf }: ComparisonFacts,
): ComparisonResult['failed'][number] {
  const { config, result, message = 'no message' } = outcome;
  const { name: experiment, label: scheme, seed } = config;
  const id = result?.summary.id ?? { experiment, scheme, seed, hash: hashes.get(scheme) ?? '' };
  const folder = result ? result.folder : folderOf?.(outcome);
  return { id, message, ...(folder === undefined ? {} : { folder }) };
}
/** First 12 hex digits: run hashes already hold config, code version, backend and data. */
function comparisonHash(
  { baseline, control, margin, seeds }: ExperimentConfig,
  hashes: ReadonlyMap<string, string>,
): string {
  const text = canonical({ schemes: Object.fromEntries(hashes), seeds, baseline, control, margin });
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}
