/** What decides the numbers of a run, as one hash; and the hashes that show whether two runs are paired. */
import { createHash } from 'node:crypto';
import { endianness } from 'node:os';
import type { Backend, CircuitView, FloatArray, PairingHashes, RandomSource, RunConfig } from '@apical/core';
import { orderStream } from './order.js';

/** JSON with sorted keys and no undefined; functions are their text: equal content gives equal text. */
export function canonical(value: unknown): string {
  if (typeof value === 'number' && !Number.isFinite(value)) return JSON.stringify(String(value));
  if (typeof value === 'function') return JSON.stringify(String(value));
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const entries = Object.entries(value).filter(([, v]) => v !== undefined);
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([k, v]) => `${JSON.stringify(k)}:${canonical(v)}`).join(',')}}`;
}
const short = (bytes: string | Uint8Array, digits: number): string =>
  createHash('sha256').update(bytes).digest('hex').slice(0, digits);

export interface HashInput {
  readonly config: RunConfig;
  /** Of the code. */
  readonly version: string;
  readonly backend: Pick<Backend, 'name' | 'flags'>;
  /** Digest of the data set. */
  readonly data: string;
  /** SHA-256 of files that first weights come from. */
  readonly files?: Readonly<Record<string, string>>;
  /** The parts that the names of the config stand for: another rule under an old name is another run. */
  readonly parts?: unknown;
}
const notNumbers: readonly (keyof RunConfig)[] = ['seed', 'name', 'label', 'doc', 'meta', 'plugins', 'rates'];
/**
 * First 12 hex digits of SHA-256. Left out of the config: the seed, names and texts (`name`, `label`, `doc`, `meta`, `rates`),
 * the list of plugins, and how often checkpoints are written: none changes a number.
 */
export function runHash({ config, version, backend, data, files = {}, parts }: HashInput): string {
  const without = <T extends object>(train: T | undefined) =>
    train && { ...train, checkpointSeconds: undefined };
  const numbers = {
    ...config,
    ...Object.fromEntries(notNumbers.map(key => [key, undefined])),
    train: without(config.train),
    scheme: { ...config.scheme, train: without(config.scheme.train), rates: undefined },
  };
  const { name, flags } = backend;
  return short(canonical({ config: numbers, version, backend: { name, flags }, data, files, parts }), 12);
}

/** Of these numbers in little-endian order, in the dtype they have. */
function hashOf(array: FloatArray | Int32Array): string {
  const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
  if (endianness() === 'LE') return short(bytes, 16);
  const turned = Uint8Array.from(bytes);
  const size = array.BYTES_PER_ELEMENT;
  for (let k = 0; k < turned.length; k += size) turned.subarray(k, k + size).reverse();
  return short(turned, 16);
}
/** Epochs whose orders decide whether two runs are paired. */
export const epochsHashed = 3;

/** Taken before the first update. `count`: samples trained on; `passes`: orders that the hash covers. */
export function pairingHashes(given: {
  readonly circuit: Pick<CircuitView, 'weights' | 'bias'>;
  readonly forward: readonly string[];
  readonly names: readonly string[];
  readonly data: string;
  readonly random: RandomSource;
  readonly count: number;
  readonly passes?: number;
}): PairingHashes {
  const { circuit, forward, names, random, count, passes = epochsHashed } = given;
  const weights: Record<string, string> = {};
  for (const name of forward) {
    if (names.includes(name)) weights[name] = hashOf(circuit.weights(name));
    if (names.includes(`${name}/bias`)) weights[`${name}/bias`] = hashOf(circuit.bias(name));
  }
  const orders = Array.from({ length: passes }, (_, k) =>
    hashOf(random.stream(orderStream(k + 1)).permutation(count)),
  );
  return { weights, data: short(given.data, 16), order: short(orders.join(), 16) };
}
