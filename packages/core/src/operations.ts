/**
 * The one intermediate form between circuit and backend: kernel verbs, fused elementwise passes and control
 * flow over preallocated arrays. A backend turns a list of operations into one argument-free step.
 */
import type { Shape } from './model.js';

/** One prepared piece of work without arguments; running it allocates nothing. */
export type Step = () => void;
export type DType = 'float64' | 'float32';
export type FloatArray = Float64Array | Float32Array;
/** A scalar that may change between steps: one number in an array, float64 in every run. */
export type Cell = Float64Array;

/* ---------------------------------------------------------------- elementwise passes */

/**
 * scalar: one number · sample: one a sample, `[batch]` · neuron: `[batch, units]`. Operands of one pass that
 * are per neuron have the same number of units.
 */
export type Extent = 'scalar' | 'sample' | 'neuron';
export interface Operand {
  /** The author's name, for messages and generated code. */
  readonly name: string;
  readonly extent: Extent;
  /** Scalars are `Cell`s (float64); the others have the dtype of the run. */
  readonly data: FloatArray;
  /** Units a sample has; 1 for scalars and samples. */
  readonly units: number;
  /** Per neuron, but the same for every sample: `data` is `[units]`, and no pass writes it. */
  readonly shared?: true;
}
/** Functions of numbers that every backend must have; comparisons give 1 or 0. */
export type FunctionName =
  | 'add'
  | 'subtract'
  | 'multiply'
  | 'divide'
  | 'negate'
  | 'power'
  | 'less'
  | 'greater'
  | 'lessEqual'
  | 'greaterEqual'
  | 'equal'
  | 'exp'
  | 'log'
  | 'tanh'
  | 'sigmoid'
  | 'softplus'
  | 'relu'
  | 'sqrt'
  | 'abs'
  | 'sign'
  | 'min'
  | 'max'
  | 'clip'
  | 'where';
/** Of the units of a sample, in their order. */
export type Reduction = 'sum' | 'mean' | 'largest';
export type Tree =
  | { readonly kind: 'number'; readonly value: number }
  /** Index into `Elementwise.operands`. */
  | { readonly kind: 'operand'; readonly index: number }
  /** A value of this element computed earlier in the same pass. */
  | { readonly kind: 'temporary'; readonly index: number }
  | { readonly kind: 'call'; readonly name: FunctionName; readonly args: readonly Tree[] };
export interface Assignment {
  readonly to: { readonly operand: number } | { readonly temporary: number };
  readonly value: Tree;
}
export type Pass =
  /** For every element, the assignments in order. `units` is per sample, 1 unless `over` is neuron. */
  | {
      readonly kind: 'loop';
      readonly over: Extent;
      readonly units: number;
      readonly body: readonly Assignment[];
    }
  /**
   * For every sample, in the order of the units: `body` assigns temporaries, then `value` is reduced; `into` is an
   * operand per sample.
   */
  | {
      readonly kind: 'reduce';
      readonly by: Reduction;
      readonly units: number;
      readonly body: readonly Assignment[];
      readonly value: Tree;
      readonly into: number;
    };
export interface Elementwise {
  readonly op: 'elementwise';
  /** `hidden1/forward`: names the generated code. */
  readonly where: string;
  readonly batch: number;
  readonly operands: readonly Operand[];
  readonly passes: readonly Pass[];
}

/* ---------------------------------------------------------------- all operations */

/** Dense weights `[post, pre]`, signals `[batch, post]` and `[batch, pre]`, row-major. */
export interface DenseProduct {
  readonly weights: FloatArray;
  readonly pre: FloatArray;
  readonly post: FloatArray;
  readonly batch: number;
  readonly nPre: number;
  readonly nPost: number;
  readonly gain: Cell;
  /** So many such products one after the other, each `batch` samples; default: one. */
  readonly strides?: Strides;
}
/** From one product's numbers to the next one's, in elements. 0: shared by all, and summed where it is the result. */
export interface Strides {
  readonly count: number;
  readonly weights: number;
  readonly pre: number;
  readonly post: number;
}
/**
 * Ends a repeat once every sample has settled: no watched array of it moved by more than within · max(1, its largest
 * value) in a pass. What settled is held: after every further pass it gets back what it had.
 */
export interface Until {
  readonly watched: readonly FloatArray[];
  /** Scratch of the same lengths. */
  readonly before: readonly FloatArray[];
  readonly within: Cell;
  /** Into so many equal parts every watched and held array falls, each settling for itself. 1: all settle together. */
  readonly samples: number;
  readonly held: readonly FloatArray[];
  /** Scratch of the same lengths. */
  readonly kept: readonly FloatArray[];
  /** [samples]: passes that each made, and 1 where it settled, else 0. */
  readonly passes: FloatArray;
  readonly settled: FloatArray;
  /** Over all runs: passes of all samples, and how many samples there were. */
  readonly made: Cell;
  readonly of: Cell;
}
export type Operation =
  | Elementwise
  /** post += gain · W pre, for every sample. */
  | ({ readonly op: 'multiply' } & DenseProduct)
  /** pre += gain · Wᵀ post, for every sample. */
  | ({ readonly op: 'multiply-transposed' } & DenseProduct)
  /** weights += gain · mean over samples of post ⊗ pre. */
  | ({ readonly op: 'outer' } & DenseProduct)
  | { readonly op: 'fill'; readonly into: FloatArray; readonly value: number }
  /** into += gain · from */
  | { readonly op: 'add'; readonly into: FloatArray; readonly from: FloatArray; readonly gain: Cell }
  /** into += gain · a ∘ b */
  | {
      readonly op: 'add-product';
      readonly into: FloatArray;
      readonly a: FloatArray;
      readonly b: FloatArray;
      readonly gain: Cell;
    }
  /** into[b, u] += gain · bias[⌊u / area⌋]: a bias with fewer numbers than units is shared over `area` units. */
  | {
      readonly op: 'add-bias';
      readonly into: FloatArray;
      readonly bias: FloatArray;
      readonly area: number;
      readonly gain: Cell;
    }
  /** into[c] += gain · scale · Σ over samples and the `area` units of c of post, times by[c] where given. */
  | {
      readonly op: 'correlate-bias';
      readonly into: FloatArray;
      readonly post: FloatArray;
      readonly area: number;
      readonly scale: number;
      readonly gain: Cell;
      readonly by?: FloatArray;
    }
  /** into ← gain · source, transposed: source is [rows, cols], into [cols, rows]. */
  | {
      readonly op: 'transpose';
      readonly into: FloatArray;
      readonly source: FloatArray;
      readonly rows: number;
      readonly cols: number;
      readonly gain: Cell;
    }
  /** Every entry of all arrays becomes the mean over all of them. */
  | { readonly op: 'mean-over'; readonly arrays: readonly FloatArray[] }
  /** Block number `counter` of standard normals of the stream with this key; then counter += 1. */
  | {
      readonly op: 'normal';
      readonly key: readonly [number, number];
      readonly counter: Cell;
      readonly into: FloatArray;
    }
  | { readonly op: 'increment'; readonly cell: Cell }
  /** Sets a cell and, when that changed it, runs `refresh`. */
  | {
      readonly op: 'set';
      readonly cell: Cell;
      readonly value: number;
      readonly refresh: readonly Operation[];
    }
  | { readonly op: 'when'; readonly cell: Cell; readonly body: readonly Operation[] }
  /** Runs `body` when counter mod round(times) is 0, then counter += 1. */
  | {
      readonly op: 'every';
      readonly times: Cell;
      readonly counter: Cell;
      readonly body: readonly Operation[];
    }
  /** Runs `body` round(times) times. */
  | {
      readonly op: 'repeat';
      readonly times: Cell;
      readonly body: readonly Operation[];
      readonly until?: Until;
    }
  /**
   * Code of a part (algebra on weights, an unusual connectivity): opaque to the backend. One that does not say what it
   * reads and writes may touch everything, and nothing is moved past it.
   */
  | {
      readonly op: 'call';
      readonly where: string;
      readonly run: Step;
      readonly reads?: readonly FloatArray[];
      /** Wholly or in part. */
      readonly writes?: readonly FloatArray[];
    };

/* ---------------------------------------------------------------- backends */

/** What a backend is opened with: it owns all arrays of a run. */
export interface Memory {
  readonly backend: string;
  readonly dtype: DType;
  /** Zeroed array of the dtype of the run. */
  allocate(length: number): FloatArray;
  allocateCell(value: number): Cell;
  allocateIndices(length: number): Int32Array;
  /** Operations over arrays of this memory → one step. May allocate; the step does not. */
  prepare(operations: readonly Operation[], where: string): Step;
  /** How the last step prepared under each `where` runs, in one line for people. */
  readonly notes?: ReadonlyMap<string, string>;
}
/** Where numbers live and how steps are prepared. */
export interface Backend {
  readonly name: string;
  readonly doc: string;
  /** What decides the last bits: enters the hash of every run. */
  readonly flags: Readonly<Record<string, string | number | boolean>>;
  /** undefined, or in one line why it cannot be used here. */
  unavailable?(): string | undefined;
  /** The backend `auto` is the usable one with the largest; without one, a backend is used only where it is named. */
  readonly preference?: number;
  /** The backend that takes its place, with a warning, where it is named and cannot be used. None: that is an error. */
  readonly fallback?: string;
  open(options: { readonly dtype: DType }): Memory;
}

/* ---------------------------------------------------------------- synapses */

/** Room that operations of a part need beside what they are given. */
export type Scratch = Pick<Memory, 'allocate' | 'allocateCell' | 'allocateIndices'>;

/** One bundle of synapses as a connectivity sees it. `weights` are stored as those of `pre` → `post`. */
export interface Bundle {
  readonly batch: number;
  readonly pre: Shape;
  readonly post: Shape;
  readonly weights: FloatArray;
  /** Fast synapses: weights are `[batch, ...]`, one set a sample. */
  readonly perSample: boolean;
  /** What a sample leaves behind for others to follow: the winners of a pooling. */
  readonly route: Int32Array;
  readonly scratch: Scratch;
}
/** What W·x, Wᵀ·y and y ⊗ x mean. */
export interface Connectivity {
  readonly name: string;
  readonly doc: string;
  /** Of the weights; `[]`: there are none. Throws `ApicalError` where the ends do not fit. */
  shape(ends: { readonly pre: Shape; readonly post: Shape }): Shape;
  /** Length of the route, per sample. */
  route?(ends: { readonly pre: Shape; readonly post: Shape }): number;
  /** Default: one per unit. A shape with fewer axes is shared over the others. */
  biasShape?(post: Shape): Shape;
  /** Is the bias's direction a mean over the positions that share it (else their sum)? */
  readonly biasMean?: boolean;
  /** into += gain · W·pre */
  transmit(at: Bundle, pre: FloatArray, into: FloatArray, gain: Cell): readonly Operation[];
  /** into += gain · Wᵀ·post */
  transmitBack(at: Bundle, post: FloatArray, into: FloatArray, gain: Cell): readonly Operation[];
  /** As transmit, along the route the last transmission left. */
  follow?(at: Bundle, pre: FloatArray, into: FloatArray, gain: Cell): readonly Operation[];
  /** into += gain · mean over samples of post ⊗ pre */
  correlate?(
    at: Bundle,
    into: FloatArray,
    post: FloatArray,
    pre: FloatArray,
    gain: Cell,
  ): readonly Operation[];
}
