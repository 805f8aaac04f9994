/** Delivery, order, failures and teardown of the bus. */
import t from 'tap';
import { Observable, Subject, filter, firstValueFrom, map, scan, takeLast, tap, throwError } from 'rxjs';
import type { Bus, Command, EventOf, RunEvent, RunId } from '@apical/core';
import { createBus, pipeEvents } from '../src/index.js';

const run: RunId = { experiment: 'demo', scheme: 'bp', seed: 3, hash: 'a1b2' };
const started: RunEvent = { run, kind: 'run-started', epochs: 4, updatesPerEpoch: 5 };
const checkpoint = (epoch: number): RunEvent => ({
  run,
  kind: 'checkpoint',
  epoch,
  update: 5 * epoch,
  file: `${epoch}.bin`,
});
const ended = (epoch: number, error: number): RunEvent => ({
  run,
  kind: 'epoch-ended',
  epoch,
  update: 5 * epoch,
  metrics: { 'validation/error': error },
});
const failures = (bus: Bus): EventOf<'handler-failed'>[] => {
  const heard: EventOf<'handler-failed'>[] = [];
  bus.on('handler-failed', 'test', event => void heard.push(event));
  return heard;
};
/** rxjs throws what nobody handles from a timer: wait until one would have fired. */
const uncaught: unknown[] = [];
process.on('uncaughtException', error => uncaught.push(error));
const timers = (): Promise<void> => new Promise(done => setTimeout(done, 5));

t.test('a handler hears its own kind, in order of subscription, until it stops listening', async t => {
  const bus = createBus();
  t.equal(bus.observed, false);
  bus.emit(started);
  const heard: string[] = [];
  const stop = bus.on('checkpoint', 'first', event => void heard.push(`first ${event.epoch}`));
  bus.on('checkpoint', 'second', event => void heard.push(`second ${event.file}`));
  t.equal(bus.observed, true);
  bus.emit(started);
  bus.emit(checkpoint(1));
  stop();
  stop();
  bus.emit(checkpoint(2));
  t.same(heard, ['first 1', 'second 1.bin', 'second 2.bin']);
});

t.test('a handler that throws is named, stays subscribed, and the others still run', async t => {
  const bus = createBus();
  const heard: number[] = [];
  const told = failures(bus);
  bus.on('checkpoint', 'broken', event => {
    throw new Error(`no room for ${event.file}`);
  });
  bus.on('checkpoint', 'text', () => {
    // eslint-disable-next-line @typescript-eslint/only-throw-error -- a user's handler may do so
    throw 'only a text';
  });
  const late: unknown = async () => {
    throw new Error('after a while');
  };
  bus.on('checkpoint', 'late', late as () => void);
  bus.on('checkpoint', 'sound', event => void heard.push(event.epoch));
  bus.emit(checkpoint(1));
  bus.emit(checkpoint(2));
  await timers();
  t.same(heard, [1, 2]);
  t.same(
    told.map(({ handler, event, message }) => [handler, event, message]),
    [
      ['broken', 'checkpoint', 'no room for 1.bin'],
      ['text', 'checkpoint', 'only a text'],
      ['broken', 'checkpoint', 'no room for 2.bin'],
      ['text', 'checkpoint', 'only a text'],
      ['late', 'checkpoint', 'after a while'],
      ['late', 'checkpoint', 'after a while'],
    ],
  );
  t.same(told[0]!.run, run);
  t.same(uncaught, []);
});

t.test('a handler that fails while a failure is told is not told of again', async t => {
  const bus = createBus();
  let calls = 0;
  bus.on('handler-failed', 'broken listener', () => {
    calls++;
    throw new Error('again');
  });
  const told = failures(bus);
  bus.on('checkpoint', 'broken', () => {
    throw new Error('once');
  });
  bus.emit(checkpoint(1));
  await timers();
  t.equal(calls, 1);
  t.same(
    told.map(e => e.handler),
    ['broken'],
  );
  t.same(uncaught, []);
});

t.test('an event emitted by a handler comes after the present one, for every handler', async t => {
  const bus = createBus();
  const order: string[] = [];
  bus.on('run-started', 'first', () => {
    bus.emit(checkpoint(1));
    bus.emit(checkpoint(2));
    order.push('first started');
  });
  bus.on('run-started', 'second', () => void order.push('second started'));
  bus.on('checkpoint', 'third', event => {
    order.push(`checkpoint ${event.epoch}`);
    if (event.epoch < 2) bus.emit(checkpoint(3));
  });
  bus.emit(started);
  t.same(order, ['first started', 'second started', 'checkpoint 1', 'checkpoint 2', 'checkpoint 3']);
});

t.test('an event is frozen, so that no listener changes what the next one sees', async t => {
  const bus = createBus();
  const told = failures(bus);
  bus.on('checkpoint', 'meddler', event => {
    (event as { epoch: number }).epoch = 9;
  });
  const heard: number[] = [];
  bus.on('checkpoint', 'reader', event => void heard.push(event.epoch));
  bus.emit(checkpoint(1));
  t.same(heard, [1]);
  t.match(told[0]?.message, /read only/);
});

t.test('completing delivers what is queued, lets everything go and is final', async t => {
  const bus = createBus();
  const heard: string[] = [];
  bus.on('run-started', 'stopper', () => {
    bus.emit(checkpoint(1));
    bus.complete();
    bus.emit(checkpoint(2));
  });
  bus.on('checkpoint', 'keeper', event => void heard.push(`checkpoint ${event.epoch}`));
  bus.events.subscribe({ complete: () => void heard.push('complete') });
  bus.emit(started);
  t.same(heard, ['checkpoint 1', 'complete']);
  t.equal(bus.observed, false);
  bus.complete();
  bus.on('checkpoint', 'too late', () => void heard.push('late'));
  bus.emit(checkpoint(3));
  t.same(heard, ['checkpoint 1', 'complete']);
});

t.test('nothing is replayed to those who come later', async t => {
  const bus = createBus();
  bus.events.subscribe();
  bus.emit(started);
  const late: RunEvent[] = [];
  bus.events.subscribe(event => void late.push(event));
  t.same(late, []);
  const next = firstValueFrom(bus.events.pipe(filter(event => event.kind === 'checkpoint')));
  bus.emit(checkpoint(4));
  t.match(await next, { epoch: 4 });
});

t.test('a subscriber of events that throws, and an error it does not handle, are told', async t => {
  const bus = createBus();
  const told = failures(bus);
  const broken = (what: string) => (): never => {
    throw new Error(what);
  };
  bus.events.subscribe(broken('plain'));
  bus.events.pipe(map(event => event.kind)).subscribe({ next: broken('piped') });
  bus.events.pipe(map(broken('operator'))).subscribe();
  bus.events.pipe(map(broken('handled'))).subscribe({ error: () => undefined });
  const rejected = firstValueFrom(bus.events.pipe(map(broken('promised'))));
  bus.emit(checkpoint(1));
  await t.rejects(rejected, { message: 'promised' });
  await timers();
  t.same(
    told.map(({ handler, message }) => `${handler}: ${message}`),
    ['plain', 'piped', 'operator'].map(what => `a subscriber of events: ${what}`),
  );
  bus.events.subscribe({ complete: broken('at the end') });
  bus.complete();
  await timers();
  t.same(uncaught, []);
});

t.test('an observer turns events into commands until it is detached', async t => {
  const bus = createBus();
  const taken: Command[] = [];
  const detach = bus.attach(
    'counter',
    events =>
      events.pipe(
        filter(event => event.kind === 'epoch-ended'),
        scan(count => count + 1, 0),
        map(count => ({ do: 'set', name: 'eta', value: 1 / count })),
      ),
    command => void taken.push(command),
  );
  bus.emit(ended(1, 0.5));
  bus.emit(started);
  bus.emit(ended(2, 0.4));
  detach();
  t.equal(bus.observed, false);
  bus.emit(ended(3, 0.3));
  t.same(taken, [
    { do: 'set', name: 'eta', value: 1 },
    { do: 'set', name: 'eta', value: 0.5 },
  ]);
});

t.test('an observer hears the end of the stream', async t => {
  const bus = createBus();
  const taken: Command[] = [];
  bus.attach(
    'last',
    events =>
      events.pipe(
        takeLast(1),
        map(() => ({ do: 'checkpoint' }) as const),
      ),
    command => void taken.push(command),
  );
  bus.emit(ended(1, 0.5));
  bus.complete();
  t.same(taken, [{ do: 'checkpoint' }]);
});

t.test(
  'an observer that fails is named with its event and ends; taking a command may fail as well',
  async t => {
    const bus = createBus();
    const told = failures(bus);
    let seen = 0;
    bus.attach(
      'fragile',
      events =>
        events.pipe(
          tap(() => seen++),
          map(event => {
            if (event.kind === 'checkpoint') throw new Error('cannot bear checkpoints');
            return { do: 'checkpoint' };
          }),
        ),
      () => {
        throw new Error('no such command here');
      },
    );
    for (const event of [started, checkpoint(1), checkpoint(2), started]) bus.emit(event);
    await timers();
    t.equal(seen, 3, 'the start, its own failure, the checkpoint; nothing after that');
    t.same(
      told.map(({ handler, event, message }) => [handler, event, message]),
      [
        ['fragile', 'run-started', 'no such command here'],
        ['fragile', 'checkpoint', 'cannot bear checkpoints'],
      ],
    );
    t.same(uncaught, []);
  },
);

t.test('an observer that cannot start is refused at once', async t => {
  const bus = createBus();
  const take = (): void => undefined;
  t.throws(
    () =>
      bus.attach(
        'wrong',
        () => {
          throw new Error('patience is negative');
        },
        take,
      ),
    { code: 'APICAL_OBSERVER', message: 'observer "wrong" did not start: patience is negative' },
  );
  t.throws(() => bus.attach('empty', () => undefined as unknown as Observable<Command>, take), {
    message: 'observer "empty" did not start: it returns no Observable; return events.pipe(…)',
  });
  t.throws(() => bus.attach('early', () => throwError(() => new Error('at once')), take), {
    message: 'observer "early" did not start: at once',
  });
  t.equal(bus.observed, false);
});

t.test('events of worker processes are merged, and the failure of one stream is told', async t => {
  const bus = createBus();
  const told = failures(bus);
  const heard: string[] = [];
  bus.events.subscribe(event => void heard.push(`${event.kind} ${event.run.seed}`));
  const [one, two] = [new Subject<RunEvent>(), new Subject<RunEvent>()];
  const other: RunId = { ...run, seed: 7 };
  pipeEvents(one, bus);
  const stop = pipeEvents(two, bus);
  one.next(started);
  two.next({ ...started, run: other });
  one.error(new Error('the process was killed'));
  two.next({ ...checkpoint(1), run: other });
  stop();
  two.next({ ...checkpoint(2), run: other });
  t.same(heard, ['run-started 3', 'run-started 7', 'handler-failed 3', 'checkpoint 7']);
  t.match(told, [{ handler: 'events of another process', message: 'the process was killed' }]);

  const failed: unknown[] = [];
  const three = new Subject<RunEvent>();
  pipeEvents(three, bus, error => failed.push(error));
  three.error('no start');
  t.same(failed, ['no start']);
  const four = new Subject<RunEvent>();
  pipeEvents(four, bus);
  four.complete();
  bus.emit(started);
  t.equal(heard.at(-1), 'run-started 3', 'the end of one stream is not the end of the bus');
});
