import t from 'tap';
import type { Matrix } from '@apical/core';
import { createRandomSource, inverse, leadingEigenvectors, pseudoInverse, solve } from '../src/index.js';

const matrix = (...rows: number[][]): Matrix => ({
  rows: rows.length,
  cols: rows[0]!.length,
  data: Float64Array.from(rows.flat()),
});
const random = (rows: number, cols: number, seed: number): Matrix => {
  const stream = createRandomSource(seed).stream('test');
  return { rows, cols, data: Float64Array.from({ length: rows * cols }, () => stream.normal()) };
};
const times = (a: Matrix, b: Matrix): Matrix => ({
  rows: a.rows,
  cols: b.cols,
  data: Float64Array.from({ length: a.rows * b.cols }, (_, i) => {
    const [row, col] = [Math.floor(i / b.cols), i % b.cols];
    let sum = 0;
    for (let k = 0; k < a.cols; k++) sum += a.data[row * a.cols + k]! * b.data[k * b.cols + col]!;
    return sum;
  }),
});
const apart = (a: Matrix, b: Matrix): number =>
  a.rows === b.rows && a.cols === b.cols
    ? Math.max(...Array.from(a.data, (v, i) => Math.abs(v - b.data[i]!)))
    : Infinity;
const eye = (n: number): Matrix => ({
  rows: n,
  cols: n,
  data: Float64Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? 1 : 0)),
});

t.test('systems are solved, also where a pivot is zero and for several right sides', async t => {
  // 2 x + y = 5, x − 3 y = −1: x = 2, y = 1
  t.ok(apart(solve(matrix([2, 1], [1, -3]), matrix([5], [-1])), matrix([2], [1])) < 1e-15);
  t.ok(apart(solve(matrix([0, 2], [4, 0]), matrix([2, 6], [4, 8])), matrix([1, 2], [1, 3])) < 1e-15);
  const [a, x] = [random(7, 7, 1), random(7, 3, 2)];
  t.ok(apart(solve(a, times(a, x)), x) < 1e-12);
  t.same(a.data, random(7, 7, 1).data, 'what is given stays');
});

t.test('an inverse is one on both sides, and the pseudo-inverse of a matrix of full rank', async t => {
  t.ok(apart(inverse(matrix([4, 7], [2, 6])), matrix([0.6, -0.7], [-0.2, 0.4])) < 1e-15);
  const a = random(6, 6, 3);
  const b = inverse(a);
  t.ok(apart(times(a, b), eye(6)) < 1e-12);
  t.ok(apart(times(b, a), eye(6)) < 1e-12);
  t.ok(apart(b, pseudoInverse(a)) < 1e-11);
  const small = inverse(matrix([1e-200, 0], [0, 2e-200]));
  t.ok(Math.abs(small.data[0]! / 1e200 - 1) < 1e-15, 'small is not singular');
  t.ok(
    apart(inverse(matrix([1e-20, 0], [0, 1])), matrix([1e20, 0], [0, 1])) < 1e5,
    'nor is small beside large',
  );
});

t.test('what has no solution is refused with what was asked', async t => {
  const refused = (ask: () => unknown, message: RegExp) => t.throws(ask, { code: 'APICAL_MATRIX', message });
  const singular = matrix([1, 2, 3], [4, 5, 9], [7, 8, 15]);
  refused(() => solve(singular, eye(3)), /^solution of a system of a 3 x 3 .* singular: its column 2 /);
  refused(
    () => inverse(singular),
    /^inverse of a 3 x 3 matrix that is singular: .*or take the pseudo-inverse$/,
  );
  refused(() => inverse(matrix([0, 0], [0, 0])), /its column 0/);
  refused(() => inverse(random(2, 3, 1)), /inverse of a 2 x 3 matrix; only square/);
  refused(() => solve(eye(3), random(2, 1, 1)), /the matrix is 3 x 3, the right side 2 x 1; give it 3 rows/);
  refused(() => solve(matrix([1, NaN], [0, 1]), eye(2)), /entry \[0, 1\] is NaN/);
  refused(() => leadingEigenvectors(random(3, 2, 1)), /eigenvectors of a 3 x 2/);
  for (const count of [0, 4, 1.5])
    refused(() => leadingEigenvectors(eye(3), count), /give a whole number from 1 to 3/);
});

/** Largest |A v − λ v| over the columns. */
function residual(a: Matrix, count?: number): number {
  const { values, real, imaginary } = leadingEigenvectors(a, count);
  const [re, im] = [times(a, real), times(a, imaginary)];
  let worst = 0;
  for (let i = 0; i < real.data.length; i++) {
    const k = i % real.cols;
    const [x, y, u, v] = [real.data[i]!, imaginary.data[i]!, values.real[k]!, values.imaginary[k]!];
    worst = Math.max(worst, Math.hypot(re.data[i]! - (u * x - v * y), im.data[i]! - (u * y + v * x)));
  }
  return worst;
}
t.test('eigenvectors are those of the largest eigenvalues, of length 1 and with one sign', async t => {
  const symmetric = leadingEigenvectors(matrix([2, 1], [1, 2]), 1);
  t.ok(Math.abs(symmetric.values.real[0]! - 3) < 1e-15);
  t.ok(apart(symmetric.real, matrix([Math.SQRT1_2], [Math.SQRT1_2])) < 1e-15);
  t.equal(symmetric.complex, false);
  const negative = leadingEigenvectors(matrix([-5, 0, 0], [0, 2, 0], [0, 0, 3]));
  t.same([...negative.values.real], [-5, 3, 2], 'by modulus');
  t.ok(apart(negative.real, matrix([1, 0, 0], [0, 0, 1], [0, 1, 0])) < 1e-15);
  // upper triangular: 4 with (1, 0), 1 with (1, −3) / √10
  const skew = leadingEigenvectors(matrix([4, 1], [0, 1]));
  t.ok(apart(skew.real, matrix([1, -1 / Math.sqrt(10)], [0, 3 / Math.sqrt(10)])) < 1e-15);
});

t.test('complex pairs stand side by side, are said, and are not parted', async t => {
  // a turn by 90° that doubles, beside a real 1: ± 2 i with (1, ∓ i) / √2
  const turn = matrix([0, -2, 0], [2, 0, 0], [0, 0, 1]);
  const { values, real, imaginary, complex } = leadingEigenvectors(turn, 2);
  t.equal(complex, true);
  t.ok(Math.abs(values.imaginary[0]! - 2) < 1e-14 && Math.abs(values.imaginary[1]! + 2) < 1e-14);
  t.ok(apart(real, matrix([Math.SQRT1_2, Math.SQRT1_2], [0, 0], [0, 0])) < 1e-14);
  t.ok(apart(imaginary, matrix([0, 0], [-Math.SQRT1_2, Math.SQRT1_2], [0, 0])) < 1e-14);
  t.throws(() => leadingEigenvectors(turn, 1), { message: /^1 leading .* parts a complex pair; give 2$/ });
  t.equal(leadingEigenvectors(turn).values.real[2], 1);
  t.throws(() => leadingEigenvectors(matrix([3, 0, 0], [0, 0, -2], [0, 2, 0]), 2), {
    message: /give 1 or 3$/,
  });
  for (const seed of [1, 2, 3, 4]) {
    const a = random(8, 8, seed);
    t.ok(residual(a) < 1e-12, `residual ${residual(a)}`);
    const sizes = leadingEigenvectors(a).values;
    const moduli = Array.from(sizes.real, (re, k) => Math.hypot(re, sizes.imaginary[k]!));
    t.same(
      moduli,
      [...moduli].sort((x, y) => y - x),
    );
  }
});
