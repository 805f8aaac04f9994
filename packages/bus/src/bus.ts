/**
 * The event bus: one rxjs Subject behind a queue. A listener that fails is named in a `handler-failed` event and
 * stops neither the others nor the process; an event emitted by a listener comes after the present one, not inside it.
 */
import { Subject, filter, isObservable, type Observable } from 'rxjs';
import type { ApicalError, Bus, Command, EventOf, RunEvent } from '@apical/core';
import { guarded } from './guarded.js';
import { messageOf, observerError } from './messages.js';

/** What is heard only by those who listen: nothing is replayed, nothing is kept once it was delivered. */
export function createBus(): Bus {
  const subject = new Subject<RunEvent>();
  const queue: RunEvent[] = [];
  let delivering: RunEvent | undefined;
  let latest: RunEvent | undefined;
  let completed = false;

  function emit(event: RunEvent): void {
    if (completed || !subject.observed) return;
    queue.push(Object.freeze(event));
    drain();
  }
  function drain(): void {
    if (delivering) return;
    try {
      while (!subject.closed && (delivering = queue.shift())) {
        latest = delivering;
        subject.next(delivering);
      }
    } finally {
      delivering = undefined;
    }
    if (completed) subject.complete();
  }
  /** A failure while a failure is told ends here: telling it again would fail again. */
  function failed(handler: string, error: unknown, event: RunEvent | undefined): void {
    if (!event || event.kind === 'handler-failed') return;
    emit({ run: event.run, kind: 'handler-failed', handler, event: event.kind, message: messageOf(error) });
  }
  const events = guarded(subject, error => failed('a subscriber of events', error, delivering ?? latest));

  function on<K extends RunEvent['kind']>(
    kind: K,
    handlerName: string,
    handler: (event: EventOf<K>) => void,
  ): () => void {
    const ofKind = (event: RunEvent): event is EventOf<K> => event.kind === kind;
    const subscription = subject.pipe(filter(ofKind)).subscribe(event => {
      try {
        // A handler written as an async function: its failure arrives later, and is named all the same.
        const result: unknown = handler(event);
        if (result instanceof Promise) result.catch((error: unknown) => failed(handlerName, error, event));
      } catch (error) {
        failed(handlerName, error, event);
      }
    });
    return () => subscription.unsubscribe();
  }

  function attach(
    name: string,
    pipeline: (events: Observable<RunEvent>) => Observable<Command>,
    take: (command: Command) => void,
    only?: (event: RunEvent) => boolean,
  ): () => void {
    let attached = false;
    let early: ApicalError | undefined;
    const fail = (error: unknown): void => {
      if (attached) failed(name, error, delivering ?? latest);
      else early ??= observerError(name, error);
    };
    let commands: Observable<Command>;
    try {
      commands = pipeline(guarded(only ? subject.pipe(filter(only)) : subject, fail));
      if (!isObservable(commands)) throw new Error('it returns no Observable; return events.pipe(…)');
    } catch (error) {
      throw observerError(name, error);
    }
    const subscription = commands.subscribe({
      next: command => {
        try {
          take(command);
        } catch (error) {
          fail(error);
        }
      },
      error: fail,
    });
    if (early) {
      subscription.unsubscribe();
      throw early;
    }
    attached = true;
    return () => subscription.unsubscribe();
  }

  return {
    get observed() {
      return !completed && subject.observed;
    },
    emit,
    on,
    events,
    attach,
    complete() {
      completed = true;
      drain();
    },
  };
}
