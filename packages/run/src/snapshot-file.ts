/** A snapshot as the bytes of one safetensors file: arrays as tensors, the record as JSON in its metadata. */
import ndarray from 'ndarray';
import { ApicalError, schemaVersion } from '@apical/core';
import type { FloatArray, Snapshot } from '@apical/core';
import { readSafetensors, writeSafetensors } from '@apical/data';

export interface SnapshotFile extends Snapshot {
  readonly hash: string;
  /** Bytes of `metrics.jsonl` that belong to it. */
  readonly metricsBytes: number;
}
export function encodeSnapshot({ arrays, record, hash, metricsBytes }: SnapshotFile): Uint8Array {
  const tensors = Object.fromEntries(
    [...arrays].map(([name, data]) => [name, ndarray(data as FloatArray, [data.length])]),
  );
  return writeSafetensors(tensors, {
    schema: String(schemaVersion),
    hash,
    metricsBytes: String(metricsBytes),
    record: JSON.stringify(record),
  });
}
/** Throws `APICAL_CHECKPOINT` for what is not a checkpoint of this run, or newer than this program. */
export function decodeSnapshot(bytes: Uint8Array, file: string, hash: string): SnapshotFile {
  const fail = (found: string): ApicalError =>
    new ApicalError('APICAL_CHECKPOINT', `${file}: ${found}; delete it to begin the run again`, { at: file });
  const { tensors, metadata } = readSafetensors(bytes, file);
  if (metadata.record === undefined || metadata.schema === undefined) throw fail('is not a checkpoint');
  checkSchema(Number(metadata.schema), file);
  if (metadata.hash !== hash) throw fail(`belongs to run ${metadata.hash ?? 'unknown'}, not to ${hash}`);
  const arrays = new Map<string, FloatArray | Int32Array>();
  for (const [name, { data, offset, shape }] of Object.entries(tensors)) {
    if (data instanceof Uint8Array) throw fail(`array "${name}" has bytes, no numbers`);
    arrays.set(name, data.subarray(offset, offset + shape.reduce((a, b) => a * b, 1)));
  }
  const record = JSON.parse(metadata.record) as Readonly<Record<string, unknown>>;
  return { arrays, record, hash, metricsBytes: Number(metadata.metricsBytes) };
}
/** Throws `APICAL_SCHEMA` for a file of a later version. */
export function checkSchema(found: number, file: string): void {
  if (found <= schemaVersion) return;
  throw new ApicalError(
    'APICAL_SCHEMA',
    `${file} has schema version ${found}; this program reads up to ${schemaVersion}: use a newer one`,
    { at: file },
  );
}
