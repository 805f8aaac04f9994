/** Errors in equations that were written in a config are told with their file and line. */
import { ApicalError, isApicalError } from '@apical/core';
import type { DefineConfig, RunConfig } from '@apical/core';
import { EquationError } from '@apical/equations';
import type { Places } from './runner.js';

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
