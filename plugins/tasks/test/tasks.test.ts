/** Targets, losses and metrics of the three tasks, against numbers worked out by hand. */
import ndarray from 'ndarray';
import t from 'tap';
import {
  type DataSplit,
  isApicalError,
  type LoadedDataset,
  type RandomSource,
  type Task,
} from '@apical/core';
import plugin, { autoencoding, classification, regression } from '@apical/plugin-tasks';

/** These tasks draw nothing. */
const random = new Proxy({} as RandomSource, {
  get: () => {
    throw new Error('a task drew a random number');
  },
});
const of = (x: number[], shape: number[], extra: Partial<DataSplit> = {}): DataSplit => ({
  inputs: ndarray(Float64Array.from(x), shape),
  ...extra,
});
const dataset = (train: DataSplit, test: DataSplit, more: Partial<LoadedDataset> = {}): LoadedDataset => ({
  name: 'made',
  shape: train.inputs.shape.slice(1),
  splits: { train, validation: of([], [0, ...train.inputs.shape.slice(1)]), test },
  digest: '',
  ...more,
});
const labels = (...l: number[]): Partial<DataSplit> => ({ labels: ndarray(Int32Array.from(l), [l.length]) });
const targets = (t: number[], shape: number[]): Partial<DataSplit> => ({
  targets: ndarray(Float64Array.from(t), shape),
});
const given = (more: Partial<Parameters<Task['prepare']>[1]> = {}) => ({
  options: {},
  dtype: 'float64' as const,
  random,
  ...more,
});
function refusal(code: string, run: () => unknown): string {
  try {
    run();
  } catch (e) {
    if (isApicalError(e) && e.code === code) return e.message;
    throw e;
  }
  throw new Error(`expected ${code}`);
}
const classes = dataset(
  of([1, 2, 3, 4, 5, 6], [3, 2], labels(2, 0, 1)),
  of([7, 8, 9, 10], [2, 2], labels(1, 2)),
  {
    classes: ['a', 'b', 'c'],
  },
);
const rounding = 1e-15; // a handful of additions of order 1

t.test('classification: targets other than one-hot, for squared heads', async t => {
  const prepare = (options: Record<string, number>, head: string) =>
    classification.prepare(classes, given({ options, head }));
  const { splits } = prepare({ on: 1, off: 0.1 }, 'linear-squared');
  t.same(Array.from(splits.train.targets), [0.1, 0.1, 1, 1, 0.1, 0.1, 0.1, 1, 0.1]);
  t.match(
    refusal('APICAL_HEAD', () => prepare({ off: 0.1 }, 'softmax-cross-entropy')),
    /needs targets 1 and 0/,
  );
  t.match(
    refusal('APICAL_OPTION', () => prepare({ on: 0 }, 'linear-squared')),
    /on must be larger/,
  );
});

t.test('classification: one-hot targets, error in %, cross-entropy of the outputs', async t => {
  const task = classification.prepare(classes, given());
  t.same(
    [task.inputShape, task.outputShape, task.head, task.headline],
    [[2], [3], 'softmax-cross-entropy', 'error'],
  );
  t.same([...task.splits.train.targets], [0, 0, 1, 1, 0, 0, 0, 1, 0]);
  t.same([...task.splits.test.labels!], [1, 2]);
  t.equal(
    task.splits.test.inputs.buffer,
    classes.splits.test.inputs.data.buffer,
    'inputs that fit are not copied',
  );
  const evaluation = task.evaluation('test');
  const y = Float64Array.of(0.2, 0.5, 0.3, 0.1, 0.7, 0.2);
  evaluation.add(y.subarray(0, 3), task.splits.test.targets.subarray(0, 3), 1, 0);
  evaluation.add(y.subarray(3), task.splits.test.targets.subarray(3), 1, 1);
  const { loss, error } = evaluation.result();
  t.equal(error, 50);
  t.ok(Math.abs(loss! + (Math.log(0.5) + Math.log(0.2)) / 2) < rounding);
  t.same(task.evaluation('validation').result(), {}, 'an empty split has no metrics');
});

t.test('cross-entropy bears an output of 0, in both precisions, and shows NaN wherever it is', async t => {
  for (const dtype of ['float64', 'float32'] as const) {
    const task = classification.prepare(classes, given({ dtype }));
    const array = dtype === 'float32' ? Float32Array : Float64Array;
    const loss = (...y: number[]): Readonly<Record<string, number>> => {
      const evaluation = task.evaluation('test');
      evaluation.add(array.from(y), task.splits.test.targets, 1, 0);
      return evaluation.result();
    };
    const least = dtype === 'float32' ? 2 ** -149 : Number.MIN_VALUE;
    t.same(loss(1, 0, 0), { loss: -Math.log(least), error: 100 });
    t.same(loss(0, 1, 0), { loss: 0, error: 0 });
    t.same(loss(NaN, 1, 0), { loss: NaN, error: 100 });
    t.same(loss(0, NaN, 0), { loss: NaN, error: 100 });
    t.equal(loss(0.5, 0.5, 0)['error'], 100, 'of equal outputs the first answers');
  }
});

t.test('classification with squared heads, without class names, and with data that does not fit', async t => {
  const unnamed = dataset(of([1, 2], [2, 1], labels(0, 3)), of([1], [1, 1], labels(1)));
  const task = classification.prepare(unnamed, given({ head: 'sigmoid-squared' }));
  t.same(task.outputShape, [4]);
  const evaluation = task.evaluation('test');
  evaluation.add(Float64Array.of(0.5, 1, 0, 0.5), task.splits.test.targets, 1, 0);
  t.same(evaluation.result(), { loss: 0.25, error: 0 });
  const none = dataset(of([1], [1, 1]), of([1], [1, 1]));
  t.match(
    refusal('APICAL_TASK', () => classification.prepare(none, given())),
    /needs classes; data set "made" has none in its train split/,
  );
  t.match(
    refusal('APICAL_TASK', () => classification.prepare({ ...unnamed, classes: ['a', 'b'] }, given())),
    /class 3 of sample 1 is not in 0 … 1/,
  );
  t.match(
    refusal('APICAL_HEAD', () => classification.prepare(unnamed, given({ head: 'softmax' }))),
    /unknown head of task "classification" "softmax".*Known: linear-squared/,
  );
  const empty = dataset(of([], [0, 1], labels()), of([1], [1, 1], labels(0)));
  t.match(
    refusal('APICAL_TASK', () => classification.prepare(empty, given())),
    /training split of data set "made" is empty/,
  );
});

t.test('inputs are centred or standardised with the statistics of the training split', async t => {
  const data = dataset(of([1, 5, 3, 5], [2, 2], labels(0, 1)), of([5, 6], [1, 2], labels(0)));
  const inputs = (how: string): number[][] => {
    const { splits } = classification.prepare(data, given({ options: { inputs: how } }));
    return [[...splits.train.inputs], [...splits.test.inputs]];
  };
  t.same(inputs('as-is'), [
    [1, 5, 3, 5],
    [5, 6],
  ]);
  t.same(inputs('centre'), [
    [-1, 0, 1, 0],
    [3, 1],
  ]);
  t.same(inputs('standardise'), [
    [-1, 0, 1, 0],
    [3, 1],
  ]);
  const wide = dataset(of([0, 8], [2, 1], labels(0, 1)), of([6], [1, 1], labels(0)));
  const { splits } = classification.prepare(
    wide,
    given({ options: { inputs: 'standardise' }, dtype: 'float32' }),
  );
  t.same([splits.train.inputs, splits.test.inputs], [Float32Array.of(-1, 1), Float32Array.of(0.5)]);
  t.same([...wide.splits.train.inputs.data], [0, 8], 'the data set is left as it was');
  t.match(
    refusal('APICAL_OPTION', () => inputs('whiten')),
    /task "classification", option "inputs": found "whiten"; give one of/,
  );
});

t.test('strided data is laid out in rows', async t => {
  const turned = ndarray(Float64Array.of(1, 2, 3, 4, 5, 6), [2, 3]).transpose(1, 0);
  const data = dataset({ inputs: turned, ...labels(0, 1, 0) }, of([1, 2], [1, 2], labels(1)));
  t.same([...classification.prepare(data, given()).splits.train.inputs], [1, 4, 2, 5, 3, 6]);
  t.same(
    classification.prepare(data, given({ dtype: 'float32' })).splits.train.inputs,
    Float32Array.of(1, 4, 2, 5, 3, 6),
  );
});

t.test('regression: loss, mean square error and explained variance', async t => {
  const data = dataset(
    of([1, 2], [2, 1], targets([0, 2, 4, 6], [2, 2])),
    of([3, 4], [2, 1], targets([1, 2, 3, 6], [2, 2])),
  );
  const task = regression.prepare(data, given());
  t.same([task.outputShape, task.head, task.headline], [[2], 'linear-squared', 'loss']);
  const evaluation = task.evaluation('test');
  evaluation.add(Float64Array.of(2, 2, 3, 4), task.splits.test.targets, 2, 0);
  t.same(evaluation.result(), { loss: 1.25, mse: 5 / 4, rmse: Math.sqrt(5 / 4), r2: 0.5 });
  const perfect = task.evaluation('test');
  perfect.add(task.splits.test.targets, task.splits.test.targets, 2, 0);
  t.same(perfect.result(), { loss: 0, mse: 0, rmse: 0, r2: 1 });
  const standardised = regression.prepare(data, given({ options: { targets: 'standardise' } }));
  t.same([...standardised.splits.test.targets], [-0.5, -1, 0.5, 1]);
  const constant = regression.prepare(
    dataset(of([1], [1, 1], targets([5], [1])), of([1], [1, 1], targets([5], [1]))),
    given(),
  );
  const r2 = (y: number): number | undefined => {
    const e = constant.evaluation('test');
    e.add(Float64Array.of(y), constant.splits.test.targets, 1, 0);
    return e.result()['r2'];
  };
  t.same([r2(5), r2(4), r2(NaN)], [1, 0, NaN]);
});

t.test('regression refuses data without targets and heads that are not for values', async t => {
  t.match(
    refusal('APICAL_TASK', () => regression.prepare(classes, given())),
    /has none, but it has classes: use the task "classification"/,
  );
  const uneven = dataset(
    of([1, 2], [2, 1], targets([1, 2], [2, 1])),
    of([1], [1, 1], targets([1, 2], [1, 2])),
  );
  t.match(
    refusal('APICAL_TASK', () => regression.prepare(uneven, given())),
    /test split: targets of shape 1 × 2; expected 1 × 1/,
  );
  t.match(
    refusal('APICAL_HEAD', () => regression.prepare(uneven, given({ head: 'softmax-cross-entropy' }))),
    /Known: linear-squared, sigmoid-squared/,
  );
});

t.test('autoencoding hands classes on to who looks at the code', async t => {
  const { splits } = autoencoding.prepare(classes, given());
  t.same([splits.train.labels, splits.test.labels], [Int32Array.of(2, 0, 1), Int32Array.of(1, 2)]);
});

t.test('autoencoding: targets are the inputs, mse is a mean over samples and inputs', async t => {
  const data = dataset(of([0, 0.5, 1, 0, 0.25, 1], [1, 3, 2]), of([1, 0, 0, 0, 0, 1], [1, 3, 2]));
  const task = autoencoding.prepare(data, given({ head: 'sigmoid-squared' }));
  t.same([task.inputShape, task.outputShape, task.headline], [[3, 2], [6], 'mse']);
  t.equal(task.splits.train.targets, task.splits.train.inputs);
  const evaluation = task.evaluation('test');
  evaluation.add(Float64Array.of(0, 0, 0, 0, 0, 0.5), task.splits.test.targets, 1, 0);
  t.same(evaluation.result(), { loss: 0.625, mse: 1.25 / 6 });
  t.same(task.evaluation('validation').result(), {});
  const centred = given({ head: 'sigmoid-squared', options: { inputs: 'centre' } });
  t.match(
    refusal('APICAL_HEAD', () =>
      autoencoding.prepare(
        { ...data, splits: { ...data.splits, test: of([2, 0, 0, 0, 0, 0], [1, 3, 2]) } },
        centred,
      ),
    ),
    /gives values in \(0, 1\), but an input of data set "made" is 2/,
  );
});

t.test('the plugin contributes the three tasks', async t => {
  t.same(
    plugin.contributes!.Task!.map(task => 'name' in task && task.name),
    ['classification', 'regression', 'autoencoding'],
  );
});
