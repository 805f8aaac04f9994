/** One worker process as the launcher sees it: it is given one run at a time, and its death is an answer too. */
import { fork, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { RunConfig, RunEvent } from '@apical/core';
import type { Launched } from './outcomes.js';
import type { FromWorker, ToWorker, WorkerStart } from './worker-messages.js';

/** Lines of standard error that are kept to explain a death. */
const keptLines = 20;

export class Worker {
  readonly #process: ChildProcess;
  readonly #tell: (event: RunEvent) => void;
  #answer: ((launched: Launched) => void) | undefined;
  #config: RunConfig | undefined;
  #lastWords: string[] = [];
  #death: string | undefined;

  /**
   * `entry` is a file that calls `serveRuns`; it is started with the options of this process's node. `say` is told
   * every line that it writes to standard error.
   */
  constructor(
    entry: string,
    start: WorkerStart,
    tell: (event: RunEvent) => void,
    say: (line: string) => void,
  ) {
    this.#tell = tell;
    // a process group of its own: Ctrl-C in a terminal reaches the parent alone, which then says `stop`
    const child = fork(entry, [], {
      serialization: 'advanced',
      stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
      detached: process.platform !== 'win32',
    });
    this.#process = child;
    child.on('message', message => this.#hear(message as FromWorker));
    if (child.stderr)
      createInterface({ input: child.stderr }).on('line', line => {
        this.#lastWords = [...this.#lastWords, line].slice(-keptLines);
        say(line);
      });
    child.on('error', error => this.#die(`the worker process could not be used: ${error.message}`));
    child.on('close', (code, signal) =>
      this.#die(
        signal
          ? `the worker process was ended by ${signal}`
          : `the worker process ended with code ${code ?? '?'}`,
      ),
    );
    this.#send({ kind: 'start', start });
  }
  get alive(): boolean {
    return this.#death === undefined;
  }
  /** Never rejects: an error, and the death of the process, are answers. */
  run(config: RunConfig): Promise<Launched> {
    return new Promise(answer => {
      this.#config = config;
      this.#answer = answer;
      if (this.#death === undefined) this.#send({ kind: 'run', config });
      else this.#die(this.#death);
    });
  }
  /** The present run writes a checkpoint and ends as interrupted. */
  stop(): void {
    this.#send({ kind: 'stop' });
  }
  /** After its last answer. */
  release(): void {
    if (this.#process.connected) this.#process.disconnect();
  }
  kill(): void {
    this.#process.kill('SIGKILL');
  }
  #send(message: ToWorker): void {
    // a send to a process that is dying fails in its own time; 'close' tells of it
    if (this.#process.connected) this.#process.send(message, () => undefined);
  }
  #hear(message: FromWorker): void {
    if (message.kind === 'event') this.#tell(message.event);
    else if (message.kind === 'result') this.#done(message.result);
    else if (message.kind === 'error') this.#done({ config: this.#config!, error: message.error });
  }
  #die(why: string): void {
    this.#death ??= why;
    const config = this.#config;
    if (!this.#answer || !config) return;
    const words = this.#lastWords.filter(line => /\S/.test(line)).find(line => /error/i.test(line));
    this.#done({ config, error: words === undefined ? this.#death : `${this.#death}: ${words.trim()}` });
  }
  #done(launched: Launched): void {
    const answer = this.#answer;
    this.#answer = undefined;
    answer?.(launched);
  }
}
