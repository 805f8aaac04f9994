/** The folder of one run, open for one process, or finished and only read. */
import { existsSync } from 'node:fs';
import { open, readFile, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { ApicalError } from '@apical/core';
import type { MetricRow, RunSummary, Snapshot, StoredRun } from '@apical/core';
import { files, json, replace } from './atomic.js';
import { weightsNpz, weightsSafetensors, type NamedArrays } from './exports.js';
import type { Lease } from './lease.js';
import { linesOf, rowsOf, tableOf } from './rows.js';
import { decodeSnapshot, encodeSnapshot } from './snapshot-file.js';

export class FileRun implements StoredRun {
  readonly folder: string;
  readonly summary?: RunSummary;
  readonly #hash: string;
  readonly #lease: Lease | undefined;
  #rows: MetricRow[];
  #bytes = 0;
  #metrics: FileHandle | undefined;
  #timing: FileHandle | undefined;

  constructor(
    folder: string,
    hash: string,
    lease: Lease | undefined,
    summary: RunSummary | undefined,
    rows: MetricRow[],
  ) {
    this.folder = folder;
    this.#hash = hash;
    this.#lease = lease;
    if (summary) this.summary = summary;
    this.#rows = rows;
  }
  get rows(): readonly MetricRow[] {
    return this.#rows;
  }
  async restore(): Promise<Snapshot | undefined> {
    if (this.summary) return undefined;
    const path = this.#path(files.checkpoint);
    const found = existsSync(path) ? decodeSnapshot(await readFile(path), path, this.#hash) : undefined;
    await this.#cut(found?.metricsBytes ?? 0);
    return found;
  }
  async append(rows: readonly MetricRow[]): Promise<void> {
    if (rows.length === 0) return;
    const lease = this.#writable();
    this.#metrics ??= await open(this.#path(files.metrics), 'a');
    const bytes = Buffer.from(linesOf(rows));
    lease.check();
    await this.#metrics.appendFile(bytes);
    this.#bytes += bytes.length;
    this.#rows.push(...rows);
  }
  async timing(entry: Readonly<Record<string, number | string>>): Promise<void> {
    const lease = this.#writable();
    this.#timing ??= await open(this.#path(files.timing), 'a');
    lease.check();
    await this.#timing.appendFile(`${JSON.stringify(entry)}\n`);
  }
  async checkpoint({ arrays, record }: Snapshot): Promise<string> {
    const lease = this.#writable();
    await this.#metrics?.sync(); // what the checkpoint counts on is durable before it is
    const bytes = encodeSnapshot({ arrays, record, hash: this.#hash, metricsBytes: this.#bytes });
    await replace(this.folder, files.checkpoint, bytes, lease);
    return files.checkpoint;
  }
  async finish(summary: RunSummary, weights: NamedArrays): Promise<void> {
    const lease = this.#writable();
    await this.#metrics?.sync();
    await replace(this.folder, files.table, tableOf(this.#rows), lease);
    await replace(this.folder, `${files.weights}.npz`, weightsNpz(weights), lease);
    await replace(this.folder, `${files.weights}.safetensors`, weightsSafetensors(weights, summary), lease);
    await replace(this.folder, files.summary, json(summary), lease); // the last: with it, the run is finished
    if (summary.status !== 'diverged') await rm(this.#path(files.checkpoint), { force: true });
  }
  async close(): Promise<void> {
    await this.#metrics?.close();
    await this.#timing?.close();
    this.#metrics = this.#timing = undefined;
    this.#lease?.release();
  }
  #path(name: string): string {
    return join(this.folder, name);
  }
  #writable(): Lease {
    if (this.#lease) return this.#lease;
    throw new ApicalError('APICAL_STORE', `${this.folder} is finished; force the run to begin it again`);
  }
  /** Lines after the checkpoint, and a torn last one, belong to work that will be done again. */
  async #cut(bytes: number): Promise<void> {
    const path = this.#path(files.metrics);
    const handle = await open(path, 'a+');
    try {
      const { size } = await handle.stat();
      if (size < bytes)
        throw new ApicalError(
          'APICAL_CHECKPOINT',
          `${path} has ${size} bytes, its checkpoint has seen ${bytes}: it was changed; delete the folder to begin again`,
          { at: path },
        );
      this.#writable().check();
      await handle.truncate(bytes);
    } finally {
      await handle.close();
    }
    this.#bytes = bytes;
    this.#rows = rowsOf(await readFile(path, 'utf8'), path);
  }
}
