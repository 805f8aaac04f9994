/** Where the command writes, so that tests can listen. Results go to standard output, everything else to standard error. */
import type { Logger } from '@apical/core';

export interface Terminal {
  out(text: string): void;
  err(text: string): void;
  /** Is standard error a terminal that lines can be redrawn on? */
  readonly live: boolean;
  readonly columns: number;
}
export const processTerminal: Terminal = {
  out: text => void process.stdout.write(text),
  err: text => void process.stderr.write(text),
  live: process.stderr.isTTY && process.env['TERM'] !== 'dumb' && !process.env['CI'],
  get columns() {
    return process.stderr.columns || 80;
  },
};
/** Lines at the bottom of a terminal that are drawn again in place; everything else scrolls above them. */
export class Screen {
  readonly #terminal: Terminal;
  #drawn: readonly string[] = [];
  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }
  get live(): boolean {
    return this.#terminal.live;
  }
  draw(lines: readonly string[]): void {
    const fitting = lines.map(line =>
      Array.from(line)
        .slice(0, this.#terminal.columns - 1)
        .join(''),
    );
    this.#terminal.err(this.#erase() + fitting.map(line => `${line}\n`).join(''));
    this.#drawn = fitting;
  }
  clear(): void {
    this.#terminal.err(this.#erase());
    this.#drawn = [];
  }
  /** A line that stays, above what is drawn. */
  say(line: string): void {
    const lines = this.#drawn;
    this.#terminal.err(`${this.#erase()}${line}\n${lines.map(l => `${l}\n`).join('')}`);
  }
  #erase(): string {
    return this.#drawn.length ? `\u001b[${this.#drawn.length}A\u001b[0J` : '';
  }
}
/** `quiet` leaves warnings. */
export const screenLogger = (screen: Screen, quiet: boolean): Logger => ({
  info: message => {
    // lines of workers come through here as they were written
    if (!quiet || message.startsWith('warning: ')) screen.say(message);
  },
  warn: message => screen.say(`warning: ${message}`),
});
