/** A probe looks at a run at the end of an epoch and changes no number of it. */
import type { Option, OptionSpec, PreparedTask } from './data.js';
import type { MetricRow } from './events.js';
import type { FloatArray } from './operations.js';
import type { RandomSource } from './random.js';
import type { LayerSpec, Model, Scheme } from './scheme.js';

export interface ProbedRun {
  readonly scheme: Scheme;
  readonly layers: readonly LayerSpec[];
  readonly head: string;
  readonly task: PreparedTask;
  /** The model that trains. Look, do not write. */
  readonly model: Model;
  /**
   * How often a program runs on samples that are shown for `time` ms; default: as the run does in training or evaluation.
   * Where the scheme knows no time: once. Throws where the time is not a whole number of steps.
   */
  steps(as: 'training' | 'evaluation', time?: number): number;
  /** The run's own streams; take names that begin with `probe/`. */
  readonly random: RandomSource;
  /**
   * The same scheme on the run's weights, live, at another batch size: state of its own, streams
   * `probe/<name>/…`. Before every look it is as a new network that has these weights.
   */
  twin(batch: number, how?: TwinOptions): Model;
  /**
   * Another scheme for the same layers and head, hidden layers with the activations that the neurons of the run have,
   * wherever these were named; `lend` maps its projections (`W1`, `W1/bias`) to arrays it
   * shall use, `[post, pre]`.
   */
  other(scheme: string, batch: number, lend: (name: string) => FloatArray | undefined): Model;
}
export interface TwinOptions {
  /** false: what its neurons draw as noise is 0. */
  readonly noise?: boolean;
  /** Projections whose weights it shares; all others start anew before every look. Default: it shares all. */
  readonly shares?: readonly string[];
}
export type ProbeRow = Pick<MetricRow, 'name' | 'layer' | 'sample' | 'value'>;
/** When a probe looks: epochs that ended, and weight updates so far. */
export type ProbeMoment = Pick<MetricRow, 'epoch' | 'update'>;
export interface Probe {
  readonly name: string;
  readonly doc: string;
  readonly options: Readonly<Record<string, OptionSpec>>;
  /** What each row name means. */
  readonly rows: Readonly<Record<string, { readonly doc: string; readonly unit: string }>>;
  /** Called once before training; the returned function at the end of every epoch that is probed, and before the first. */
  attach(
    run: ProbedRun,
    options: Readonly<Record<string, Option | null>>,
  ): (at: ProbeMoment) => readonly ProbeRow[];
}
