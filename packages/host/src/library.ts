/** What the command line does, as calls that return data: for scripts, notebooks and applications. */
import { ApicalError } from '@apical/core';
import type { ComparisonResult, ExperimentConfig, PartKind, RunConfig, RunResult } from '@apical/core';
import { jsonSchema } from '@apical/config';
import type { VerifyResult } from '@apical/testing';
import type { AuditRow } from '@apical/circuit';
import { auditScheme } from './audit.js';
import { benchBackends, type BenchRequest, type BenchResult } from './bench.js';
import { describeCircuit, type CircuitDescription } from './circuit-view.js';
import {
  composeExperiment,
  isRunConfig,
  isTarget,
  listExperiments,
  runsOf,
  settled,
  type ComposedExperiment,
  type ExperimentTarget,
  type ListedExperiment,
  type Variant,
} from './composition.js';
import {
  compareExperiment,
  runAll,
  runOne,
  type Launched,
  type CompareOptions,
  type LaunchOptions,
  type StoreOptions,
} from './experiments.js';
import { exportRun, type Exported } from './export.js';
import { kindPlurals, kindWord, kindWords } from './part-kinds.js';
import { readFolder, type FolderResult } from './reports.js';
import { experimentFolder } from './run-folders.js';
import { unplaced, type Places } from './places.js';
import { verifyGolden } from './verify.js';
import type { Workshop } from './workshop.js';

/** A name with overrides, a complete experiment as an object, or what `compose` gave. */
export type ExperimentGiven =
  ExperimentTarget | ExperimentConfig | Pick<Variant, 'experiment' | 'configs' | 'locate' | 'locateLine'>;
export interface DescribedPart {
  /** `rule` */
  readonly word: string;
  readonly name: string;
  readonly doc: string;
  /** Plugin that brought it. */
  readonly origin: string;
  readonly part: { readonly name: string; readonly doc?: string };
}
export interface Library {
  /** Files and overrides → an experiment. Throws with file and line before anything is computed. */
  compose(given: ExperimentTarget): ComposedExperiment;
  /**
   * Trains one run in this process, or returns what it left when it is finished. Of an experiment that has several
   * schemes one must be selected; of several seeds the first is taken.
   */
  run(
    given: RunConfig | ExperimentGiven,
    options?: StoreOptions & { readonly places?: Places },
  ): Promise<RunResult>;
  /** All runs of an experiment, in worker processes; one that fails does not stop the others. */
  runAll(given: ExperimentGiven | ComposedExperiment, options?: LaunchOptions): Promise<Launched>;
  /** All schemes on all seeds, paired, with statistics. Stored runs are not made again. */
  compare(given: ExperimentGiven, options?: CompareOptions): Promise<ComparisonResult>;
  /**
   * Golden cases in files or folders; none: those of the loaded plugins. In float64; default backend: `reference`.
   * `notInstalled` names the plugins whose package has neither cases nor replays, as it is published.
   */
  verify(
    paths?: readonly string[],
    options?: { readonly backend?: string },
  ): Promise<VerifyResult & { readonly notInstalled: readonly string[] }>;
  /** Kernels and training steps on the backends, beside what the machine can do. */
  bench(request?: BenchRequest): Promise<BenchResult>;
  /** A run, or a comparison computed again from stored runs. */
  read(folder: string): Promise<FolderResult>;
  /**
   * First and last weights, data and order of a finished run as one `.npz` (default: in its folder), and beside it, where the
   * run is not more than it can say, a script that repeats it with numpy alone.
   */
  export(folder: string, options?: { readonly to?: string }): Promise<Exported>;
  /** Populations, projections, programs and cost of a run, built and not computed. */
  circuit(config: RunConfig, options?: { readonly places?: Places }): Promise<CircuitDescription>;
  /** Plausibility of a scheme, computed from its circuit. */
  audit(scheme: string): AuditRow[];
  /** One part by kind (`scheme`, `rule`, …) and name. */
  part(kind: string, name: string): DescribedPart;
  parts(kind: string): DescribedPart[];
  /** `schemes`, `rules`, … */
  readonly kinds: readonly string[];
  readonly kindWords: readonly string[];
  experiments(roots: readonly string[]): ListedExperiment[];
  /** JSON Schema of experiment configs, with the names that are loaded. */
  schema(): Readonly<Record<string, unknown>>;
  experimentFolder(directory: string, experiment: string): string;
}
const oneScheme = (name: string, labels: readonly string[]): ApicalError =>
  new ApicalError(
    'APICAL_ONE_RUN',
    `experiment ${name} has ${labels.length} schemes: ${labels.join(', ')}; select one: schemes=${labels[0] ?? 'NAME'}`,
  );
const isVariant = (
  given: object,
): given is Pick<Variant, 'experiment' | 'configs' | 'locate' | 'locateLine'> =>
  'experiment' in given && 'configs' in given;

export function createLibrary(workshop: Workshop): Library {
  const { catalogues } = workshop;
  const composed = (
    given: ExperimentGiven,
  ): Pick<Variant, 'experiment' | 'configs' | 'locate' | 'locateLine'> => {
    if (isVariant(given)) return given;
    if (isTarget(given)) return composeExperiment(workshop, given);
    return { experiment: given, configs: runsOf(workshop, given), ...unplaced };
  };
  const described = (word: string, name: string): DescribedPart => {
    const catalogue = catalogues[kindWords[word] as PartKind];
    const part = catalogue.get(name) as { readonly name: string; readonly doc?: string };
    return { word, name, doc: part.doc ?? '', origin: catalogue.origin(name) ?? 'unknown', part };
  };
  return {
    compose: given => composeExperiment(workshop, given),
    async run(given, { places, ...options } = {}) {
      if (!isVariant(given) && isRunConfig(given))
        return runOne(workshop, settled(workshop, given), places ?? unplaced, options);
      const variant = composed(given);
      const labels = [...new Set(variant.configs.map(c => c.label))];
      if (labels.length !== 1) throw oneScheme(variant.experiment.name, labels);
      const { experiment } = variant;
      return runOne(workshop, variant.configs[0]!, places ?? variant, { ...options, experiment });
    },
    async runAll(given, options = {}) {
      const variants = 'variants' in given ? given.variants : [composed(given)];
      return runAll(workshop, variants, options);
    },
    compare: async (given, options = {}) => compareExperiment(workshop, composed(given), options),
    verify: async (paths = [], { backend } = {}) => verifyGolden(workshop, paths, backend),
    bench: async request => benchBackends(workshop, request),
    read: readFolder,
    export: async (folder, { to } = {}) => exportRun(workshop, folder, to),
    circuit: async (config, { places } = {}) => describeCircuit(workshop, settled(workshop, config), places),
    audit: name => auditScheme(workshop, catalogues.Scheme.get(name)),
    part: (kind, name) => described(kindWord(kind), name),
    parts(kind) {
      const word = kindWord(kind);
      const names = catalogues[kindWords[word] as PartKind].names();
      return names.sort().map(name => described(word, name));
    },
    kinds: kindPlurals,
    kindWords: Object.keys(kindWords),
    experiments: roots => listExperiments(roots),
    schema: () =>
      jsonSchema(Object.fromEntries(Object.values(kindWords).map(kind => [kind, catalogues[kind].names()]))),
    experimentFolder,
  };
}
