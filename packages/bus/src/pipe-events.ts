/** Joins streams: the events of a worker process, or of a bus within a bus. */
import type { Observable } from 'rxjs';
import type { Bus, RunEvent } from '@apical/core';
import { messageOf } from './messages.js';

/**
 * Emits on `to` what `from` tells; returns the way to stop. The end of `from` leaves `to` open for others. An error
 * of `from` goes to `failed`, or else is told as `handler-failed` with the run of its latest event.
 */
export function pipeEvents(
  from: Observable<RunEvent>,
  to: Bus,
  failed?: (error: unknown) => void,
): () => void {
  let latest: RunEvent | undefined;
  const subscription = from.subscribe({
    next: event => {
      latest = event;
      to.emit(event);
    },
    error: (error: unknown) => {
      if (failed) failed(error);
      else if (latest) {
        const { run, kind } = latest;
        const message = messageOf(error);
        to.emit({ run, kind: 'handler-failed', handler: 'events of another process', event: kind, message });
      } else throw error;
    },
  });
  return () => subscription.unsubscribe();
}
