/** An experiment after composition: names, numbers and options, frozen before the first run. */
import type { DType } from './operations.js';
import type { Option } from './data.js';
import type { Activation, Choose, LearningRule, NeuronModel, Optimiser, Value, Values } from './model.js';
import type { Program, Weights } from './circuit.js';
import type { PerLayer, Setting } from './scheme.js';

/** A part named with its options: `yin-yang`, or `{ use: yin-yang, options: {…} }`. */
export interface Use {
  readonly use: string;
  readonly options?: Readonly<Record<string, Option | null>>;
}
export interface OptimiserConfig {
  readonly use?: string;
  readonly parameters?: PerLayer;
}
/** A config's answer to a plasticity slot; what is absent stays as the scheme has it. */
export interface PlasticityConfig {
  readonly rule?: string;
  readonly parameters?: PerLayer;
  readonly choose?: Choose;
  readonly uses?: {
    readonly pre?: Readonly<Record<string, string>>;
    readonly post?: Readonly<Record<string, string>>;
    readonly weights?: Readonly<Record<string, string>>;
  };
  readonly scale?: Value | readonly Value[];
  readonly optimiser?: OptimiserConfig;
  readonly biasOptimiser?: OptimiserConfig;
  readonly gather?: string;
  readonly apply?: string;
}
export interface NeuronConfig {
  readonly model?: string;
  readonly parameters?: PerLayer;
  readonly choose?: Choose;
  readonly functions?: Readonly<Record<string, string>>;
}
/** First weights: drawn, or read from an `.npz` or `.safetensors` file (`key` defaults to the projection's name). */
export type InitialConfig =
  | { readonly draw: string; readonly parameters?: Readonly<Record<string, number>> }
  | { readonly file: string; readonly key?: string };
export interface SchemeConfig {
  /** Name of the scheme; default: the label under `schemes`. */
  readonly use?: string;
  readonly parameters?: Values;
  readonly settings?: Readonly<Record<string, Setting>>;
  readonly neurons?: Readonly<Record<string, NeuronConfig>>;
  /** null empties a slot: these synapses do not learn. */
  readonly plasticity?: Readonly<Record<string, PlasticityConfig | null>>;
  readonly weights?: Readonly<Record<string, InitialConfig>>;
  /** Instead of those of `network`, for this scheme alone. */
  readonly activation?: string | readonly string[];
  readonly head?: string;
  /** Overrides of `train` for this scheme alone. */
  readonly train?: Partial<TrainConfig>;
  /** How its rates were chosen, where otherwise than `rates` of the experiment says. */
  readonly rates?: string;
}
export interface NetworkConfig {
  /** Units of the hidden layers. */
  readonly hidden: readonly number[];
  /** One for all hidden layers, or one each. */
  readonly activation: string | readonly string[];
  /** Default: what the task asks for. */
  readonly head?: string;
  /** Projection, `projection/bias` or role → first weights, for every scheme. */
  readonly weights?: Readonly<Record<string, InitialConfig>>;
}
export interface TrainConfig {
  readonly epochs: number;
  readonly batch: number;
  /**
   * Samples of an epoch, a multiple of `batch`; default: all full batches of the data. The order goes on over the data,
   * permutation after permutation, whatever epochs end in it.
   */
  readonly epochSamples?: number;
  /**
   * A program of the scheme that runs on so many batches before the first epoch, as training runs its own: after `start`,
   * with `begin` for every batch; state and optimisers carry over. Its order is its own, so that nothing of the epochs
   * shifts. A scheme without this program skips it. null: nothing (for one scheme alone).
   */
  readonly before?: { readonly program: string; readonly updates: number } | null;
  /** Default learning rate, for every optimiser in a slot that has a parameter `eta` and is told nothing else. */
  readonly eta?: Value;
  /** Default optimiser for the slots of every scheme that names none of its own in the config. */
  readonly optimiser?: OptimiserConfig;
  readonly dtype: DType;
  readonly backend: string;
  /** ms; instead of that of every scheme that knows time. */
  readonly dt?: number;
  /** The program of the scheme that a batch is trained with; default `train`. */
  readonly program?: string;
  /** Samples evaluated at once. */
  readonly evaluateBatch: number;
  /** Evaluate, probe and tell the metrics every so many epochs (and after the last). */
  readonly evaluateEvery: number;
  /** Splits evaluated on those occasions; the test split is always read once, at the end. */
  readonly evaluateOn: readonly ('train' | 'validation')[];
  /** Write a checkpoint every so many seconds (0: at every epoch). */
  readonly checkpointSeconds: number;
  /** Train on the first so many samples only; null: on all. */
  readonly limit: number | null;
}
/** A layered network as a template: `{l}` runs over layers, `{l-1}`, `{last}` are computed. */
export interface SchemeTemplate {
  readonly doc?: string;
  readonly source?: { readonly paper: string };
  readonly input: string;
  readonly output: string;
  readonly target: string;
  readonly forward: readonly string[];
  readonly feedback?: readonly string[];
  /** Where the error of each hidden layer is: `layer{l}.delta`. */
  readonly errors?: readonly string[];
  /** −1: −B stands for Wᵀ. */
  readonly feedbackSign?: 1 | -1;
  readonly parameters?: Readonly<
    Record<string, { readonly value: number; readonly doc?: string; readonly unit?: string }>
  >;
  readonly heads?: Readonly<
    Record<string, { readonly activation: string; readonly slot: string; readonly choose?: Choose }>
  >;
  readonly plasticity?: Readonly<Record<string, PlasticityConfig | null>>;
  readonly populations: Readonly<
    Record<
      string,
      {
        readonly neuron:
          string | { readonly first?: string; readonly hidden?: string; readonly last?: string };
        readonly size?: string;
        readonly depth?: string | number;
        readonly role?: string;
        readonly choose?: Choose;
        readonly parameters?: Values;
      }
    >
  >;
  readonly projections: Readonly<
    Record<
      string,
      {
        readonly from: string;
        readonly to: string;
        readonly phase: string | readonly string[];
        /** Default: `forward` or `feedback` where it is listed there. */
        readonly role?: string;
        readonly connectivity?: string;
        readonly gain?: Value;
        readonly weights?: Weights;
        readonly along?: string;
        readonly reversed?: boolean;
        readonly bias?: boolean;
        readonly constraint?: string;
        readonly plasticity?: string | readonly string[];
      }
    >
  >;
  readonly programs: Readonly<Record<string, Program>>;
}
/** `Omit` that keeps the members of a union apart. */
type Unnamed<T> = T extends unknown ? Omit<T, 'name'> : never;
/** Parts written in a config. */
export interface DefineConfig {
  readonly rules?: Readonly<Record<string, Omit<LearningRule, 'name'>>>;
  readonly neurons?: Readonly<Record<string, Omit<NeuronModel, 'name'>>>;
  readonly optimisers?: Readonly<Record<string, Omit<Optimiser, 'name'>>>;
  readonly activations?: Readonly<Record<string, Unnamed<Activation>>>;
  readonly schemes?: Readonly<Record<string, SchemeTemplate>>;
}
/** Numbers of a publication, or of another program, to compare runs with. */
export interface ReferenceConfig {
  readonly source: string;
  /** Label of the scheme whose runs are compared. */
  readonly scheme: string;
  /** Runs the numbers were made of. */
  readonly n?: number;
  /**
   * Column of `metrics.csv` (`alignment/angle-weights/layer1`, `test/error`) → epoch, or `last` → mean, or
   * [mean, standard deviation over runs].
   */
  readonly values: Readonly<Record<string, Readonly<Record<string, number | readonly number[]>>>>;
}
/** A figure of a report beside those that every report has. */
export interface FigureConfig {
  /**
   * `lines`: what a probe told by layer, over epochs, a panel a layer. `scatter`: what a probe told of single samples, at
   * the last epoch: two layers of one row are the axes, a panel a scheme.
   */
  readonly kind?: 'lines' | 'scatter';
  /** Label of the probe and name of its row: `feedback/angle-weights`. */
  readonly of: string;
  /** Scatter: row that says the class of a sample. */
  readonly colour?: string;
  readonly title?: string;
  readonly axis?: string;
  readonly unit?: string;
  /** Around the mean over seeds: 95 % t-interval, smallest to largest, or one standard deviation. */
  readonly band?: 'interval' | 'range' | 'deviation';
  readonly scale?: 'linear' | 'log';
  readonly caption?: string;
}
export interface ExperimentConfig {
  readonly name: string;
  readonly doc?: string;
  readonly task: { readonly use: string; readonly options?: Readonly<Record<string, Option | null>> };
  readonly dataset: Use;
  readonly network: NetworkConfig;
  readonly train: TrainConfig;
  /** Label → scheme. */
  readonly schemes: Readonly<Record<string, SchemeConfig>>;
  /** Which of `schemes`, and in which order; default: all. */
  readonly select?: readonly string[];
  /** The scheme the others are compared to; default: the first that runs. */
  readonly baseline: string;
  /** The control that `baseline` must beat, if any: the comparison fails when the interval contains zero. */
  readonly control?: string;
  readonly seeds: readonly number[];
  readonly probes: Readonly<Record<string, Use>>;
  readonly observers: Readonly<Record<string, Use>>;
  readonly define: DefineConfig;
  readonly plugins: readonly string[];
  /** Difference in the headline metric that counts as equal, in its unit; null: no claim of equality. */
  readonly margin: number | null;
  /** How learning rates were chosen: `untuned` (the default), `published`, `tuned with 40 trials`. A word for reports. */
  readonly rates?: string;
  readonly reference?: readonly ReferenceConfig[];
  readonly figures?: readonly FigureConfig[];
  readonly meta: Readonly<Record<string, unknown>>;
}
/** One run of an experiment. */
export interface RunConfig extends Omit<
  ExperimentConfig,
  'schemes' | 'select' | 'seeds' | 'baseline' | 'control' | 'margin' | 'reference' | 'figures'
> {
  readonly label: string;
  readonly scheme: SchemeConfig & { readonly use: string };
  readonly seed: number;
}
