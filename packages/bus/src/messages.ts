/** What a failure says in one line. */
import { ApicalError, isApicalError } from '@apical/core';

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** An observer that fails before its first event has wrong options or a fault: the run must not start. */
export function observerError(name: string, error: unknown): ApicalError {
  if (isApicalError(error)) return error;
  return new ApicalError('APICAL_OBSERVER', `observer "${name}" did not start: ${messageOf(error)}`, {
    cause: error,
  });
}
