/** What every command is given: options that all share, a host with the user's plugins, a way to be stopped. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { createHost, loadPlugins } from '@apical/host';
import type { Host } from '@apical/host';
import { exitCodes } from './errors.js';
import { Screen, screenLogger, type Terminal } from './terminal.js';

export interface GlobalOptions {
  readonly plugin: readonly string[];
  readonly runs: string;
  readonly quiet: boolean;
  readonly json: boolean;
  readonly debug: boolean;
}
export class Context {
  readonly options: GlobalOptions;
  readonly terminal: Terminal;
  readonly screen: Screen;
  #host: Promise<Host> | undefined;

  constructor(options: GlobalOptions, terminal: Terminal) {
    this.options = options;
    this.terminal = terminal;
    this.screen = new Screen(terminal);
  }
  /** Shipped plugins, those of the nearest package.json, those of `--plugin`. */
  host(): Promise<Host> {
    this.#host ??= (async () =>
      createHost({
        plugins: await loadPlugins({ names: this.options.plugin }),
        services: { Logger: screenLogger(this.screen, this.options.quiet || this.options.json) },
      }))();
    return this.#host;
  }
  out(text: string): void {
    this.terminal.out(text.endsWith('\n') ? text : `${text}\n`);
  }
  json(value: unknown): void {
    this.terminal.out(`${JSON.stringify(value, undefined, 2)}\n`);
  }
  async dispose(): Promise<void> {
    (await this.#host?.catch(() => undefined))?.dispose();
  }
}
/** Folders where `experiment/…` is looked for: the user's first, then those that come with Apical. */
export function configRoots(cwd = process.cwd()): string[] {
  const shipped = [new URL('../configs', import.meta.url), new URL('../../../configs', import.meta.url)];
  return [path.join(cwd, 'configs'), ...shipped.map(url => fileURLToPath(url))].filter(
    (root, k, all) => existsSync(root) && all.indexOf(root) === k,
  );
}
/** The first Ctrl-C (or SIGTERM) asks runs to write a checkpoint and end; the second ends at once. */
export function interruption(screen: Screen): { readonly signal: AbortSignal; readonly end: () => void } {
  const controller = new AbortController();
  const hear = (): void => {
    if (controller.signal.aborted) process.exit(exitCodes.interrupted);
    screen.say('stopping: runs write a checkpoint; once more ends at once');
    controller.abort();
  };
  process.on('SIGINT', hear);
  process.on('SIGTERM', hear);
  return {
    signal: controller.signal,
    end() {
      process.removeListener('SIGINT', hear);
      process.removeListener('SIGTERM', hear);
    },
  };
}
/** `a b` → `'a b'`, so that a line can be pasted into a shell. */
export const quoted = (word: string): string =>
  /^[\w@%+=:,./~^-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
/** The path as a user would type it here. */
export const shownPath = (to: string): string => {
  const relative = path.relative(process.cwd(), to);
  return relative === '' ? '.' : relative.startsWith('..') || path.isAbsolute(relative) ? to : relative;
};
