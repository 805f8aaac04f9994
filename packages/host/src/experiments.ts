/** Runs and comparisons as calls: what `apical run` and `apical compare` do, with results as data. */
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { compareSchemes, inProcessLauncher, localLauncher } from '@apical/compare';
import type { RunOne } from '@apical/compare';
import { ApicalError, isApicalError } from '@apical/core';
import type { ComparisonResult, ExperimentConfig, Launcher, RunConfig, RunResult } from '@apical/core';
import { effectiveTrain, environment, type BeforeAsked } from '@apical/run';
import { beforeAsked, checkBeforeOf } from './before-check.js';
import { workerEntry } from './builtins.js';
import { shippedBy } from './composition.js';
import type { Variant } from './composition.js';
import { saveComparison } from './run-folders.js';
import type { Places } from './places.js';
import { buildRun, createRunner, type RunnerSettings } from './runner.js';
import type { Workshop } from './workshop.js';

export interface StoreOptions {
  /** Where run folders go; default `runs`. null: nothing is stored, results are what the call returns. */
  readonly directory?: string | null;
  /** Begin again what is finished. */
  readonly force?: boolean;
  /** Aborting it ends runs with a checkpoint, status `interrupted`; the same call goes on from there. */
  readonly signal?: AbortSignal;
  /** As it was typed, for the record. */
  readonly command?: string;
}
export interface LaunchOptions extends StoreOptions {
  /** Worker processes; 0 (the default): one on each core. Results do not depend on it. */
  readonly workers?: number;
  /** Stop all runs when one fails or diverges. */
  readonly failFast?: boolean;
  /** Name of a launcher: `local` (the default), `in-process`, or what plugins contribute. */
  readonly launcher?: string;
}
const defaultDirectory = 'runs';

const settingsOf = ({ directory, force = false }: StoreOptions): RunnerSettings => ({
  store: directory === null ? 'memory' : 'files',
  force,
  environment: environment(),
});
const directoryOf = ({ directory }: StoreOptions): string => path.resolve(directory ?? defaultDirectory);
const never = (): AbortSignal => new AbortController().signal;

/** One run in this process. Throws what makes it impossible; a run that diverges is a result. */
export async function runOne(
  workshop: Workshop,
  config: RunConfig,
  places: Places,
  options: StoreOptions & { readonly experiment?: ExperimentConfig },
): Promise<RunResult> {
  const settings = settingsOf(options);
  const { experiment } = options;
  if (effectiveTrain(config).before) {
    const asked = beforeAsked(await buildRun(workshop, config, settings, places), places);
    await checkBeforeOf(workshop, [asked], { settings, places, ...(experiment ? { experiment } : {}) });
  }
  const run = createRunner(workshop, directoryOf(options), settings, places);
  return run(config, { tell: workshop.tell, signal: options.signal ?? never() });
}
/** Worker processes where they can build this host, else this process. */
function launcherOf(workshop: Workshop, run: RunOne, settings: RunnerSettings, name: string): Launcher {
  const here = inProcessLauncher(run);
  if (name === here.name) return here;
  if (name !== 'local') return workshop.catalogues.Launcher.get(name);
  const logger = workshop.service('Logger');
  if (workshop.single === undefined)
    return localLauncher({
      entry: workerEntry,
      settings: { ...settings },
      say: line => logger.info(line),
    });
  logger.info(`runs come one after the other in this process: ${workshop.single}`);
  return here;
}
function launchOf(workshop: Workshop, places: Places, options: LaunchOptions) {
  const settings = settingsOf(options);
  const directory = directoryOf(options);
  const run = createRunner(workshop, directory, settings, places);
  const launcher = launcherOf(workshop, run, settings, options.launcher ?? 'local');
  const plugins = workshop.plugins.flatMap(({ file, from }) =>
    file && from !== shippedBy ? [pathToFileURL(file).href] : [],
  );
  return { settings, directory, launcher, plugins };
}
export interface CompareOptions extends LaunchOptions {
  /** File of the comparison in the experiment's folder; default `comparison.json`. */
  readonly record?: string;
  /** Also run schemes that are integrated in time with half the time step, and state what changes. */
  readonly halveDt?: boolean;
  /** Also run the first seed of every scheme on another backend, and state what changes. */
  readonly rounding?: boolean;
  /** Told how many runs there will be, before the first. */
  readonly planned?: (runs: number) => void;
}
export type Launched = Awaited<ReturnType<Launcher['launch']>>;

/** All runs of all variants. Throws before the first run; what goes wrong later is part of the answer. */
export async function runAll(
  workshop: Workshop,
  variants: readonly Pick<Variant, 'experiment' | 'configs' | 'locate' | 'locateLine'>[],
  options: LaunchOptions,
): Promise<Launched> {
  const [first] = variants;
  if (!first) return [];
  const { settings, launcher, directory, plugins } = launchOf(workshop, first, options);
  for (const variant of variants) {
    const asked: BeforeAsked[] = [];
    for (const label of new Set(variant.configs.map(c => c.label))) {
      const config = variant.configs.find(c => c.label === label)!;
      asked.push(beforeAsked(await buildRun(workshop, config, settings, variant), variant));
    }
    const { experiment } = variant;
    await checkBeforeOf(workshop, asked, { experiment, settings, places: variant });
  }
  return launcher.launch(
    variants.flatMap(({ configs }) => configs),
    {
      workers: options.workers ?? 0,
      failFast: options.failFast ?? false,
      directory,
      plugins,
      tell: workshop.tell,
      signal: options.signal ?? never(),
    },
  );
}
/** All schemes of an experiment on all its seeds. Writes `comparison.json` unless nothing is stored. */
export async function compareExperiment(
  workshop: Workshop,
  { experiment, configs, ...places }: Pick<Variant, 'experiment' | 'configs' | 'locate' | 'locateLine'>,
  options: CompareOptions,
): Promise<ComparisonResult> {
  const { settings, launcher, directory, plugins } = launchOf(workshop, places, options);
  const stored = options.directory !== null;
  const asked: BeforeAsked[] = [];
  try {
    const result = await compareSchemes(experiment, {
      configs,
      prepare: async config => {
        const built = await buildRun(workshop, config, settings, places);
        asked.push(beforeAsked(built, places));
        const { hash, task, scheme } = built.run;
        const { headline, metrics } = task;
        return { hash, headline, metrics, ...(scheme.dt === undefined ? {} : { dt: scheme.dt }) };
      },
      check: () => checkBeforeOf(workshop, asked, { experiment, settings, places }),
      launcher,
      environment: settings.environment!,
      command: options.command ?? `host.compare(${experiment.name})`,
      workers: options.workers ?? 0,
      failFast: options.failFast ?? false,
      directory,
      stored,
      plugins,
      tell: workshop.tell,
      halveDt: options.halveDt ?? false,
      ...(options.rounding ? { otherBackend: config => otherBackend(workshop, config) } : {}),
      ...(options.planned ? { planned: options.planned } : {}),
      ...(options.signal ? { signal: options.signal } : {}),
    });
    if (stored && !options.signal?.aborted) await saveComparison(result, directory, options.record);
    return result;
  } catch (error) {
    throw placedAt(error, places);
  }
}
/** The plainest usable one that is not the run's own: of fast ones, two may add up in the same order. Throws `APICAL_BACKEND` where there is none. */
function otherBackend({ catalogues }: Workshop, { train, scheme }: RunConfig): string {
  const own = scheme.train?.backend ?? train.backend;
  const others = catalogues.Backend.parts()
    .filter(b => b.name !== own && b.preference !== undefined && b.unavailable?.() === undefined)
    .sort((a, b) => a.preference! - b.preference!);
  if (others[0]) return others[0].name;
  throw new ApicalError(
    'APICAL_BACKEND',
    `rounding is seen by running again on another backend than ${own}, and no other can be used here: ` +
      `there are ${catalogues.Backend.names().join(', ')}`,
  );
}
const keys: Readonly<Record<string, string>> = {
  APICAL_BASELINE: 'baseline',
  APICAL_CONTROL: 'control',
  APICAL_MARGIN: 'margin',
};
/** Errors of a comparison as a whole stand at the key they are about. */
function placedAt(error: unknown, { locate }: Places): unknown {
  if (!isApicalError(error) || error.at !== undefined) return error;
  const key = keys[error.code];
  const at = key === undefined ? undefined : locate(key);
  return at === undefined ? error : new ApicalError(error.code, error.message, { at, cause: error });
}
