/**
 * safetensors: 8 bytes with the length of a JSON header, the header (name → dtype, shape, offsets into the rest), then
 * little-endian row-major elements without gaps.
 */
import type { NdArray } from 'ndarray';
import {
  decode,
  elementBytes,
  formatError,
  littleEndian,
  ordered,
  product,
  rowMajor,
  viewOf,
} from './arrays.js';
import type { DataArray, ElementKind, Numbers } from './arrays.js';

const kinds: Readonly<Record<string, ElementKind>> = {
  F64: 'f8',
  F32: 'f4',
  F16: 'f2',
  BF16: 'bf2',
  I64: 'i8',
  I32: 'i4',
  I16: 'i2',
  I8: 'i1',
  U32: 'u4',
  U16: 'u2',
  U8: 'u1',
  BOOL: 'b1',
};
export interface Safetensors {
  readonly tensors: Readonly<Record<string, DataArray>>;
  readonly metadata: Readonly<Record<string, string>>;
}
const isRecord = (x: unknown): x is Record<string, unknown> =>
  typeof x === 'object' && x !== null && !Array.isArray(x);
const areWhole = (x: unknown): x is number[] =>
  Array.isArray(x) && x.every(n => Number.isSafeInteger(n) && (n as number) >= 0);

function readHeader(bytes: Uint8Array, file: string): { header: Record<string, unknown>; start: number } {
  if (bytes.length < 8)
    throw formatError(file, `${bytes.length} bytes; a safetensors file begins with an 8-byte header length`);
  const length = Number(viewOf(bytes).getBigUint64(0, true));
  if (length > bytes.length - 8 || length > 100e6)
    throw formatError(
      file,
      `at offset 0: header length ${length}, but ${bytes.length - 8} bytes follow (at most 1e8)`,
    );
  try {
    const header: unknown = JSON.parse(
      new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(8, 8 + length)),
    );
    if (isRecord(header)) return { header, start: 8 + length };
  } catch (e) {
    throw formatError(
      file,
      `header at offset 8 is not JSON (${e instanceof Error ? e.message : String(e)})`,
      e,
    );
  }
  throw formatError(file, 'header at offset 8: expected a JSON object of tensors by name');
}
/** Reads all tensors and the string metadata; the whole layout is checked before anything is decoded. */
export function readSafetensors(bytes: Uint8Array, file: string): Safetensors {
  const { header, start } = readHeader(bytes, file);
  const metadata: Record<string, string> = {};
  const found: { name: string; kind: ElementKind; shape: number[]; from: number; to: number }[] = [];
  for (const [name, entry] of Object.entries(header)) {
    const fail = (message: string): Error => formatError(file, `tensor "${name}": ${message}`);
    if (!isRecord(entry)) throw fail('expected an object with dtype, shape and data_offsets');
    if (name === '__metadata__') {
      for (const [key, value] of Object.entries(entry)) {
        if (typeof value !== 'string') throw formatError(file, `metadata "${key}" is not a string`);
        metadata[key] = value;
      }
      continue;
    }
    const { dtype, shape, data_offsets: offsets } = entry;
    const kind = typeof dtype === 'string' ? kinds[dtype] : undefined;
    if (!kind) throw fail(`dtype ${JSON.stringify(dtype)} is not one of ${Object.keys(kinds).join(', ')}`);
    if (!areWhole(shape)) throw fail(`shape ${JSON.stringify(shape)}: expected a list of whole numbers`);
    if (!areWhole(offsets) || offsets.length !== 2)
      throw fail(`data_offsets ${JSON.stringify(offsets)}: expected [begin, end]`);
    const [from, to] = offsets as [number, number];
    const expected = product(shape) * elementBytes(kind);
    if (to - from !== expected)
      throw fail(
        `shape [${shape.join(', ')}] of ${String(dtype)} makes ${expected} bytes, data_offsets span ${to - from}`,
      );
    found.push({ name, kind, shape, from, to });
  }
  found.sort((a, b) => a.from - b.from || a.to - b.to);
  let at = 0;
  for (const { name, from, to } of found) {
    if (from !== at)
      throw formatError(
        file,
        `tensor "${name}" begins at ${from} of the data, expected ${at}: no gaps or overlaps`,
      );
    at = to;
  }
  if (start + at !== bytes.length)
    throw formatError(file, `the tensors end at offset ${start + at}, the file has ${bytes.length} bytes`);
  const tensors: Record<string, DataArray> = {};
  for (const { name, kind, shape, from } of found)
    tensors[name] = rowMajor(decode(bytes, start + from, product(shape), kind, true, file), shape);
  return { tensors, metadata };
}

function dtypeOf(data: Numbers): string {
  if (data instanceof Float64Array) return 'F64';
  if (data instanceof Float32Array) return 'F32';
  return data instanceof Int32Array ? 'I32' : 'U8';
}
/** Tensors by element size, widest first, then by name, so that all are aligned; equal tensors give equal bytes. */
export function writeSafetensors(
  tensors: Readonly<Record<string, NdArray<Numbers>>>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const size = (a: NdArray<Numbers>): number => a.data.BYTES_PER_ELEMENT;
  const entries = Object.entries(tensors).sort(
    ([a, x], [b, y]) => size(y) - size(x) || (a < b ? -1 : a > b ? 1 : 0),
  );
  const header: Record<string, unknown> = {};
  const keys = Object.keys(metadata).sort();
  if (keys.length) header['__metadata__'] = Object.fromEntries(keys.map(k => [k, metadata[k]]));
  let at = 0;
  for (const [name, array] of entries) {
    const end = at + product(array.shape) * size(array);
    header[name] = { dtype: dtypeOf(array.data), shape: array.shape, data_offsets: [at, end] };
    at = end;
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  const start = 8 + Math.ceil(text.length / 8) * 8;
  const out = new Uint8Array(start + at).fill(0x20, 8, start);
  viewOf(out).setBigUint64(0, BigInt(start - 8), true);
  out.set(text, 8);
  let to = start;
  for (const [, array] of entries) {
    const body = littleEndian(ordered(array));
    out.set(body, to);
    to += body.length;
  }
  return out;
}
