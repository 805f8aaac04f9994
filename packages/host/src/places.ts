/** Where things stand in the user's files; errors in equations that were written there are told with file and line. */
import { ApicalError, isApicalError } from '@apical/core';
import type { DefineConfig, RunConfig } from '@apical/core';
import { EquationError } from '@apical/equations';
import type { Locate } from '@apical/schemes';

/** Where things stand in the user's files. */
export interface Places {
  readonly locate: Locate;
  /** `define.rules.my-rule.phases.learn.post`, line 2 of that text → `file:line`. */
  readonly locateLine: (path: readonly string[], line: number) => string | undefined;
}
/** Of what was given as an object nothing is known of its place. */
export const unplaced: Places = { locate: () => undefined, locateLine: () => undefined };

const kinds: readonly (keyof DefineConfig)[] = ['rules', 'neurons', 'optimisers', 'activations'];

/** The error itself or what it wraps. */
function equationErrorIn(error: unknown): EquationError | undefined {
  for (let e = error; e instanceof Error; e = e.cause) if (e instanceof EquationError) return e;
  return undefined;
}
/** The same error with its place; anything else comes back as it is. */
export function equationPlace(
  error: unknown,
  { define }: Pick<RunConfig, 'define'>,
  places: Places | undefined,
): unknown {
  const found = isApicalError(error) ? equationErrorIn(error) : undefined;
  if (!places || !found || found.block === undefined) return error;
  const { block, key, lineNumber } = found;
  const kind = kinds.find(k => Object.hasOwn(define[k] ?? {}, block));
  if (kind === undefined) return error;
  const path = ['define', kind, block, ...(key === undefined ? [] : key.split('.'))];
  const at = places.locateLine(path, lineNumber) ?? places.locate(path.join('.'));
  return at === undefined ? error : new ApicalError(found.code, found.message, { at, cause: error });
}
