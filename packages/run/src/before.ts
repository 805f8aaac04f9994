/** What runs before the first epoch: `train.before`. */
import type { BuiltModel } from '@apical/circuit';
import { ApicalError } from '@apical/core';
import type { TrainConfig } from '@apical/core';
import type { ResolvedRun } from './resolve-run.js';

export type Before = NonNullable<TrainConfig['before']>;

/** undefined where nothing is asked for, or the scheme has no program of this name: then it is skipped. */
export const beforeOf = (
  { before }: Pick<TrainConfig, 'before'>,
  { programs }: Pick<BuiltModel, 'programs'>,
): Before | undefined => (before && Object.hasOwn(programs, before.program) ? before : undefined);

/** Said where it is. */
export const skipped = ({ train, config }: ResolvedRun): string =>
  `${config.label}: scheme ${config.scheme.use} has no program "${train.before?.program ?? ''}": train.before is skipped`;

/** One scheme of an experiment: what it is asked to run before the first epoch, and what it could. */
export interface BeforeAsked {
  readonly label: string;
  readonly before: TrainConfig['before'];
  readonly programs: readonly string[];
  /** Where the name is written. */
  readonly at?: string | undefined;
}
/** A scheme may lack the program; throws `APICAL_UNKNOWN_NAME` for one that no scheme has. */
export function checkBefore(schemes: readonly BeforeAsked[]): void {
  for (const { before, at } of schemes) {
    if (!before || schemes.some(s => s.programs.includes(before.program))) continue;
    const known = schemes.map(s => `${s.label} has ${s.programs.join(', ')}`);
    throw new ApicalError(
      'APICAL_UNKNOWN_NAME',
      `train.before asks for program "${before.program}", which no scheme of the experiment has: ${known.join('; ')}`,
      { at },
    );
  }
}
