/** An experiment as it came out of files and overrides, and where everything in it was written. */
import type { ExperimentConfig, RunConfig } from '@apical/core';
import type { Places } from './runner.js';

export interface Composition extends Places {
  /** Paths of weight files are relative to it; undefined: to the working directory. */
  readonly base?: string;
}
/** Given as an object: nothing is known of its place. */
export const unplaced: Composition = { locate: () => undefined, locateLine: () => undefined };

/** What to compose: a name below a config root or a path, and overrides as typed on a command line. */
export interface ExperimentTarget {
  /** `experiment/demo`, `./mine.yaml` */
  readonly target: string;
  /** `seed=3`, `schemes=bp,fa`, `train.epochs=5` */
  readonly overrides?: readonly string[];
  /** Folders where `experiment/…` and the like are looked for, the first first. */
  readonly roots?: readonly string[];
  readonly cwd?: string;
}
export type ExperimentGiven = ExperimentTarget | ExperimentConfig;
export const isTarget = (given: ExperimentGiven | RunConfig): given is ExperimentTarget => 'target' in given;
export const isRunConfig = (given: ExperimentGiven | RunConfig): given is RunConfig => 'label' in given;
