/** Numbers to and from bytes, and row-major copies of strided arrays: what the file formats share. */
import { createHash } from 'node:crypto';
import { endianness } from 'node:os';
import { gunzipSync } from 'node:zlib';
import { ApicalError, type FloatArray } from '@apical/core';
import ndarray, { type NdArray } from 'ndarray';

export type Numbers = FloatArray | Int32Array | Uint8Array;
export type DataArray = NdArray<Numbers>;
/** Letter as in numpy (float, brain float, signed, unsigned, boolean) and bytes an element. */
export type ElementKind =
  'f2' | 'bf2' | 'f4' | 'f8' | 'i1' | 'i2' | 'i4' | 'i8' | 'u1' | 'u2' | 'u4' | 'u8' | 'b1';

export const formatError = (file: string, message: string, cause?: unknown): ApicalError =>
  new ApicalError('APICAL_DATA_FORMAT', `${file}: ${message}`, { at: file, cause });
export const elementBytes = (kind: ElementKind): number => Number(kind.at(-1));
export const product = (shape: readonly number[]): number => shape.reduce((n, d) => n * d, 1);
export const hex = (n: number): string => `0x${n.toString(16).padStart(2, '0')}`;
export const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

export function sha256(bytes: Uint8Array | readonly Uint8Array[]): string {
  const hash = createHash('sha256');
  for (const part of bytes instanceof Uint8Array ? [bytes] : bytes) hash.update(part);
  return hash.digest('hex');
}

/** The content of a gzip file, or the bytes themselves where they are not gzipped. */
export function inflated(bytes: Uint8Array, file: string): Uint8Array {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return gunzipSync(bytes);
  } catch (e) {
    const why = e instanceof Error ? e.message : String(e);
    throw formatError(
      file,
      `begins like a gzip file but does not unpack (${why}); it is damaged or cut off`,
      e,
    );
  }
}

/** IEEE half precision to a number. */
function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
const wordBits = new DataView(new ArrayBuffer(4));
function brainFloat(bits: number): number {
  wordBits.setUint32(0, bits << 16);
  return wordBits.getFloat32(0);
}

const hostLittle = endianness() === 'LE';
type Reader = (view: DataView, at: number, little: boolean) => number;
const readers: Record<ElementKind, Reader> = {
  f2: (v, at, little) => half(v.getUint16(at, little)),
  bf2: (v, at, little) => brainFloat(v.getUint16(at, little)),
  f4: (v, at, little) => v.getFloat32(at, little),
  f8: (v, at, little) => v.getFloat64(at, little),
  i1: (v, at) => v.getInt8(at),
  i2: (v, at, little) => v.getInt16(at, little),
  i4: (v, at, little) => v.getInt32(at, little),
  i8: (v, at, little) => Number(v.getBigInt64(at, little)),
  u1: (v, at) => v.getUint8(at),
  u2: (v, at, little) => v.getUint16(at, little),
  u4: (v, at, little) => v.getUint32(at, little),
  u8: (v, at, little) => Number(v.getBigUint64(at, little)),
  b1: (v, at) => (v.getUint8(at) ? 1 : 0),
};
function room(kind: ElementKind, count: number): Numbers {
  if (kind === 'f8') return new Float64Array(count);
  if (kind === 'f4' || kind === 'f2' || kind === 'bf2') return new Float32Array(count);
  return kind === 'u1' || kind === 'b1' ? new Uint8Array(count) : new Int32Array(count);
}
/**
 * Copies `count` elements from `offset`. Floats keep their precision (16 bits widen to 32); bytes and booleans give
 * Uint8Array, other whole numbers Int32Array, and one that does not fit in 32 bits is an error.
 */
export function decode(
  bytes: Uint8Array,
  offset: number,
  count: number,
  kind: ElementKind,
  little: boolean,
  file: string,
): Numbers {
  const size = elementBytes(kind);
  const out = room(kind, count);
  if (out.BYTES_PER_ELEMENT === size && (size === 1 || little === hostLittle) && kind !== 'i1') {
    new Uint8Array(out.buffer).set(bytes.subarray(offset, offset + count * size));
    if (kind === 'b1') for (let i = 0; i < count; i++) out[i] = out[i] ? 1 : 0;
    return out;
  }
  const view = viewOf(bytes);
  const read = readers[kind];
  const wide = kind === 'i8' || kind === 'u8' || kind === 'u4';
  for (let i = 0, at = offset; i < count; i++, at += size) {
    const value = read(view, at, little);
    if (wide && (value > 2147483647 || value < -2147483648))
      throw formatError(file, `element ${i} is ${value}, which needs more than 32 bits; store it as float64`);
    out[i] = value;
  }
  return out;
}

/** The elements in row-major (`C`) or column-major (`F`) order; the array's own memory where it already is so. */
export function ordered<T extends Numbers>(array: NdArray<T>, order: 'C' | 'F' = 'C'): T {
  const { data, offset } = array;
  const shape = order === 'C' ? array.shape : array.shape.toReversed();
  const stride = order === 'C' ? array.stride : array.stride.toReversed();
  const count = product(shape);
  let expected = 1;
  let dense = true;
  for (let k = shape.length - 1; k >= 0; k--) {
    if (shape[k] !== 1 && stride[k] !== expected) dense = false;
    expected *= shape[k]!;
  }
  if (dense) return data.subarray(offset, offset + count) as T;
  const out = new (data.constructor as new (n: number) => T)(count);
  const index = shape.map(() => 0);
  for (let i = 0, at = offset; i < count; i++) {
    out[i] = data[at]!;
    for (let k = shape.length - 1; k >= 0; k--) {
      at += stride[k]!;
      if (++index[k]! < shape[k]!) break;
      at -= stride[k]! * shape[k]!;
      index[k] = 0;
    }
  }
  return out;
}
/** An array over row-major numbers. */
export const rowMajor = <T extends Numbers>(data: T, shape: readonly number[]): NdArray<T> =>
  ndarray(data, [...shape]);
/** Little-endian bytes of numbers; a view of their memory on nearly all machines. */
export function littleEndian(data: Numbers): Uint8Array {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  if (hostLittle || data.BYTES_PER_ELEMENT === 1) return bytes;
  const swapped = Uint8Array.from(bytes);
  const size = data.BYTES_PER_ELEMENT;
  for (let at = 0; at < swapped.length; at += size) swapped.subarray(at, at + size).reverse();
  return swapped;
}
