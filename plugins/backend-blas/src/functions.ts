/** The functions of CBLAS that are used, in one precision. Arrays are addresses, all of them row-major. */
import type { DType } from '@apical/core';
import type { SharedLibrary } from './machine.js';

/** Values of the enumerations of `cblas.h`. */
export const rowMajor = 101;
export const plain = 111;
export const transposed = 112;

export interface Functions {
  /** C [m, n] = alpha · A [m, k] B [k, n] + beta · C; a transposed operand is stored the other way round. */
  readonly gemm: (
    order: number,
    transA: number,
    transB: number,
    m: number,
    n: number,
    k: number,
    alpha: number,
    A: number,
    lda: number,
    B: number,
    ldb: number,
    beta: number,
    C: number,
    ldc: number,
  ) => void;
  /** y = alpha · A x + beta · y, where A is stored as [m, n]. */
  readonly gemv: (
    order: number,
    trans: number,
    m: number,
    n: number,
    alpha: number,
    A: number,
    lda: number,
    x: number,
    incX: number,
    beta: number,
    y: number,
    incY: number,
  ) => void;
  /** A [m, n] += alpha · x yᵀ */
  readonly ger: (
    order: number,
    m: number,
    n: number,
    alpha: number,
    x: number,
    incX: number,
    y: number,
    incY: number,
    A: number,
    lda: number,
  ) => void;
}
/** Throws, naming the function, where the library is no CBLAS. */
export function functionsOf(library: SharedLibrary, dtype: DType): Functions {
  const [letter, real] = dtype === 'float64' ? ['d', 'double'] : ['s', 'float'];
  const [int, at] = ['int', 'uintptr_t'];
  const find = (name: string, parameters: readonly string[]): unknown =>
    library.func(`cblas_${letter}${name}`, 'void', parameters);
  return {
    gemm: find('gemm', [int, int, int, int, int, int, real, at, int, at, int, real, at, int]),
    gemv: find('gemv', [int, int, int, int, real, at, int, at, int, real, at, int]),
    ger: find('ger', [int, int, int, real, at, int, at, int, at, int]),
  } as Functions;
}
/** Does a product of each kind come out right? A library with other integers or another order of arguments does not pass. */
export function worksHere(
  { gemm, gemv, ger }: Functions,
  dtype: DType,
  address: (v: ArrayBufferView) => number,
): boolean {
  // small typed arrays may be moved; the bytes of a buffer are not
  const buffer = new ArrayBuffer(512);
  const all = dtype === 'float64' ? new Float64Array(buffer) : new Float32Array(buffer);
  const size = all.BYTES_PER_ELEMENT;
  const start = address(all);
  const at = (k: number): number => start + k * size;
  const [A, x, y, B, C] = [0, 8, 16, 24, 32];
  all.set([1, 2, 3, 4, 5, 6], A); // [2, 3]
  all.set([1, -1, 2], x);
  all.set([1, 2], y);
  all.set([1, 0, 2, 1, 0, 3], B); // [2, 3], used transposed
  gemv(rowMajor, plain, 2, 3, 2, at(A), 3, at(x), 1, 1, at(y), 1); // y = 2 A x + y
  gemm(rowMajor, plain, transposed, 2, 2, 3, 0.5, at(A), 3, at(B), 3, 1, at(C), 2); // C += A Bᵀ / 2
  ger(rowMajor, 2, 3, 1, at(y), 1, at(x), 1, at(A), 3); // A += y xᵀ
  const got = [...all.subarray(y, y + 2), ...all.subarray(C, C + 4), ...all.subarray(A, A + 6)];
  const want = [11, 24, 3.5, 5, 8, 11, 12, -9, 25, 28, -19, 54];
  return want.every((value, k) => got[k] === value);
}
