import { existsSync } from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { apiVersion, definePlugin, defineRule } from '@apical/core';
import type { ExperimentConfig, Logger, RunEvent } from '@apical/core';
import { createHost } from '../src/index.js';

const lines: string[] = [];
const Logger: Logger = { info: m => void lines.push(m), warn: m => void lines.push(`warning: ${m}`) };
const experiment: ExperimentConfig = {
  name: 'small',
  task: { use: 'classification' },
  dataset: { use: 'yin-yang' },
  network: { hidden: [5], activation: 'tanh' },
  train: {
    epochs: 2,
    batch: 20,
    eta: 0.1,
    dtype: 'float64',
    backend: 'auto',
    evaluateBatch: 500,
    evaluateEvery: 1,
    evaluateOn: ['validation'],
    checkpointSeconds: 60,
    limit: 200,
  },
  schemes: { bp: {}, fa: {} },
  baseline: 'bp',
  seeds: [0, 1],
  probes: {},
  observers: {},
  define: {},
  plugins: [],
  margin: null,
  meta: {},
};
const memory = { directory: null, launcher: 'in-process' } as const;

t.test('an experiment as an object is run and compared without files', async t => {
  const host = await createHost({ services: { Logger } });
  t.teardown(() => host.dispose());
  const events: RunEvent['kind'][] = [];
  host.bus.events.subscribe(event => events.push(event.kind));
  const run = await host.run({ ...experiment, select: ['bp'] }, { directory: null });
  t.match(run.summary, { status: 'finished', id: { scheme: 'bp', seed: 0 } });
  t.equal(run.folder, undefined);
  t.not(run.config.train.backend, 'auto', 'the backend is settled before the run');
  t.equal(events[0], 'run-started');
  t.equal(events.at(-1), 'run-ended');
  await t.rejects(host.run(experiment, { directory: null }), {
    code: 'APICAL_ONE_RUN',
    message: /bp, fa; select one/,
  });
  const result = await host.compare(experiment, memory);
  t.match(result, { paired: { yes: true }, failed: [], baseline: 'bp' });
  t.same(result.runs[0]!.summary.final, run.summary.final, 'the same run');
  const all = await host.runAll({ ...experiment, seeds: [4] }, memory);
  t.same(
    all.map(one => ('error' in one ? one.error : [one.config.label, one.config.seed])),
    [
      ['bp', 4],
      ['fa', 4],
    ],
  );
  const circuit = await host.circuit(run.config);
  t.match(circuit, { label: 'bp', hash: run.summary.id.hash, cost: { parameters: 5 * 4 + 5 + 3 * 5 + 3 } });
});

t.test('a plugin given as an object keeps its runs in this process, and says why', async t => {
  const rule = defineRule({
    name: 'half-delta',
    source: { paper: 'a test' },
    parameters: {},
    update: { terms: [{ gain: '0.5', post: 'delta', pre: 'r' }] },
  });
  const mine = definePlugin({ name: 'mine', api: apiVersion, contributes: { LearningRule: [rule] } });
  const host = await createHost({ services: { Logger }, plugins: [mine] });
  t.teardown(() => host.dispose());
  const schemes = { bp: {}, half: { use: 'bp', plasticity: { forward: { rule: 'half-delta' } } } };
  lines.length = 0;
  const result = await host.compare({ ...experiment, schemes }, { directory: t.testdir() });
  t.same(result.failed, []);
  t.match(
    lines[0],
    'runs come one after the other in this process: plugin "mine" was given as an object, not as a file',
  );
  t.not(result.rows[1]!.values['0'], result.rows[0]!.values['0']);
  t.equal(host.part('rule', 'half-delta').origin, 'mine');
});

t.test('stored comparisons are read back as they were', async t => {
  const host = await createHost({ services: { Logger } });
  t.teardown(() => host.dispose());
  const directory = t.testdir();
  const result = await host.compare({ ...experiment, margin: 5 }, { directory, launcher: 'in-process' });
  const folder = host.experimentFolder(directory, 'small');
  t.ok(existsSync(path.join(folder, 'comparison.json')));
  const found = await host.read(folder);
  t.equal(found.kind, 'comparison');
  if (found.kind !== 'comparison') return;
  t.same(found.comparison.rows, result.rows);
  t.same(found.comparison.paired, result.paired);
  t.equal(found.comparison.hash, result.hash);
  t.same(
    found.comparison.runs.map(r => r.rows.length),
    result.runs.map(r => r.rows.length),
    'with all metrics',
  );
  const one = await host.read(result.runs[3]!.folder!);
  t.match(one, { kind: 'run', run: { config: { label: 'fa', seed: 1 }, summary: { status: 'finished' } } });
  await t.rejects(host.read(path.join(directory, 'nothing')), { code: 'APICAL_REPORT' });
  await t.rejects(host.read(t.testdir({ empty: {} })), {
    code: 'APICAL_REPORT',
    message: /no finished run in/,
  });
});

t.test('what does not fit is refused before a folder is made', async t => {
  const host = await createHost({ services: { Logger } });
  t.teardown(() => host.dispose());
  const directory = path.join(t.testdir(), 'runs');
  const refused = async (change: Partial<ExperimentConfig>, code: string): Promise<void> => {
    await t.rejects(host.compare({ ...experiment, ...change }, { directory }), { code });
  };
  await refused({ dataset: { use: 'ying-yang' } }, 'APICAL_UNKNOWN_NAME');
  await refused({ schemes: { bp: { plasticity: { forward: { rule: 'detla' } } } } }, 'APICAL_UNKNOWN_NAME');
  await refused({ margin: -1 }, 'APICAL_MARGIN');
  const define = {
    rules: {
      odd: { source: { paper: 'ours' }, parameters: {}, update: { terms: [{ post: 'dleta', pre: 'r' }] } },
    },
  };
  const odd = { bp: { plasticity: { forward: { rule: 'odd' } } } };
  await refused({ define, schemes: odd }, 'APICAL_EQUATION');
  await t.rejects(host.run({ ...experiment, define, schemes: odd }, { directory }), {
    code: 'APICAL_EQUATION',
  });
  t.notOk(existsSync(directory));
  t.throws(() => host.compose({ target: 'nowhere', roots: [] }), { code: 'APICAL_CONFIG' });
});
