/** The first tutorial, word for word: plugin, config, and a rule replaced through the container. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import t from 'tap';
import type { LearningRule } from '@apical/core';
import { createHost, type Rebindings } from '@apical/host';

const root = resolve(import.meta.dirname, '..');
const folder = join(root, 'docs/tutorials/first-plugin');
const run = promisify(execFile);

t.test('the rule runs beside BP, and the observer stops a run', async t => {
  const runs = await mkdtemp(join(tmpdir(), 'apical-tutorial-'));
  t.teardown(() => rm(runs, { recursive: true }));
  const { stdout } = await run(
    process.execPath,
    [
      join(root, 'packages/cli/bin/apical.js'),
      'compare',
      join(folder, 'mine.yaml'),
      '--plugin',
      join(folder, 'my-plugin.js'),
      'seeds=1',
      'train.epochs=12',
      'observers.good-enough.options.goal=40',
      '--runs',
      runs,
    ],
    { cwd: root },
  );
  t.match(stdout, /^signs +1/m, 'the scheme with the new rule is in the table');
  t.match(stdout, /^bp +1/m);
  const read = async (...path: string[]): Promise<unknown> =>
    JSON.parse(await readFile(join(runs, 'mine', ...path), 'utf8'));
  const { runs: all } = (await read('comparison.json')) as { runs: { scheme: string; folder: string }[] };
  const bp = all.find(r => r.scheme === 'bp')!;
  const summary = (await read(bp.folder, 'summary.json')) as { status: string; message: string };
  t.equal(summary.status, 'stopped', 'BP reached the goal');
  t.match(summary.message, /below 40 %/);
});

t.test('a rule is replaced through the container', async t => {
  const { signRule } = (await import(join(folder, 'my-plugin.js'))) as { signRule: LearningRule };
  const overrides = ['scheme=bp', 'train.epochs=1', 'train.limit=400'];
  const errors: unknown[] = [];
  const hashes = new Set<string>();
  const directory = await mkdtemp(join(tmpdir(), 'apical-tutorial-'));
  t.teardown(() => rm(directory, { recursive: true }));
  const replaced: Rebindings = { 'LearningRule:delta': { ...signRule, name: 'delta' } };
  for (const rebind of [{}, replaced]) {
    const host = await createHost({ rebind });
    const result = await host.run({ target: 'experiment/demo', overrides }, { directory });
    errors.push(result.summary.final['test/loss']);
    hashes.add(result.summary.id.hash);
    host.dispose();
  }
  t.equal(hashes.size, 2, 'another rule under the old name is another run');
  t.type(errors[0], 'number');
  t.not(errors[0], errors[1], 'another rule, another result');
});
