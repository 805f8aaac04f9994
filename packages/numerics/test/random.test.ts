import t from 'tap';
import {
  cosineAndSine,
  createRandomSource,
  fillNormals,
  logarithm,
  normalConstants,
  pearson,
  philox,
  streamKey,
  tCdf,
  tInterval,
  variance,
} from '../src/index.js';

/** Largest distance of a sample's distribution from `cdf`, times √n; 1.95 is the 0.1 % point (Kolmogorov). */
function kolmogorov(values: Float64Array, cdf: (x: number) => number): number {
  const sorted = Float64Array.from(values).sort();
  let most = 0;
  for (const [i, x] of sorted.entries()) {
    const p = cdf(x);
    most = Math.max(most, Math.abs(p - i / sorted.length), Math.abs((i + 1) / sorted.length - p));
  }
  return most * Math.sqrt(sorted.length);
}
const draw = (n: number, next: () => number): Float64Array => Float64Array.from({ length: n }, next);
/** FNV-1a of the bits, to pin many numbers at once. */
function digest(values: Float64Array): number {
  let hash = 0x811c9dc5;
  for (const byte of new Uint8Array(values.buffer)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

t.test('Philox gives the known answers published with Random123', async t => {
  const words = new Uint32Array(4);
  const all = 0xffffffff;
  philox(0, 0, 0, 0, 0, 0, words);
  t.same([...words], [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8]);
  philox(all, all, all, all, all, all, words);
  t.same([...words], [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd]);
  philox(0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344, 0xa4093822, 0x299f31d0, words);
  t.same([...words], [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1]);
});

t.test('keys of streams are those of an independent implementation of the documented hash', async t => {
  t.same(streamKey(0, ''), [3710895380, 2918555867]);
  t.same(streamKey(0, 'init/W/hidden1'), [3440197924, 3240481655]);
  t.same(streamKey(1, 'init/W/hidden1'), [2494538022, 964625230]);
  t.same(streamKey(2 ** 40 + 7, 'noise/hidden1/xi — λ'), [1393549862, 90177544]);
  t.same(createRandomSource(0).key('init/W/hidden1'), [3440197924, 3240481655]);
  const keys = new Set<string>();
  for (let seed = 0; seed < 20; seed++)
    for (let i = 0; i < 100; i++) keys.add(streamKey(seed, `init/W/hidden${i}`).join());
  t.equal(keys.size, 2000, 'no two names or seeds share a key');
});

t.test('uniforms and normals are those of an independent implementation in 40 digits', async t => {
  const stream = createRandomSource(7).stream('init/W/hidden1');
  t.equal(stream.name, 'init/W/hidden1');
  const uniforms = [0.005398904958811124, 0.2969092963351492, 0.5011370796466046, 0.6054939301144328];
  t.same(
    uniforms.map(() => stream.uniform()),
    uniforms,
  );
  const near = (found: number, wanted: number): void => {
    // log, √, cosine and two products: within 5 units in the last place.
    t.ok(Math.abs(found - wanted) <= 5 * 2 ** -53 * Math.abs(wanted), `${found} for ${wanted}`);
  };
  for (const wanted of [
    1.794406460916864, 1.3484893278515937, 0.13655550684453072, 0.09944788804983398, -0.7982671903245222,
  ])
    near(stream.normal(), wanted);
  const block = new Float64Array(7);
  fillNormals([1, 2], 2 ** 33 + 3, block);
  const wanted = [
    -1.013681354207386, 0.45433484050185413, 0.22653493412937173, -2.0379739725354087, -0.13902734393568483,
    0.7887150687050625, -1.1346609192872061,
  ];
  for (const [i, w] of wanted.entries()) near(block[i]!, w);
});

t.test('the bits of normals, uniforms and permutations are pinned', async t => {
  const block = new Float64Array(4001);
  fillNormals([0x01234567, 0x89abcdef], 5, block);
  t.equal(digest(block), 435827671);
  const stream = createRandomSource(11).stream('data/order');
  t.equal(digest(draw(1001, () => stream.uniform())), 3348746551);
  t.same([...stream.permutation(9)], [2, 1, 0, 8, 4, 3, 5, 6, 7]);
});

t.test('the logarithm is within 2 ulp of Math.log where normals use it', async t => {
  const stream = createRandomSource(1).stream('log');
  let worst = 0;
  const check = (u: number): void => {
    const wanted = Math.log(u);
    const exponent = Math.floor(Math.log2(Math.abs(wanted)));
    worst = Math.max(worst, Math.abs(logarithm(u) - wanted) / 2 ** (exponent - 52));
  };
  for (let i = 0; i < 50000; i++) {
    const u = stream.uniform() + 2 ** -54;
    check(u);
    check(u * 2 ** -stream.integer(52));
    check(Math.min(1 - 2 ** -53, 1 - u * 2 ** -(1 + stream.integer(50))));
  }
  for (const edge of [2 ** -53, 1 - 2 ** -53, 0.5, Math.SQRT1_2, 0.7071067811865475, 0.70710754]) check(edge);
  t.ok(worst <= 2, `${worst} ulp`);
  t.comment(`worst ${worst} ulp`);
  t.equal(logarithm(1), 0);
});

t.test('cosine and sine are within 2 ulp of the exact values', async t => {
  const stream = createRandomSource(2).stream('angle');
  const pair = new Float64Array(2);
  const { halfPi } = normalConstants;
  const halfPiLow = 6.123233995736766e-17;
  const split = (a: number): [number, number] => {
    const c = 134217729 * a;
    const high = c - (c - a);
    return [high, a - high];
  };
  let worst = 0;
  const check = (v: number): void => {
    cosineAndSine(v, pair);
    const q = 4 * v;
    const j = Math.floor(q + 0.5);
    const f = q - j;
    // x + rest = f π/2 to twice the precision (Dekker 1971), so that the reference has no error of its own argument.
    const x = f * halfPi;
    const [fh, fl] = split(f);
    const [ph, pl] = split(halfPi);
    const rest = fl * pl - (x - fh * ph - fl * ph - fh * pl) + f * halfPiLow;
    const c = Math.cos(x) - rest * Math.sin(x);
    const s = Math.sin(x) + rest * Math.cos(x);
    const quadrant = [c, -s, -c, s, c][j]!;
    const sine = [s, c, -s, -c, s][j]!;
    for (const [found, wanted] of [
      [pair[0]!, quadrant],
      [pair[1]!, sine],
    ] as const) {
      const unit = 2 ** (Math.floor(Math.log2(Math.abs(wanted))) - 52);
      if (wanted !== 0) worst = Math.max(worst, Math.abs(found - wanted) / unit);
    }
  };
  for (let i = 0; i < 50000; i++) {
    check(stream.uniform());
    check((0.25 * stream.integer(4) + stream.uniform() * 2 ** -stream.integer(50)) % 1);
  }
  for (let k = 0; k < 8; k++)
    for (const d of [-(2 ** -53), 0, 2 ** -53]) if (k > 0 || d >= 0) check(k / 8 + d);
  t.ok(worst <= 2, `${worst} ulp`);
  t.comment(`worst ${worst} ulp`);
  const exact = [0, 0.25, 0.5, 0.75].map(v => {
    cosineAndSine(v, pair);
    return [Math.abs(pair[0]!) === 0 ? 0 : pair[0]!, Math.abs(pair[1]!) === 0 ? 0 : pair[1]!];
  });
  t.same(
    exact,
    [
      [1, 0],
      [0, 1],
      [-1, 0],
      [0, -1],
    ],
    'exact at the quarter turns',
  );
});

t.test('an element of a block depends on key, block and position only', async t => {
  const whole = new Float64Array(53);
  fillNormals([3, 4], 2, whole);
  for (const cuts of [
    [0, 53],
    [0, 1, 2, 3, 53],
    [0, 4, 9, 10, 25, 26, 52, 53],
    [0, 7, 7, 53],
  ]) {
    const pieces = new Float64Array(53);
    for (let k = 0; k + 1 < cuts.length; k++)
      fillNormals([3, 4], 2, pieces.subarray(cuts[k], cuts[k + 1]), cuts[k]);
    t.same(pieces, whole, `cut at ${cuts.join(', ')}`);
  }
  const other = new Float64Array(53);
  for (const [key, index] of [
    [[3, 4], 3],
    [[3, 4], 2 + 2 ** 32],
    [[3, 5], 2],
    [[2, 4], 2],
  ] as const) {
    fillNormals(key, index, other);
    t.ok(Math.abs(pearson(whole, other)) < 0.5, 'another key or block is unrelated');
  }
  const single = new Float32Array(53);
  fillNormals([3, 4], 2, single);
  t.same(single, Float32Array.from(whole), 'float32 numbers are the rounded float64 ones');
});

t.test('normal number k of a stream is element k of block 0, whatever else is drawn', async t => {
  const source = createRandomSource(5);
  const block = new Float64Array(101);
  fillNormals(source.key('noise/a'), 0, block);
  const stream = source.stream('noise/a');
  t.same(
    draw(101, () => {
      stream.uniform();
      return stream.normal();
    }),
    block,
  );
});

t.test('equal seeds and names give equal numbers, others unrelated ones', async t => {
  const names = ['init/W/hidden1', 'init/W/hidden2', 'init/B/hidden1', 'data/order', 'noise/hidden1'];
  const n = 4000;
  const columns = [3, 4].flatMap(seed =>
    names.map(name => {
      const stream = createRandomSource(seed).stream(name);
      return draw(n, () => stream.uniform());
    }),
  );
  const again = createRandomSource(3).stream('init/W/hidden1');
  t.same(
    draw(n, () => again.uniform()),
    columns[0],
  );
  let most = 0;
  for (let a = 0; a < columns.length; a++)
    for (let b = 0; b < a; b++) most = Math.max(most, Math.abs(pearson(columns[a]!, columns[b]!)));
  // 45 pairs: 4 standard errors 1 / √n are passed with probability 0.003.
  t.ok(most < 4 / Math.sqrt(n), `largest correlation ${most}`);
});

t.test('uniforms and normals have the moments and distribution they should', async t => {
  const n = 20000;
  const stream = createRandomSource(17).stream('moments');
  const uniforms = draw(n, () => stream.uniform());
  t.ok(uniforms.every(u => u >= 0 && u < 1));
  t.ok(kolmogorov(uniforms, u => u) < 1.95);
  const normals = draw(n, () => stream.normal());
  t.ok(kolmogorov(normals, x => tCdf(x, 1e7)) < 1.95);
  // Standard errors of the first four moments of n normals: 1, √2, √15, √96 over √n.
  for (const [power, wanted, error] of [
    [1, 0, 1],
    [2, 1, Math.SQRT2],
    [3, 0, Math.sqrt(15)],
    [4, 3, Math.sqrt(96)],
  ] as const) {
    const moment = normals.reduce((sum, x) => sum + x ** power, 0) / n;
    t.ok(Math.abs(moment - wanted) < (4 * error) / Math.sqrt(n), `moment ${power} is ${moment}`);
  }
  const even = normals.filter((_, i) => i % 2 === 0);
  const odd = normals.filter((_, i) => i % 2 === 1);
  t.ok(Math.abs(pearson(even, odd)) < 0.04, 'the two of a pair are uncorrelated');
  t.ok(
    Math.abs(
      pearson(
        even.map(x => x * x),
        odd.map(x => x * x),
      ),
    ) < 0.04,
    'and so are their squares',
  );
});

t.test('whole numbers below a bound are equally likely, also where it does not divide 2³²', async t => {
  const stream = createRandomSource(23).stream('integers');
  const counts = new Float64Array(7);
  for (let i = 0; i < 14000; i++) counts[stream.integer(7)]!++;
  const chi = counts.reduce((sum, c) => sum + (c - 2000) ** 2 / 2000, 0);
  t.ok(chi < 22.46, `χ² of 6 degrees of freedom is ${chi}; its 0.1 % point is 22.46`);
  const below = 3 * 2 ** 30; // A remainder of one word would give the lower third twice as often.
  const large = draw(3000, () => stream.integer(below));
  t.ok(kolmogorov(large, x => x / below) < 1.95);
  const huge = draw(3000, () => stream.integer(3 * 2 ** 51));
  t.ok(huge.every(x => Number.isSafeInteger(x)) && kolmogorov(huge, x => x / (3 * 2 ** 51)) < 1.95);
  t.equal(stream.integer(1), 0);
  for (const wrong of [0, -1, 1.5, NaN, 2 ** 54])
    t.throws(() => stream.integer(wrong), { code: 'APICAL_RANDOM', message: /at least 1/ });
});

t.test('all permutations of four are equally likely', async t => {
  const stream = createRandomSource(29).stream('permutation');
  const counts = new Map<string, number>();
  for (let i = 0; i < 4800; i++) {
    const order = stream.permutation(4).join('');
    counts.set(order, (counts.get(order) ?? 0) + 1);
  }
  t.equal(counts.size, 24);
  const chi = [...counts.values()].reduce((sum, c) => sum + (c - 200) ** 2 / 200, 0);
  t.ok(chi < 49.73, `χ² of 23 degrees of freedom is ${chi}; its 0.1 % point is 49.73`);
  t.same([...stream.permutation(0)], []);
  t.same(
    [...stream.permutation(500)].sort((a, b) => a - b),
    [...Array(500).keys()],
  );
  t.throws(() => stream.permutation(-1), { code: 'APICAL_RANDOM' });
  t.throws(() => createRandomSource(1.5), { code: 'APICAL_SEED', message: /seed 1.5: give a whole number/ });
  t.throws(() => createRandomSource(-1), { code: 'APICAL_SEED' });
});

t.test('a 95 % t-interval of five normals covers their mean in about 95 % of 2000 draws', async t => {
  const stream = createRandomSource(31).stream('coverage');
  let covered = 0;
  for (let i = 0; i < 2000; i++) {
    const { low, high } = tInterval(draw(5, () => 3 + 2 * stream.normal()));
    if (low <= 3 && 3 <= high) covered++;
  }
  // Standard error of the share is 0.0049.
  t.ok(Math.abs(covered / 2000 - 0.95) < 0.015, `${covered / 2000}`);
  t.ok(Math.abs(variance(draw(4000, () => 3 + 2 * stream.normal())) - 4) < 0.36);
});
