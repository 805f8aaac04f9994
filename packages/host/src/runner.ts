/** Trains single runs with the parts of a host: in a worker process, or in this one. */
import { createBus } from '@apical/bus';
import type { BuiltModel } from '@apical/circuit';
import type { RunOne } from '@apical/compare';
import type { Environment, RunConfig, Store } from '@apical/core';
import { createRandomSource } from '@apical/numerics';
import { beforeOf, buildModel, fileStore, memoryStore, programNamed, resolveRun, train } from '@apical/run';
import type { ResolveDependencies, ResolvedRun } from '@apical/run';
import { equationPlace, type Places } from './places.js';
import type { Parts } from './workshop.js';

/** Where runs go, as plain data: a worker process is given the same. */
export interface RunnerSettings {
  /** Name of a store; default `files`. */
  readonly store?: string;
  /** Begin again what is finished. */
  readonly force?: boolean;
  readonly environment?: Environment;
  /** Paths of weight files are relative to it; default: the working directory. */
  readonly base?: string;
}
export function storeOf(
  parts: Pick<Parts, 'catalogues' | 'service'>,
  directory: string,
  { store = 'files', force = false }: RunnerSettings,
): Store {
  if (store === 'files') return fileStore({ directory, force, clock: parts.service('Clock') });
  if (store === 'memory') return memoryStore({ force });
  return parts.catalogues.Store.get(store);
}
const dependenciesOf = (parts: Parts, { base }: RunnerSettings, places?: Places): ResolveDependencies => ({
  catalogues: parts.catalogues,
  random: createRandomSource,
  load: parts.load,
  ...(places ? { locate: places.locate } : {}),
  ...(base === undefined ? {} : { directory: base }),
});

/** `directory`: where the store `files` puts runs. */
export function createRunner(
  parts: Parts,
  directory: string,
  settings: RunnerSettings,
  places?: Places,
): RunOne {
  const store = storeOf(parts, directory, settings);
  return async (config, { tell, signal }) => {
    const bus = createBus();
    bus.events.subscribe(tell);
    try {
      return await train(config, {
        ...dependenciesOf(parts, settings, places),
        bus,
        clock: parts.service('Clock'),
        logger: parts.service('Logger'),
        store,
        signal,
        ...(settings.environment ? { environment: settings.environment } : {}),
      });
    } catch (error) {
      throw equationPlace(error, config, places);
    } finally {
      bus.complete();
    }
  };
}
export interface BuiltRun {
  readonly run: ResolvedRun;
  readonly model: BuiltModel;
}
/** Resolves and builds a run without computing. Throws `ApicalError` with the place where it is known. */
export async function buildRun(
  parts: Parts,
  config: RunConfig,
  settings: RunnerSettings = {},
  places?: Places,
): Promise<BuiltRun> {
  try {
    const run = await resolveRun(config, dependenciesOf(parts, settings, places));
    const memory = run.backend.open({ dtype: run.train.dtype });
    const model = buildModel(run, memory, { batch: run.train.batch, prefix: '' });
    const { circuit, programs } = model;
    const after = programs['begin'] ? { after: programs['begin'] } : {};
    if (programs['begin']) circuit.compile(programs['begin']);
    const training = run.train.program ?? 'train';
    circuit.compile(programNamed(programs, training), after);
    circuit.compile(programs.evaluate, after);
    const before = beforeOf(run.train, model);
    if (before) circuit.compile(programNamed(programs, before.program), after);
    return { run, model };
  } catch (error) {
    throw equationPlace(error, config, places);
  }
}
