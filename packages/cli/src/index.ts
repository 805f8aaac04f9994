/** Public names of `@apical/cli`: the command as a function. */
export { main } from './program.js';
export { exitCodes } from './errors.js';
export type { ExitCode } from './errors.js';
export type { Terminal } from './terminal.js';
