/** A worker whose runs do what `meta.do` says, for `launcher.test.ts`. */
import { setTimeout as wait } from 'node:timers/promises';
import { serveRuns } from '../src/serve-runs.js';
import { fakeResult } from './records.js';

serveRuns(async ({ directory, settings, plugins }) => {
  if (settings['broken']) throw new Error('plugin "nowhere" is not installed');
  return async (config, { tell, signal }) => {
    const result = fakeResult(config.label, config.seed, config.seed / 7, {
      message: JSON.stringify({ pid: process.pid, directory, plugins }),
    });
    const { id } = result.summary;
    tell({ run: id, kind: 'run-started', epochs: 2, updatesPerEpoch: 3 });
    const action = config.meta['do'];
    if (action === 'throw') throw new Error('no weights for W1');
    if (action === 'exit') process.exit(7);
    if (action === 'kill') process.kill(process.pid, 'SIGKILL');
    if (action === 'diverge')
      return { ...result, summary: { ...result.summary, status: 'diverged', final: {} } };
    if (action === 'slow')
      for (let k = 0; k < 400; k++) {
        await wait(25);
        if (signal.aborted)
          return { ...result, summary: { ...result.summary, status: 'interrupted', final: {} } };
      }
    tell({ run: id, kind: 'rows', rows: [{ epoch: 1, update: 3, name: 'loss', value: NaN }] });
    return { ...result, rows: [{ epoch: 1, update: 3, name: 'loss', value: NaN }] };
  };
});
