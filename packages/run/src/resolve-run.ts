/** Everything one run needs, checked and in place, before anything is computed. */
import { assemble, circuitStreams, type BuiltModel } from '@apical/circuit';
import { ApicalError } from '@apical/core';
import type {
  Backend,
  FloatArray,
  LayerSpec,
  LoadedDataset,
  Memory,
  PreparedTask,
  RandomSource,
  RunConfig,
  RunId,
  Scheme,
  SchemeOptions,
  Streams,
  TrainConfig,
  Use,
} from '@apical/core';
import { libraryOf, named, placed, type Locate, type RunCatalogues } from './catalogues.js';
import { withDefined } from './define.js';
import { codeVersion } from './environment.js';
import { runHash } from './hash.js';
import { initialWeights, weightPlaces } from './initial-weights.js';
import { layersOf } from './layers.js';
import { effectiveTrain, resolveScheme } from './resolve.js';

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
  readonly scheme: Scheme;
  readonly options: SchemeOptions;
  readonly layers: readonly LayerSpec[];
  readonly task: PreparedTask;
  /** Digest of the data set. */
  readonly data: string;
  readonly random: RandomSource;
  readonly backend: Backend;
  /** Samples trained on in an epoch (the last, incomplete batch is dropped), and updates they make. */
  readonly samples: number;
  readonly updatesPerEpoch: number;
}
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
  const contextOf = (head?: string) => ({
    catalogues,
    train,
    locate,
    path,
    ...(head === undefined ? {} : { head }),
  });
  resolveScheme(config.scheme, contextOf()); // names are checked before a large data set is read
  const dataset = await load(config.dataset);
  const prepared = placed(locate('task'), () =>
    task.prepare(dataset, {
      options: config.task.options ?? {},
      ...(config.network.head === undefined ? {} : { head: config.network.head }),
      dtype: train.dtype,
      random,
    }),
  );
  const { scheme, options } = resolveScheme(config.scheme, contextOf(prepared.head));
  const layers = layersOf(config.network, prepared, catalogues, locate);
  const places = placed(locate(path), () => weightPlaces(scheme, layers, options, catalogues, train.dt));
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
    parts: { scheme, options, layers, activations: activationsIn([scheme, options, layers], catalogues) },
  });
  return {
    config,
    id: { experiment: config.name, scheme: config.label, seed: config.seed, hash },
    hash,
    train,
    catalogues,
    scheme,
    options: { ...options, weights },
    layers,
    task: prepared,
    data: dataset.digest,
    random,
    backend,
    ...samplesOf(train, prepared, locate),
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
function samplesOf(
  { batch, limit, epochs }: TrainConfig,
  task: PreparedTask,
  locate: Locate,
): Pick<ResolvedRun, 'samples' | 'updatesPerEpoch'> {
  const { count } = task.splits.train;
  const samples = Math.min(limit ?? count, count);
  const updatesPerEpoch = Math.floor(samples / batch);
  if (updatesPerEpoch === 0 && epochs > 0)
    throw new ApicalError(
      'APICAL_BATCH',
      `train.batch is ${batch}, but there are ${samples} training samples: no batch is full; give at most ${samples}`,
      { at: locate('train.batch') },
    );
  return { samples, updatesPerEpoch };
}

const silence: Streams['normal'] = (_stream, into) => ({ op: 'fill', into, value: 0 });
/** `prefix` of the streams: '' for the circuit that trains. */
export function buildModel(
  run: ResolvedRun,
  memory: Memory,
  at: {
    readonly batch: number;
    readonly prefix: string;
    readonly lend?: (name: string) => FloatArray | undefined;
    /** false: noise is 0. */
    readonly noise?: boolean;
  },
): BuiltModel {
  const streams = circuitStreams(run.random, run.catalogues.Initialiser, at.prefix);
  return assemble(run.scheme, run.layers, run.options, {
    memory,
    batch: at.batch,
    dt: run.train.dt,
    streams: at.noise === false ? { ...streams, normal: silence } : streams,
    library: libraryOf(run.catalogues),
    ...(at.lend ? { lend: at.lend } : {}),
  });
}
