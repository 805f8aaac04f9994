/**
 * Dense products in SIMD: matrix–vector kernels for single samples, a packed and blocked matrix product for batches.
 * Every sum has one order that depends on the shape alone.
 */
import type { WasmFunction } from './assembler.js';
import type { Size } from './kernel-code.js';
import { pack, tileCols, tileRows, tiles } from './packed.js';
import { gemv, scaledRows } from './rows.js';

/** Kernels for one dtype; arguments of each stand in its comment. */
export const productFunctions = (size: Size): readonly WasmFunction[] => [
  gemv(size),
  scaledRows(size, 'gemvTransposed', 'vector'),
  scaledRows(size, 'ger', 'weights'),
  pack(size, 'packRows', tileRows),
  pack(size, 'packCols', tileCols(size)),
  tiles(size),
];
