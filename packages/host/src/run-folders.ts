/** What runs and comparisons left on disk, read back as the records they were. */
import { existsSync } from 'node:fs';
import { mkdir, readFile, readdir, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parse } from 'yaml';
import { ApicalError, schemaVersion } from '@apical/core';
import type { ComparisonResult, RunConfig, RunResult } from '@apical/core';
import { readRows, readSummary, runFolder } from '@apical/run';

const comparisonFile = 'comparison.json';
/** What `comparison.json` holds: all but the metric rows, which stay with their runs, and folders relative to it. */
export type StoredComparison = Omit<ComparisonResult, 'runs'> & {
  readonly runs: readonly { readonly scheme: string; readonly seed: number; readonly folder: string }[];
};
/** The folder of an experiment: that above the folders of its schemes. */
export const experimentFolder = (directory: string, name: string): string =>
  path.dirname(path.dirname(path.dirname(runFolder(directory, { name, label: 'label', seed: 0 }, 'hash'))));

/** Writes `comparison.json` (or a file of another name) whole into the experiment's folder; answers its path. */
export async function saveComparison(
  result: ComparisonResult,
  directory: string,
  name = comparisonFile,
): Promise<string> {
  const folder = experimentFolder(directory, result.experiment.name);
  const relative = (to: string): string => path.relative(folder, to).split(path.sep).join('/');
  const stored: StoredComparison = {
    ...result,
    failed: result.failed.map(f => (f.folder === undefined ? f : { ...f, folder: relative(f.folder) })),
    runs: result.runs.flatMap(run =>
      run.folder === undefined
        ? []
        : [{ scheme: run.config.label, seed: run.config.seed, folder: relative(run.folder) }],
    ),
  };
  const file = path.join(folder, name);
  await mkdir(folder, { recursive: true });
  const temporary = `${file}.${process.pid}.tmp`;
  await writeFile(temporary, `${JSON.stringify(stored, undefined, 1)}\n`);
  await rename(temporary, file);
  return file;
}
/** The comparison last stored in a folder; undefined where there is none. Throws `APICAL_STORE`, `APICAL_SCHEMA`. */
export async function readComparison(folder: string): Promise<StoredComparison | undefined> {
  const file = path.join(folder, comparisonFile);
  if (!existsSync(file)) return undefined;
  let stored: StoredComparison;
  try {
    // older versions checked no time steps
    stored = Object.assign({ timeSteps: [] }, JSON.parse(await readFile(file, 'utf8')) as StoredComparison);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ApicalError('APICAL_STORE', `${file} cannot be read: ${why}`, { at: file, cause: error });
  }
  if (stored.schema > schemaVersion)
    throw new ApicalError(
      'APICAL_SCHEMA',
      `${file} was written by a newer version (schema ${stored.schema}, this is ${schemaVersion}): update apical`,
      { at: file },
    );
  return stored;
}
/** One finished run; undefined where the folder holds no summary. */
export async function readRun(folder: string): Promise<RunResult | undefined> {
  const summary = await readSummary(folder);
  if (!summary) return undefined;
  const file = path.join(folder, 'config.resolved.yaml');
  let written: Record<string, unknown>;
  try {
    written = parse(await readFile(file, 'utf8')) as Record<string, unknown>;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ApicalError('APICAL_STORE', `${file} cannot be read: ${why}`, { at: file, cause: error });
  }
  delete written['schema']; // of the file, not of the run
  return { config: written as unknown as RunConfig, summary, rows: await readRows(folder), folder };
}
/** Folders with a summary, anywhere below, in the order of their names. */
export async function findRuns(folder: string): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true }))
    if (entry.isFile() && entry.name === 'summary.json') found.push(entry.parentPath);
  const order = new Intl.Collator('en', { numeric: true });
  return found.sort((a, b) => order.compare(a, b));
}
