/** numpy's `.npz`: a zip archive with one `.npy` a name. */
import type { NdArray } from 'ndarray';
import { formatError, inflated, type DataArray, type Numbers } from './arrays.js';
import { readNpy, writeNpy } from './npy.js';
import { readZip, writeZip } from './zip.js';

/** Reads all arrays; members may be stored (`savez`) or deflated (`savez_compressed`). */
export function readNpz(raw: Uint8Array, file: string): Readonly<Record<string, DataArray>> {
  const arrays: Record<string, DataArray> = {};
  for (const [name, bytes] of readZip(inflated(raw, file), file)) {
    if (!name.endsWith('.npy'))
      throw formatError(file, `member "${name}" is not an .npy array; an .npz file holds nothing else`);
    arrays[name.slice(0, -4)] = readNpy(bytes, `${file}[${name.slice(0, -4)}]`);
  }
  return arrays;
}
/** The bytes of an `.npz` file, stored, in the order of the names given; equal arrays give equal bytes. */
export function writeNpz(arrays: Readonly<Record<string, NdArray<Numbers>>>): Uint8Array {
  return writeZip(Object.entries(arrays).map(([name, array]) => [`${name}.npy`, writeNpy(array)] as const));
}
