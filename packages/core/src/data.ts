/** Data sets and tasks. Arrays at this boundary are ndarrays; nothing here runs inside a step. */
import type { NdArray } from 'ndarray';
import type { Shape, Source } from './model.js';
import type { FloatArray } from './operations.js';
import type { RandomSource } from './random.js';
import type { HeadName } from './scheme.js';

export type SplitName = 'train' | 'validation' | 'test';
export const splitNames: readonly SplitName[] = ['train', 'validation', 'test'];
export type Option = string | number | boolean | readonly number[];
export interface OptionSpec {
  readonly doc: string;
  readonly value: Option | null;
  readonly allowed?: readonly Option[];
}
export interface DataSplit {
  /** `[count, ...shape]` */
  readonly inputs: NdArray<FloatArray>;
  /** Class of each sample, `[count]`. */
  readonly labels?: NdArray<Int32Array>;
  /** Wanted output of each sample, `[count, ...]`, where the data set has them. */
  readonly targets?: NdArray<FloatArray>;
}
export interface LoadedDataset {
  readonly name: string;
  /** Of one sample. */
  readonly shape: Shape;
  /** Names of the classes; their number is the number of classes. */
  readonly classes?: readonly string[];
  readonly splits: Readonly<Record<SplitName, DataSplit>>;
  /** SHA-256 of what was read or generated: enters the hash of every run. */
  readonly digest: string;
}
/** A source of samples with fixed splits: they depend on the data set, never on the seed of a run. */
export interface Dataset {
  readonly name: string;
  readonly doc: string;
  readonly source: Source;
  readonly options: Readonly<Record<string, OptionSpec>>;
  /** What `apical data fetch` downloads. */
  readonly files?: readonly RemoteFile[];
  /** Throws `ApicalError` naming file, offset and expectation where a file is missing or damaged. */
  load(options: Readonly<Record<string, Option | null>>): Promise<LoadedDataset>;
}
/** One file of a data set and where it can be had. */
export interface RemoteFile {
  readonly name: string;
  readonly bytes: number;
  readonly sha256: string;
  /** Of the content of a `.gz` file: with it, an unpacked copy (the same name without `.gz`) serves as well. */
  readonly unpacked?: { readonly bytes: number; readonly sha256: string };
  /**
   * Tried in order. `….zip#name` is a member of an archive; an address that ends in `.gz` where `name` does not
   * is unpacked.
   */
  readonly urls: readonly string[];
}
/** Finds the files of a data set: `$APICAL_DATA/<dataset>/`, then the user's cache. */
export interface DatasetCache {
  /** Bytes of one file, its digest checked; gunzipped when the name ends in `.gz`. */
  read(dataset: string, file: RemoteFile): Promise<Uint8Array>;
  /** Bytes of a file of the user's own, by path. */
  readPath(path: string): Promise<Uint8Array>;
  /** Names in a folder of the user's own. */
  list(path: string): Promise<readonly string[]>;
  /** Where a file of a data set lies, or undefined. */
  find(dataset: string, file: RemoteFile): Promise<string | undefined>;
}
/**
 * Parsers of file formats; each throws `ApicalError` naming file, offset and expectation. Arrays are row-major and
 * contiguous; bytes may be gzipped.
 */
export interface Formats {
  idx(bytes: Uint8Array, file: string): NdArray<FloatArray | Int32Array | Uint8Array>;
  npy(bytes: Uint8Array, file: string): NdArray<FloatArray | Int32Array | Uint8Array>;
  npz(
    bytes: Uint8Array,
    file: string,
  ): Promise<Readonly<Record<string, NdArray<FloatArray | Int32Array | Uint8Array>>>>;
  /**
   * Numbers after an optional header line: `[rows, columns]` and the header's names. `text` names (or counts from 0,
   * from the end when negative) one column that is read as text and left out of the numbers. `header` says whether
   * there is one; by default a first line that is not all numbers.
   */
  csv(
    bytes: Uint8Array,
    file: string,
    options?: { readonly header?: boolean | undefined; readonly text?: string | number | undefined },
  ): {
    readonly header?: readonly string[];
    readonly values: NdArray<Float64Array>;
    readonly text?: readonly string[];
  };
  sha256(bytes: Uint8Array | readonly Uint8Array[]): string;
  /**
   * Parts of 0 … count − 1 of the given sizes: consecutive runs of the permutation from stream `split/<name>` of
   * seed 0, each sorted. Depends on name, count and sizes alone.
   */
  split(name: string, count: number, sizes: readonly number[]): readonly Int32Array[];
  /** A copy of these rows (first axis). */
  rows<T extends FloatArray | Int32Array | Uint8Array>(
    array: NdArray<T>,
    rows: ArrayLike<number>,
  ): NdArray<T>;
}

/* ---------------------------------------------------------------- tasks */

export interface MetricSpec {
  readonly doc: string;
  readonly unit: string;
  readonly better: 'lower' | 'higher';
}
/** One split as a run presents it; rows are contiguous. */
export interface PreparedSplit {
  readonly count: number;
  /** `[count, inputs]` */
  readonly inputs: FloatArray;
  /** `[count, outputs]` */
  readonly targets: FloatArray;
  /** Class of each sample, where the task has classes. */
  readonly labels?: Int32Array;
}
/** Sums over batches of outputs, then gives the metrics of a split. */
export interface Evaluation {
  /** `outputs`, `targets` are `[count, n]`, the first `count` rows count; `first` is the first sample's number. */
  add(outputs: FloatArray, targets: FloatArray, count: number, first: number): void;
  result(): Readonly<Record<string, number>>;
}
export interface PreparedTask {
  readonly inputShape: Shape;
  readonly outputShape: Shape;
  readonly head: HeadName;
  readonly splits: Readonly<Record<SplitName, PreparedSplit>>;
  readonly metrics: Readonly<Record<string, MetricSpec>>;
  /** The metric tables and comparisons are about. */
  readonly headline: string;
  /** Must know `head` for its loss. */
  evaluation(split: SplitName): Evaluation;
}
/** What is asked of a network: data set → inputs, targets, loss, metrics. */
export interface Task {
  readonly name: string;
  readonly doc: string;
  readonly options: Readonly<Record<string, OptionSpec>>;
  prepare(
    data: LoadedDataset,
    given: {
      readonly options: Readonly<Record<string, Option | null>>;
      readonly head?: HeadName;
      readonly dtype: 'float32' | 'float64';
      readonly random: RandomSource;
    },
  ): PreparedTask;
}
