/**
 * The launcher `local`: runs on the cores of this machine, each in a worker process that is used again. Results come in
 * the order of the configs and do not depend on how many workers there are: every random number of a run comes from
 * its own streams.
 */
import { availableParallelism } from 'node:os';
import { ApicalError } from '@apical/core';
import type { Launcher, RunConfig } from '@apical/core';
import { notStarted, type Launched } from './outcomes.js';
import { failureText, type RunOne } from './serve-runs.js';
import { Worker } from './worker.js';

export interface LocalLauncherOptions {
  /** File that calls `serveRuns`. */
  readonly entry: string;
  /** Given to every worker: `force`, `environment`, … */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Told every line that a worker writes to standard error; default: written there too. */
  readonly say?: (line: string) => void;
}
const echo = (line: string): void => void process.stderr.write(`${line}\n`);
/** Has a run gone wrong in a way that `failFast` stops for? */
const isFailure = (launched: Launched): boolean =>
  'error' in launched || launched.summary.status === 'diverged' || launched.summary.status === 'failed';
const left = (config: RunConfig, why: string): Launched => ({ config, error: `${notStarted}: ${why}` });

/** Workers asked for → workers there will be: 0 stands for one on each core. */
export function workerCount(asked: number, runs: number): number {
  if (!Number.isInteger(asked) || asked < 0)
    throw new ApicalError(
      'APICAL_WORKERS',
      `the number of workers is ${asked}; give a whole number, 1 or more, or 0 for one on each core`,
    );
  return Math.max(1, Math.min(asked || availableParallelism(), runs));
}
/** Why no more runs are begun. */
class Stop {
  why: string | undefined;
  readonly #now: () => void;
  constructor(signal: AbortSignal, now: () => void) {
    this.#now = now;
    if (signal.aborted) this.why = 'interrupted';
    signal.addEventListener('abort', () => this.because('interrupted'), { once: true });
  }
  because(why: string): void {
    if (this.why !== undefined) return;
    this.why = why;
    this.#now();
  }
}
/** Calls `work` for each config, `count` at a time; when `stop` says so, the others are left. */
async function pooled(
  configs: readonly RunConfig[],
  count: number,
  stop: Stop,
  failFast: boolean,
  lane: () => { run: RunOneLaunched; end: () => void },
): Promise<Launched[]> {
  const results: Launched[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    const { run, end } = lane();
    while (next < configs.length) {
      const k = next++;
      const config = configs[k]!;
      const launched = stop.why === undefined ? await run(config) : left(config, stop.why);
      results[k] = launched;
      if (failFast && isFailure(launched)) stop.because('another run failed');
    }
    end();
  };
  await Promise.all(Array.from({ length: count }, work));
  return results;
}
type RunOneLaunched = (config: RunConfig) => Promise<Launched>;

export function localLauncher({ entry, settings = {}, say = echo }: LocalLauncherOptions): Launcher {
  return {
    name: 'local',
    doc: 'worker processes on the cores of this machine',
    async launch(configs, { workers, failFast, directory, plugins, tell, signal }) {
      const alive = new Set<Worker>();
      const stop = new Stop(signal, () => alive.forEach(worker => worker.stop()));
      const killAll = (): void => alive.forEach(worker => worker.kill());
      process.on('exit', killAll);
      try {
        return await pooled(configs, workerCount(workers, configs.length), stop, failFast, () => {
          let worker: Worker | undefined;
          const end = (): void => {
            worker?.release();
            if (worker) alive.delete(worker);
            worker = undefined;
          };
          return {
            async run(config) {
              if (!worker) {
                worker = new Worker(entry, { plugins, directory, settings }, tell, say);
                alive.add(worker);
              }
              const launched = await worker.run(config);
              if (!worker.alive) end(); // the next run gets a process of its own
              return launched;
            },
            end,
          };
        });
      } finally {
        process.removeListener('exit', killAll);
      }
    },
  };
}
/** Runs one after the other in this process: for library use with parts that no other process could load, and for tests. */
export function inProcessLauncher(run: RunOne): Launcher {
  return {
    name: 'in-process',
    doc: 'one run after the other in this process',
    async launch(configs, { failFast, tell, signal }) {
      const ending = new AbortController();
      const stop = new Stop(signal, () => ending.abort());
      if (signal.aborted) ending.abort();
      return pooled(configs, 1, stop, failFast, () => ({
        run: async config => {
          try {
            return await run(config, { tell, signal: ending.signal });
          } catch (error) {
            return { config, error: failureText(error) };
          }
        },
        end: () => undefined,
      }));
    },
  };
}
