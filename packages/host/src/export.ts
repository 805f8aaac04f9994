/** A finished run for other programs: first and last weights, the data as it was presented and its order, and a script. */
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import ndarray from 'ndarray';
import { ApicalError, isApicalError, splitNames } from '@apical/core';
import type { FloatArray, RunResult } from '@apical/core';
import { readNpz, writeNpz } from '@apical/data';
import { numpyScript } from '@apical/numpy';
import { samplesIn, weightsOf } from '@apical/run';
import { readRun } from './run-folders.js';
import { buildRun, type BuiltRun } from './runner.js';
import type { Parts } from './workshop.js';

export interface Exported {
  /** Path of the `.npz`. */
  readonly arrays: string;
  /** Path of the Python script; absent where the run is more than it can say. */
  readonly script?: string;
  /** Why there is no script. */
  readonly why?: string;
}
type Arrays = Parameters<typeof writeNpz>[0];

/**
 * `to`: path of the `.npz`, default `export.npz` in the folder; the script lies beside it. Throws `APICAL_EXPORT` where the
 * folder holds no finished run, or where code or data are no longer those that made it.
 */
export async function exportRun(parts: Parts, folder: string, to?: string): Promise<Exported> {
  const run = await readRun(folder);
  if (!run)
    throw new ApicalError(
      'APICAL_EXPORT',
      `${folder} holds no finished run (no summary.json); give a folder such as runs/demo/bp/HASH/seed=0`,
    );
  const built = await buildRun(parts, run.config);
  const made = run.summary.id.hash;
  if (built.run.hash !== made)
    throw new ApicalError(
      'APICAL_EXPORT',
      `${folder} was made with other code, data or settings (its hash is ${made}, here it would be ${built.run.hash}): ` +
        'run it again and export that',
    );
  const arrays = path.resolve(to ?? path.join(folder, 'export.npz'));
  await writeFile(arrays, writeNpz(await arraysOf(built, folder)));
  try {
    const text = scriptOf(built, run, path.basename(arrays));
    const script = arrays.replace(/(\.npz)?$/, '.py');
    await writeFile(script, text);
    return { arrays, script };
  } catch (error) {
    if (!isApicalError(error) || error.code !== 'APICAL_EXPORT') throw error;
    return { arrays, why: error.message };
  }
}
async function arraysOf({ run, model }: BuiltRun, folder: string): Promise<Arrays> {
  const out: Record<string, Arrays[string]> = {};
  for (const [name, { shape, data }] of weightsOf(model)) out[`first/${name}`] = ndarray(data, [...shape]);
  const last = readNpz(await readFile(path.join(folder, 'weights.npz')), path.join(folder, 'weights.npz'));
  for (const [name, array] of Object.entries(last)) out[`final/${name}`] = array;
  const { task, train } = run;
  const size = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);
  const rows = (data: FloatArray, count: number, width: number) => ndarray(data, [count, width]);
  for (const split of splitNames) {
    const { count, inputs, targets } = task.splits[split];
    out[`${split}/inputs`] = rows(inputs, count, size(task.inputShape));
    out[`${split}/targets`] = rows(targets, count, size(task.outputShape));
  }
  const used = run.updatesPerEpoch * train.batch;
  const order = new Int32Array(train.epochs * used);
  for (let epoch = 1; epoch <= train.epochs; epoch++)
    order.set(samplesIn(epoch, run, train.batch), (epoch - 1) * used);
  out.order = ndarray(order, [train.epochs, used]);
  return out;
}
function scriptOf({ run, model }: BuiltRun, { config, summary }: RunResult, arrays: string): string {
  const { train } = run;
  const refuse = (why: string): never => {
    throw new ApicalError('APICAL_EXPORT', `no script can be written: ${why}; arrays alone are exported`);
  };
  if (summary.status !== 'finished') refuse(`the run did not come to its planned end (${summary.status})`);
  const { before } = summary;
  if (before && !('skipped' in before)) refuse(`${before.program} ran before the first epoch`);
  if (Object.keys(config.observers).length)
    refuse(`observers may have changed the run (${Object.keys(config.observers).join(', ')})`);
  return numpyScript(model, {
    arrays,
    title: `${config.name}: ${config.label}, seed ${config.seed}, run hash ${summary.id.hash}`,
    batch: train.batch,
    steps: run.steps.training,
    program: train.program ?? 'train',
    dtype: train.dtype,
  });
}
