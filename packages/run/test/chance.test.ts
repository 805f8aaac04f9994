/** What an answer without looking is worth, and runs that are no better. */
import t from 'tap';
import type { MetricRow, PreparedTask } from '@apical/core';
import { classification, regression } from '@apical/plugin-tasks';
import { createRandomSource } from '@apical/numerics';
import ndarray from 'ndarray';
import { chanceOf, warningsOf } from '../src/chance.js';
import { train } from '../src/index.js';
import { dependencies, runConfig } from './parts.js';

const given = { options: {}, dtype: 'float64', random: createRandomSource(0) } as const;
const split = (labels: readonly number[], targets: readonly number[] = labels) => ({
  inputs: ndarray(new Float64Array(labels.length), [labels.length, 1]),
  labels: ndarray(Int32Array.from(labels), [labels.length]),
  targets: ndarray(Float64Array.from(targets), [targets.length, 1]),
});
const data = (trained: ReturnType<typeof split>, test: ReturnType<typeof split>) => ({
  name: 'made up',
  shape: [1],
  digest: '',
  splits: { train: trained, validation: split([0]), test },
});

t.test('of classes the most frequent one answers, its frequency being its output', async t => {
  // class 1 is the most frequent in training; of the test split it is 2 of 5
  const task = classification.prepare(data(split([0, 1, 1, 2]), split([0, 0, 1, 1, 2])), given);
  const chance = chanceOf(task);
  t.ok(Math.abs(chance['test/error']! - 60) < 1e-12);
  // −(2 ln 1/4 + 2 ln 1/2 + ln 1/4) / 5
  t.ok(Math.abs(chance['test/loss']! - (3 * Math.log(4) + 2 * Math.log(2)) / 5) < 1e-12);
});
t.test('of values it is their mean over the training split, however many samples there are', async t => {
  const many = Array.from({ length: 700 }, (_, k) => k % 7);
  const task = regression.prepare(data(split([0, 0], [1, 3]), split(many, many)), given);
  const expected = many.reduce((n, v) => n + 0.5 * (v - 2) ** 2, 0) / 700;
  t.ok(Math.abs(chanceOf(task)['test/loss']! - expected) < 1e-9);
  const none: PreparedTask = {
    ...task,
    splits: { ...task.splits, test: { ...task.splits.test, count: 0 } },
  };
  t.same(chanceOf(none), {}, 'an empty split has none');
});
const at = (epoch: number, name: string, value: number): MetricRow => ({
  epoch,
  update: epoch,
  split: 'validation',
  name,
  value,
});
t.test('runs that are no better, and losses that ran away, are told', async t => {
  const metric = { doc: '', unit: '%', better: 'lower' } as const;
  const about = (
    error: number,
    chance: number,
    losses: readonly number[],
    better: 'lower' | 'higher' = 'lower',
  ) =>
    warningsOf({
      final: { 'test/error': error },
      chance: { 'test/error': chance },
      headline: 'error',
      metrics: { error: { ...metric, better } },
      rows: losses.map((v, k) => at(k, 'loss', v)),
    });
  t.same(about(3, 60, [1, 0.1]), []);
  t.match(about(60, 60, [1, 1]), [/^ends at chance: test\/error is 60, .* has 60$/]);
  t.match(about(61, 60, []), [/^ends at chance/]);
  t.match(about(40, 60, [], 'higher'), [/^ends at chance/]);
  t.same(about(61, 60, [], 'higher'), []);
  t.match(about(3, 60, [2, 1, 3e6]), [/^validation\/loss has grown from 2 to 3000000$/]);
  t.same(about(3, 60, [2, 1e6]), [], 'half a million times');
  t.match(about(3, 60, [2, 1e145, NaN]), [/to 1e\+145$/]);
});
t.test('a run keeps both in its summary', async t => {
  const of = async (epochs: number) =>
    (await train(runConfig({ train: { epochs } }), dependencies())).summary;
  const [untrained, trained] = [await of(0), await of(3)];
  t.ok(Number.isFinite(trained.chance!['test/error']));
  t.equal(trained.warnings, undefined);
  t.same(untrained.chance, trained.chance);
});
