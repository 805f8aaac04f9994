/** What all tasks share: row-major arrays of the run's precision, and centring or standardising them. */
import { ApicalError, checkOptions, splitNames } from '@apical/core';
import type { CheckedOptions, FloatArray, LoadedDataset, OptionSpec, SplitName, Task } from '@apical/core';

type Given = Parameters<Task['prepare']>[1];
type Dtype = Given['dtype'];
export type PerSplit<T> = Readonly<Record<SplitName, T>>;
/** As in `DataSplit`: a view with strides. */
interface Strided {
  readonly data: FloatArray;
  readonly shape: readonly number[];
  readonly stride: readonly number[];
  readonly offset: number;
}
export const scalings = ['as-is', 'centre', 'standardise'] as const;
export const inputsOption: OptionSpec = {
  doc:
    'as-is; centre: each input minus its mean over the training split; standardise: also over its standard deviation ' +
    'there (an input that never varies is only centred)',
  value: 'as-is',
  allowed: scalings,
};
export const room = (dtype: Dtype, count: number): FloatArray =>
  dtype === 'float32' ? new Float32Array(count) : new Float64Array(count);
export const product = (shape: readonly number[]): number => shape.reduce((n, d) => n * d, 1);

export function checked(
  task: string,
  specs: Task['options'],
  data: LoadedDataset,
  given: Given,
): CheckedOptions {
  if (!data.splits.train.inputs.shape[0])
    throw new ApicalError(
      'APICAL_TASK',
      `task "${task}": the training split of data set "${data.name}" is empty; ask for at least one sample`,
    );
  return checkOptions(`task "${task}"`, specs, given.options);
}
/** Row-major elements in this precision; the array's own memory where it is so already. */
export function rowMajor(array: Strided, dtype: Dtype): FloatArray {
  const { data, shape, stride, offset } = array;
  const count = product(shape);
  let expected = 1;
  let dense = true;
  for (let k = shape.length - 1; k >= 0; k--) {
    if (shape[k] !== 1 && stride[k] !== expected) dense = false;
    expected *= shape[k]!;
  }
  if (dense) {
    const own = data.subarray(offset, offset + count);
    if (own instanceof Float32Array === (dtype === 'float32')) return own;
    return dtype === 'float32' ? Float32Array.from(own) : Float64Array.from(own);
  }
  const out = room(dtype, count);
  const index = shape.map(() => 0);
  for (let i = 0, at = offset; i < count; i++) {
    out[i] = data[at]!;
    for (let k = shape.length - 1; k >= 0; k--) {
      at += stride[k]!;
      if (++index[k]! < shape[k]!) break;
      at -= stride[k]! * shape[k]!;
      index[k] = 0;
    }
  }
  return out;
}
/** The same arrays, centred or standardised by column with the statistics of the training split; copies. */
export function rescaled(
  arrays: PerSplit<FloatArray>,
  width: number,
  how: (typeof scalings)[number],
  dtype: Dtype,
): PerSplit<FloatArray> {
  if (how === 'as-is') return arrays;
  const { train } = arrays;
  const count = train.length / width;
  const mean = new Float64Array(width);
  const scale = new Float64Array(width).fill(1);
  for (let i = 0; i < train.length; i++) mean[i % width]! += train[i]! / count;
  if (how === 'standardise') {
    const variance = new Float64Array(width);
    for (let i = 0; i < train.length; i++)
      variance[i % width]! += (train[i]! - mean[i % width]!) ** 2 / count;
    // Rounding of the mean leaves a constant column with a variance near 1e-32 of its square.
    for (let j = 0; j < width; j++)
      if (variance[j]! > 1e-28 * mean[j]! ** 2) scale[j] = 1 / Math.sqrt(variance[j]!);
  }
  const turn = (from: FloatArray): FloatArray => {
    const out = room(dtype, from.length);
    for (let i = 0; i < from.length; i++) out[i] = (from[i]! - mean[i % width]!) * scale[i % width]!;
    return out;
  };
  return { train: turn(train), validation: turn(arrays.validation), test: turn(arrays.test) };
}
export const perSplit = <T>(make: (split: SplitName) => T): PerSplit<T> => {
  const [train, validation, test] = splitNames.map(make) as [T, T, T];
  return { train, validation, test };
};
export function preparedInputs(
  data: LoadedDataset,
  given: Given,
  options: CheckedOptions,
): PerSplit<FloatArray> {
  const raw = perSplit(split => rowMajor(data.splits[split].inputs, given.dtype));
  const how = options.text('inputs') as (typeof scalings)[number];
  return rescaled(raw, product(data.shape), how, given.dtype);
}
