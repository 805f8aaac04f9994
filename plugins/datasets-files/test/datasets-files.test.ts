/** Files of one's own: what is read, how it is split, and how mistakes are answered. */
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import ndarray from 'ndarray';
import t from 'tap';
import { isApicalError, type LoadedDataset, type Option } from '@apical/core';
import { createDatasetCache, createFormats, writeNpz } from '@apical/data';
import plugin, { createCsv, createIdxFolder, createNpz } from '@apical/plugin-datasets-files';

const formats = createFormats();
const cache = createDatasetCache({ env: {}, home: '/nobody', platform: process.platform });
const [csv, npz, idxFolder] = [
  createCsv(cache, formats),
  createNpz(cache, formats),
  createIdxFolder(cache, formats),
];
type Given = Record<string, Option | null>;
async function refusal(run: Promise<unknown>, code = 'APICAL_DATA_FORMAT'): Promise<string> {
  const e: unknown = await run.then(
    () => undefined,
    (e: unknown) => e,
  );
  if (isApicalError(e) && e.code === code) return e.message;
  throw new Error(`expected ${code}, found ${String(e)}`);
}
const counts = (data: LoadedDataset): (number | undefined)[] =>
  [data.splits.train, data.splits.validation, data.splits.test].map(s => s.inputs.shape[0]);
const labelsOf = (data: LoadedDataset): number[] =>
  [data.splits.train, data.splits.validation, data.splits.test].flatMap(s => [...s.labels!.data]);

t.test('a table with a class column is split the same way every time', async t => {
  const rows = Array.from(
    { length: 20 },
    (_, k) => `${k},${k / 2},${['setosa', 'virginica', 'other'][k % 3]!}`,
  );
  const folder = t.testdir({
    'a.csv': ['x,y,kind', ...rows].join('\n'),
    'b.csv.gz': gzipSync(rows.join('\n')),
  });
  const load = (given: Given): Promise<LoadedDataset> =>
    csv.load({ path: path.join(folder, 'a.csv'), ...given });
  const data = await load({ label: 'kind' });
  t.same([data.shape, data.classes, counts(data)], [[2], ['other', 'setosa', 'virginica'], [16, 2, 2]]);
  for (const split of Object.values(data.splits))
    for (let r = 0; r < split.inputs.shape[0]!; r++) {
      const k = split.inputs.get(r, 0);
      t.same([split.inputs.get(r, 1), split.labels!.get(r)], [k / 2, [1, 2, 0][k % 3]], 'rows stay together');
    }
  const seen = (d: LoadedDataset): number[] => [...d.splits.test.inputs.data];
  t.same(seen(await load({ label: 2 })), seen(data));
  t.same(seen(await csv.load({ path: path.join(folder, 'b.csv.gz'), label: -1 })), seen(data));
  t.notSame(seen(await load({ label: 'kind', split: 1 })), seen(data));
  t.equal((await load({ label: 'kind' })).digest, data.digest);
  t.same(counts(await load({ label: 'kind', validation: 0, test: 0 })), [20, 0, 0]);
});

t.test('a table with target columns serves regression, one with neither autoencoding', async t => {
  const folder = t.testdir({ 'a.csv': 'a,b,c\n1,2,3\n4,5,6\n7,8,9\n', 'n.csv': '10,2\n9,3\n10,4\n' });
  const file = path.join(folder, 'a.csv');
  const all = { validation: 0, test: 0 };
  for (const targets of ['c, a', [2, 0], [-1, 0]] as const) {
    const { splits, shape, classes } = await csv.load({ path: file, targets, ...all });
    t.same([shape, classes], [[1], undefined]);
    t.same(
      [[...splits.train.inputs.data], [...splits.train.targets!.data]],
      [
        [2, 5, 8],
        [3, 1, 6, 4, 9, 7],
      ],
    );
  }
  const plain = (await csv.load({ path: file, ...all })).splits.train;
  t.same([plain.inputs.shape, plain.targets, plain.labels], [[3, 3], undefined, undefined]);
  const numeric = await csv.load({ path: path.join(folder, 'n.csv'), label: 0, ...all });
  t.same(
    [numeric.classes, labelsOf(numeric)],
    [
      ['9', '10'],
      [1, 0, 1],
    ],
    'numeric classes in numeric order',
  );
});

t.test('mistakes in a table are answered with file, row and column', async t => {
  const folder = t.testdir({ 'a.csv': 'x,y\n1,2\n3,nan\n', 'b.csv': 'x,y\n1,2\n3,?\n' });
  const of = (file: string, given: Given = {}, code?: string): Promise<string> =>
    refusal(csv.load({ path: path.join(folder, file), ...given }), code);
  t.match(await of('a.csv'), /a\.csv: row 2 of data, column "y" is NaN; every number must be finite/);
  t.match(await of('b.csv'), /b\.csv:3:3: "\?" in column "y"; expected a number/);
  t.match(await of('b.csv', { label: 'z' }), /unknown column in .* "z"/);
  t.match(await of('none.csv', {}, 'APICAL_DATA_MISSING'), /there is no file/);
  t.match(
    await refusal(csv.load({}), 'APICAL_OPTION'),
    /option "path": found nothing; give a string: the file/,
  );
  t.match(await of('a.csv', { label: 'y', targets: 'x' }, 'APICAL_OPTION'), /both "label" and "targets"/);
  t.match(await of('a.csv', { label: true }, 'APICAL_OPTION'), /name or the number of one column/);
  const good = t.testdir({ 'c.csv': 'x,y\n1,2\n' });
  const c = (given: Given): Promise<string> =>
    refusal(csv.load({ path: path.join(good, 'c.csv'), ...given }));
  t.match(await c({ targets: 'q' }), /unknown target column in .* "q".*Known: x, y/);
  t.match(await c({ targets: [5] }), /no target column 5; give numbers from 0 to 1/);
  t.match(await c({ targets: 'x,y' }), /no column is left for the inputs/);
  t.match(await c({ validation: 0.9 }), /1 training samples, of which 1 go to validation .* none is left/);
});

t.test('npz: one block, or training, validation and test blocks, with classes or values', async t => {
  const x = ndarray(
    Uint8Array.from({ length: 60 }, (_, k) => k),
    [10, 3, 2],
  );
  const y = ndarray(
    Uint8Array.from({ length: 10 }, (_, k) => k % 4),
    [10],
  );
  const values = ndarray(
    Float32Array.from({ length: 10 }, (_, k) => -k),
    [10],
  );
  const oneHot = ndarray(Float64Array.of(0, 1, 0, 1, 0, 0), [2, 3]);
  const folder = t.testdir({
    'one.npz': Buffer.from(writeNpz({ x, y })),
    'three.npz': Buffer.from(writeNpz({ x_train: x, y_train: y, x_test: x.hi(2), y_test: y.hi(2) })),
    'values.npz': Buffer.from(writeNpz({ x: values, y: values })),
    'hot.npz': Buffer.from(writeNpz({ x: x.hi(2), y: oneHot })),
    'x.npz': Buffer.from(writeNpz({ x })),
  });
  const load = (file: string, given: Given = {}): Promise<LoadedDataset> =>
    npz.load({ path: path.join(folder, file), ...given });
  const one = await load('one.npz', { scale: 255, test: 0.2 });
  t.same(
    [one.shape, one.classes, counts(one)],
    [
      [3, 2],
      ['0', '1', '2', '3'],
      [7, 1, 2],
    ],
  );
  t.same(labelsOf(one).sort(), [...y.data].sort());
  const { inputs, labels } = one.splits.test;
  t.equal(labels!.get(0), (Math.round(inputs.get(0, 0, 0) * 255) / 6) % 4, 'x and y stay together');
  const three = await load('three.npz');
  t.same(
    [counts(three), [...three.splits.test.labels!.data]],
    [
      [9, 1, 2],
      [0, 1],
    ],
  );
  const regression = await load('values.npz', { validation: 0, test: 0 });
  t.same([regression.shape, regression.classes], [[1], undefined]);
  t.same(regression.splits.train.targets!.shape, [10, 1]);
  const hot = await load('hot.npz', { y: 'classes', validation: 0, test: 0 });
  t.same(
    [hot.classes, labelsOf(hot)],
    [
      ['0', '1'],
      [1, 0],
    ],
  );
  t.same((await load('hot.npz', { validation: 0, test: 0 })).splits.train.targets!.shape, [2, 3]);
  t.equal((await load('x.npz')).splits.train.targets, undefined);
});

t.test('npz: wrong names, shapes and numbers are refused', async t => {
  const x = ndarray(Float64Array.of(1, 2, 3, NaN, 5, 6), [3, 2]);
  const good = ndarray(Float64Array.of(1, 2, 3, 4, 5, 6), [3, 2]);
  const two = ndarray(Int32Array.of(0, -1), [2]);
  const of = async (arrays: Parameters<typeof writeNpz>[0], given: Given = {}): Promise<string> => {
    const folder = t.testdir({ 'a.npz': Buffer.from(writeNpz(arrays)) });
    return refusal(npz.load({ path: path.join(folder, 'a.npz'), ...given }));
  };
  t.match(await of({ x }), /a\.npz: x\[1, 1\] is NaN/);
  t.match(await of({ data: good }), /found the arrays data; expected x and y, or x_train/);
  t.match(await of({ x: good, y: two }), /x has 3 samples \(shape 3 × 2\), y has 2/);
  t.match(await of({ x: good.hi(2), y: two }), /y\[1\] is -1; classes are whole numbers from 0/);
  t.match(await of({ x_train: good, y_test: two }), /y_test is there, x_test is not/);
  t.match(
    await of({ x_train: good, x_test: good.hi(3, 1) }),
    /training samples have inputs 2, no y; test samples have inputs 1/,
  );
  t.match(await of({ x: good, y: good }, { y: 'classes' }), /y\[0\] is not one-hot/);
  t.match(await of({ x: ndarray(Float64Array.of(1), []) }), /x is a single number/);
  t.match(await of({ x: good }, { scale: 0 }), /"scale" is 0/);
});

const idx = (shape: number[], values: number[]): Buffer =>
  Buffer.from([0, 0, 8, shape.length, ...shape.flatMap(n => [0, 0, 0, n]), ...values]);
const images = {
  'emnist-train-images-idx3-ubyte.gz': gzipSync(idx([4, 1, 2], [0, 255, 10, 20, 30, 40, 50, 60])),
  'emnist-train-labels-idx1-ubyte': idx([4], [1, 2, 3, 1]),
  'emnist-test-images.idx3-ubyte': idx([1, 1, 2], [51, 0]),
  'emnist-test-labels.idx1-ubyte': idx([1], [3]),
};
t.test('a folder of IDX files is read under the usual variants of their names', async t => {
  const data = await idxFolder.load({ path: `${t.testdir(images)}/`, validation: 0.25 });
  t.same(
    [data.shape, data.classes, counts(data)],
    [
      [1, 2],
      ['0', '1', '2', '3'],
      [3, 1, 1],
    ],
  );
  t.same([...data.splits.test.inputs.data], [Math.fround(0.2), 0]);
  const of = (files: Record<string, Buffer | string>, given: Given = {}): Promise<string> =>
    refusal(idxFolder.load({ path: t.testdir(files), ...given }));
  t.match(
    await of({ 'readme.txt': 'x' }),
    /expected a file train-images-idx3-ubyte, with \.gz or without; the folder holds readme\.txt/,
  );
  t.match(await of({ ...images, 'train-images-idx3-ubyte': '' }), /both look like train-images-idx3-ubyte/);
  t.match(
    await of({ ...images, 'emnist-test-labels.idx1-ubyte': idx([2], [3, 1]) }),
    /labels of shape 2 for 1 images/,
  );
  t.match(
    await of({ ...images, 'emnist-test-images.idx3-ubyte': idx([1, 1, 1], [1]) }),
    /training images are 1 × 2, test images 1 × 1/,
  );
  t.match(await of(images, { scale: 0 }), /"scale" is 0/);
});

t.test('the plugin contributes the three kinds', async t => {
  t.equal(plugin.contributes!.Dataset!.length, 3);
});
