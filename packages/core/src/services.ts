/** Services with a life of their own, injected by their tokens. */
import type { RunConfig } from './config.js';
import type { RunEvent, MetricRow } from './events.js';
import type { FloatArray } from './operations.js';
import type { RunResult, RunSummary } from './results.js';

export interface Logger {
  info(message: string): void;
  warn(message: string): void;
}
export interface Clock {
  /** Monotonic, in ms. */
  now(): number;
  /** ISO 8601. */
  date(): string;
}
/** Everything that persists of a run: named arrays and a JSON record. */
export interface Snapshot {
  readonly arrays: ReadonlyMap<string, FloatArray | Int32Array>;
  readonly record: Readonly<Record<string, unknown>>;
}
/** The place of one run. Writing checks the lease first and throws `APICAL_LEASE_LOST` when it is gone. */
export interface StoredRun {
  readonly folder?: string;
  readonly summary?: RunSummary;
  /** Latest checkpoint, if there is one that fits the config. */
  restore(): Promise<Snapshot | undefined>;
  /** Rows of the metrics so far, cut to what the checkpoint has seen. */
  readonly rows: readonly MetricRow[];
  append(rows: readonly MetricRow[]): Promise<void>;
  /** Wall times of one moment, kept apart from the metrics: these are equal in every repetition. */
  timing?(entry: Readonly<Record<string, number | string>>): Promise<void>;
  /** Atomic; returns the file's name. */
  checkpoint(snapshot: Snapshot): Promise<string>;
  /** Summary, `metrics.csv`, `weights.npz`, `weights.safetensors`. */
  finish(
    summary: RunSummary,
    weights: ReadonlyMap<string, { readonly shape: readonly number[]; readonly data: FloatArray }>,
  ): Promise<void>;
  close(): Promise<void>;
}
/** Where results go. */
export interface Store {
  readonly name: string;
  readonly doc: string;
  /** `about`: what else belongs to the run and is worth keeping (environment, data digest, backend flags). */
  open(config: RunConfig, hash: string, about?: Readonly<Record<string, unknown>>): Promise<StoredRun>;
}
/** Where runs execute. */
export interface Launcher {
  readonly name: string;
  readonly doc: string;
  /** Runs all; one that fails does not stop the others. Events of all runs come through `tell`. */
  launch(
    configs: readonly RunConfig[],
    options: {
      readonly workers: number;
      readonly failFast: boolean;
      readonly directory: string;
      readonly plugins: readonly string[];
      readonly tell: (event: RunEvent) => void;
      readonly signal: AbortSignal;
    },
  ): Promise<readonly (RunResult | { readonly config: RunConfig; readonly error: string })[]>;
}
