/** Runs of an experiment → a comparison: checked before anything is computed, launched, then told in one record. */
import { ApicalError } from '@apical/core';
import type {
  ComparisonResult,
  Environment,
  ExperimentConfig,
  Launcher,
  MetricSpec,
  RunConfig,
  RunEvent,
} from '@apical/core';
import { runFolder } from '@apical/run';
import { comparisonOf } from './comparison.js';
import { halvedRuns, otherBackendRuns } from './reruns.js';
import { outcomeOf } from './outcomes.js';

/** What is known of a run before it is begun. */
export interface Prepared {
  /** Without the seed: one for all runs of a scheme. */
  readonly hash: string;
  readonly headline: string;
  readonly metrics: Readonly<Record<string, MetricSpec>>;
  /** ms; absent: the scheme is not integrated in time. */
  readonly dt?: number;
}
export interface CompareDependencies {
  /** One for every scheme and seed (`runConfigs` of the config package). */
  readonly configs: readonly RunConfig[];
  /** Resolves and builds one run without computing: its errors end the comparison before it begins. */
  readonly prepare: (config: RunConfig) => Promise<Prepared>;
  /** What only all schemes together can show, when each is prepared. */
  readonly check?: () => Promise<void>;
  readonly launcher: Launcher;
  readonly environment: Environment;
  /** As it was typed, for the record. */
  readonly command: string;
  /** 0: one on each core. */
  readonly workers?: number;
  readonly failFast?: boolean;
  /** Run every scheme that is integrated in time again with half the time step. */
  readonly halveDt?: boolean;
  /** Run the first seed of every scheme again on the backend that this names. */
  readonly otherBackend?: (config: RunConfig) => string;
  /** Told how many runs there will be, before the first. */
  readonly planned?: (runs: number) => void;
  /** Where run folders are. */
  readonly directory?: string;
  /** Runs leave folders there. Default true. */
  readonly stored?: boolean;
  /** Files or packages that a worker process loads. */
  readonly plugins?: readonly string[];
  readonly tell?: (event: RunEvent) => void;
  readonly signal?: AbortSignal;
}

/** Throws `ApicalError` before the first run; afterwards failures are part of the result. */
export async function compareSchemes(
  experiment: ExperimentConfig,
  given: CompareDependencies,
): Promise<ComparisonResult> {
  const { configs, launcher, environment, command, directory = 'runs', stored = true } = given;
  const prepared = await prepareExperiment(experiment, given);
  await given.check?.();
  const [first] = prepared.values();
  const { headline, metrics } = first!;
  const metric = metrics[headline];
  if (!metric)
    throw new ApicalError(
      'APICAL_METRIC',
      `the headline metric "${headline}" is not among the metrics of task ${experiment.task.use}: ` +
        Object.keys(metrics).join(', '),
    );
  const halved = given.halveDt ? halvedOf(experiment, configs, prepared) : [];
  const elsewhere = given.otherBackend ? otherBackendRuns(configs, given.otherBackend) : [];
  for (const more of [halved, elsewhere]) await prepareAll(more, given.prepare);
  const all = [...configs, ...halved, ...elsewhere];
  given.planned?.(all.length);
  const launched = await launcher.launch(all, {
    workers: given.workers ?? 0,
    failFast: given.failFast ?? false,
    directory,
    plugins: given.plugins ?? [],
    tell: given.tell ?? (() => undefined),
    signal: given.signal ?? new AbortController().signal,
  });
  const hashes = new Map([...prepared].map(([label, { hash }]) => [label, hash]));
  const outcomes = launched.map(one => outcomeOf(one, headline));
  const [halvedFrom, elsewhereFrom] = [configs.length, configs.length + halved.length];
  return comparisonOf(experiment, outcomes.slice(0, halvedFrom), {
    halved: outcomes.slice(halvedFrom, elsewhereFrom),
    ...(given.otherBackend ? { elsewhere: outcomes.slice(elsewhereFrom) } : {}),
    hashes,
    headline,
    metric,
    environment,
    command,
    folderOf: ({ config }) => (stored ? runFolder(directory, config, hashes.get(config.label)!) : undefined),
  });
}
/** Throws `APICAL_TIME` where no scheme is integrated in time: there is nothing to check. */
function halvedOf(
  { name }: ExperimentConfig,
  configs: readonly RunConfig[],
  prepared: ReadonlyMap<string, Prepared>,
): RunConfig[] {
  const halved = halvedRuns(configs, label => prepared.get(label)!.dt);
  if (halved.length) return halved;
  throw new ApicalError(
    'APICAL_TIME',
    `half the time step was asked for, but no scheme of experiment ${name} is integrated in time ` +
      `(${[...prepared.keys()].join(', ')}): take --halve-dt away`,
  );
}
/** One run of every scheme, before the first of them computes. */
async function prepareAll(
  configs: readonly RunConfig[],
  prepare: CompareDependencies['prepare'],
): Promise<Map<string, Prepared>> {
  const prepared = new Map<string, Prepared>();
  for (const config of configs)
    if (!prepared.has(config.label)) prepared.set(config.label, await prepare(config));
  return prepared;
}
async function prepareExperiment(
  { name, baseline, control, margin }: ExperimentConfig,
  { configs, prepare }: CompareDependencies,
): Promise<Map<string, Prepared>> {
  if (margin !== null && !(margin > 0))
    throw new ApicalError(
      'APICAL_MARGIN',
      `the margin of experiment ${name} is ${margin}; give a difference above 0 in the unit of the headline metric, ` +
        'or null to claim no equality',
    );
  const prepared = await prepareAll(configs, prepare);
  if (prepared.size === 0)
    throw new ApicalError('APICAL_NOTHING_TO_RUN', `experiment ${name} has no scheme and seed to run`);
  const known = [...prepared.keys()].join(', ');
  if (!prepared.has(baseline) && prepared.size > 1)
    throw new ApicalError(
      'APICAL_BASELINE',
      `the baseline of experiment ${name} is "${baseline}", which is not among the schemes that run: ${known}; ` +
        'add it, or set baseline=LABEL',
    );
  if (control === baseline)
    throw new ApicalError(
      'APICAL_CONTROL',
      `the control of experiment ${name} is "${control}", which is the baseline itself; take it away with control=null`,
    );
  return prepared;
}
