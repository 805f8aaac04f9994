/** Linear systems and eigenvectors of small square matrices, by ml-matrix: for probes, references and tests, not for the loop. */
import { ApicalError, type Matrix } from '@apical/core';
import { EigenvalueDecomposition, LuDecomposition, Matrix as Dense } from 'ml-matrix';
import { dense, flat, type Eigenvalues } from './linear-algebra.js';

function square(m: Matrix, what: string): Dense {
  if (m.rows !== m.cols)
    throw new ApicalError(
      'APICAL_MATRIX',
      `${what} of a ${m.rows} x ${m.cols} matrix; only square ones have one (a pseudo-inverse always exists)`,
    );
  return dense(m, what);
}
/**
 * X of A X = B for a square A `[n, n]` and B `[n, k]`, by LU with partial pivoting. Throws `APICAL_MATRIX` where shapes do not
 * fit or A is singular: a pivot is at most n · 2⁻⁵² times the largest entry of its column.
 */
export function solve(a: Matrix, b: Matrix): Matrix {
  return flat(
    solved(square(a, 'solution of a system'), dense(b, 'right side of a system'), 'solution of a system'),
  );
}
/** Of a square matrix. Throws `APICAL_MATRIX` where it is singular, as `solve` does. */
export function inverse(m: Matrix): Matrix {
  const own = square(m, 'inverse');
  return flat(solved(own, Dense.eye(m.rows), 'inverse'));
}
function solved(a: Dense, b: Dense, what: string): Dense {
  const n = a.rows;
  if (b.rows !== n)
    throw new ApicalError(
      'APICAL_MATRIX',
      `${what}: the matrix is ${n} x ${n}, the right side ${b.rows} x ${b.columns}; give it ${n} rows`,
    );
  const lu = new LuDecomposition(a);
  const pivots = lu.upperTriangularMatrix.diagonal().map(Math.abs);
  const sizes = pivots.map((_, k) => Math.max(...a.getColumn(k).map(Math.abs)));
  const column = pivots.findIndex((pivot, k) => !(pivot > n * 2 ** -52 * sizes[k]!));
  if (column >= 0)
    throw new ApicalError(
      'APICAL_MATRIX',
      `${what} of a ${n} x ${n} matrix that is singular: its column ${column} is a combination of those before it ` +
        `(pivot ${pivots[column]!} of ${sizes[column]!}); give one of full rank, or take the pseudo-inverse`,
    );
  return lu.solve(b);
}

export interface Eigenvectors {
  /** Largest modulus first; of a complex pair the one above the real axis first. */
  readonly values: Eigenvalues;
  /** Real parts `[n, count]`: column k belongs to value k, has length 1, and its largest entry is real and positive. */
  readonly real: Matrix;
  /** Imaginary parts, zero where the value is real. */
  readonly imaginary: Matrix;
  /** Are there complex pairs among them? */
  readonly complex: boolean;
}
/**
 * Right eigenvectors of a square matrix for its `count` eigenvalues of largest modulus (default: all). A matrix that is not
 * diagonalisable has fewer directions than eigenvalues: then columns repeat. Throws `APICAL_MATRIX` where `count` parts a
 * complex pair, or is no number from 1 to n.
 */
export function leadingEigenvectors(m: Matrix, count = m.rows): Eigenvectors {
  const own = square(m, 'eigenvectors');
  const n = m.rows;
  const refuse = (why: string): never => {
    throw new ApicalError('APICAL_MATRIX', `${count} leading eigenvectors of a ${n} x ${n} matrix: ${why}`);
  };
  if (!Number.isInteger(count) || count < 1 || count > n) refuse(`give a whole number from 1 to ${n}`);
  const found = new EigenvalueDecomposition(own);
  const { realEigenvalues: re, imaginaryEigenvalues: im } = found;
  const columns = found.eigenvectorMatrix.transpose().to2DArray();
  const none = new Array<number>(n).fill(0);
  // a pair stands in two columns, real and imaginary part of the vector of the value above the real axis
  const pairs = re.flatMap((value, k) => (im[k]! < 0 ? [] : [{ value, above: im[k]!, k }]));
  pairs.sort((a, b) => Math.hypot(b.value, b.above) - Math.hypot(a.value, a.above) || b.value - a.value);
  const all = pairs.flatMap(({ value, above, k }) => {
    const unit = unitVector(columns[k]!, above > 0 ? columns[k + 1]! : none);
    const conjugate = { real: unit.real, imaginary: unit.imaginary.map(v => -v) };
    return above > 0
      ? [
          { value, above, ...unit },
          { value, above: -above, ...conjugate },
        ]
      : [{ value, above: 0, ...unit }];
  });
  if (all[count - 1]!.above > 0)
    refuse(`it parts a complex pair; give ${count > 1 ? `${count - 1} or ` : ''}${count + 1}`);
  const chosen = all.slice(0, count);
  const matrix = (part: 'real' | 'imaginary'): Matrix => ({
    rows: n,
    cols: count,
    data: Float64Array.from(
      { length: n * count },
      (_, i) => chosen[i % count]![part][Math.floor(i / count)]!,
    ),
  });
  return {
    values: {
      real: Float64Array.from(chosen, c => c.value),
      imaginary: Float64Array.from(chosen, c => c.above),
    },
    real: matrix('real'),
    imaginary: matrix('imaginary'),
    complex: chosen.some(c => c.above !== 0),
  };
}
/** Turned so that its largest entry is real and positive, and of length 1. */
function unitVector(re: readonly number[], im: readonly number[]): { real: number[]; imaginary: number[] } {
  const sizes = re.map((v, i) => Math.hypot(v, im[i]!));
  const largest = Math.max(...sizes);
  const at = sizes.findIndex(size => size > largest * (1 - 1e-9));
  const length = Math.hypot(...sizes);
  const [c, s] = [re[at]! / sizes[at]! / length, im[at]! / sizes[at]! / length];
  return {
    real: re.map((v, i) => v * c + im[i]! * s),
    imaginary: re.map((v, i) => im[i]! * c - v * s),
  };
}
