import t from 'tap';
import {
  angle,
  bootstrapInterval,
  cosine,
  createRandomSource,
  dot,
  eigenvalues,
  equivalence,
  firstNonFinite,
  flagReference,
  holm,
  interquartileMean,
  linearFit,
  maxAbs,
  mean,
  median,
  norm,
  normRatio,
  nullBand,
  pearson,
  pseudoInverse,
  quantile,
  scaleInto,
  signAgreement,
  signedRanks,
  signFlipTest,
  singularValues,
  spectralNorm,
  spectralRadius,
  standardDeviation,
  stratifiedBootstrapInterval,
  svd,
  tCdf,
  tInterval,
  tQuantile,
  variance,
} from '../src/index.js';

const near = (found: number, wanted: number, within = 1e-12): boolean => {
  const ok = Math.abs(found - wanted) <= within;
  return t.ok(ok, `${found} for ${wanted}`);
};
const matrix = (rows: number, cols: number, ...numbers: number[]) => ({
  rows,
  cols,
  data: Float64Array.from(numbers),
});

t.test('the t distribution agrees with 40-digit values of the incomplete beta function', async () => {
  for (const [x, df, p, tail] of [
    [0.001, 1, 0.5003183097800805, 0.4996816902199194],
    [0.7, 1, 0.6944001122142148, 0.30559988778578523],
    [12, 1, 0.9735353239404101, 0.026464676059589874],
    [0.7, 2.5, 0.728297528405226, 0.271702471594774],
    [12, 2.5, 0.9985818924849609, 0.001418107515039162],
    [0.001, 4, 0.5003749999218751, 0.499625000078125],
    [2.3, 4, 0.9585304814438088, 0.04146951855619119],
    [2.3, 9, 0.9765003055390684, 0.02349969446093158],
    [12, 9, 0.9999996150056889, 3.849943111492826e-7],
    [0.7, 30, 0.7553397782501643, 0.24466022174983576],
    [2.3, 1000, 0.9891732900760802, 0.010826709923919799],
    [2.3, 1e5, 0.9892748654453399, 0.010725134554660103],
  ] as const) {
    near(tCdf(x, df), p);
    near(tCdf(-x, df), tail);
    near(tQuantile(p, df) / x, 1, 1e-8);
  }
  near(tCdf(-12, 1000) / 2.1620286933755395e-31, 1, 1e-9);
});
t.test('quantiles of the t distribution are those of the printed tables', async t => {
  near(tQuantile(0.975, 9), 2.2621571628, 1e-10);
  near(tQuantile(0.975, 4), 2.7764451052, 1e-10);
  near(tQuantile(0.95, 1), 6.3137515147, 1e-9);
  near(tQuantile(0.025, 4), -2.7764451052, 1e-10);
  near(tQuantile(0.975, 1e9), 1.9599639845, 1e-8);
  t.equal(tQuantile(0.5, 3), 0);
  t.equal(tQuantile(0, 3), -Infinity);
  t.equal(tQuantile(1, 3), Infinity);
  t.equal(tCdf(0, 3), 0.5);
  t.equal(tCdf(-Infinity, 3), 0);
  t.equal(tCdf(1e200, 3), 1);
  t.ok(Number.isNaN(tCdf(NaN, 3)));
  t.throws(() => tCdf(1, 0), { code: 'APICAL_STATISTICS' });
  t.throws(() => tQuantile(1.5, 3), { message: /quantile 1.5; give a number from 0 to 1/ });
});

t.test('moments, quantiles and the interquartile mean are those of small examples', async t => {
  const values = [2, 4, 4, 4, 5, 5, 7, 9];
  t.equal(mean(values), 5);
  near(variance(values), 32 / 7);
  near(standardDeviation(values), Math.sqrt(32 / 7));
  t.ok(Number.isNaN(mean([])) && Number.isNaN(variance([3])));
  t.equal(quantile([4, 1, 3, 2], 0.25), 1.75);
  t.equal(quantile([4, 1, 3, 2], 1), 4);
  t.equal(median([3, 10, 1]), 3);
  t.equal(interquartileMean([100, 1, 2, 3, 4, -50, 5, 6]), 3.5);
  t.equal(interquartileMean([7]), 7);
  t.throws(() => quantile([], 0.5), { message: /quantile of 0 values; give at least 1/ });
  t.throws(() => quantile([1, NaN], 0.5), { message: /value 1 is NaN/ });
  t.throws(() => quantile([1], 2), { code: 'APICAL_STATISTICS' });
});
t.test('the t-interval of Student’s sleep data is the published one', async t => {
  // Student 1908, table of additional hours of sleep: differences of two drugs in ten patients.
  const hours = [1.2, 2.4, 1.3, 1.3, 0, 1, 1.8, 0.8, 4.6, 1.4];
  const { mean: centre, low, high } = tInterval(hours);
  near(centre, 1.58);
  near(low, 0.7001142, 1e-7);
  near(high, 2.4598858, 1e-7);
  t.throws(() => tInterval([1]), { message: /t-interval of 1 value; give at least 2/ });
  t.throws(() => tInterval([1, 2], 95), { message: /confidence level 95; give a number between 0 and 1/ });
});
t.test('correlation and line agree with Anscombe’s first set', async t => {
  const x = [10, 8, 13, 9, 11, 14, 6, 4, 12, 7, 5];
  const y = [8.04, 6.95, 7.58, 8.81, 8.33, 9.96, 7.24, 4.26, 10.84, 4.82, 5.68];
  near(pearson(x, y), 0.81642051634484, 1e-13);
  const { slope, intercept, r2 } = linearFit(x, y);
  near(slope, 0.50009090909091, 1e-13);
  near(intercept, 3.0000909090909, 1e-12);
  near(r2, 0.66654245950909, 1e-12);
  near(pearson([1, 2, 3], [-2, -4, -6]), -1);
  t.ok(Number.isNaN(pearson([1, 1], [1, 2])));
  t.throws(() => pearson([1, 2], [1, 2, 3]), { message: /correlation of 2 and 3 values; give pairs/ });
  t.throws(() => linearFit([1, 1], [1, 2]), { message: /equal x/ });
});

t.test('the sign-flip test counts all patterns, ties included', async t => {
  t.same(signFlipTest([1, 2, 3, 4, 5]), { p: 0.0625, exact: true, n: 5 });
  t.same(signFlipTest([-1, -2, -3, -4, -5]).p, 0.0625);
  t.equal(signFlipTest([0.1, 0.1, 0.1, -0.1, 0.1]).p, 12 / 32, 'decimals that tie only in exact arithmetic');
  t.equal(signFlipTest([0, 0, 0]).p, 1);
  t.equal(signFlipTest([3]).p, 1);
  // Fisher 1935, Darwin's maize: 863 of the 32768 patterns reach the sum on one side.
  const darwin = [49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48];
  t.equal(signFlipTest(darwin).p, 1726 / 32768);
  t.throws(() => signFlipTest([]), { message: /sign-flip test of 0 values/ });
  t.throws(() => signFlipTest([1, Infinity]), { message: /value 1 is Infinity/ });
});
t.test('signed ranks share equal sizes, leave zeros out, and put infinities last', async t => {
  t.same(signedRanks([0.5, -2, 0, 2, 1]), [1, -3.5, 0, 3.5, 2]);
  t.same(signedRanks([Infinity, -1e300, -Infinity, 1]), [3.5, -2, -3.5, 1]);
  t.throws(() => signedRanks([1, NaN]), { code: 'APICAL_STATISTICS', message: /value 1 is NaN/ });
});
t.test('beyond twenty pairs the sign-flip test draws patterns, reproducibly', async t => {
  const stream = createRandomSource(3).stream('differences');
  const values = Array.from({ length: 40 }, () => 0.35 + stream.normal());
  const drawn = signFlipTest(values);
  t.equal(drawn.exact, false);
  t.same(signFlipTest(values), drawn);
  t.not(signFlipTest(values, 1).p, drawn.p);
  const { low } = tInterval(values);
  const found = (mean(values) / standardDeviation(values)) * Math.sqrt(40);
  // The two tests agree closely for normal data; 0.01 is ten standard errors of the drawn p.
  near(drawn.p, 2 * tCdf(-Math.abs(found), 39), 0.01);
  t.ok(drawn.p < 0.05 === low > 0);
  t.equal(signFlipTest(new Array<number>(40).fill(1)).p, 1 / 100001);
});
t.test('Holm’s correction steps down, keeps the order and never passes 1', async t => {
  t.same(
    holm([0.01, 0.04, 0.03, 0.005]).map(p => Number(p.toFixed(12))),
    [0.03, 0.06, 0.06, 0.02],
  );
  t.same(holm([0.9, 0.8]), [1, 1]);
  t.same(holm([]), []);
  t.throws(() => holm([0.1, NaN]), { message: /p-value 1 is NaN/ });
});
t.test('equivalence is shown exactly where the 90 % interval lies within the margin', async t => {
  const differences = [0.1, -0.05, 0.02, 0.12, -0.08, 0.03];
  const { interval } = equivalence(differences, 1);
  const edge = Math.max(Math.abs(interval.low), Math.abs(interval.high));
  const inside = equivalence(differences, edge * 1.001);
  const outside = equivalence(differences, edge * 0.999);
  t.ok(inside.equivalent && inside.p < 0.05);
  t.ok(!outside.equivalent && outside.p > 0.05);
  near(equivalence(differences, edge).p, 0.05, 1e-10);
  t.ok(equivalence([0.1, 0.1, 0.1], 0.2).equivalent, 'no spread, within the margin');
  t.notOk(equivalence([0.2, 0.2, 0.2], 0.2).equivalent, 'no spread, at the margin');
  t.throws(() => equivalence([1, 2], 0), { message: /margin 0; give a number above 0/ });
  t.throws(() => equivalence([1, 2], 1, 0.5), { code: 'APICAL_STATISTICS' });
});
t.test('bootstrap intervals of a mean approach the normal one, and strata stay apart', async t => {
  const stream = createRandomSource(41).stream('bootstrap');
  const values = Float64Array.from({ length: 400 }, () => stream.normal());
  const found = bootstrapInterval(values, mean, stream, 2000);
  const half = (1.96 * standardDeviation(values)) / 20;
  t.equal(found.mean, mean(values));
  near(found.low, mean(values) - half, 0.1 * half);
  near(found.high, mean(values) + half, 0.1 * half);
  const constant = stratifiedBootstrapInterval(
    [
      [1, 1, 1],
      [5, 5],
    ],
    ([a, b]) => mean(b!) - mean(a!),
    stream,
    50,
  );
  t.same(constant, { mean: 4, low: 4, high: 4 });
  t.ok(bootstrapInterval(values, mean, stream, 500, { level: 0.5 }).high < found.high);
  t.throws(() => bootstrapInterval([], mean, stream), { code: 'APICAL_STATISTICS' });
  t.throws(() => bootstrapInterval([1], mean, stream, 0), { message: /0 repetitions/ });
  t.throws(() => stratifiedBootstrapInterval([], () => 0, stream), { message: /no groups/ });
});

t.test('angles are signed and undefined where a direction vanishes', async t => {
  t.equal(cosine([1, 2, 2], [2, 4, 4]), 1);
  t.equal(cosine([1, 2, 2], [-2, -4, -4]), -1);
  near(angle([1, 0], [1, 1]), 45);
  near(angle([1, 0], [-1, 1]), 135);
  t.ok(Number.isNaN(cosine([0, 0], [1, 1])) && Number.isNaN(angle([1, 1], [0, 0])));
  near(cosine([1e-200, 1e-200], [1e-200, 0]), Math.SQRT1_2);
  near(cosine([1e200, 1e200], [1e200, 0]), Math.SQRT1_2);
  near(angle(Float32Array.of(1, 0), Float64Array.of(0, 3)), 90);
  t.equal(normRatio([3, 4], [0, 10]), 0.5);
  t.ok(Number.isNaN(normRatio([0], [0])));
  t.equal(signAgreement([1, -2, 3, 0, 5], [2, -1, -1, 4, 0]), 2 / 3);
  t.ok(Number.isNaN(signAgreement([0, 1], [1, 0])));
  t.throws(() => cosine([1], [1, 2]), { code: 'APICAL_ANGLE', message: /1 and 2 numbers/ });
  t.ok(flagReference(1e-9, 1) && flagReference(NaN, 1) && !flagReference(1e-7, 1));
});
t.test('the null band is where 95 % of random directions are', async t => {
  const stream = createRandomSource(43).stream('directions');
  for (const dimensions of [2, 3, 100]) {
    const { low, high } = nullBand(dimensions);
    const fixed = new Float64Array(dimensions).fill(1);
    let within = 0;
    for (let i = 0; i < 2000; i++) {
      const at = angle(
        Float64Array.from({ length: dimensions }, () => stream.normal()),
        fixed,
      );
      if (at > low && at < high) within++;
    }
    // Standard error of the share is 0.0049.
    near(within / 2000, 0.95, 0.02);
  }
  near(nullBand(3).low, (Math.acos(0.95) * 180) / Math.PI, 1e-9);
  near(nullBand(10000).sd, 0.573, 1e-4);
  near(nullBand(1e6).high - 90, 1.959964 * nullBand(1e6).sd, 1e-5);
  t.match(nullBand(1), { low: 0, high: 180 });
  t.throws(() => nullBand(0), { code: 'APICAL_ANGLE' });
});

t.test('decompositions put the matrix together again, wide and tall', async t => {
  for (const m of [matrix(3, 2, 1, 2, 3, 4, 5, 7), matrix(2, 3, 1, 2, 3, 4, 5, 7), matrix(1, 2, 3, 4)]) {
    const { u, s, v } = svd(m);
    const k = Math.min(m.rows, m.cols);
    t.same([u.rows, u.cols, s.length, v.rows, v.cols], [m.rows, k, k, m.cols, k]);
    for (let i = 0; i < m.rows; i++)
      for (let j = 0; j < m.cols; j++) {
        let sum = 0;
        for (let a = 0; a < k; a++) sum += u.data[i * k + a]! * s[a]! * v.data[j * k + a]!;
        near(sum, m.data[i * m.cols + j]!, 1e-13);
      }
    near(spectralNorm(m), s[0]!, 1e-13);
    near(norm(s), norm(m.data), 1e-13);
    t.ok(singularValues(m).every((x, i, all) => i === 0 || x <= all[i - 1]!));
    // Moore-Penrose: A A⁺ A = A.
    const inverse = pseudoInverse(m);
    t.same([inverse.rows, inverse.cols], [m.cols, m.rows]);
    const product = (a: typeof m, b: typeof m) =>
      matrix(
        a.rows,
        b.cols,
        ...Array.from({ length: a.rows * b.cols }, (_, at) => {
          let sum = 0;
          for (let q = 0; q < a.cols; q++)
            sum += a.data[Math.floor(at / b.cols) * a.cols + q]! * b.data[q * b.cols + (at % b.cols)]!;
          return sum;
        }),
      );
    const again = product(product(m, inverse as typeof m), m);
    again.data.forEach((x, i) => near(x, m.data[i]!, 1e-12));
  }
  const thin = pseudoInverse(matrix(2, 2, 1, 0, 0, 1e-9), 1e-6);
  t.same([...thin.data], [1, 0, 0, 0], 'small singular values count as 0');
  t.same([...pseudoInverse(matrix(2, 2, 0, 0, 0, 0)).data], [0, 0, 0, 0]);
  t.equal(spectralNorm({ rows: 1, cols: 2, data: Float32Array.of(3, 4) }), 5);
});
t.test('eigenvalues of a rotation are complex, and only square matrices have any', async t => {
  const { real, imaginary } = eigenvalues(matrix(2, 2, 0, -2, 2, 0));
  near(Math.max(...real.map(Math.abs)), 0);
  near(Math.max(...imaginary), 2);
  near(spectralRadius(matrix(2, 2, 0, -2, 2, 0)), 2);
  near(spectralRadius(matrix(2, 2, -3, 1, 0, 1)), 3);
  t.throws(() => eigenvalues(matrix(1, 2, 1, 2)), {
    code: 'APICAL_MATRIX',
    message: /1 x 2 matrix; only square/,
  });
  t.throws(() => svd(matrix(2, 2, 1, 2, NaN, 3)), { message: /entry \[1, 0\] is NaN/ });
  t.throws(() => svd(matrix(2, 2, 1)), { message: /2 x 2 matrix with 1 numbers/ });
});
t.test('loops over arrays give what their names say, also at the ends of the range', async t => {
  t.equal(dot([1, 2, 3], Float32Array.of(4, 5, 6)), 32);
  t.equal(norm([3, 4]), 5);
  near(norm([3e-200, 4e-200]) / 5e-200, 1);
  near(norm([3e200, 4e200]) / 5e200, 1);
  t.equal(norm([]), 0);
  t.equal(norm([Infinity, 1]), Infinity);
  t.ok(Number.isNaN(norm([NaN, 1])));
  t.equal(maxAbs([1, -7, 3]), 7);
  t.ok(Number.isNaN(maxAbs([1, NaN, 3])));
  const into = Float64Array.of(1, 2);
  scaleInto(into, into, -2);
  t.same([...into], [-2, -4]);
  t.equal(firstNonFinite([1, 2, Infinity, NaN]), 2);
  t.equal(firstNonFinite(Float32Array.of(1, NaN)), 1);
  t.equal(firstNonFinite([1, 2]), -1);
});
