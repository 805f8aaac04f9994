/** What runs and comparisons leave behind, as data: the same records on disk, in memory and in reports. */
import type { MetricRow, RunId, RunStatus } from './events.js';
import type { RunConfig, ExperimentConfig } from './config.js';
import type { MetricSpec } from './data.js';

/** Carried by every file this project writes; readers refuse what is newer. */
export const schemaVersion = 1;

/** What decides whether two runs saw the same numbers: SHA-256, first 16 hex digits each. */
export interface PairingHashes {
  /** Projection → hash of its first weights (forward ones and their biases). */
  readonly weights: Readonly<Record<string, string>>;
  readonly data: string;
  readonly order: string;
}
/** An optimiser at work, with what it really holds. */
export interface OptimiserSettings {
  /** undefined: directions are added as they are. */
  readonly use?: string;
  readonly parameters: Readonly<Record<string, number>>;
}
/** A rule at work on a projection, before the first update. */
export interface LearningSettings {
  readonly projection: string;
  /** '' where the projection has none. */
  readonly role: string;
  readonly rule: string;
  readonly parameters: Readonly<Record<string, number>>;
  /** Factor of the terms of its update, in their order. */
  readonly gains: readonly number[];
  readonly optimiser: OptimiserSettings;
  /** Of the bias, where the projection has one. */
  readonly biasOptimiser?: OptimiserSettings;
}
/** What a run began with, read from the circuit it built: what must be equal where schemes are compared, or be told. */
export interface RunSettings {
  /** ms; absent: the scheme knows no time. */
  readonly dt?: number;
  /** How often the programs of training and evaluation run on a batch. */
  readonly steps: { readonly training: number; readonly evaluation: number };
  /** Activations of each hidden layer, first to last: `tanh`, or `phi tanh, psi linear` where there are several. */
  readonly activations: readonly string[];
  /** Undefined where the scheme has none. */
  readonly head?: string;
  /** Of the scheme, expressions worked out. */
  readonly parameters: Readonly<Record<string, number>>;
  readonly learning: readonly LearningSettings[];
  /** Samples in a batch. */
  readonly batch: number;
  readonly epochs: number;
  /** Samples of an epoch. */
  readonly samples: number;
  readonly program: string;
}
export interface RunSummary {
  readonly schema: number;
  readonly id: RunId;
  readonly status: RunStatus;
  /** Why it stopped, diverged or failed. */
  readonly message?: string;
  readonly epochs: number;
  readonly updates: number;
  /** Wall time of training and evaluation, over all resumptions. */
  readonly seconds: number;
  /** `validation/error`, `test/error` at the end. */
  readonly final: Readonly<Record<string, number>>;
  /**
   * The same metrics on the test split of an answer that knows nothing but the mean target of the training split: of
   * classes, the most frequent one answers.
   */
  readonly chance?: Readonly<Record<string, number>>;
  /** Why a number of this run may not mean what it seems to: it ends at chance, its loss has grown a millionfold. */
  readonly warnings?: readonly string[];
  /** Epoch of the best headline value on validation, and the metrics there. */
  readonly best?: { readonly epoch: number; readonly metrics: Readonly<Record<string, number>> };
  readonly headline: string;
  readonly metrics: Readonly<Record<string, MetricSpec>>;
  readonly pairing: PairingHashes;
  /** Absent in summaries of versions that did not record it. */
  readonly settings?: RunSettings;
  readonly backend: string;
  readonly dtype: string;
  /** What ran before the first epoch, in no other number but `seconds`; `skipped`: the scheme has no such program. */
  readonly before?:
    | {
        readonly program: string;
        readonly updates: number;
        readonly seconds: number;
        readonly macsPerSample: number;
        readonly stepsPerSample: number;
      }
    | { readonly program: string; readonly skipped: true };
  /** Updates with each program, where an observer changed the one that trains. */
  readonly programs?: readonly { readonly program: string; readonly updates: number }[];
  /**
   * Of training; where several programs trained, a mean over updates. A repeat with `until` counts with the passes that
   * the circuit that trains made of it (`NAME.passes`), a mean over the samples of the whole run; before the first run,
   * and in what shows a circuit that did not run, with as many as it may make.
   */
  readonly cost: {
    readonly parameters: number;
    /** Multiply-accumulates of dense products per trained sample. */
    readonly macsPerSample: number;
    readonly stepsPerSample: number;
    readonly samplesPerSecond: number;
    /** Bytes of all arrays of the training circuit. */
    readonly memory: number;
  };
}
export interface RunResult {
  readonly config: RunConfig;
  readonly summary: RunSummary;
  readonly rows: readonly MetricRow[];
  /** Folder of the run; absent when nothing was stored. */
  readonly folder?: string;
}

export interface Interval {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}
/**
 * What a comparison to the baseline comes to. better, worse: the test says so · not shown: it does not · too few: no
 * outcome of so many pairs could have reached 5 % in this table · bounds disagree: the direction depends on how failed
 * runs are counted.
 */
export type Decision = 'better' | 'worse' | 'not shown' | 'too few' | 'bounds disagree';

/** One line of a verdict table: a scheme on the headline metric of the test split. */
export interface ComparisonRow {
  readonly scheme: string;
  /** Seed → final value on the test split; a diverged or failed run has null. */
  readonly values: Readonly<Record<string, number | null>>;
  readonly runs: number;
  readonly failures: number;
  /** Over the runs that ended; 95 % t-interval. */
  readonly estimate?: Interval;
  /** The same with failed runs at chance; present where runs failed and chance is known. */
  readonly estimateAtChance?: Interval;
  /** Scheme minus baseline over common seeds, failed runs left out; the intervals of a table hold together at 95 %. */
  readonly difference?: Interval & {
    /** Pairs of runs that both ended: what mean and interval rest on. */
    readonly n: number;
    /** Pairs in which a run failed. The test counts them, as the largest differences. */
    readonly failed: number;
    /** Mean and interval with failed runs at chance. */
    readonly atChance?: Interval;
    /** Exact sign-flip test over all pairs, two-sided; absent for fewer than five pairs. */
    readonly p?: number;
    /** Holm-corrected over the table. */
    readonly pHolm?: number;
    readonly decision: Decision;
    /** Between the two, over seeds; absent for fewer than five pairs. */
    readonly correlation?: number;
    /** Both one-sided tests within the margin at 5 %: `equivalent`, else `not shown`. */
    readonly equivalence?: 'equivalent' | 'not shown';
  };
  readonly secondsPerRun: number;
  readonly macsPerSample: number;
}
/** Something that was measured with both time steps: mean over the pairs of runs, and that of the differences. */
export interface StepDifference {
  /** `test/error`, `alignment/angle-weights/layer1` at the last epoch. */
  readonly name: string;
  readonly value: number;
  readonly halved: number;
  readonly n: number;
}
/** Do the results of a scheme that is integrated in time depend on its time step? */
export interface TimeStepCheck {
  readonly scheme: string;
  /** ms */
  readonly dt: number;
  /** Absent: not checked. */
  readonly halved?: {
    /** The headline first, then what probes told. */
    readonly differences: readonly StepDifference[];
    /** Headline with half the step minus that with the step, over seeds; 95 % t-interval. */
    readonly headline: Interval;
    /** Runs with half the step that have no score. */
    readonly failed: number;
    /** Numbers beside dt and the number of steps that changed with it: those written as expressions of dt. */
    readonly followed: Readonly<Record<string, readonly [before: number, after: number]>>;
  };
}
/** The run of one seed again on another backend. */
export interface RoundingCheck {
  readonly scheme: string;
  readonly seed: number;
  readonly backend: string;
  readonly other: string;
  /** Headline on the test split; null: the run failed. */
  readonly value: number | null;
  readonly again: number | null;
}
export interface ComparisonResult {
  readonly schema: number;
  readonly experiment: ExperimentConfig;
  /** Of the resolved experiment. */
  readonly hash: string;
  readonly headline: string;
  readonly metric: MetricSpec;
  readonly rows: readonly ComparisonRow[];
  readonly baseline: string;
  readonly paired: { readonly yes: boolean; readonly evidence: readonly string[] };
  /** `not for inference: 3 seeds`, … */
  readonly notes: readonly string[];
  /** One for every scheme that is integrated in time. */
  readonly timeSteps: readonly TimeStepCheck[];
  /** Present where it was asked for. */
  readonly rounding?: readonly RoundingCheck[];
  readonly control?: {
    readonly scheme: string;
    /** Control minus baseline. */
    readonly difference: Interval;
    /** By the test of the table; `too few`: so few pairs cannot decide. */
    readonly beaten: 'yes' | 'no' | 'too few';
  };
  readonly failed: readonly { readonly id: RunId; readonly message: string; readonly folder?: string }[];
  readonly runs: readonly RunResult[];
  readonly command: string;
  readonly environment: Environment;
}
export interface Environment {
  readonly version: string;
  readonly git?: { readonly sha: string; readonly dirty: boolean };
  readonly node: string;
  readonly platform: string;
  readonly cpu: string;
  readonly cores: number;
  readonly lock?: string;
}
