/** Runs again with half the time step, or on another backend: which they are, and what is told of them. */
import t from 'tap';
import type { MetricRow, RunConfig, RunSettings, RunSummary } from '@apical/core';
import {
  compareSchemes,
  halvedRuns,
  inProcessLauncher,
  otherBackendRuns,
  roundingChecks,
  timeStepChecks,
} from '../src/index.js';
import type { CompareDependencies, Outcome } from '../src/index.js';
import { environment, errorMetric, experiment, fakeResult, runConfig } from './records.js';

const settings = (dt?: number, hold = 3): RunSettings => ({
  ...(dt === undefined ? {} : { dt }),
  steps: { training: dt === undefined ? 1 : Math.round(4 / dt), evaluation: 1 },
  activations: ['tanh'],
  parameters: { presentation: 4, hold },
  learning: [
    {
      projection: 'W1',
      role: 'forward',
      rule: 'delta',
      parameters: {},
      gains: [1],
      optimiser: { use: 'sgd', parameters: { eta: 0.1 } },
    },
  ],
  batch: 4,
  epochs: 2,
  samples: 12,
  program: 'train',
});
const ran = (
  label: string,
  seed: number,
  value: number,
  change: Partial<RunSummary> = {},
  rows: readonly MetricRow[] = [],
): Outcome => {
  const result = { ...fakeResult(label, seed, value, change), rows };
  return { config: result.config, result, state: Number.isFinite(value) ? 'ended' : 'failed' };
};
const angle = (epoch: number, value: number): MetricRow => ({
  epoch,
  update: epoch,
  probe: 'align',
  name: 'angle',
  layer: 1,
  value,
});
const timed = (seed: number, value: number, dt: number, last: number, hold?: number): Outcome =>
  ran('leaky', seed, value, { settings: settings(dt, hold) }, [angle(1, 80), angle(2, last)]);

t.test('half the step is asked of the schemes that know time, in every place that says a step', async t => {
  const own: RunConfig = {
    ...runConfig('leaky', 1),
    scheme: { use: 'leaky', train: { dt: 0.2, batch: 2 } },
  };
  const configs = [runConfig('bp', 0), own];
  const halved = halvedRuns(configs, label => (label === 'leaky' ? 0.2 : undefined));
  t.equal(halved.length, 1);
  t.same(halved[0], {
    ...own,
    train: { ...own.train, dt: 0.1 },
    scheme: { use: 'leaky', train: { dt: 0.1, batch: 2 } },
  });
});
t.test('the first seed of every scheme goes to another backend', async t => {
  const configs = ['bp', 'kp'].flatMap(label => [4, 5].map(seed => runConfig(label, seed)));
  const found = otherBackendRuns(configs, ({ label }) => `not-${label}`);
  t.same(
    found.map(({ label, seed, train, scheme }) => [label, seed, train.backend, scheme.train?.backend]),
    [
      ['bp', 4, 'not-bp', 'not-bp'],
      ['kp', 4, 'not-kp', 'not-kp'],
    ],
  );
});
t.test('a check pairs runs by seed, takes the last epoch, and names what followed the step', async t => {
  const outcomes = [ran('bp', 0, 2, { settings: settings() }), timed(0, 3, 1, 60), timed(1, 4, 1, 62)];
  const halved = [timed(1, 4.5, 0.5, 52, 1.5), timed(0, 3.3, 0.5, 50, 1.5)];
  const [check, ...others] = timeStepChecks(['bp', 'leaky'], outcomes, halved, 'error');
  t.same(others, [], 'bp knows no time');
  t.match(check, { scheme: 'leaky', dt: 1, halved: { failed: 0, followed: { hold: [3, 1.5] } } });
  t.same(Object.keys(check!.halved!.followed), ['hold'], 'a rate is a rate of time, as it was');
  const [score, angles] = check!.halved!.differences;
  t.same(angles, { name: 'align/angle/layer1', value: 61, halved: 51, n: 2 });
  t.match(score, { name: 'test/error', value: 3.5, n: 2 });
  t.ok(Math.abs(score!.halved - 3.9) < 1e-12);
  // differences 0.3 and 0.5
  t.ok(Math.abs(check!.halved!.headline.mean - 0.4) < 1e-12);
  t.ok(check!.halved!.headline.low < 0.3);
});
t.test('what was not run, or did not end, was not checked; a failed run is no partner', async t => {
  const outcomes = [timed(0, 3, 1, 60), timed(1, 4, 1, 62)];
  t.same(timeStepChecks(['leaky'], outcomes, [], 'error'), [{ scheme: 'leaky', dt: 1 }]);
  const open: Outcome = { config: runConfig('leaky', 1), state: 'open' };
  t.same(timeStepChecks(['leaky'], outcomes, [timed(0, 3, 0.5, 60), open], 'error'), [
    { scheme: 'leaky', dt: 1 },
  ]);
  const [check] = timeStepChecks(
    ['leaky'],
    outcomes,
    [timed(0, 3, 0.5, 60), timed(1, NaN, 0.5, 60)],
    'error',
  );
  t.match(check!.halved, { failed: 1, differences: [{ n: 1, value: 3, halved: 3 }, { n: 1 }] });
});
t.test('rounding sets the two backends side by side', async t => {
  const outcomes = [ran('bp', 0, 2), ran('bp', 1, 9), ran('kp', 0, 3)];
  const again = [ran('bp', 0, 2, { backend: 'wasm' }), ran('kp', 0, NaN, { backend: 'wasm' })];
  t.same(roundingChecks(outcomes, again, 'error'), [
    { scheme: 'bp', seed: 0, backend: 'reference', other: 'wasm', value: 2, again: 2 },
    { scheme: 'kp', seed: 0, backend: 'reference', other: 'wasm', value: 3, again: null },
  ]);
});

const asked: RunConfig[] = [];
const given = (change: Partial<CompareDependencies> = {}): CompareDependencies => ({
  configs: ['bp', 'leaky'].flatMap(label => [0, 1].map(seed => runConfig(label, seed))),
  prepare: async ({ label }) => ({
    hash: `hash-${label}`,
    headline: 'error',
    metrics: { error: errorMetric },
    ...(label === 'leaky' ? { dt: 1 } : {}),
  }),
  launcher: inProcessLauncher(async config => {
    asked.push(config);
    const { label, seed, train } = config;
    const dt = label === 'leaky' ? (train.dt ?? 1) : undefined;
    const value = 2 + seed + (dt === 0.5 ? 1 : 0);
    return fakeResult(label, seed, value, { settings: settings(dt), backend: train.backend });
  }),
  environment,
  command: 'apical compare demo',
  ...change,
});
t.test('reruns stand beside the result and are no part of it', async t => {
  const plain = await compareSchemes(experiment(['bp', 'leaky'], [0, 1]), given());
  t.same(plain.timeSteps, [{ scheme: 'leaky', dt: 1 }], 'told even where it was not asked for');
  t.equal(plain.rounding, undefined);
  asked.length = 0;
  const planned: number[] = [];
  const prepared: string[] = [];
  const usual = given();
  const result = await compareSchemes(
    experiment(['bp', 'leaky'], [0, 1]),
    given({
      halveDt: true,
      otherBackend: () => 'wasm',
      planned: runs => void planned.push(runs),
      prepare: async config => {
        prepared.push(`${config.label} ${config.train.dt ?? '-'} ${config.train.backend}`);
        return usual.prepare(config);
      },
    }),
  );
  t.same(planned, [8], 'four, two with half the step, two elsewhere');
  t.equal(asked.length, 8);
  t.same(prepared, [
    'bp - reference',
    'leaky - reference',
    'leaky 0.5 reference',
    'bp - wasm',
    'leaky - wasm',
  ]);
  t.same(result.rows, plain.rows);
  t.equal(result.runs.length, 4);
  t.match(result.timeSteps, [{ scheme: 'leaky', halved: { headline: { mean: 1 } } }]);
  t.match(result.rounding, [
    { scheme: 'bp', other: 'wasm', value: 2, again: 2 },
    { scheme: 'leaky', seed: 0 },
  ]);
});
t.test('half a step of no time is refused before anything runs', async t => {
  asked.length = 0;
  const one = given({ halveDt: true });
  const configs = one.configs.filter(c => c.label === 'bp');
  await t.rejects(compareSchemes(experiment(['bp'], [0, 1]), { ...one, configs }), {
    code: 'APICAL_TIME',
    message: /no scheme of experiment demo is integrated in time \(bp\)/,
  });
  t.same(asked, []);
});
