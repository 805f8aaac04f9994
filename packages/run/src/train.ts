/** One resolved run from its first weights to its summary. Commands, evaluation and probes come between epochs. */
import type { RunConfig, RunResult } from '@apical/core';
import type { TrainDependencies } from './dependencies.js';
import { environment } from './environment.js';
import { resolveRun } from './resolve-run.js';
import { Training } from './training.js';

/**
 * Trains, or goes on from the last checkpoint, or returns what a finished run with the same hash has left. Throws
 * `ApicalError` for what a user can mend; a run that diverges ends with a summary that says so.
 */
export async function train(config: RunConfig, dependencies: TrainDependencies): Promise<RunResult> {
  const { store, logger } = dependencies;
  const run = await resolveRun(config, dependencies);
  const { backend, data } = run;
  const about = {
    environment: dependencies.environment ?? environment(),
    backend: { name: backend.name, flags: backend.flags },
    dtype: run.train.dtype,
    data,
  };
  const training = new Training(run, dependencies);
  const stored = await store.open(config, run.hash, about);
  try {
    const folder = stored.folder === undefined ? {} : { folder: stored.folder };
    if (stored.summary) {
      const { status } = stored.summary;
      logger.info(
        `${config.label}, seed ${config.seed}: ${status} before with the same hash ${run.hash}; not run again`,
      );
      return { config, summary: stored.summary, rows: [...stored.rows], ...folder };
    }
    const summary = await training.run(stored);
    return { config, summary, rows: [...stored.rows], ...folder };
  } finally {
    await stored.close();
  }
}
