/** Every observer on streams of events written out by hand. */
import t from 'tap';
import { Subject } from 'rxjs';
import type { Command, ObservedRun, Observer, RunEvent, RunId } from '@apical/core';
import observers, {
  anneal,
  earlyStopping,
  intervention,
  learningRateSchedule,
  stopAt,
} from '../src/index.js';

const id: RunId = { experiment: 'demo', scheme: 'bp', seed: 3, hash: 'a1b2' };
const observed = (options: ObservedRun['options'], more: Partial<ObservedRun> = {}): ObservedRun => ({
  id,
  options,
  better: { error: 'lower', accuracy: 'higher' },
  headline: 'error',
  ...more,
});
const started = (epochs: number): RunEvent => ({ run: id, kind: 'run-started', epochs, updatesPerEpoch: 5 });
const ended = (epoch: number, metrics: Record<string, number> = {}, run = id): RunEvent => ({
  run,
  kind: 'epoch-ended',
  epoch,
  update: 5 * epoch,
  metrics,
});
/** `epoch: command` for every command, or the error that ended the pipeline. */
function told(observer: Observer, run: ObservedRun, events: readonly RunEvent[]): unknown[] {
  const stream = new Subject<RunEvent>();
  const heard: unknown[] = [];
  let epoch = 0;
  observer.observe(stream, run).subscribe({
    next: (command: Command) => heard.push([epoch, command]),
    error: (error: Error) => heard.push([epoch, error.message]),
  });
  for (const event of events) {
    if (event.kind === 'epoch-ended') epoch = event.epoch;
    stream.next(event);
  }
  return heard;
}
/** Validation errors by epoch, from 1. */
const errors = (...values: number[]): RunEvent[] =>
  values.map((value, i) => ended(i + 1, { 'validation/error': value, 'train/error': value / 2 }));
const stop = (why: string): Command => ({ do: 'stop', why });
const set = (name: string, value: number): Command => ({ do: 'set', name, value });

t.test('early stopping waits for so many evaluations without an improvement, and asks again', async t => {
  const events = errors(0.5, 0.4, 0.45, 0.39, 0.4, 0.4, 0.41);
  t.same(told(earlyStopping, observed({ patience: 2 }), events), [
    [6, stop('no better validation/error than 0.39 of epoch 4 in 2 evaluations')],
    [7, stop('no better validation/error than 0.39 of epoch 4 in 3 evaluations')],
  ]);
  t.same(told(earlyStopping, observed({ patience: 4 }), events), []);
  t.same(told(earlyStopping, observed({}), errors(...Array.from({ length: 11 }, () => 0.2))).length, 1);
});

t.test('early stopping knows which direction is better, and that a tiny gain or NaN is none', async t => {
  const accuracy = [0.5, 0.6, 0.55].map((v, i) => ended(2 * i + 2, { 'validation/accuracy': v }));
  t.same(told(earlyStopping, observed({ metric: 'accuracy', patience: 1 }), accuracy), [
    [6, stop('no better validation/accuracy than 0.6 of epoch 4 in 1 evaluations')],
  ]);
  t.same(told(earlyStopping, observed({ minDelta: 0.05, patience: 2 }), errors(0.5, 0.47, 0.46)), [
    [3, stop('no better validation/error than 0.5 of epoch 1 in 2 evaluations')],
  ]);
  t.same(told(earlyStopping, observed({ patience: 2 }), errors(NaN, NaN)), [
    [2, stop('no finite validation/error in 2 evaluations')],
  ]);
});

t.test('epochs without an evaluation, other events and other runs do not count', async t => {
  const other = { ...id, seed: 4 };
  const events = [
    started(9),
    ...errors(0.5),
    ended(2),
    ended(2, { 'validation/error': 0.9 }, other),
    ended(3),
    ended(4, { 'validation/error': 0.6 }),
  ];
  t.same(told(earlyStopping, observed({ patience: 1 }), events), [
    [4, stop('no better validation/error than 0.5 of epoch 1 in 1 evaluations')],
  ]);
});

t.test('stop-at ends a run at the criterion, on the split that was asked for', async t => {
  t.same(told(stopAt, observed({ value: 0.4 }), errors(0.5, 0.41, 0.4)), [
    [3, stop('validation/error reached 0.4: 0.4 in epoch 3')],
  ]);
  t.same(told(stopAt, observed({ value: 0.2, metric: 'train/error' }), errors(0.5, 0.4)), [
    [2, stop('train/error reached 0.2: 0.2 in epoch 2')],
  ]);
  const better = { 'validation/accuracy': 'higher' } as const;
  t.same(
    told(stopAt, observed({ value: 0.9, metric: 'accuracy' }, { better }), [
      ended(1, { 'validation/accuracy': 0.91 }),
    ]),
    [[1, stop('validation/accuracy reached 0.9: 0.91 in epoch 1')]],
  );
});

t.test('a metric that cannot be watched is refused with what there is', async t => {
  const refused = (metric: string, message: string): void => {
    t.throws(() => earlyStopping.observe(new Subject(), observed({ metric })), {
      code: 'APICAL_OPTION',
      message,
    });
  };
  refused(
    'test/error',
    'observer "early-stopping", option "metric": found "test/error"; the split must be validation or train: ' +
      'the test split is read once, at the end, and decides nothing',
  );
  refused(
    'eror',
    'unknown metric for observer "early-stopping": "eror"; did you mean "error"? Known: accuracy, error',
  );
  t.same(told(stopAt, observed({ value: 0.1 }), [ended(1, { 'train/error': 0.3 })]), [
    [
      1,
      'observer "stop-at": there is no validation/error; evaluated: train/error; add "validation" to train.evaluateOn',
    ],
  ]);
  t.throws(() => stopAt.observe(new Subject(), observed({})), {
    message: `observer "stop-at", option "value": found nothing; give a number: the criterion, in the metric's unit`,
  });
});

const initial = (name: string): number | undefined => ({ eta: 0.8, 'W1.sgd.eta': 0.4 })[name];
const epochs = (count: number): RunEvent[] => [
  started(count),
  ...Array.from({ length: count }, (_, i) => ended(i + 1)),
];
const values = (observer: Observer, run: ObservedRun, count: number): number[] =>
  told(observer, run, epochs(count)).map(pair => (pair as [number, { value: number }])[1].value);

t.test('a learning rate falls in steps, exponentially or along a cosine', async t => {
  t.same(
    told(
      learningRateSchedule,
      observed({ parameters: 'eta, W1.sgd.eta', curve: 'step', factor: 0.5, every: 2 }, { initial }),
      epochs(5),
    ),
    [
      [2, set('eta', 0.4)],
      [2, set('W1.sgd.eta', 0.2)],
      [4, set('eta', 0.2)],
      [4, set('W1.sgd.eta', 0.1)],
    ],
  );
  t.same(values(learningRateSchedule, observed({ start: 1, factor: 0.5 }), 3), [0.5, 0.25, 0.125]);
  t.same(values(learningRateSchedule, observed({ start: 1, factor: 0.5, every: 2 }), 4), [0.25, 0.0625]);
  const cosine = observed({ start: 1, end: 0.2, curve: 'cosine', epochs: 4 });
  const half = 0.4 * (1 + Math.SQRT1_2) + 0.2;
  const close = 1e-15; // a few roundings of numbers below 1
  values(learningRateSchedule, cosine, 5).forEach((value, i) =>
    t.ok(Math.abs(value - [half, 0.6, 1.2 - half, 0.2, 0.2][i]!) < close, `epoch ${i + 1}`),
  );
  t.equal(values(learningRateSchedule, observed({ start: 1, curve: 'cosine' }), 2)[0], 0.5, 'over the run');
});

t.test('annealing holds, moves and holds again', async t => {
  const run = (options: ObservedRun['options']): ObservedRun =>
    observed({ parameters: 'layer1.sigma', start: 1, end: 3, ...options });
  t.same(values(anneal, run({ from: 1, to: 3 }), 5), [1, 2, 3, 3, 3]);
  t.same(values(anneal, run({}), 4), [1.5, 2, 2.5, 3]);
  t.same(values(anneal, run({ curve: 'geometric', end: 16, to: 4, every: 2 }), 4), [4, 16]);
  t.same(values(anneal, run({ curve: 'cosine', to: 2 }), 2), [2, 3]);
  t.same(values(anneal, observed({ parameters: 'eta', end: 0 }, { initial }), 2), [0.4, 0]);
});

t.test('a schedule that cannot be followed is refused before the run', async t => {
  const refused = (observer: Observer, options: ObservedRun['options'], message: string): void => {
    t.throws(() => observer.observe(new Subject(), observed(options)), { code: 'APICAL_OPTION', message });
  };
  refused(
    learningRateSchedule,
    {},
    'observer "learning-rate-schedule": where "eta" starts is not known; give option "start", ' +
      'the value that the config has for it',
  );
  refused(
    anneal,
    { parameters: 'a', start: 0, end: 1, curve: 'geometric' },
    'observer "anneal": a geometric curve from 0 to 1 does not exist; both must be of one sign and not 0, or take "linear"',
  );
  refused(
    anneal,
    { parameters: 'a,,b', start: 0, end: 1 },
    'observer "anneal", option "parameters": found "a,,b"; give one name, or several separated by commas',
  );
  refused(
    learningRateSchedule,
    { curve: 'linear', start: 1 },
    'observer "learning-rate-schedule", option "curve": found "linear"; give one of "step", "exponential", "cosine"',
  );
  t.same(told(anneal, observed({ parameters: 'a', start: 0, end: 1 }), [ended(1)]), [
    [1, 'an epoch ended before run-started was heard'],
  ]);
});

t.test('an intervention is made once, and taken back where it can be', async t => {
  const at = (options: ObservedRun['options']): unknown[] =>
    told(intervention, observed({ epoch: 2, ...options }), epochs(4));
  t.same(at({ do: 'freeze', target: 'W1, W2', until: 3 }), [
    [2, { do: 'freeze', projection: 'W1', frozen: true }],
    [2, { do: 'freeze', projection: 'W2', frozen: true }],
    [3, { do: 'freeze', projection: 'W1', frozen: false }],
    [3, { do: 'freeze', projection: 'W2', frozen: false }],
  ]);
  t.same(at({ do: 'silence', target: 'layer1' }), [
    [2, { do: 'silence', population: 'layer1', silent: true }],
  ]);
  t.same(at({ do: 'perturb', target: 'B1', value: 0.1 }), [
    [2, { do: 'perturb', projection: 'B1', std: 0.1 }],
  ]);
  t.same(at({ do: 'set', target: 'alpha', value: -1 }), [[2, set('alpha', -1)]]);
  t.same(at({ do: 'run', target: 'align' }), [[2, { do: 'run', program: 'align', times: 1 }]]);
  t.same(at({ do: 'run', target: 'align', value: 5 }), [[2, { do: 'run', program: 'align', times: 5 }]]);
  t.same(at({ do: 'train-with', target: 'align' }), [[2, { do: 'train-with', program: 'align' }]]);
  const refused = (options: ObservedRun['options'], message: string): void => {
    t.throws(() => intervention.observe(new Subject(), observed(options)), { message });
  };
  const name = 'observer "intervention", option';
  refused(
    { epoch: 1, do: 'freeze', target: 'W1', value: 2 },
    `${name} "value": it has no meaning for "freeze"; leave it out`,
  );
  refused(
    { epoch: 1, do: 'set', target: 'a', value: 2, until: 3 },
    `${name} "until": it has no meaning for "set"; leave it out`,
  );
  for (const option of ['value', 'until'])
    refused(
      { epoch: 1, do: 'train-with', target: 'a', [option]: 3 },
      `${name} "${option}": it has no meaning for "train-with"; leave it out`,
    );
  refused(
    { epoch: 1, do: 'train-with', target: 'a, b' },
    `${name} "target": found 2 programs, a, b; one trains, give one`,
  );
  refused(
    { epoch: 0, do: 'freeze', target: 'W1' },
    `${name} "epoch": found 0; give a whole number, at least 1`,
  );
  refused(
    { epoch: 3, do: 'freeze', target: 'W1', until: 3 },
    `${name} "until": found 3; give a whole number, at least 4`,
  );
});

t.test('the plugin contributes all of them by name', async t => {
  t.same(
    observers.contributes?.Observer?.map(part => part.name),
    ['early-stopping', 'stop-at', 'learning-rate-schedule', 'anneal', 'intervention'],
  );
});
