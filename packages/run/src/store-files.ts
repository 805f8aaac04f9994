/** Run folders: `<directory>/<experiment>/<label>/<hash>/seed=<k>/`. One process writes, a kill at any moment is safe. */
import { constants, existsSync } from 'node:fs';
import { access, mkdir, readFile, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { ApicalError, schemaVersion } from '@apical/core';
import type { Clock, MetricRow, RunConfig, RunSummary, Store } from '@apical/core';
import { files, json, replace } from './atomic.js';
import { loadScript } from './exports.js';
import { FileRun } from './file-run.js';
import { takeLease, type Lease } from './lease.js';
import { rowsOf } from './rows.js';
import { checkSchema } from './snapshot-file.js';

export interface FileStoreOptions {
  /** Default: `runs`. */
  readonly directory?: string;
  readonly clock: Clock;
  /** Begin again what is finished. */
  readonly force?: boolean;
  /** ms without a sign of life after which the lease of another host is void. */
  readonly staleAfter?: number;
}

/** One part of a path: letters, digits and `-_.=+,@` stay, others become `%2A`. */
const safe = (name: string): string => {
  const out = name.replace(/[^\p{L}\p{N}_.=+,@-]/gu, c => encodeURIComponent(c).replace(/^[^%].*/, '_'));
  return /^\.*$/.test(out) ? `_${out}` : out;
};
/** Labels with `/` are folders in folders. */
export const runFolder = (
  directory: string,
  config: Pick<RunConfig, 'name' | 'label' | 'seed'>,
  hash: string,
): string =>
  join(directory, safe(config.name), ...config.label.split('/').map(safe), hash, `seed=${config.seed}`);

/** The store `files`. */
export function fileStore(options: FileStoreOptions): Store {
  const { directory = 'runs', clock, force = false, staleAfter } = options;
  return {
    name: 'files',
    doc: 'a folder for every run, which Python and other tools can read',
    async open(config, hash, about = {}) {
      const folder = runFolder(directory, config, hash);
      await makeFolder(folder);
      await checkSchemas(folder);
      const done = force ? undefined : await readSummary(folder);
      if (done) return new FileRun(folder, hash, undefined, done, await readRows(folder));
      const lease = await takeLease(folder, { clock, ...(staleAfter === undefined ? {} : { staleAfter }) });
      try {
        const meanwhile = force ? undefined : await readSummary(folder);
        if (meanwhile) {
          lease.release();
          return new FileRun(folder, hash, undefined, meanwhile, await readRows(folder));
        }
        if (force) await clear(folder);
        await prepare(folder, join(directory, safe(config.name)), config, hash, about, lease, clock);
        return new FileRun(folder, hash, lease, undefined, []);
      } catch (error) {
        lease.release();
        throw error;
      }
    },
  };
}
async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
    await access(folder, constants.W_OK);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ApicalError('APICAL_STORE', `the run folder ${folder} cannot be written: ${why}`, {
      cause: error,
    });
  }
}
async function clear(folder: string): Promise<void> {
  const keep = ['lease.json'];
  for (const name of await readdir(folder))
    if (!keep.includes(name)) await rm(join(folder, name), { recursive: true });
}
async function prepare(
  folder: string,
  experiment: string,
  config: RunConfig,
  hash: string,
  about: Readonly<Record<string, unknown>>,
  lease: Lease,
  clock: Clock,
): Promise<void> {
  for (const name of await readdir(folder))
    if (name.endsWith('.tmp')) await rm(join(folder, name), { force: true });
  const yaml = `# apical: one run as it was resolved; run hash ${hash}\n${stringify({ schema: schemaVersion, ...config }, { aliasDuplicateObjects: false })}`;
  await replace(folder, files.config, yaml, lease);
  const path = join(folder, files.environment);
  const before = existsSync(path)
    ? (JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>)
    : undefined;
  const { resumed = [], ...same } = before ?? {};
  const now = { schema: schemaVersion, hash, ...about };
  const changed =
    JSON.stringify({ ...same, date: undefined }) !== JSON.stringify({ ...now, date: undefined });
  const entry = { ...now, date: clock.date() };
  // a run that goes on elsewhere says so: the first environment stays, later ones are listed when they differ
  if (!before) await replace(folder, files.environment, json(entry), lease);
  else if (changed)
    await replace(
      folder,
      files.environment,
      json({ ...before, resumed: [...(resumed as unknown[]), entry] }),
      lease,
    );
  const script = join(experiment, 'load.py');
  if (!existsSync(script) || (await readFile(script, 'utf8')) !== loadScript)
    await replace(experiment, 'load.py', loadScript, lease);
}

async function checkSchemas(folder: string): Promise<void> {
  for (const name of [files.environment, files.summary]) {
    const path = join(folder, name);
    if (existsSync(path)) checkSchema((await readJson<{ schema: number }>(path)).schema, path);
  }
}
async function readJson<T>(path: string): Promise<T> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as T;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ApicalError('APICAL_STORE', `${path} cannot be read: ${why}`, { at: path, cause: error });
  }
}
/** The summary of a finished run; undefined where there is none. Throws `APICAL_SCHEMA` for a newer file. */
export async function readSummary(folder: string): Promise<RunSummary | undefined> {
  const path = join(folder, files.summary);
  if (!existsSync(path)) return undefined;
  const summary = await readJson<RunSummary>(path);
  checkSchema(summary.schema, path);
  const numbers = (given: Readonly<Record<string, number | null>>): Record<string, number> =>
    Object.fromEntries(Object.entries(given).map(([k, v]) => [k, v ?? NaN]));
  const { best } = summary;
  return {
    ...summary,
    final: numbers(summary.final),
    ...(best ? { best: { ...best, metrics: numbers(best.metrics) } } : {}),
  };
}
/** Rows of `metrics.jsonl`; a torn last line, as a kill leaves it, is not one. */
export async function readRows(folder: string): Promise<MetricRow[]> {
  const path = join(folder, files.metrics);
  return existsSync(path) ? rowsOf(await readFile(path, 'utf8'), path) : [];
}
