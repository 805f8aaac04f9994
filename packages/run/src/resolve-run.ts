/** Everything one run needs, checked and in place, before anything is computed. */
import {
  assemble,
  circuitStreams,
  declare,
  weightsOf,
  type AssembleOptions,
  type BuiltModel,
} from '@apical/circuit';
import { ApicalError } from '@apical/core';
import type {
  Backend,
  LayerSpec,
  LoadedDataset,
  Memory,
  PreparedTask,
  RandomSource,
  RunConfig,
  RunId,
  Scheme,
  Streams,
  TrainConfig,
  Use,
} from '@apical/core';
import {
  bear,
  fill,
  layersOf,
  libraryOf,
  named,
  placed,
  withDefined,
  without,
  type Locate,
  type RunCatalogues,
} from '@apical/schemes';
import { codeVersion } from './environment.js';
import { durationsOf, presentations, type Durations } from './durations.js';
import { runHash } from './hash.js';
import { initialWeights } from './initial-weights.js';
import { samplesOf } from './order.js';
import { programNamed } from './programs.js';

export type DatasetLoader = (use: Use) => Promise<LoadedDataset>;
/** Loads each data set with the same options once. */
export function datasetLoader(catalogues: Pick<RunCatalogues, 'Dataset'>, locate?: Locate): DatasetLoader {
  const loaded = new Map<string, Promise<LoadedDataset>>();
  return use => {
    const key = JSON.stringify(use);
    const known = loaded.get(key);
    if (known) return known;
    const dataset = named(catalogues, 'Dataset', use.use, locate?.('dataset.use') ?? locate?.('dataset'));
    const loading = dataset.load(use.options ?? {});
    loaded.set(key, loading);
    return loading;
  };
}
export interface ResolveDependencies {
  readonly catalogues: RunCatalogues;
  /** `createRandomSource` of numerics. */
  readonly random: (seed: number) => RandomSource;
  readonly load?: DatasetLoader;
  readonly locate?: Locate;
  /** Relative paths of weight files start here; default: the working directory. */
  readonly directory?: string;
  /** Of the code, for the hash; default: that of this package. */
  readonly version?: string;
}
export interface ResolvedRun {
  readonly config: RunConfig;
  readonly id: RunId;
  readonly hash: string;
  /** With what the scheme overrides. */
  readonly train: TrainConfig;
  readonly catalogues: RunCatalogues;
  /** Filled. */
  readonly scheme: Scheme;
  readonly weights: NonNullable<AssembleOptions['weights']>;
  readonly layers: readonly LayerSpec[];
  /** How often the programs of training and evaluation run on a batch. */
  readonly steps: Durations;
  readonly task: PreparedTask;
  /** Digest of the data set. */
  readonly data: string;
  readonly random: RandomSource;
  readonly backend: Backend;
  /** Samples of one pass over the data (the last, incomplete batch is dropped), and updates of an epoch. */
  readonly samples: number;
  readonly updatesPerEpoch: number;
}
/** `train` with what the scheme overrides. */
export const effectiveTrain = (config: Pick<RunConfig, 'train' | 'scheme'>): TrainConfig => ({
  ...config.train,
  ...config.scheme.train,
});
/** Throws `ApicalError`, with the place where `locate` knows it. */
export async function resolveRun(config: RunConfig, given: ResolveDependencies): Promise<ResolvedRun> {
  const { locate = () => undefined, version = codeVersion() } = given;
  const train = effectiveTrain(config);
  const catalogues = withDefined(given.catalogues, config.define, locate);
  const backend = usableBackend(catalogues, train.backend, locate);
  const random = given.random(config.seed);
  const load = given.load ?? datasetLoader(catalogues, locate);
  const task = named(catalogues, 'Task', config.task.use, locate('task.use') ?? locate('task'));
  for (const [name, probe] of Object.entries(config.probes))
    named(catalogues, 'Probe', probe.use, locate(`probes.${name}`));
  for (const [name, observer] of Object.entries(config.observers))
    named(catalogues, 'Observer', observer.use, locate(`observers.${name}`));
  const path = `schemes.${config.label}`;
  const { use } = config.scheme;
  // names are checked before a large data set is read
  const filled = fill(
    named(catalogues, 'Scheme', use, locate(`${path}.use`) ?? locate(path)),
    // its head is known with the task
    without(config.scheme, 'head'),
    { catalogues, train, locate, path },
  );
  named(catalogues, 'Dataset', config.dataset.use, locate('dataset.use') ?? locate('dataset'));
  const dataset = await load(config.dataset);
  const { activation = config.network.activation, head = config.network.head } = config.scheme;
  const prepared = placed(locate('task'), () =>
    task.prepare(dataset, {
      options: config.task.options ?? {},
      ...(head === undefined ? {} : { head }),
      dtype: train.dtype,
      random,
    }),
  );
  const said = config.scheme.activation === undefined ? 'network.activation' : `${path}.activation`;
  const layers = layersOf({ ...config.network, activation }, prepared, catalogues, locate, said);
  const scheme = bear(filled, layers, prepared.head, { label: config.label, locate });
  const declared = placed(locate(path), () => declare(scheme, layers));
  const where = locate(`${path}.train.program`) ?? locate('train.program');
  placed(where, () => programNamed(declared.programs, train.program ?? 'train'));
  const steps = durationsOf(
    scheme,
    declared.parameters,
    name => locate(`${path}.parameters.${name}`) ?? locate(path),
  );
  const places = weightsOf(declared, libraryOf(catalogues));
  const { weights, digests } = await initialWeights(config, places, catalogues, {
    locate,
    ...(given.directory === undefined ? {} : { directory: given.directory }),
  });
  const hash = runHash({
    config,
    version,
    backend,
    data: dataset.digest,
    files: digests,
    parts: { scheme, layers, activations: activationsIn([scheme, layers], catalogues) },
  });
  return {
    config,
    id: { experiment: config.name, scheme: config.label, seed: config.seed, hash },
    hash,
    train,
    catalogues,
    scheme,
    weights,
    layers,
    steps,
    task: prepared,
    data: dataset.digest,
    random,
    backend,
    ...samplesOf(train, prepared.splits.train.count, key =>
      locate(config.scheme.train?.[key] === undefined ? `train.${key}` : `${path}.train.${key}`),
    ),
  };
}
/** Definitions of the activations that are named anywhere in these parts. */
function activationsIn(parts: unknown, { Activation }: Pick<RunCatalogues, 'Activation'>): unknown[] {
  const texts = new Set(JSON.stringify(parts).match(/"[^"\\]*"/g));
  return Activation.parts().filter(a => texts.has(JSON.stringify(a.name)));
}
function usableBackend(catalogues: RunCatalogues, name: string, locate: Locate): Backend {
  const at = locate('train.backend');
  const backend = named(catalogues, 'Backend', name, at);
  const why = backend.unavailable?.();
  if (why === undefined) return backend;
  const others = catalogues.Backend.parts().filter(b => b.unavailable?.() === undefined);
  throw new ApicalError(
    'APICAL_BACKEND',
    `backend "${name}" cannot be used here: ${why}; usable are ${others.map(b => b.name).join(', ')}`,
    { at },
  );
}
const silence: Streams['normal'] = (_stream, into) => ({ op: 'fill', into, value: 0 });
/** `prefix` of the streams: '' for the circuit that trains. */
export function buildModel(
  { scheme, layers, weights, random, catalogues }: ResolvedRun,
  memory: Memory,
  at: Pick<AssembleOptions, 'batch' | 'lend'> & {
    readonly prefix: string;
    /** false: noise is 0. */
    readonly noise?: boolean;
  },
): BuiltModel {
  const { batch, prefix, noise = true, lend } = at;
  const streams = circuitStreams(random, catalogues.Initialiser, prefix);
  const model = assemble(scheme, layers, {
    memory,
    batch,
    streams: noise ? streams : { ...streams, normal: silence },
    library: libraryOf(catalogues),
    weights,
    ...(lend ? { lend } : {}),
  });
  const { parameters } = model.circuit.network;
  for (const name of ['dt', ...Object.values(presentations)])
    if (parameters.shared[name])
      parameters.protect(parameters.shared[name].data, 'is read once, before a run');
  return model;
}
