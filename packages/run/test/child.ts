/** One run in a process of its own, for `kill.test.ts`: prints `training` once it updates weights. */
import { writeSync } from 'node:fs';
import { createBus } from '@apical/bus';
import { fileStore, train } from '../src/index.js';
import { dependencies, runConfig } from './parts.js';

const directory = process.argv[2]!;
const clock = { now: () => performance.now(), date: () => new Date().toISOString() };
const bus = createBus();
let told = false;
bus.events.subscribe(e => {
  if (e.kind === 'run-started')
    writeSync(1, `started ${(e.resumedAt ?? 0) + (e.before?.done ?? 0)} of ${e.before?.done ?? 0} before\n`);
  if ((e.kind === 'epoch-ended' || (e.kind === 'progress' && e.before)) && !told) {
    told = true;
    writeSync(1, 'training\n');
  }
});
const config = runConfig({
  train: { epochs: 75, checkpointSeconds: 0.01, before: { program: 'train', updates: 900 } },
  network: { hidden: [20, 15], activation: 'tanh' },
});
const { summary } = await train(config, dependencies({ bus, clock, store: fileStore({ directory, clock }) }));
writeSync(1, `${summary.status}\n`);
