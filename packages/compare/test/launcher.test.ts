import { fileURLToPath } from 'node:url';
import t from 'tap';
import type { Launcher, RunConfig, RunEvent } from '@apical/core';
import { inProcessLauncher, localLauncher, workerCount } from '../src/index.js';
import { fakeResult, runConfig } from './records.js';

const entry = fileURLToPath(new URL('./fake-worker.ts', import.meta.url));
type Options = Partial<Parameters<Launcher['launch']>[1]>;

async function launch(launcher: Launcher, configs: readonly RunConfig[], options: Options = {}) {
  const events: RunEvent[] = [];
  const launched = await launcher.launch(configs, {
    workers: 1,
    failFast: false,
    directory: 'results',
    plugins: ['./mine.js'],
    tell: event => void events.push(event),
    signal: new AbortController().signal,
    ...options,
  });
  const texts = launched.map(one => ('error' in one ? one.error : one.summary.status));
  return { launched, events, texts };
}
const seeds = (n: number): RunConfig[] => Array.from({ length: n }, (_, seed) => runConfig('bp', seed));

t.test('the results of one worker and of two are the same, in the order of the configs', async t => {
  const local = localLauncher({ entry });
  const one = await launch(local, seeds(4));
  const two = await launch(local, seeds(4), { workers: 2 });
  const scores = ({ launched }: typeof one) =>
    launched.map(r => ('error' in r ? r.error : [r.config.seed, r.summary.final['test/error']]));
  t.same(
    scores(one),
    [0, 1, 2, 3].map(seed => [seed, seed / 7]),
  );
  t.same(scores(two), scores(one));
  const places = ({ launched }: typeof one) =>
    launched.map(
      r => ('error' in r ? {} : JSON.parse(r.summary.message!)) as { pid: number; directory: string },
    );
  t.equal(new Set(places(one).map(p => p.pid)).size, 1, 'a worker is used again');
  t.equal(new Set(places(two).map(p => p.pid)).size, 2);
  t.match(places(one)[0], { directory: 'results', plugins: ['./mine.js'] });
  t.equal(one.events.length, 8, 'events of all runs are heard');
  const rows = one.events.find(e => e.kind === 'rows');
  t.ok(rows?.kind === 'rows' && Number.isNaN(rows.rows[0]!.value), 'NaN arrives as NaN');
});

t.test('a run that throws, ends its process or is killed does not stop the others', async t => {
  const configs = [
    runConfig('bp', 0, { do: 'throw' }),
    runConfig('bp', 1),
    runConfig('bp', 2, { do: 'exit' }),
    runConfig('bp', 3),
    runConfig('bp', 4, { do: 'kill' }),
    runConfig('bp', 5),
  ];
  const { texts } = await launch(localLauncher({ entry }), configs);
  t.same(texts, [
    'no weights for W1',
    'finished',
    'the worker process ended with code 7',
    'finished',
    'the worker process was ended by SIGKILL',
    'finished',
  ]);
});

t.test('a worker that cannot begin fails every run with the reason', async t => {
  const { texts } = await launch(localLauncher({ entry, settings: { broken: true } }), seeds(2));
  t.same(texts, Array(2).fill('plugin "nowhere" is not installed'));
  const said: string[] = [];
  const say = (line: string) => void said.push(line);
  const missing = await launch(localLauncher({ entry: `${entry}.missing.js`, say }), seeds(1));
  t.match(said.join('\n'), /Cannot find module/, 'what it writes is heard');
  t.match(missing.texts[0], /^the worker process ended with code 1: .*Cannot find module/);
});

t.test('aborting stops what runs with a checkpoint and leaves what waits', async t => {
  const stop = new AbortController();
  const configs = [runConfig('bp', 0), runConfig('bp', 1, { do: 'slow' }), runConfig('bp', 2)];
  const { texts } = await launch(localLauncher({ entry }), configs, {
    signal: stop.signal,
    tell: event => event.run.seed === 1 && stop.abort(),
  });
  t.same(texts, ['finished', 'interrupted', 'not started: interrupted']);
  const before = await launch(localLauncher({ entry }), configs, { signal: AbortSignal.abort() });
  t.same(before.texts, Array(3).fill('not started: interrupted'));
});

t.test('failFast stops at the first run that fails or diverges', async t => {
  const configs = [
    runConfig('bp', 0, { do: 'diverge' }),
    runConfig('bp', 1, { do: 'slow' }),
    runConfig('bp', 2),
  ];
  const { texts } = await launch(localLauncher({ entry }), configs, { workers: 2, failFast: true });
  t.same(texts, ['diverged', 'interrupted', 'not started: another run failed']);
});

t.test('the launcher in this process treats failures and aborts alike', async t => {
  const run = inProcessLauncher(async (config, { tell, signal }) => {
    const result = fakeResult(config.label, config.seed, 1);
    tell({ run: result.summary.id, kind: 'run-started', epochs: 1, updatesPerEpoch: 1 });
    if (config.meta['do'] === 'throw') throw new Error('no weights for W1');
    return signal.aborted ? { ...result, summary: { ...result.summary, status: 'interrupted' } } : result;
  });
  const configs = [runConfig('bp', 0, { do: 'throw' }), runConfig('bp', 1), runConfig('bp', 2)];
  const all = await launch(run, configs);
  t.same(all.texts, ['no weights for W1', 'finished', 'finished']);
  t.equal(all.events.length, 3);
  const fast = await launch(run, configs, { failFast: true });
  t.same(fast.texts[1], 'not started: another run failed');
  const stop = new AbortController();
  const aborted = await launch(run, configs.slice(1), { signal: stop.signal, tell: () => stop.abort() });
  t.same(aborted.texts, ['interrupted', 'not started: interrupted']);
});

t.test('workers: at most one a run, 0 for one on each core', async t => {
  t.equal(workerCount(8, 3), 3);
  t.equal(workerCount(2, 30), 2);
  t.ok(workerCount(0, 100) >= 1);
  t.throws(() => workerCount(1.5, 3), {
    code: 'APICAL_WORKERS',
    message: 'the number of workers is 1.5; give a whole number, 1 or more, or 0 for one on each core',
  });
});
