/** What all image sets share: bytes to [0, 1], cutting off the validation part, and standardising. */
import type { Formats, LoadedDataset, RemoteFile, SplitName } from '@apical/core';
import { ApicalError } from '@apical/core';
import ndarray, { type NdArray } from 'ndarray';
import ops from 'ndarray-ops';

export const imageOptions = {
  split: {
    doc:
      'standard: a fixed part of the training samples is for validation; paper: all of them are for training and the ' +
      'validation split is empty, so nothing can be selected on it',
    value: 'standard',
    allowed: ['standard', 'paper'],
  },
  normalise: {
    doc:
      'none: pixels in [0, 1]; standardise: minus the mean, over the standard deviation, each one number over all ' +
      'pixels of the training split',
    value: 'none',
    allowed: ['none', 'standardise'],
  },
} as const;

/** One part of a set: `[count, ...shape]` and `[count]`. */
export interface Part {
  readonly inputs: NdArray<Float32Array>;
  readonly labels: NdArray<Int32Array>;
}
/** Float32 keeps a set of 70 000 images at 220 MB. */
export function scaled(values: ArrayLike<number>, largest: number): Float32Array {
  const out = new Float32Array(values.length);
  for (let k = 0; k < out.length; k++) out[k] = values[k]! / largest;
  return out;
}
/** Checks labels against the number of images and of classes. */
export function checkedLabels(
  labels: ArrayLike<number>,
  images: number,
  classes: number,
  file: string,
): Int32Array {
  if (labels.length !== images)
    throw new ApicalError('APICAL_DATA_FORMAT', `${file}: ${labels.length} labels for ${images} images`, {
      at: file,
    });
  const out = Int32Array.from(labels);
  const wrong = out.findIndex((l, k) => l < 0 || l >= classes || l !== labels[k]);
  if (wrong >= 0)
    throw new ApicalError(
      'APICAL_DATA_FORMAT',
      `${file}: label ${labels[wrong]!} of image ${wrong} (from 0) is not a class 0 … ${classes - 1}`,
      { at: file },
    );
  return out;
}
/** Views of rows from … to; no copy. */
export function slice({ inputs, labels }: Part, from: number, to: number): Part {
  const [, ...shape] = inputs.shape;
  const width = shape.reduce((n, d) => n * d, 1);
  return {
    inputs: ndarray(inputs.data.subarray(from * width, to * width), [to - from, ...shape]),
    labels: ndarray(labels.data.subarray(from, to), [to - from]),
  };
}
/** In place, with the statistics of the training split. */
function standardise(splits: Readonly<Record<SplitName, Part>>): void {
  const filled = Object.values(splits).filter(s => s.inputs.size > 0);
  const train = splits.train.inputs;
  const mean = ops.sum(train) / train.size;
  for (const { inputs } of filled) ops.subseq(inputs, mean);
  const std = ops.norm2(train) / Math.sqrt(train.size);
  if (std > 0) for (const { inputs } of filled) ops.mulseq(inputs, 1 / std);
}
export function finished(
  name: string,
  splits: Readonly<Record<SplitName, Part>>,
  classes: readonly string[],
  normalise: string,
  digest: string,
): LoadedDataset {
  if (normalise === 'standardise') standardise(splits);
  return { name, shape: splits.train.inputs.shape.slice(1), classes, splits, digest };
}
/** The files are pinned, so their digests stand for what was read. */
export const digestOf = (formats: Formats, files: readonly RemoteFile[]): string =>
  formats.sha256(new TextEncoder().encode(files.map(f => `${f.name} ${f.sha256}\n`).join('')));
