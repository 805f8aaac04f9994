/** Reports of what lies in run folders, made again without training. */
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { comparisonOf, outcomeOf, type Outcome } from '@apical/compare';
import { ApicalError } from '@apical/core';
import type { ComparisonResult, ExperimentConfig, RunConfig, RunResult } from '@apical/core';
import { runConfigs } from '@apical/config';
import { environment } from '@apical/run';
import { findRuns, readComparison, readRun, type StoredComparison } from './run-folders.js';

export type FolderResult =
  | { readonly kind: 'run'; readonly run: RunResult }
  | { readonly kind: 'comparison'; readonly comparison: ComparisonResult };

/**
 * A run folder gives its run. A folder with `comparison.json` gives that comparison, computed again from its runs; any
 * other, a comparison of all finished runs below it. Throws `APICAL_REPORT` where there is none.
 */
export async function readFolder(folder: string): Promise<FolderResult> {
  const found = await stat(folder).catch(() => undefined);
  if (!found?.isDirectory())
    throw new ApicalError(
      'APICAL_REPORT',
      `no folder ${folder}: give a run folder, or the folder of an experiment`,
    );
  const run = await readRun(folder);
  if (run) return { kind: 'run', run };
  const stored = await readComparison(folder);
  return { kind: 'comparison', comparison: stored ? await again(folder, stored) : await fromRuns(folder) };
}
async function again(folder: string, stored: StoredComparison): Promise<ComparisonResult> {
  const { experiment, headline, metric, command } = stored;
  const hashes = new Map(stored.rows.map(({ scheme }) => [scheme, '']));
  const outcomes: Outcome[] = [];
  for (const { scheme, seed, folder: at } of stored.runs) {
    const result = await readRun(path.join(folder, at));
    if (!result) continue; // interrupted then, and still: it has no score
    // a run may have been made under another name of the experiment or scheme: the hash leaves both out
    const config: RunConfig = { ...result.config, label: scheme, seed };
    outcomes.push(outcomeOf({ ...result, config }, headline));
    hashes.set(scheme, result.summary.id.hash);
  }
  for (const { id, message } of stored.failed) {
    if (outcomes.some(({ config }) => config.label === id.scheme && config.seed === id.seed)) continue;
    const config = runConfigOf(experiment, id.scheme, id.seed);
    outcomes.push({ config, state: 'failed', message });
    if (!hashes.get(id.scheme)) hashes.set(id.scheme, id.hash);
  }
  const result = comparisonOf(experiment, outcomes, {
    hashes,
    headline,
    metric,
    command,
    environment: stored.environment,
    folderOf: ({ config }) => {
      const at = stored.failed.find(f => f.id.scheme === config.label && f.id.seed === config.seed)?.folder;
      return at === undefined ? undefined : path.join(folder, at);
    },
  });
  // what runs that were made again showed is kept as it was told
  const { rounding, timeSteps: before } = stored;
  const timeSteps = result.timeSteps.map(now => before.find(({ scheme }) => scheme === now.scheme) ?? now);
  return { ...result, hash: stored.hash, timeSteps, ...(rounding ? { rounding } : {}) };
}
/** What a run that left nothing would have been. */
function runConfigOf(experiment: ExperimentConfig, label: string, seed: number): RunConfig {
  return runConfigs({ ...experiment, select: [label], seeds: [seed] })[0]!;
}
/** Runs of one scheme under several hashes are rows of their own, `label@hash`. */
async function fromRuns(folder: string): Promise<ComparisonResult> {
  const found: RunResult[] = [];
  for (const at of await findRuns(folder)) {
    const run = await readRun(at);
    if (run) found.push(run);
  }
  const first = found[0];
  if (!first)
    throw new ApicalError(
      'APICAL_REPORT',
      `no finished run in ${folder}: looked for summary.json there and in the folders below`,
    );
  const headlines = [...new Set(found.map(({ summary }) => summary.headline))];
  if (headlines.length > 1)
    throw new ApicalError(
      'APICAL_REPORT',
      `the runs in ${folder} have different headline metrics (${headlines.join(', ')}); give the folder of one experiment`,
    );
  const hashesOf = (label: string): Set<string> =>
    new Set(found.filter(r => r.config.label === label).map(r => r.summary.id.hash));
  const runs = found.map((run): RunResult => {
    const { label } = run.config;
    const name = hashesOf(label).size > 1 ? `${label}@${run.summary.id.hash}` : label;
    return { ...run, config: { ...run.config, label: name } };
  });
  const hashes = new Map(runs.map(r => [r.config.label, r.summary.id.hash]));
  const labels = [...hashes.keys()];
  const { name, task, dataset, network, train, probes, observers, define, plugins, meta } = first.config;
  const experiment: ExperimentConfig = {
    ...{ name, task, dataset, network, train, probes, observers, define, plugins, meta },
    schemes: Object.fromEntries(runs.map(r => [r.config.label, r.config.scheme])),
    baseline: labels[0]!,
    seeds: [...new Set(runs.map(r => r.config.seed))].sort((a, b) => a - b),
    margin: null,
  };
  const { headline, metrics } = first.summary;
  return comparisonOf(
    experiment,
    runs.map(run => outcomeOf(run, headline)),
    {
      hashes,
      headline,
      metric: metrics[headline]!,
      environment: environment(),
      command: `apical report ${folder}`,
    },
  );
}
