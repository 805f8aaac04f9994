/** What the emitters of one function share: where numbers live, locals, kernels, and how much is written out. */
import type { Cell, DenseProduct, Operation, Step } from '@apical/core';
import {
  demote,
  f64,
  f64Ops,
  floatLoad,
  floatStore,
  get,
  i32,
  storeLane,
  v128Bytes,
  v128Load,
  v128Ops,
  v128Store,
  vectors,
  type Code,
} from './assembler.js';
import type { Locals, Size } from './kernel-code.js';
import type { ModuleBuilder } from './module.js';

export type Product = DenseProduct & { readonly op: 'multiply' | 'multiply-transposed' | 'outer' };
/** Addresses of room for panels and for a tile that hangs over the edge; one product at a time uses it. */
export interface Room {
  readonly panels: (rowBytes: number, colBytes: number) => { readonly rows: number; readonly cols: number };
  readonly spare: number;
}
/** What became of a product. */
export type How = 'written' | 'kernels' | 'library';
export interface Emission {
  readonly size: Size;
  readonly locals: Locals;
  readonly module: ModuleBuilder;
  /** Multiply and add with one rounding, in products. */
  readonly fused: boolean;
  /** Does the array live in this memory? */
  readonly holds: (data: ArrayBufferView) => boolean;
  readonly room: Room;
  /** Another library's way with some products (undefined: ours). */
  readonly products?: ((product: Product) => Step | undefined) | undefined;
  readonly count: (how: How) => void;
  /** Operations one after the other. */
  readonly list: (operations: readonly Operation[]) => Code;
}
/** Runs of at most so many vectors are written out; longer ones are loops. */
export const writtenOut = 8;

/** A place in an array: a byte offset known now, plus one in a local. */
export interface Position {
  readonly local?: number;
  readonly offset: number;
}
export const positionCode = ({ local }: Position): Code => (local === undefined ? i32(0) : get(local));
export const loadAt = (base: number, at: Position): Code => v128Load(positionCode(at), base + at.offset);
export const storeAt = (base: number, at: Position, value: Code): Code =>
  v128Store(positionCode(at), value, base + at.offset);
/** Stores the first `rest` lanes of a local: one float64, or one to three float32. */
export function storeRest(size: Size, base: number, at: Position, local: number, rest: number): Code {
  const lane = (width: Size, k: number): Code =>
    storeLane(width, positionCode(at), get(local), k, base + at.offset + k * width);
  if (size === 8 || rest === 1) return lane(size, 0);
  return rest === 2 ? lane(8, 0) : [...lane(8, 0), ...lane(4, 2)];
}
/** The first `rest` lanes, and 0 for the others. */
export const firstLanes = (size: Size, value: Code, rest: number): Code =>
  v128Ops.and(value, v128Bytes(Array.from({ length: 16 }, (_, byte) => (byte < rest * size ? 0xff : 0))));
/** A cell's number as float64. */
export const cellValue = (cell: Cell): Code => floatLoad(8, i32(0), cell.byteOffset);
/** cell += 1 */
export const incremented = (cell: Cell): Code =>
  floatStore(8, i32(0), f64Ops.add(cellValue(cell), f64(1)), cell.byteOffset);
/** A float64 in every lane, rounded to the lanes' type. */
export const splatOf = (size: Size, value: Code): Code =>
  vectors[size].splat(size === 4 ? demote(value) : value);
/** a · b + c on vectors, in one rounding or in two. */
export const multiplyAdd =
  ({ size, fused }: Pick<Emission, 'size' | 'fused'>) =>
  (a: Code, b: Code, c: Code): Code => {
    const v = vectors[size];
    return fused ? v.fused(a, b, c) : v.add(v.multiply(a, b), c);
  };
