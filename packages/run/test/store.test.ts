/** Run folders: leases, torn files, checkpoints, and what other tools read. */
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  readdirSync,
  readFileSync,
  truncateSync,
  utimesSync,
  writeFileSync,
  appendFileSync,
} from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { parse } from 'yaml';
import type { MetricRow, RunSummary } from '@apical/core';
import { readSafetensors } from '@apical/data';
import { columnOf, fileStore, memoryStore, readRows, runFolder, tableOf } from '../src/index.js';
import { takeLease } from '../src/lease.js';
import { runConfig, steppingClock } from './parts.js';

const clock = steppingClock(1);
const config = runConfig({ label: 'mini/own label' });
const row = (epoch: number, value: number, more: Partial<MetricRow> = {}): MetricRow => ({
  epoch,
  update: 12 * epoch,
  split: 'validation',
  name: 'error',
  value,
  ...more,
});
const summary: RunSummary = {
  schema: 1,
  id: { experiment: 'mini', scheme: 'mini/own label', seed: 3, hash: 'abc' },
  status: 'finished',
  epochs: 2,
  updates: 24,
  seconds: 1.5,
  final: { 'test/error': 20, 'test/angle': NaN },
  headline: 'error',
  metrics: { error: { doc: 'wrong', unit: '%', better: 'lower' } },
  pairing: { weights: { W1: '00' }, data: '11', order: '22' },
  backend: 'reference',
  dtype: 'float32',
  cost: { parameters: 6, macsPerSample: 18, stepsPerSample: 1, samplesPerSecond: 10, memory: 99 },
};
const weights = new Map([
  ['W1', { shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) }],
  ['W1/bias', { shape: [2], data: Float32Array.of(-1, -2) }],
]);
const snapshot = () => ({
  arrays: new Map<string, Float64Array | Float32Array | Int32Array>([
    ['W1/weights', Float32Array.of(0.1, NaN, -0)],
    ['layer1.r', Float64Array.of(Math.PI)],
    ['P/route', Int32Array.of(2, 1)],
  ]),
  record: { epoch: 1, name: 'ü', nested: { list: [1, 2] } },
});

t.test('a run folder holds what the manual promises, and a label is a folder in a folder', async t => {
  const directory = t.testdir();
  const run = await fileStore({ directory, clock }).open(config, 'abc', { data: 'd1' });
  const folder = join(directory, 'mini', 'mini', 'own%20label', 'abc', 'seed=3');
  t.equal(run.folder, folder);
  t.equal(runFolder(directory, config, 'abc'), folder);
  t.match(readFileSync(join(folder, 'config.resolved.yaml'), 'utf8'), /^# apical: .*abc\n/);
  t.match(parse(readFileSync(join(folder, 'config.resolved.yaml'), 'utf8')), {
    schema: 1,
    seed: 3,
    train: { batch: 4 },
  });
  t.match(JSON.parse(readFileSync(join(folder, 'env.json'), 'utf8')), { schema: 1, hash: 'abc', data: 'd1' });
  t.equal(await run.restore(), undefined);
  await run.append([
    row(0, 70),
    row(0, NaN, { probe: 'alignment', name: 'angle', layer: 1, split: undefined as never }),
  ]);
  await run.timing?.({ epoch: 0, seconds: 1 });
  await run.append([row(1, 30)]);
  t.equal(await run.checkpoint(snapshot()), 'checkpoint.safetensors');
  t.ok(existsSync(join(folder, 'checkpoint.safetensors')));
  await run.finish(summary, weights);
  await run.close();
  t.same(
    readdirSync(folder).sort(),
    [
      'config.resolved.yaml',
      'env.json',
      'metrics.csv',
      'metrics.jsonl',
      'summary.json',
      'timing.jsonl',
      'weights.npz',
      'weights.safetensors',
    ],
    'no lease, no checkpoint, no temporary file is left',
  );
  t.match(readFileSync(join(folder, 'metrics.jsonl'), 'utf8'), /"value":null/);
  t.equal(
    readFileSync(join(folder, 'metrics.csv'), 'utf8'),
    'epoch,update,validation/error,alignment/angle/layer1\n0,0,70,\n1,12,30,\n',
  );
  const { tensors, metadata } = readSafetensors(readFileSync(join(folder, 'weights.safetensors')), 'weights');
  t.match(metadata, { layout: /\[post, pre\]/, seed: '3', schema: '1' });
  t.same(tensors['W1']!.shape, [2, 3]);

  const again = await fileStore({ directory, clock }).open(config, 'abc');
  t.match(again.summary, { status: 'finished', final: { 'test/error': 20 } });
  t.ok(Number.isNaN(again.summary!.final['test/angle']), 'null comes back as NaN');
  t.equal(again.rows.length, 3);
  t.ok(Number.isNaN(again.rows[1]!.value));
  await t.rejects(again.append([row(2, 1)]), { code: 'APICAL_STORE' }, 'a finished run is not written to');
  await again.close();
  const forced = await fileStore({ directory, clock, force: true }).open(config, 'abc');
  t.equal(forced.summary, undefined);
  t.equal(await forced.restore(), undefined);
  t.same(forced.rows, []);
  await forced.close();
});

const numpy = spawnSync('python3', ['-c', 'import numpy']).status === 0;
const skip = numpy ? false : 'python3 with numpy is not installed here';
t.test('load.py reads all runs of an experiment with numpy alone', { skip }, async t => {
  const directory = t.testdir();
  for (const seed of [1, 2]) {
    const run = await fileStore({ directory, clock }).open(runConfig({ seed }), 'abc');
    await run.restore();
    await run.append([row(0, 70), row(1, 30 + seed)]);
    await run.finish({ ...summary, id: { ...summary.id, seed } }, weights);
    await run.close();
  }
  const script =
    'from load import runs\n' +
    'for r in runs(): print(r["seed"], r["metrics"]["validation/error"].tolist(), r["weights"]["W1"][1, 0], r["weights"]["W1/bias"].shape)';
  const result = spawnSync('python3', ['-c', script], { cwd: join(directory, 'mini'), encoding: 'utf8' });
  t.equal(result.stdout, '1 [70.0, 31.0] 4.0 (2,)\n2 [70.0, 32.0] 4.0 (2,)\n', result.stderr);
});

t.test(
  'a checkpoint comes back bit for bit, and later or torn lines of the metrics are cut away',
  async t => {
    const directory = t.testdir();
    const store = fileStore({ directory, clock });
    const first = await store.open(config, 'abc');
    await first.restore();
    await first.append([row(0, 70)]);
    await first.checkpoint(snapshot());
    await first.append([row(1, 30)]);
    const metrics = join(first.folder!, 'metrics.jsonl');
    await first.close();
    appendFileSync(metrics, '{"epoch":2,"upd');
    writeFileSync(join(first.folder!, 'checkpoint.safetensors.dead.tmp'), 'half');
    t.equal((await readRows(first.folder!)).length, 2, 'a reader ignores the torn line');

    const second = await store.open(config, 'abc');
    const found = await second.restore();
    t.same(found?.record, snapshot().record);
    for (const [name, array] of snapshot().arrays) {
      const back = found!.arrays.get(name)!;
      t.equal(back.constructor, array.constructor);
      t.same(Buffer.from(back.slice().buffer), Buffer.from(array.slice().buffer), name);
    }
    t.equal(second.rows.length, 1);
    t.equal((await readRows(second.folder!)).length, 1);
    t.notOk(existsSync(join(second.folder!, 'checkpoint.safetensors.dead.tmp')));
    await second.close();

    truncateSync(metrics, 5);
    const third = await store.open(config, 'abc');
    await t.rejects(third.restore(), { code: 'APICAL_CHECKPOINT', message: /has 5 bytes/ });
    await third.close();
    truncateSync(join(third.folder!, 'checkpoint.safetensors'), 40);
    const fourth = await store.open(config, 'abc');
    await t.rejects(
      fourth.restore(),
      { code: 'APICAL_DATA_FORMAT' },
      'a damaged checkpoint is an error, never ignored',
    );
    await fourth.close();
  },
);

t.test('files of a later version are refused', async t => {
  const directory = t.testdir();
  const store = fileStore({ directory, clock });
  const run = await store.open(config, 'abc');
  await run.close();
  writeFileSync(join(run.folder!, 'env.json'), '{"schema": 99}');
  await t.rejects(store.open(config, 'abc'), { code: 'APICAL_SCHEMA', message: /99/ });
  writeFileSync(join(run.folder!, 'env.json'), 'no json');
  await t.rejects(store.open(config, 'abc'), { code: 'APICAL_STORE', message: /env.json cannot be read/ });
});

t.test('a place that cannot be written is an error that says so', async t => {
  const directory = t.testdir({ mini: 'a file where a folder should be' });
  await t.rejects(fileStore({ directory, clock }).open(config, 'abc'), {
    code: 'APICAL_STORE',
    message: /cannot be written: ENOTDIR/,
  });
});

t.test('one process writes a run folder', async t => {
  const directory = t.testdir();
  const store = fileStore({ directory, clock });
  const run = await store.open(config, 'abc');
  const lease = join(run.folder!, 'lease.json');
  await t.rejects(store.open(config, 'abc'), {
    code: 'APICAL_LEASE',
    message: new RegExp(`process ${process.pid} on`),
  });

  const content = JSON.parse(readFileSync(lease, 'utf8')) as Record<string, unknown>;
  writeFileSync(lease, JSON.stringify({ ...content, token: 'other' }));
  await t.rejects(run.append([row(0, 1)]), { code: 'APICAL_LEASE_LOST' });
  await t.rejects(run.checkpoint(snapshot()), { code: 'APICAL_LEASE_LOST' });
  await run.close();
  t.ok(existsSync(lease), 'the lease of another is not removed');
});

t.test('a lease is void when its process is gone, or silent on another host', async t => {
  const folder = t.testdir();
  const file = join(folder, 'lease.json');
  const take = () => takeLease(folder, { clock: { now: () => 0, date: () => new Date(1e12).toISOString() } });
  const first = await take();
  const own = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  const write = (change: object, age = 0): void => {
    writeFileSync(file, JSON.stringify({ ...own, ...change }));
    utimesSync(file, (1e12 - age) / 1000, (1e12 - age) / 1000);
  };
  const gone = spawnSync('true').pid;
  write({ pid: gone, token: 'dead' });
  const second = await take();
  t.throws(() => first.check(), { code: 'APICAL_LEASE_LOST' });
  second.check();
  write({ process: 'an earlier boot', token: 'reused number' });
  const third = await take();
  third.check();
  write({ host: 'elsewhere', token: 'alive' }, 200_000);
  await t.rejects(take(), { code: 'APICAL_LEASE', message: /elsewhere/ });
  write({ host: 'elsewhere', token: 'silent' }, 400_000);
  const fourth = await take();
  fourth.check();
  writeFileSync(file, '{"tok');
  utimesSync(file, 1e9, 1e9);
  await t.rejects(take(), { code: 'APICAL_LEASE' }, 'one that is just being written');
  utimesSync(file, 1e9 - 60, 1e9 - 60);
  const fifth = await take();
  fifth.check();
  fifth.release();
  t.same(readdirSync(folder), []);
  first.release();
  second.release();
  third.release();
  fourth.release();
});

t.test('of many processes that find a void lease at once, one holds it in the end', async t => {
  const folder = t.testdir();
  for (let round = 0; round < 20; round++) {
    const first = await takeLease(folder, { clock });
    const own = JSON.parse(readFileSync(join(folder, 'lease.json'), 'utf8')) as Record<string, unknown>;
    first.release();
    writeFileSync(join(folder, 'lease.json'), JSON.stringify({ ...own, process: 'gone', token: 'gone' }));
    const all = await Promise.allSettled(Array.from({ length: 6 }, () => takeLease(folder, { clock })));
    const leases = all.flatMap(r => (r.status === 'fulfilled' ? [r.value] : []));
    const holds = leases.filter(lease => {
      try {
        lease.check();
        return true;
      } catch {
        return false;
      }
    });
    if (holds.length !== 1) t.fail(`${holds.length} hold it`);
    for (const lease of leases) lease.release();
    if (readdirSync(folder).length) t.fail(`left: ${readdirSync(folder).join(', ')}`);
  }
  t.pass('in 20 rounds');
});

t.test('a store in memory goes on from its checkpoint and skips what is finished', async t => {
  const store = memoryStore();
  const run = await store.open(config, 'abc');
  await t.rejects(store.open(config, 'abc'), { code: 'APICAL_LEASE' });
  const live = snapshot();
  await run.append([row(0, 70)]);
  await run.checkpoint(live);
  live.arrays.get('layer1.r')![0] = 0;
  await run.append([row(1, 30)]);
  await run.close();
  const second = await store.open(config, 'abc');
  const found = await second.restore();
  t.equal(found?.arrays.get('layer1.r')![0], Math.PI, 'a copy, not the live array');
  t.equal(second.rows.length, 1);
  await second.finish(summary, weights);
  await second.close();
  const third = await store.open(config, 'abc');
  t.match(third.summary, { status: 'finished' });
  await third.close();
  t.same(store.weights(summary.id)?.get('W1')?.shape, [2, 3]);
});

t.test('columns are named by split or probe, name and layer', async t => {
  t.equal(
    columnOf({ epoch: 0, update: 0, probe: 'alignment', name: 'angle', layer: 2 }),
    'alignment/angle/layer2',
  );
  t.equal(columnOf({ epoch: 0, update: 0, split: 'test', name: 'error' }), 'test/error');
  t.equal(columnOf({ epoch: 0, update: 0, name: 'own' }), 'own');
  t.equal(tableOf([row(1, 2, { name: 'a,b' })]), 'epoch,update,"validation/a,b"\n1,12,2\n');
  t.equal(
    tableOf([row(1, 2), row(1, 3, { sample: 4 })]),
    'epoch,update,validation/error\n1,12,2\n',
    'no single samples',
  );
});
