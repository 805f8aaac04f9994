/** The worker's side of the local launcher: a process that runs what it is sent, one run at a time. */
import { isApicalError } from '@apical/core';
import type { RunConfig, RunEvent, RunResult } from '@apical/core';
import type { FromWorker, ToWorker, WorkerStart } from './worker-messages.js';

export type RunOne = (
  config: RunConfig,
  given: { readonly tell: (event: RunEvent) => void; readonly signal: AbortSignal },
) => Promise<RunResult>;

/** `message (file:line)`: what a failed run is listed with. */
export function failureText(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return isApicalError(error) && error.at !== undefined ? `${message} (at ${error.at})` : message;
}
/**
 * Call it once, in the entry file of a worker. `begin` is told what to load; what it throws fails every run that is sent.
 * The process ends when its parent lets go of it or dies: a run that is under way then writes a checkpoint first.
 */
export function serveRuns(begin: (start: WorkerStart) => Promise<RunOne>): void {
  const send = (message: FromWorker): void => {
    if (process.connected) process.send?.(message);
  };
  let running: Promise<RunOne> | undefined;
  let stop = new AbortController();
  let gone = false;
  let busy = false;
  const run = async (config: RunConfig): Promise<void> => {
    busy = true;
    stop = new AbortController();
    if (gone) stop.abort();
    try {
      const one = await running;
      if (!one) throw new Error('a worker was sent a run before it was told what to load');
      const result = await one(config, {
        tell: event => send({ kind: 'event', event }),
        signal: stop.signal,
      });
      send({ kind: 'result', result });
    } catch (error) {
      const stack = error instanceof Error ? error.stack : undefined;
      send({ kind: 'error', error: failureText(error), ...(stack === undefined ? {} : { stack }) });
    }
    busy = false;
    if (gone) process.exit(0);
  };
  process.on('message', (message: ToWorker) => {
    if (message.kind === 'start') {
      running = begin(message.start);
      running.catch(() => undefined); // every run that needs it tells of it
    } else if (message.kind === 'run') void run(message.config);
    else stop.abort();
  });
  process.on('disconnect', () => {
    gone = true;
    stop.abort();
    if (!busy) process.exit(0);
  });
  // where Ctrl-C reaches all processes of a terminal, the parent decides, and says `stop`
  process.on('SIGINT', () => undefined);
  send({ kind: 'ready' });
}
