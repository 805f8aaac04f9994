/**
 * Small linear algebra: decompositions by ml-matrix, for probes and weight functions (they allocate and are not
 * for the loop), and a few loops over arrays that allocate nothing.
 */
import { ApicalError, type FloatArray, type Matrix } from '@apical/core';
import { EigenvalueDecomposition, Matrix as Dense, SingularValueDecomposition } from 'ml-matrix';

type Numbers = FloatArray | readonly number[];

/** Checked copy. Throws `APICAL_MATRIX` where the length does not fit or a number is not finite. */
export function dense({ rows, cols, data }: Matrix, what: string): Dense {
  if (data.length !== rows * cols || rows === 0 || cols === 0)
    throw new ApicalError(
      'APICAL_MATRIX',
      `${what} of a ${rows} x ${cols} matrix with ${data.length} numbers; give rows x cols numbers, at least one`,
    );
  const bad = firstNonFinite(data);
  if (bad >= 0)
    throw new ApicalError(
      'APICAL_MATRIX',
      `${what}: entry [${Math.floor(bad / cols)}, ${bad % cols}] is ${data[bad]!}; all must be finite`,
    );
  return Dense.from1DArray(rows, cols, data);
}
export const flat = (m: Dense): Matrix => ({
  rows: m.rows,
  cols: m.columns,
  data: Float64Array.from(m.to1DArray()),
});

export interface SingularValues {
  /** `[rows, k]` with k = min(rows, cols). */
  readonly u: Matrix;
  /** k values, largest first. */
  readonly s: Float64Array;
  /** `[cols, k]`: the matrix is U diag(s) Vᵀ. */
  readonly v: Matrix;
}
function decompose(m: Matrix, what: string, vectors: boolean): SingularValueDecomposition {
  return new SingularValueDecomposition(dense(m, what), {
    autoTranspose: true,
    computeLeftSingularVectors: vectors,
    computeRightSingularVectors: vectors,
  });
}
/** Thin singular value decomposition. */
export function svd(m: Matrix): SingularValues {
  const result = decompose(m, 'singular value decomposition', true);
  const k = Math.min(m.rows, m.cols);
  return {
    u: flat(result.leftSingularVectors.subMatrix(0, m.rows - 1, 0, k - 1)),
    s: Float64Array.from(result.diagonal.slice(0, k)),
    v: flat(result.rightSingularVectors.subMatrix(0, m.cols - 1, 0, k - 1)),
  };
}
/** Largest first. */
export const singularValues = (m: Matrix): Float64Array =>
  Float64Array.from(decompose(m, 'singular values', false).diagonal.slice(0, Math.min(m.rows, m.cols)));

/**
 * Moore-Penrose inverse `[cols, rows]`. Singular values of at most `rtol` times the largest count as 0; the
 * default is max(rows, cols) · 2⁻⁵², as in MATLAB and Julia.
 */
export function pseudoInverse(m: Matrix, rtol = Math.max(m.rows, m.cols) * 2 ** -52): Matrix {
  const { u, s, v } = svd(m);
  const data = new Float64Array(m.cols * m.rows);
  for (let k = 0; k < s.length; k++) {
    if (!(s[k]! > rtol * s[0]!)) continue;
    for (let i = 0; i < m.cols; i++) {
      const factor = v.data[i * s.length + k]! / s[k]!;
      for (let j = 0; j < m.rows; j++)
        data[i * m.rows + j] = data[i * m.rows + j]! + factor * u.data[j * s.length + k]!;
    }
  }
  return { rows: m.cols, cols: m.rows, data };
}

export interface Eigenvalues {
  readonly real: Float64Array;
  readonly imaginary: Float64Array;
}
/** Of a square matrix, in no particular order. Throws `APICAL_MATRIX` for any other. */
export function eigenvalues(m: Matrix): Eigenvalues {
  if (m.rows !== m.cols)
    throw new ApicalError(
      'APICAL_MATRIX',
      `eigenvalues of a ${m.rows} x ${m.cols} matrix; only square matrices have them (singular values always exist)`,
    );
  const result = new EigenvalueDecomposition(dense(m, 'eigenvalues'));
  return {
    real: Float64Array.from(result.realEigenvalues),
    imaginary: Float64Array.from(result.imaginaryEigenvalues),
  };
}
/** Largest singular value. */
export const spectralNorm = (m: Matrix): number => singularValues(m)[0]!;
/** Largest modulus of an eigenvalue. */
export function spectralRadius(m: Matrix): number {
  const { real, imaginary } = eigenvalues(m);
  return real.reduce((most, re, i) => Math.max(most, Math.hypot(re, imaginary[i]!)), 0);
}

/**
 * Makes the rows of a `[rows, cols]` matrix with rows ≤ cols orthonormal, in place, from the first on: Qᵀ of the QR
 * decomposition of its transpose with R's diagonal positive. Rows of independent normals become uniform over the
 * orthonormal ones (Mezzadri 2007, section 5). Gram-Schmidt, each row twice, which is enough (Giraud et al. 2005,
 * Numerische Mathematik 101). 500 × 784 takes 1.0 s here, 3.4 s by the Householder QR of ml-matrix.
 */
export function orthonormalise(data: Float64Array, rows: number, cols: number): void {
  for (let i = 0; i < rows; i++) {
    const own = i * cols;
    for (let pass = 0; pass < 2; pass++)
      for (let j = 0; j < i; j++) {
        const other = j * cols;
        const overlap = dotAt(data, own, other, cols);
        for (let k = 0; k < cols; k++) data[own + k] = data[own + k]! - overlap * data[other + k]!;
      }
    const length = Math.sqrt(dotAt(data, own, own, cols));
    for (let k = 0; k < cols; k++) data[own + k] = data[own + k]! / length;
  }
}
/** Four sums, so that an addition does not wait for the one before. */
function dotAt(data: Float64Array, a: number, b: number, length: number): number {
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  let k = 0;
  for (; k + 3 < length; k += 4) {
    s0 += data[a + k]! * data[b + k]!;
    s1 += data[a + k + 1]! * data[b + k + 1]!;
    s2 += data[a + k + 2]! * data[b + k + 2]!;
    s3 += data[a + k + 3]! * data[b + k + 3]!;
  }
  for (; k < length; k++) s0 += data[a + k]! * data[b + k]!;
  return s0 + s1 + (s2 + s3);
}

/** Σ a b over the length of `a`, in order. */
export function dot(a: Numbers, b: Numbers): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
/** Euclidean (Frobenius) norm. Scaled by the largest entry only where the squares over- or underflow. */
export function norm(a: Numbers): number {
  const squares = dot(a, a);
  if (squares > 1e-280 && squares < Infinity) return Math.sqrt(squares);
  const largest = maxAbs(a);
  if (!(largest > 0 && largest < Infinity)) return largest;
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i]! / largest) ** 2;
  return largest * Math.sqrt(sum);
}
/** into ← factor · from; `into` may be `from`. */
export function scaleInto(into: FloatArray, from: Numbers, factor: number): void {
  for (let i = 0; i < into.length; i++) into[i] = factor * from[i]!;
}
/** Largest absolute value; 0 of nothing, NaN where an entry is NaN. */
export function maxAbs(a: Numbers): number {
  let most = 0;
  for (let i = 0; i < a.length; i++) {
    const size = Math.abs(a[i]!);
    if (!(size <= most)) most = size;
    if (Number.isNaN(most)) return most;
  }
  return most;
}
/** Index of the first entry that is NaN or infinite, or −1. */
export function firstNonFinite(a: Numbers): number {
  for (let i = 0; i < a.length; i++) if (a[i]! - a[i]! !== 0) return i;
  return -1;
}
