/** What a launcher and its worker processes tell each other. Structured clones: NaN and typed arrays survive. */
import type { RunConfig, RunEvent, RunResult } from '@apical/core';

/** What a worker is given before its first run, all of it plain data. */
export interface WorkerStart {
  /** Files of plugins, or packages. */
  readonly plugins: readonly string[];
  /** Where results go. */
  readonly directory: string;
  /** What else the worker's own side understands: `force`, `environment`, … */
  readonly settings: Readonly<Record<string, unknown>>;
}
export type ToWorker =
  | { readonly kind: 'start'; readonly start: WorkerStart }
  | { readonly kind: 'run'; readonly config: RunConfig }
  /** Checkpoint and end the present run. */
  | { readonly kind: 'stop' };
export type FromWorker =
  /** The process runs and asks for `start`, then for work. */
  | { readonly kind: 'ready' }
  | { readonly kind: 'event'; readonly event: RunEvent }
  | { readonly kind: 'result'; readonly result: RunResult }
  | { readonly kind: 'error'; readonly error: string; readonly stack?: string };
