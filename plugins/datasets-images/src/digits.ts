/**
 * Optical Recognition of Handwritten Digits (Alpaydin and Kaynak 1998): 3823 + 1797 images, 8 × 8, ten classes. The test part
 * is the set that scikit-learn calls `load_digits`.
 */
import { ApicalError, checkOptions, injected } from '@apical/core';
import type { Dataset, DatasetCache, Formats, RemoteFile } from '@apical/core';
import ndarray from 'ndarray';
import { checkedLabels, digestOf, finished, imageOptions, scaled, slice, type Part } from './normalise.js';

const uci = (file: string): readonly string[] => [
  `https://archive.ics.uci.edu/static/public/80/optical+recognition+of+handwritten+digits.zip#${file}`,
  `https://archive.ics.uci.edu/ml/machine-learning-databases/optdigits/${file}`,
];
export const digitsFiles: readonly [RemoteFile, RemoteFile] = [
  {
    name: 'optdigits.tra',
    bytes: 563639,
    sha256: 'e1b683cc211604fe8fd8c4417e6a69f31380e0c61d4af22e93cc21e9257ffedd',
    urls: uci('optdigits.tra'),
  },
  {
    name: 'optdigits.tes',
    bytes: 264712,
    sha256: '6ebb3d2fee246a4e99363262ddf8a00a3c41bee6014c373ed9d9216ba7f651b8',
    urls: [
      ...uci('optdigits.tes'),
      'https://raw.githubusercontent.com/scikit-learn/scikit-learn/1.5.2/sklearn/datasets/data/digits.csv.gz',
    ],
  },
];
const classes = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'];
/** Training rows that the standard split keeps for validation, drawn by `Formats.split('digits', …)`. */
const validation = 500;

export function createDigits(cache: DatasetCache, formats: Formats, held = validation): Dataset {
  const part = async (file: RemoteFile): Promise<Part> => {
    const { values } = formats.csv(await cache.read('digits', file), file.name, { header: false });
    const [count, columns] = values.shape as [number, number];
    if (columns !== 65)
      throw new ApicalError(
        'APICAL_DATA_FORMAT',
        `${file.name}: ${columns} columns; expected 64 pixels and the class`,
        { at: file.name },
      );
    const labels = Array.from({ length: count }, (_, k) => values.get(k, 64));
    const pixels = values.data.filter((_, k) => k % 65 < 64);
    return {
      inputs: ndarray(scaled(pixels, 16), [count, 8, 8]),
      labels: ndarray(checkedLabels(labels, count, 10, file.name), [count]),
    };
  };
  return {
    name: 'digits',
    doc: 'handwritten digits, 8 × 8: 3 323 for training, 500 drawn from the training file for validation, 1 797 test',
    source: { paper: 'Alpaydin and Kaynak 1998, doi:10.24432/C50P49', note: 'UCI data set 80, CC BY 4.0' },
    options: imageOptions,
    files: digitsFiles,
    async load(given) {
      const options = checkOptions('data set "digits"', imageOptions, given);
      const [all, test] = [await part(digitsFiles[0]), await part(digitsFiles[1])];
      const count = all.inputs.shape[0]!;
      const take = (rows: Int32Array): Part => ({
        inputs: formats.rows(all.inputs, rows),
        labels: formats.rows(all.labels, rows),
      });
      const standard = options.text('split') === 'standard';
      const [train, kept] = standard
        ? formats.split('digits', count, [count - held, held]).map(take)
        : [all, slice(all, 0, 0)];
      const splits = { train: train!, validation: kept!, test };
      return finished('digits', splits, classes, options.text('normalise'), digestOf(formats, digitsFiles));
    },
  };
}
export const digitsDataset = injected(
  ['DatasetCache', 'Formats'],
  (cache, formats) => createDigits(cache, formats),
  'digits',
);
