/** numpy's `.npy`, versions 1 to 3: magic, header length, a Python dictionary as text, then the elements. */
import type { NdArray } from 'ndarray';
import {
  decode,
  elementBytes,
  formatError,
  inflated,
  littleEndian,
  ordered,
  product,
  rowMajor,
  viewOf,
} from './arrays.js';
import type { DataArray, ElementKind, Numbers } from './arrays.js';

const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
const readable = ['f2', 'f4', 'f8', 'i1', 'i2', 'i4', 'i8', 'u1', 'u2', 'u4', 'u8', 'b1'];

interface Header {
  readonly kind: ElementKind;
  readonly little: boolean;
  readonly fortran: boolean;
  readonly shape: number[];
}
function parseHeader(text: string, at: number, file: string): Header {
  const fail = (message: string): Error =>
    formatError(file, `header at offset ${at}: ${message}; the header is ${JSON.stringify(text.trim())}`);
  const fortran = /'fortran_order'\s*:\s*(True|False)/.exec(text)?.[1];
  const dimensions = /'shape'\s*:\s*\(([\d\s,L]*)\)/.exec(text)?.[1];
  const described = /'descr'\s*:\s*'([^']*)'/.exec(text)?.[1];
  if (fortran === undefined || dimensions === undefined || !/'descr'\s*:/.test(text))
    throw fail(`expected the keys 'descr', 'fortran_order' and 'shape'`);
  const type = described === undefined ? null : /^([<>|=]?)(\w+)$/.exec(described);
  if (!type || !readable.includes(type[2]!))
    throw fail(
      `elements of type ${described ?? 'record'} are not read (Python objects, text, dates, complex numbers and ` +
        `records are not); save one of ${readable.join(', ')}`,
    );
  const shape = dimensions.split(',').map(d => d.replace('L', '').trim());
  return {
    kind: type[2] as ElementKind,
    little: type[1] !== '>',
    fortran: fortran === 'True',
    shape: shape.filter(d => d !== '').map(Number),
  };
}
/** Reads one array. Column-major files are turned: what comes back is always row-major. */
export function readNpy(raw: Uint8Array, file: string): DataArray {
  const bytes = inflated(raw, file);
  if (bytes.length < 10 || magic.some((m, i) => bytes[i] !== m))
    throw formatError(file, `at offset 0: not an .npy file, which begins with \\x93NUMPY and a version`);
  const version = bytes[6]!;
  if (version < 1 || version > 3)
    throw formatError(file, `at offset 6: version ${version}.${bytes[7]!} is not one of 1.0, 2.0, 3.0`);
  const at = version === 1 ? 10 : 12;
  const view = viewOf(bytes);
  const length = version === 1 ? view.getUint16(8, true) : bytes.length < 12 ? 0 : view.getUint32(8, true);
  const start = at + length;
  if (start > bytes.length)
    throw formatError(file, `header at offset ${at}: ${length} bytes long, the file has ${bytes.length}`);
  const decoder = new TextDecoder(version === 3 ? 'utf-8' : 'latin1');
  const { kind, little, fortran, shape } = parseHeader(decoder.decode(bytes.subarray(at, start)), at, file);
  const count = product(shape);
  const expected = start + count * elementBytes(kind);
  if (bytes.length !== expected)
    throw formatError(
      file,
      `shape (${shape.join(', ')}) of ${kind} from offset ${start} makes ${expected} bytes, the file has ${bytes.length}`,
    );
  const data = decode(bytes, start, count, kind, little, file);
  if (!fortran || shape.length < 2) return rowMajor(data, shape);
  const turned = rowMajor(data, shape.toReversed()).transpose(...shape.map((_, k) => shape.length - 1 - k));
  return rowMajor(ordered(turned), shape);
}

function descriptor(data: Numbers): string {
  if (data instanceof Float64Array) return '<f8';
  if (data instanceof Float32Array) return '<f4';
  return data instanceof Int32Array ? '<i4' : '|u1';
}
/** The bytes of an `.npy` file; equal arrays give equal bytes. `order: 'F'` writes column-major. */
export function writeNpy(array: NdArray<Numbers>, options: { order?: 'C' | 'F' } = {}): Uint8Array {
  const { order = 'C' } = options;
  const { shape } = array;
  const tuple = shape.length === 1 ? `${shape[0]!},` : shape.join(', ');
  const fortran = order === 'F' && shape.length > 1;
  const text = `{'descr': '${descriptor(array.data)}', 'fortran_order': ${fortran ? 'True' : 'False'}, 'shape': (${tuple}), }`;
  const pad = (prefix: number): number => Math.ceil((prefix + text.length + 1) / 64) * 64;
  const long = pad(10) - 10 > 65535;
  const start = pad(long ? 12 : 10);
  const body = littleEndian(ordered(array, order));
  const out = new Uint8Array(start + body.length);
  out.set([...magic, long ? 2 : 1, 0]);
  if (long) viewOf(out).setUint32(8, start - 12, true);
  else viewOf(out).setUint16(8, start - 10, true);
  out.fill(0x20, long ? 12 : 10, start);
  out.set(new TextEncoder().encode(text), long ? 12 : 10);
  out[start - 1] = 0x0a;
  out.set(body, start);
  return out;
}
