/** Entry of the `apical` command. */
import { main } from './program.js';
import { processTerminal } from './terminal.js';

// a reader that has seen enough, such as `head`, is no failure
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});
process.exitCode = await main(process.argv.slice(2), processTerminal);
