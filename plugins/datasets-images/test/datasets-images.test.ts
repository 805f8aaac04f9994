/** Image sets on small made-up files, and on the real ones where `APICAL_DATA` points to them. */
import { homedir } from 'node:os';
import t from 'tap';
import {
  type DatasetCache,
  type DataSplit,
  isApicalError,
  isInjected,
  type LoadedDataset,
} from '@apical/core';
import { createDatasetCache, createFormats } from '@apical/data';
import plugin, {
  createDigits,
  createIdxImages,
  digitsFiles,
  fashionMnist,
  mnist,
} from '@apical/plugin-datasets-images';

const formats = createFormats();
/** A cache of files in memory. */
const holding = (files: Record<string, Uint8Array>): DatasetCache => {
  const file = (name: string): Promise<Uint8Array> =>
    files[name] ? Promise.resolve(files[name]) : Promise.reject(new Error(`no ${name}`));
  return {
    read: (_, { name }) => file(name),
    readPath: file,
    list: async () => Object.keys(files),
    find: async () => undefined,
  };
};
const idx = (shape: number[], values: number[]): Uint8Array =>
  Uint8Array.from([0, 0, 8, shape.length, ...shape.flatMap(n => [0, 0, 0, n]), ...values]);
async function refusal(run: Promise<unknown>, code: string): Promise<string> {
  const e: unknown = await run.then(
    () => undefined,
    (e: unknown) => e,
  );
  if (isApicalError(e) && e.code === code) return e.message;
  throw new Error(`expected ${code}, found ${String(e)}`);
}
const [trainImages, trainLabels, testImages, testLabels] = mnist.files.map(f => f.name) as [
  string,
  string,
  string,
  string,
];
const small = {
  [trainImages]: idx([5, 2, 1], [0, 255, 51, 102, 255, 255, 0, 0, 153, 0]),
  [trainLabels]: idx([5], [3, 1, 4, 1, 5]),
  [testImages]: idx([2, 2, 1], [255, 0, 0, 51]),
  [testLabels]: idx([2], [9, 2]),
};
const load = (files: Record<string, Uint8Array>, options = {}): Promise<LoadedDataset> =>
  createIdxImages({ ...mnist, validation: 2 }, holding(files), formats).load(options);
const mean = (split: DataSplit): number => {
  let sum = 0;
  for (const x of split.inputs.data) sum += x;
  return sum / split.inputs.data.length;
};

t.test('the standard split keeps the last training images for validation, the paper split none', async t => {
  const data = await load(small);
  t.same([data.shape, data.classes!.length], [[2, 1], 10]);
  const { train, validation, test } = data.splits;
  t.same(
    [train.inputs.shape, validation.inputs.shape, test.inputs.shape],
    [
      [3, 2, 1],
      [2, 2, 1],
      [2, 2, 1],
    ],
  );
  t.same([...train.labels!.data, ...validation.labels!.data, ...test.labels!.data], [3, 1, 4, 1, 5, 9, 2]);
  t.same([...train.inputs.data], [...Float32Array.of(0, 1, 0.2, 0.4, 1, 1)]);
  t.same([...validation.inputs.data], [...Float32Array.of(0, 0, 0.6, 0)]);
  const paper = await load(small, { split: 'paper' });
  t.same(
    [paper.splits.train.inputs.shape, paper.splits.validation.inputs.shape],
    [
      [5, 2, 1],
      [0, 2, 1],
    ],
  );
  t.equal(paper.splits.validation.labels!.data.length, 0);
  const more = await load(small, { validation: 3 });
  t.same([more.splits.train.inputs.shape[0], more.splits.validation.inputs.shape[0]], [2, 3]);
  t.match(await refusal(load(small, { validation: 5 }), 'APICAL_OPTION'), /at most 4/);
});

t.test('standardised pixels have mean 0 and standard deviation 1 over the training split', async t => {
  const { train, test } = (await load(small, { normalise: 'standardise' })).splits;
  const rounding = 1e-6; // float32 pixels
  t.ok(Math.abs(mean(train)) < rounding);
  t.ok(Math.abs([...train.inputs.data].reduce((a, x) => a + x * x, 0) / 6 - 1) < rounding);
  const [m, s] = [0.6, Math.sqrt((0.36 + 0.16 + 0.16 + 0.04 + 0.16 + 0.16) / 6)];
  t.ok(Math.abs(test.inputs.data[3]! - (0.2 - m) / s) < rounding, 'the test split uses the same two numbers');
});

t.test('files that do not fit together, and wrong options, are refused', async t => {
  const of = (files: Record<string, Uint8Array>): Promise<string> =>
    refusal(load({ ...small, ...files }), 'APICAL_DATA_FORMAT');
  t.match(await of({ [trainLabels]: idx([4], [1, 1, 1, 1]) }), /train-labels.*: 4 labels for 5 images/);
  t.match(
    await of({ [testLabels]: idx([2], [1, 10]) }),
    /label 10 of image 1 \(from 0\) is not a class 0 … 9/,
  );
  t.match(
    await of({ [testImages]: idx([2], [1, 1]) }),
    /found uint8 of shape 2; expected bytes, count × rows × columns/,
  );
  t.match(
    await refusal(load(small, { split: 'half' }), 'APICAL_OPTION'),
    /"split": found "half"; give one of "standard", "paper"/,
  );
});

t.test('digits: pixels of 0 … 16, the class last, validation rows drawn once for all', async t => {
  const row = (k: number): string =>
    [...Array.from({ length: 64 }, (_, j) => (j + k) % 17), k % 10].join(',');
  const lines = (count: number): Uint8Array =>
    new TextEncoder().encode(Array.from({ length: count }, (_, k) => row(k)).join('\n'));
  const cache = holding({ 'optdigits.tra': lines(9), 'optdigits.tes': lines(4) });
  const { shape, splits, classes } = await createDigits(cache, formats, 3).load({});
  t.same([shape, classes!.length], [[8, 8], 10]);
  t.same(
    [splits.train.inputs.shape, splits.validation.inputs.shape, splits.test.inputs.shape],
    [
      [6, 8, 8],
      [3, 8, 8],
      [4, 8, 8],
    ],
  );
  t.same(
    [...splits.train.labels!.data, ...splits.validation.labels!.data].sort(),
    [0, 1, 2, 3, 4, 5, 6, 7, 8],
  );
  t.equal(splits.test.inputs.get(3, 0, 1), Math.fround(4 / 16));
  const paper = (await createDigits(cache, formats, 3).load({ split: 'paper' })).splits;
  t.same(
    [paper.train.inputs.shape, paper.validation.inputs.shape],
    [
      [9, 8, 8],
      [0, 8, 8],
    ],
  );
  const narrow = holding({ 'optdigits.tra': new TextEncoder().encode('1,2\n'), 'optdigits.tes': lines(4) });
  t.match(
    await refusal(createDigits(narrow, formats).load({}), 'APICAL_DATA_FORMAT'),
    /2 columns; expected 64 pixels/,
  );
});

t.test('the plugin contributes the three sets, each with the files it needs', async t => {
  const made = plugin.contributes!.Dataset!.map(d =>
    isInjected(d) ? d.create(...([holding({}), formats] as unknown as never[])) : d,
  );
  t.same(
    made.map(d => d.name),
    ['mnist', 'fashion-mnist', 'digits'],
  );
  for (const { files } of made)
    for (const { sha256, urls, unpacked } of files!) {
      t.match(sha256, /^[0-9a-f]{64}$/);
      t.ok(urls.length >= 2 && (unpacked === undefined || /^[0-9a-f]{64}$/.test(unpacked.sha256)));
    }
});

const skip = process.env['APICAL_DATA'] ? false : 'APICAL_DATA is not set';
const real = createDatasetCache({ env: process.env, home: homedir(), platform: process.platform });
const counts = (split: DataSplit): number[] =>
  Array.from({ length: 10 }, (_, c) => split.labels!.data.reduce((n, l) => n + (l === c ? 1 : 0), 0));

t.test('MNIST has the published counts and mean', { skip }, async t => {
  const { splits } = await createIdxImages(mnist, real, formats).load({ split: 'paper' });
  t.same(counts(splits.train), [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]);
  t.same(counts(splits.test), [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]);
  t.equal(mean(splits.train).toFixed(5), '0.13066');
});
t.test('Fashion-MNIST has the published counts', { skip }, async t => {
  const { splits } = await createIdxImages(fashionMnist, real, formats).load({});
  t.same(splits.validation.inputs.shape, [5000, 28, 28]);
  const both = counts(splits.train).map((n, c) => n + counts(splits.validation)[c]!);
  t.same([both, counts(splits.test)], [Array(10).fill(6000), Array(10).fill(1000)]);
});
t.test('digits has the published counts and mean', { skip }, async t => {
  const { splits } = await createDigits(real, formats).load({});
  t.same(counts(splits.test), [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]);
  t.equal((16 * mean(splits.test)).toFixed(6), '4.884165');
  t.same([splits.train.inputs.shape[0], splits.validation.inputs.shape[0]], [3323, 500]);
  t.equal(await real.find('digits', digitsFiles[0]), `${process.env['APICAL_DATA']!}/digits/optdigits.tra`);
});
