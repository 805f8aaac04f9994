/** What a run tells: small frozen records at the borders of runs and epochs, never inside a step. */
import type { Observable } from 'rxjs';
import type { OptionSpec, Option, SplitName } from './data.js';

/**
 * One number of one moment. `layer` counts from 1; absent for numbers of the whole network. `sample` counts from 0: what a
 * probe tells of single samples is kept with the other rows, but no part of tables by epoch.
 */
export interface MetricRow {
  readonly epoch: number;
  /** Weight updates so far. */
  readonly update: number;
  readonly split?: SplitName;
  readonly probe?: string;
  readonly name: string;
  readonly layer?: number;
  readonly sample?: number;
  /** NaN is stored as null. */
  readonly value: number;
}
/** Which run an event belongs to. */
export interface RunId {
  readonly experiment: string;
  /** Label of the scheme in the experiment. */
  readonly scheme: string;
  readonly seed: number;
  /** First characters of the hash of the resolved config. */
  readonly hash: string;
}
export type RunEvent = { readonly run: RunId } & (
  | {
      readonly kind: 'run-started';
      readonly epochs: number;
      readonly updatesPerEpoch: number;
      readonly resumedAt?: number;
      /** What comes before the first epoch, unless the scheme skips it; `done`: made before the resume. */
      readonly before?: { readonly program: string; readonly updates: number; readonly done: number };
    }
  /** At most ten a second. `before`: updates made before the first epoch, while it has not begun. */
  | {
      readonly kind: 'progress';
      readonly epoch: number;
      readonly update: number;
      readonly samplesPerSecond: number;
      readonly before?: number;
    }
  | { readonly kind: 'rows'; readonly rows: readonly MetricRow[] }
  /** `metrics`: `validation/error` → value. `replayed`: told again after a resume, commands are discarded. */
  | {
      readonly kind: 'epoch-ended';
      readonly epoch: number;
      readonly update: number;
      readonly metrics: Readonly<Record<string, number>>;
      readonly replayed?: boolean;
    }
  | { readonly kind: 'checkpoint'; readonly epoch: number; readonly update: number; readonly file: string }
  | {
      readonly kind: 'diverged';
      readonly epoch: number;
      readonly update: number;
      /** `layer2.delta`, `W1/weights`. */
      readonly signal: string;
      readonly message: string;
    }
  | {
      readonly kind: 'run-ended';
      readonly status: RunStatus;
      readonly epoch: number;
      readonly update: number;
      readonly seconds: number;
      readonly metrics: Readonly<Record<string, number>>;
    }
  | {
      readonly kind: 'handler-failed';
      readonly handler: string;
      readonly event: string;
      readonly message: string;
    }
);
export type RunStatus = 'finished' | 'stopped' | 'diverged' | 'failed' | 'interrupted';
export type EventOf<K extends RunEvent['kind']> = Extract<RunEvent, { readonly kind: K }>;

/** The event bus. A handler that throws is caught, named in `handler-failed`, and stays subscribed. */
export interface Bus {
  readonly observed: boolean;
  emit(event: RunEvent): void;
  /** Returns the way to stop listening. */
  on<K extends RunEvent['kind']>(
    kind: K,
    handlerName: string,
    handler: (event: EventOf<K>) => void,
  ): () => void;
  readonly events: Observable<RunEvent>;
  /** Subscribes an observer's pipeline, to the events that `only` lets through; its errors are caught and named. */
  attach(
    name: string,
    pipeline: (events: Observable<RunEvent>) => Observable<Command>,
    take: (c: Command) => void,
    only?: (event: RunEvent) => boolean,
  ): () => void;
  complete(): void;
}

/** What an observer may ask of a run; carried out at the end of the epoch in which it was asked. */
export type Command =
  | { readonly do: 'stop'; readonly why: string }
  | { readonly do: 'checkpoint' }
  /** A parameter of the scheme, `population.parameter`, `projection.rule.parameter` (of the rule or its optimisers). */
  | { readonly do: 'set'; readonly name: string; readonly value: number }
  /** Weights and bias of a projection no longer change (or do again). */
  | { readonly do: 'freeze'; readonly projection: string; readonly frozen?: boolean }
  /** Adds normal noise of this standard deviation to the weights, stream `perturb/<projection>`. */
  | { readonly do: 'perturb'; readonly projection: string; readonly std: number }
  /** What the population sends is zero from now on (or is itself again). */
  | { readonly do: 'silence'; readonly population: string; readonly silent?: boolean }
  /** Runs a program of the scheme so many times. */
  | { readonly do: 'run'; readonly program: string; readonly times?: number }
  /** Batches are trained with this program of the scheme from now on; a later one replaces it. */
  | { readonly do: 'train-with'; readonly program: string };

/** What an observer is told about the run it watches. */
export interface ObservedRun {
  readonly id: RunId;
  readonly options: Readonly<Record<string, Option | null>>;
  /** Metric → whether lower or higher is better. */
  readonly better: Readonly<Record<string, 'lower' | 'higher'>>;
  readonly headline: string;
  /** What the config gives a parameter before any command, also after a resume; undefined where it is not known. */
  readonly initial?: (parameter: string) => number | undefined;
}
/** Reacts to events: early stopping, annealing, an intervention. */
export interface Observer {
  readonly name: string;
  readonly doc: string;
  readonly options: Readonly<Record<string, OptionSpec>>;
  observe(events: Observable<RunEvent>, run: ObservedRun): Observable<Command>;
}
