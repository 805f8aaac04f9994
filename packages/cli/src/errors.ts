/** Exit codes, and how errors are told. */
import { CommanderError } from 'commander';
import { isApicalError } from '@apical/core';
import type { Terminal } from './terminal.js';

export const exitCodes = {
  done: 0,
  /** Of usage or config, before anything is computed. */
  wrong: 2,
  /** Some runs failed, cases failed, or a control is not beaten. */
  failed: 3,
  interrupted: 130,
} as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** `error: message`, and where. A stack only with `debug`. */
export function tellError(terminal: Terminal, error: unknown, debug: boolean): ExitCode {
  if (error instanceof CommanderError) {
    // commander has told it: help and version end with 0, anything else was wrong usage
    return error.exitCode === 0 ? exitCodes.done : exitCodes.wrong;
  }
  const message = error instanceof Error ? error.message : String(error);
  terminal.err(`error: ${message}\n`);
  if (isApicalError(error)) {
    if (error.at !== undefined) terminal.err(`  at ${error.at}\n`);
  } else if (!debug) terminal.err('  this should not have happened; --debug shows where it did\n');
  if (debug && error instanceof Error) {
    terminal.err(`${error.stack ?? ''}\n`);
    if (error.cause instanceof Error) terminal.err(`caused by ${error.cause.stack ?? error.cause.message}\n`);
  }
  return exitCodes.wrong;
}
