/**
 * Zip archives as numpy and data repositories write them: members stored or deflated. Read through the central
 * directory; written stored, with the time stamp 1980-01-01, so that equal members give equal bytes.
 */
import { inflateRawSync } from 'node:zlib';
import { formatError, viewOf } from './arrays.js';

const table = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k++) c = c & 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1;
  return c;
});
/** CRC-32 as in zip, gzip and PNG. */
export function crc32(bytes: Uint8Array): number {
  let c = 0xffffffff;
  for (let i = 0; i < bytes.length; i++) c = table[(c ^ bytes[i]!) & 255]! ^ (c >>> 8);
  return (c ^ 0xffffffff) >>> 0;
}

const localSignature = 0x04034b50;
const centralSignature = 0x02014b50;
const endSignature = 0x06054b50;
const endBytes = 22;

function findEnd(view: DataView): number | undefined {
  const last = Math.max(0, view.byteLength - endBytes - 65535);
  for (let at = view.byteLength - endBytes; at >= last; at--)
    if (
      view.getUint32(at, true) === endSignature &&
      at + endBytes + view.getUint16(at + 20, true) <= view.byteLength
    )
      return at;
  return undefined;
}
/** Members by name, unpacked and checked against their CRC-32. `only` leaves out the others unread. */
export function readZip(
  bytes: Uint8Array,
  file: string,
  only?: (name: string) => boolean,
): Map<string, Uint8Array> {
  const view = viewOf(bytes);
  const end = bytes.length < endBytes ? undefined : findEnd(view);
  if (end === undefined)
    throw formatError(
      file,
      'no end-of-directory record; it is not a zip archive (as .npz is), or it is cut off',
    );
  const count = view.getUint16(end + 10, true);
  let at = view.getUint32(end + 16, true);
  const zip64 =
    'is a zip64 archive (over 4 GiB or 65535 members), which is not read; save fewer or smaller arrays a file';
  if (count === 0xffff || at === 0xffffffff) throw formatError(file, zip64);
  if (view.getUint16(end + 4, true) !== 0)
    throw formatError(file, 'is one part of a split archive; join it first');
  const members = new Map<string, Uint8Array>();
  for (let k = 0; k < count; k++) {
    if (at + 46 > end || view.getUint32(at, true) !== centralSignature)
      throw formatError(file, `at offset ${at}: expected the directory entry of member ${k + 1} of ${count}`);
    const flags = view.getUint16(at + 8, true);
    const method = view.getUint16(at + 10, true);
    const crc = view.getUint32(at + 16, true);
    const packed = view.getUint32(at + 20, true);
    const size = view.getUint32(at + 24, true);
    const nameLength = view.getUint16(at + 28, true);
    const local = view.getUint32(at + 42, true);
    const name = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + nameLength));
    at += 46 + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
    if (name.endsWith('/') || (only && !only(name))) continue;
    const fail = (message: string, cause?: unknown): Error =>
      formatError(file, `member "${name}" at offset ${local}: ${message}`, cause);
    if (packed === 0xffffffff || size === 0xffffffff || local === 0xffffffff) throw formatError(file, zip64);
    if (flags & 1) throw fail('is encrypted; save it without a password');
    if (method !== 0 && method !== 8)
      throw fail(`packing method ${method} is not read; use stored or deflate`);
    if (members.has(name)) throw fail('there are two members of this name');
    if (local + 30 > bytes.length || view.getUint32(local, true) !== localSignature)
      throw fail('expected a member header here; the archive is damaged');
    const start = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
    if (start + packed > bytes.length)
      throw fail(`ends at ${start + packed}, the file has ${bytes.length} bytes`);
    const body = bytes.subarray(start, start + packed);
    let content: Uint8Array;
    try {
      content =
        method === 0 ? body : size === 0 ? new Uint8Array() : inflateRawSync(body, { maxOutputLength: size });
    } catch (e) {
      throw fail(`does not unpack (${e instanceof Error ? e.message : String(e)})`, e);
    }
    if (content.length !== size) throw fail(`unpacks to ${content.length} bytes, the directory says ${size}`);
    if (crc32(content) !== crc) throw fail('its CRC-32 is wrong; the archive is damaged');
    members.set(name, content);
  }
  return members;
}

/** A stored archive of these members, in their order. */
export function writeZip(members: Iterable<readonly [string, Uint8Array]>, file = 'archive'): Uint8Array {
  const entries = [...members].map(([name, content]) => ({ name: new TextEncoder().encode(name), content }));
  const bodies = entries.reduce((n, e) => n + 30 + e.name.length + e.content.length, 0);
  const total = entries.reduce((n, e) => n + 46 + e.name.length, bodies + endBytes);
  if (total >= 0xffffffff || entries.length >= 0xffff)
    throw formatError(
      file,
      `${entries.length} members of ${total} bytes do not fit in a zip archive without zip64`,
    );
  const out = new Uint8Array(total);
  const view = viewOf(out);
  let at = 0;
  let directory = bodies;
  for (const { name, content } of entries) {
    // From "version needed" to "extra length" both records say the same.
    const common = (from: number): void => {
      view.setUint16(from, 20, true);
      view.setUint16(from + 2, 0x0800, true); // names are UTF-8
      view.setUint32(from + 6, 0x00210000, true); // 1980-01-01 00:00
      view.setUint32(from + 10, crc, true);
      view.setUint32(from + 14, content.length, true);
      view.setUint32(from + 18, content.length, true);
      view.setUint16(from + 22, name.length, true);
    };
    const crc = crc32(content);
    view.setUint32(at, localSignature, true);
    common(at + 4);
    out.set(name, at + 30);
    out.set(content, at + 30 + name.length);
    view.setUint32(directory, centralSignature, true);
    view.setUint16(directory + 4, 20, true);
    common(directory + 6);
    view.setUint32(directory + 42, at, true);
    out.set(name, directory + 46);
    at += 30 + name.length + content.length;
    directory += 46 + name.length;
  }
  view.setUint32(directory, endSignature, true);
  view.setUint16(directory + 8, entries.length, true);
  view.setUint16(directory + 10, entries.length, true);
  view.setUint32(directory + 12, directory - bodies, true);
  view.setUint32(directory + 16, bodies, true);
  return out;
}
