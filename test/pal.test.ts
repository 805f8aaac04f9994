/** PAL experiments as a user runs them: multi-step presentation learns, and an unstable setting is caught and named. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import type { RunResult } from '@apical/core';
import { createHost } from '@apical/host';

async function ran(
  t: { teardown(end: () => unknown): void },
  target: string,
  overrides: readonly string[],
): Promise<RunResult> {
  const directory = await mkdtemp(join(tmpdir(), 'apical-pal-'));
  const host = await createHost();
  t.teardown(async () => {
    host.dispose();
    await rm(directory, { recursive: true });
  });
  return host.run({ target, overrides: [...overrides] }, { directory });
}
t.test('pal learns Yin-Yang from batches that are shown for many steps', async t => {
  const overrides = [
    'schemes=pal',
    'train.epochs=2',
    'train.limit=1000',
    'schemes.pal.parameters.presentation=6',
    'probes={}',
  ];
  const { summary, rows } = await ran(t, 'experiment/pal', overrides);
  t.equal(summary.status, 'finished');
  t.equal(summary.cost.stepsPerSample, 60);
  const error = (epoch: number): number =>
    rows.find(r => r.epoch === epoch && r.split === 'validation' && r.name === 'error')!.value;
  t.ok(error(2) < 0.7 * error(0), `${error(0)} to ${error(2)} %`);
});
t.test('inhibition that learns too fast for its own delay ends the run by name', async t => {
  // the step is stable while dt · eta · |s|² < 1; three interneurons have |s|² near 0.75
  const path = 'schemes.pal/microcircuit.plasticity.PI.optimiser.parameters.eta';
  const overrides = [`${path}=1000`, 'train.epochs=1', 'train.limit=400'];
  const { summary } = await ran(t, 'experiment/pal-microcircuit', overrides);
  t.equal(summary.status, 'diverged');
  t.match(summary.message, /^BPI1\/weights \(entry \[\d+, \d\]\) is -?[\d.]+e\+\d{3} at update \d, epoch 1$/);
});
