/** What training a run is given. */
import type { Bus, Clock, Environment, Logger, Store } from '@apical/core';
import type { ResolveDependencies } from './resolve-run.js';

export interface TrainDependencies extends ResolveDependencies {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly store: Store;
  /** Default: found out for every run, which asks git. */
  readonly environment?: Environment;
  /** Aborting it ends the run after the present update: with a checkpoint, status `interrupted`. */
  readonly signal?: AbortSignal;
}
