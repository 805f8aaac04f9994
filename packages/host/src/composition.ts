/** An experiment as it came out of files and overrides, its runs, and where everything in it was written. */
import { readFileSync } from 'node:fs';
import { compose, ConfigFiles, expandOverrides, render, runConfigs } from '@apical/config';
import type { RenderOptions } from '@apical/config';
import { ApicalError } from '@apical/core';
import type { ExperimentConfig, RunConfig, TrainConfig } from '@apical/core';
import { convert } from '@apical/equations';
import { parse } from 'yaml';
import type { Places } from './places.js';
import type { Workshop } from './workshop.js';

/** What to compose: a name below a config root or a path, and overrides as typed on a command line. */
export interface ExperimentTarget {
  /** `experiment/demo`, `./mine.yaml` */
  readonly target: string;
  /** `seed=3`, `schemes=bp,fa`, `train.epochs=5` */
  readonly overrides?: readonly string[];
  /** Folders where `experiment/…` and the like are looked for, the first first. Default: `configs`. */
  readonly roots?: readonly string[];
  /** Default: the working directory. */
  readonly cwd?: string;
  /** Lists and ranges of values in overrides, and `sweep:` of the file, make one variant for every combination. */
  readonly multirun?: boolean;
}
export interface Variant extends Places {
  readonly experiment: ExperimentConfig;
  /** Selected schemes × seeds, with the backend `auto` resolved. */
  readonly configs: readonly RunConfig[];
  /** Overrides that made it. */
  readonly overrides: readonly string[];
  /** As YAML again. */
  render(options?: RenderOptions): string;
}
/** The first variant, and all of them: without `multirun` there is one. */
export interface ComposedExperiment extends Variant {
  readonly variants: readonly Variant[];
}

export type Given = ExperimentTarget | ExperimentConfig;
export const isTarget = (given: Given | RunConfig): given is ExperimentTarget => 'target' in given;
export const isRunConfig = (given: Given | RunConfig): given is RunConfig => 'label' in given;

/** Throws `ApicalError` with file and line before anything is computed. */
export function composeExperiment(workshop: Workshop, given: ExperimentTarget): ComposedExperiment {
  const { target, overrides = [], roots = ['configs'], cwd = process.cwd(), multirun = false } = given;
  const one = (own: readonly string[]) => compose({ target, roots, overrides: own, convert, cwd });
  const first = multirun ? one(expandOverrides(overrides)[0]!) : undefined;
  const sets = first ? expandOverrides(overrides, first.sweep) : [overrides];
  const variants = sets.map((own): Variant => {
    const composed = one(own);
    const locate = (path: string): string | undefined => composed.locate(path.split('.'));
    checkPlugins(workshop, composed.value, locate);
    return {
      experiment: composed.value,
      configs: runsOf(workshop, composed.value),
      overrides: own,
      locate,
      locateLine: (path, line) => composed.locateLine(path, line),
      render: options => render(composed, options),
    };
  });
  return { ...variants[0]!, variants };
}
/** Code is loaded by the user, never by a config: what it needs must be there. */
function checkPlugins(
  workshop: Workshop,
  { name, plugins }: ExperimentConfig,
  locate: Places['locate'],
): void {
  const loaded = workshop.plugins.flatMap(({ plugin, specifier }) => [plugin.name, specifier]);
  const missing = plugins.filter(needed => !loaded.includes(needed));
  if (missing.length)
    throw new ApicalError(
      'APICAL_PLUGIN',
      `experiment ${name} needs ${missing.map(m => `"${m}"`).join(', ')}, which ${missing.length > 1 ? 'are' : 'is'} not ` +
        `loaded; add ${missing.map(m => `--plugin ${m}`).join(' ')}, or name it in package.json under "apical"`,
      { at: locate('plugins') },
    );
}
/** All runs of an experiment. Plugins of the user's own are recorded in each. */
export function runsOf(workshop: Workshop, experiment: ExperimentConfig): RunConfig[] {
  const own = workshop.plugins.flatMap(({ specifier, file, from }) =>
    file && from !== shippedBy ? [specifier] : [],
  );
  const plugins = [...new Set([...experiment.plugins, ...own])];
  return settledAll(
    workshop,
    runConfigs(experiment).map(config => ({ ...config, plugins })),
  );
}
/** Who names the plugins that every host loads by itself. */
export const shippedBy = 'Apical itself';

/**
 * Runs with the name of the backend that they will use: `auto` is the usable one with the largest preference; one that
 * cannot be used is replaced by its fallback, which is told once.
 */
function settledAll(
  { catalogues, service }: Pick<Workshop, 'catalogues' | 'service'>,
  configs: readonly RunConfig[],
): RunConfig[] {
  const settled = new Map<string, string>();
  const settle = (name: string): string => {
    const used = name === 'auto' ? preferred(catalogues) : usable(name);
    settled.set(name, used);
    return used;
  };
  const usable = (name: string): string => {
    if (!catalogues.Backend.has(name)) return name;
    const backend = catalogues.Backend.get(name);
    const { fallback } = backend;
    const why = fallback === undefined ? undefined : backend.unavailable?.();
    if (fallback === undefined || why === undefined) return name;
    service('Logger').warn(`backend "${name}" cannot be used here, "${fallback}" takes its place: ${why}`);
    return usable(fallback);
  };
  const resolve = <T extends Partial<TrainConfig>>(train: T): T =>
    train.backend === undefined
      ? train
      : { ...train, backend: settled.get(train.backend) ?? settle(train.backend) };
  return configs.map(config => {
    const { train } = config.scheme;
    return {
      ...config,
      train: resolve(config.train),
      scheme: train ? { ...config.scheme, train: resolve(train) } : config.scheme,
    };
  });
}
export const settled = (workshop: Pick<Workshop, 'catalogues' | 'service'>, config: RunConfig): RunConfig =>
  settledAll(workshop, [config])[0]!;
/** Where none can be used, the first there is, so that the error names it. */
function preferred({ Backend }: Pick<Workshop['catalogues'], 'Backend'>): string {
  const found = Backend.parts()
    .filter(b => b.preference !== undefined)
    .sort((a, b) => b.preference! - a.preference!)
    .find(b => b.unavailable?.() === undefined);
  return found?.name ?? Backend.names()[0] ?? 'auto';
}
export interface ListedExperiment {
  /** `experiment/demo` */
  readonly name: string;
  readonly file: string;
  readonly doc: string;
}
/** Configs of the group `experiment` (and `paper`) below the roots. */
export function listExperiments(roots: readonly string[], cwd = process.cwd()): ListedExperiment[] {
  const files = new ConfigFiles(roots, cwd);
  return files
    .names()
    .filter(name => /^(experiment|paper)\//.test(name))
    .map(name => {
      const file = files.find(name)!;
      let doc: unknown;
      try {
        doc = (parse(readFileSync(file, 'utf8')) as { readonly doc?: unknown } | null)?.doc;
      } catch {
        doc = 'cannot be read: "apical show config" tells why'; // a list does not end at one broken file
      }
      return { name, file, doc: typeof doc === 'string' ? doc : '' };
    });
}
