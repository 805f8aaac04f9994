/** The linear classifier against optima worked out by hand or found by search. */
import t from 'tap';
import { createRandomSource, fitLinearClassifier } from '@apical/numerics';

const stream = (seed: number) => createRandomSource(seed).stream('shuffle');
/** ½ alpha |w|² + mean hinge, of one class. */
function objective(x: number[][], y: number[], w: number[], b: number, alpha: number): number {
  const square = w.reduce((s, v) => s + v * v, 0);
  const hinge = x.map((p, k) => Math.max(0, 1 - y[k]! * p.reduce((s, v, j) => s + v * w[j]!, b)));
  return 0.5 * alpha * square + hinge.reduce((a, h) => a + h, 0) / x.length;
}

t.test('two clouds that a line parts are told apart without an error', async t => {
  const random = createRandomSource(1).stream('clouds');
  const samples: number[] = [];
  const labels: number[] = [];
  for (let k = 0; k < 200; k++) {
    labels.push(k % 2);
    samples.push(3 * (k % 2) + random.uniform(), 100 * random.uniform());
  }
  const machine = fitLinearClassifier(samples, labels, 2, stream(2));
  t.equal(machine.accuracy(samples, labels), 1);
  t.same(machine.predict([0, 50, 4, 50]), [0, 1]);
  t.ok(
    machine.weights[2]! > 0 && Math.abs(machine.weights[3]!) < 0.3 * machine.weights[2]!,
    'along the first axis',
  );
});

t.test('where classes overlap the objective comes close to its minimum', async t => {
  const random = createRandomSource(3).stream('clouds');
  const alpha = 0.05;
  const raw = Array.from({ length: 300 }, (_, k) => [
    (k % 2 ? 0.8 : -0.8) + random.normal(),
    random.normal(),
  ]);
  const labels = raw.map((_, k) => k % 2);
  const machine = fitLinearClassifier(raw.flat(), labels, 2, stream(4), { alpha, tolerance: 1e-6 });
  const [m, s] = [0, 1].map(f =>
    [0, 1].map(j => {
      const mean = raw.reduce((a, p) => a + p[j]!, 0) / 300;
      return f === 0 ? mean : Math.sqrt(raw.reduce((a, p) => a + (p[j]! - mean) ** 2, 0) / 300);
    }),
  ) as [number[], number[]];
  const x = raw.map(p => p.map((v, j) => (v - m[j]!) / s[j]!));
  const y = labels.map(c => (c === 1 ? 1 : -1));
  let least = Infinity;
  for (let a = 0; a <= 2; a += 0.05)
    for (let c = -0.5; c <= 0.5; c += 0.05)
      for (let b = -0.5; b <= 0.5; b += 0.05) least = Math.min(least, objective(x, y, [a, c], b, alpha));
  const found = objective(x, y, Array.from(machine.weights.subarray(2)), machine.intercepts[1]!, alpha);
  t.ok(found < 1.02 * least, `${found} where ${least} is possible`);
  t.ok(found > 0.995 * least);
});

t.test('three clouds in the plane, one against the others; five on a line cannot be told apart', async t => {
  const random = createRandomSource(5).stream('clouds');
  const centres = [
    [0, 0],
    [4, 0],
    [0, 4],
  ];
  const labels = Array.from({ length: 300 }, (_, k) => k % 3);
  const samples = labels.flatMap(c => centres[c]!.map(v => v + 0.3 * random.normal()));
  t.ok(fitLinearClassifier(samples, labels, 3, stream(6)).accuracy(samples, labels) > 0.99);
  const five = Array.from({ length: 500 }, (_, k) => k % 5);
  const line = five.map(c => c + 0.1 * random.normal());
  const accuracy = fitLinearClassifier(line, five, 5, stream(7)).accuracy(line, five);
  t.ok(accuracy >= 0.35 && accuracy <= 0.65, `only the ends are apart from all others: ${accuracy}`);
});

t.test(
  'equal streams give equal bits; learning ends when the loss stays, or after so many epochs',
  async t => {
    const random = createRandomSource(8).stream('noise');
    const samples = Array.from({ length: 400 }, () => random.normal());
    const labels = Array.from({ length: 200 }, (_, k) => k % 2);
    const [a, b] = [0, 0].map(() => fitLinearClassifier(samples, labels, 2, stream(9)));
    t.same(a!.weights, b!.weights);
    t.ok(
      a!.epochs.every(e => e >= 6 && e < 1000),
      `${a!.epochs.join(', ')} epochs`,
    );
    t.same(fitLinearClassifier(samples, labels, 2, stream(9), { mostEpochs: 3 }).epochs, [3, 3]);
  },
);

t.test('a column that never varies takes no part; what cannot be learned is refused', async t => {
  const labels = [0, 1, 0, 1];
  const machine = fitLinearClassifier([0, 7, 1, 7, 0, 7, 1, 7], labels, 2, stream(1));
  t.equal(machine.accuracy([0, 7, 1, 7, 0, 7, 1, 7], labels), 1);
  t.same([machine.weights[1], machine.weights[3]], [0, 0]);
  t.throws(() => fitLinearClassifier([1, 2, 3], [0, 1], 2, stream(1)), { code: 'APICAL_CLASSIFIER' });
  t.throws(() => fitLinearClassifier([1, NaN], [0, 1], 2, stream(1)), /number 0 of sample 1 is NaN/);
});
