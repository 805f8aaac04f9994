/**
 * IDX, the format of MNIST: two zero bytes, a type, the number of dimensions, the dimensions as big-endian 32-bit
 * words, then big-endian values, row-major.
 */
import { decode, elementBytes, formatError, hex, inflated, product, rowMajor, viewOf } from './arrays.js';
import type { DataArray, ElementKind } from './arrays.js';

const kinds: Readonly<Record<number, ElementKind>> = {
  0x08: 'u1',
  0x09: 'i1',
  0x0b: 'i2',
  0x0c: 'i4',
  0x0d: 'f4',
  0x0e: 'f8',
};
/** Reads an IDX file, gzipped or not. */
export function readIdx(raw: Uint8Array, file: string): DataArray {
  const bytes = inflated(raw, file);
  if (bytes.length < 4)
    throw formatError(file, `${bytes.length} bytes; an IDX file has at least the 4 of its magic number`);
  if (bytes[0] !== 0 || bytes[1] !== 0)
    throw formatError(
      file,
      `at offset 0: found bytes ${hex(bytes[0]!)} ${hex(bytes[1]!)}; an IDX file begins with 0x00 0x00`,
    );
  const kind = kinds[bytes[2]!];
  if (!kind) {
    const known = Object.entries(kinds).map(([code, k]) => `${hex(Number(code))} (${k})`);
    throw formatError(file, `at offset 2: type ${hex(bytes[2]!)} is not one of ${known.join(', ')}`);
  }
  const dimensions = bytes[3]!;
  const start = 4 + 4 * dimensions;
  if (dimensions === 0) throw formatError(file, 'at offset 3: 0 dimensions; at least 1 is needed');
  if (bytes.length < start)
    throw formatError(
      file,
      `at offset 4: ${dimensions} dimensions need a header of ${start} bytes, the file has ${bytes.length}`,
    );
  const view = viewOf(bytes);
  const shape = Array.from({ length: dimensions }, (_, k) => view.getUint32(4 + 4 * k));
  const count = product(shape);
  const expected = start + count * elementBytes(kind);
  if (bytes.length !== expected)
    throw formatError(
      file,
      `dimensions ${shape.join(' × ')} of ${kind} after a header of ${start} bytes make ${expected} bytes, the file ` +
        `has ${bytes.length}${bytes.length < expected ? ': it is cut off' : ''}`,
    );
  return rowMajor(decode(bytes, start, count, kind, false, file), shape);
}
