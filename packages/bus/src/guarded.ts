/**
 * An Observable whose plain subscribers cannot bring down the process. rxjs rethrows what a subscriber throws, and
 * an error nobody handles, in a timer of its own: an `uncaughtException`. Here `failed` is told instead. What
 * `pipe` derives is guarded as well.
 */
import { Observable, Subscriber } from 'rxjs';
import type { Observer, OperatorFunction, Subscription } from 'rxjs';

export function guarded<T>(source: Observable<T>, failed: (error: unknown) => void): Observable<T> {
  const plain = new Observable<T>(subscriber => source.subscribe(subscriber));

  function pipe(...operators: OperatorFunction<unknown, unknown>[]): Observable<unknown> {
    return guarded(
      operators.reduce<Observable<unknown>>((from, operator) => operator(from), plain),
      failed,
    );
  }
  function subscribe(
    to?: Partial<Observer<T>> | ((value: T) => void) | null,
    ...others: (((error: unknown) => void) | (() => void) | null | undefined)[]
  ): Subscription {
    // One of rxjs's own, from an operator or firstValueFrom: errors travel on through it.
    if (to instanceof Subscriber) return source.subscribe(to);
    const [error, complete] = others as [((error: unknown) => void)?, (() => void)?];
    const partial: Partial<Observer<T>> =
      typeof to === 'object' && to !== null
        ? to
        : { ...(to && { next: to }), ...(error && { error }), ...(complete && { complete }) };
    const guard = (work: () => void): void => {
      try {
        work();
      } catch (thrown) {
        failed(thrown);
      }
    };
    return source.subscribe({
      next: value => guard(() => partial.next?.(value)),
      error: (thrown: unknown) => guard(() => (partial.error ? partial.error(thrown) : failed(thrown))),
      complete: () => guard(() => partial.complete?.()),
    });
  }
  return Object.assign(plain, { pipe, subscribe });
}
