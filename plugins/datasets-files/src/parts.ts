/** What data sets from files of one's own share: checking numbers, reading classes, cutting parts. */
import { ApicalError, type CheckedOptions } from '@apical/core';
import type { DataSplit, FloatArray, Formats, LoadedDataset, SplitName } from '@apical/core';
import ndarray, { type NdArray } from 'ndarray';

export type Numbers = NdArray<FloatArray | Int32Array | Uint8Array>;
/** Rows that belong together; every array has the same first dimension. */
export interface Block {
  readonly inputs: NdArray<FloatArray>;
  readonly labels?: NdArray<Int32Array>;
  readonly targets?: NdArray<FloatArray>;
}
export const wrong = (file: string, message: string): ApicalError =>
  new ApicalError('APICAL_DATA_FORMAT', `${file}: ${message}`, { at: file });

export const splitOptions = {
  validation: {
    doc: 'part of the training samples kept for validation where the files have none, 0 … 1',
    value: 0.1,
  },
  test: { doc: 'part of all samples kept for the test where the files have none, 0 … 1', value: 0.1 },
  split: { doc: 'another whole number gives another fixed split', value: 0 },
};
/** Throws at the first NaN or infinite element; `where` says its place from its index, as in `row 3, column 1`. */
export function checkFinite(data: ArrayLike<number>, file: string, where: (index: number) => string): void {
  for (let k = 0; k < data.length; k++)
    if (!Number.isFinite(data[k]!))
      throw wrong(
        file,
        `${where(k)} is ${data[k]!}; every number must be finite (fill in or leave out missing values)`,
      );
}
/** Index as numpy writes it: `[3, 5]`. */
export function indexIn(shape: readonly number[], at: number): string {
  const index: number[] = [];
  for (let k = shape.length - 1, rest = at; k >= 0; k--) {
    index.unshift(rest % shape[k]!);
    rest = Math.floor(rest / shape[k]!);
  }
  return `[${index.join(', ')}]`;
}
/** Floats, divided by `scale`: bytes become float32, whole numbers of 32 bits float64. */
export function asFloats(array: Numbers, scale: number): NdArray<FloatArray> {
  const { data } = array;
  if (scale === 1 && (data instanceof Float32Array || data instanceof Float64Array))
    return ndarray(data, array.shape);
  const wide = data instanceof Float64Array || data instanceof Int32Array;
  const out = wide ? new Float64Array(data.length) : new Float32Array(data.length);
  for (let k = 0; k < out.length; k++) out[k] = data[k]! / scale;
  return ndarray(out, array.shape);
}
/** Classes as whole numbers from 0; `name` says the array in messages. */
export function asLabels(array: Numbers, file: string, name: string): NdArray<Int32Array> {
  const { data } = array;
  const out = Int32Array.from(data);
  const bad = out.findIndex((l, k) => l !== data[k] || l < 0);
  if (bad >= 0)
    throw wrong(
      file,
      `${name}${indexIn(array.shape, bad)} is ${data[bad]!}; classes are whole numbers from 0`,
    );
  return ndarray(out, [out.length]);
}
/** Names `0` … largest label over all blocks. */
export function classNames(blocks: readonly (Block | undefined)[]): string[] {
  let largest = -1;
  for (const block of blocks)
    if (block?.labels) for (const label of block.labels.data) largest = Math.max(largest, label);
  return Array.from({ length: largest + 1 }, (_, c) => String(c));
}
const countOf = (block: Block): number => block.inputs.shape[0]!;
function take(formats: Formats, block: Block, rows: ArrayLike<number>): Block {
  return {
    inputs: formats.rows(block.inputs, rows),
    ...(block.labels ? { labels: formats.rows(block.labels, rows) } : {}),
    ...(block.targets ? { targets: formats.rows(block.targets, rows) } : {}),
  };
}
export interface Parts {
  readonly train: Block;
  readonly validation?: Block | undefined;
  readonly test?: Block | undefined;
}
/**
 * Fills in the parts that the files do not have, from the training block by `Formats.split`: a fixed draw from the name
 * of the kind, the option `split`, the number of rows and the fractions.
 */
export function cut(
  kind: string,
  parts: Parts,
  options: CheckedOptions,
  formats: Formats,
  file: string,
): Record<SplitName, Block> {
  const count = countOf(parts.train);
  const fraction = (name: 'validation' | 'test'): number => options.number(name, { min: 0, max: 1 });
  const test = parts.test ? 0 : Math.round(count * fraction('test'));
  const validation = parts.validation ? 0 : Math.round((count - test) * fraction('validation'));
  const train = count - test - validation;
  if (train < 1)
    throw wrong(
      file,
      `${count} training samples, of which ${validation} go to validation and ${test} to the test; none is left to train ` +
        'on: lower the options "validation" and "test"',
    );
  const number = options.number('split', { min: 0, whole: true });
  const name = number === 0 ? kind : `${kind}/${number}`;
  const [trainRows, validationRows, testRows] = formats.split(name, count, [train, validation, test]);
  return {
    train: train === count ? parts.train : take(formats, parts.train, trainRows!),
    validation: parts.validation ?? take(formats, parts.train, validationRows!),
    test: parts.test ?? take(formats, parts.train, testRows!),
  };
}
export function loaded(
  name: string,
  splits: Record<SplitName, Block>,
  classes: readonly string[] | undefined,
  digest: string,
): LoadedDataset {
  const shape = splits.train.inputs.shape.slice(1);
  return {
    name,
    shape: shape.length ? shape : [1],
    ...(classes ? { classes } : {}),
    splits: splits satisfies Record<SplitName, DataSplit>,
    digest,
  };
}
