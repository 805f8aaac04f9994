/** Errors in equations that were written in a config are told with their file and line. */
import { ApicalError, isApicalError } from '@apical/core';
import type { DefineConfig, RunConfig } from '@apical/core';
import type { Places } from './runner.js';

interface EquationPlace {
  readonly block?: string;
  readonly key?: string;
  readonly lineNumber: number;
}
const kinds: readonly (keyof DefineConfig)[] = ['rules', 'neurons', 'optimisers', 'activations'];

/** The same error with its place; anything else comes back as it is. */
export function equationPlace(
  error: unknown,
  config: Pick<RunConfig, 'define'>,
  places: Places | undefined,
): unknown {
  if (!places || !isApicalError(error) || error.code !== 'APICAL_EQUATION' || error.at !== undefined)
    return error;
  const { block, key, lineNumber } = (error as ApicalError & { readonly place: EquationPlace }).place;
  if (block === undefined) return error;
  const kind = kinds.find(k => Object.hasOwn(config.define[k] ?? {}, block));
  if (kind === undefined) return error;
  const path = ['define', kind, block, ...(key === undefined ? [] : key.split('.'))];
  const at = places.locateLine(path, lineNumber) ?? places.locate(path.join('.'));
  return at === undefined ? error : new ApicalError(error.code, error.message, { at, cause: error });
}
