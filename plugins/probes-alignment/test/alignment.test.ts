/** The alignment probe on models that are built here: what it says of schemes whose answer is known. */
import t from 'tap';
import type { FloatArray, LayerSpec, PreparedTask, ProbedRun, Scheme, SchemeOptions } from '@apical/core';
import { assemble, circuitStreams, type BuiltModel } from '@apical/circuit';
import { fill } from '@apical/schemes';
import { reference } from '@apical/kernels';
import { createRandomSource, nullBand } from '@apical/numerics';
import { libraryOf } from '@apical/testing';
import standard from '@apical/plugin-standard';
import { bp } from '@apical/plugin-bp';
import { dfa, fa, frozen, kp, signSymmetry } from '@apical/plugin-fa';
import plugin, { alignment, feedback, signal, weights } from '../src/index.js';

const library = libraryOf(standard);
const memory = reference.open({ dtype: 'float64' });
const layers: readonly LayerSpec[] = [{ shape: [5] }, { shape: [4] }, { shape: [6] }, { shape: [3] }];
const count = 16;
const stream = createRandomSource(3).stream('test/samples');
const samples = (n: number) => Float64Array.from({ length: count * n }, () => stream.normal());
const split = { count, inputs: samples(5), targets: samples(3) };

type Lend = (name: string) => FloatArray | undefined;
function build(scheme: Scheme, batch: number, options: SchemeOptions, lend?: Lend): BuiltModel {
  const streams = circuitStreams(createRandomSource(5), library.initialisers);
  const given = { memory, batch, library, streams, ...(lend ? { lend } : {}) };
  return assemble(fill(scheme, { head: 'linear-squared', ...options }), layers, given);
}
function probed(scheme: Scheme, options: SchemeOptions = {}): ProbedRun & { readonly model: BuiltModel } {
  const model = build(scheme, 2, options);
  return {
    scheme,
    layers,
    head: 'linear-squared',
    steps: (_, time = 1) => time,
    task: { splits: { train: split, validation: split, test: split } } as unknown as PreparedTask,
    model,
    random: createRandomSource(5),
    twin(batch, { shares } = {}) {
      const shared = (name: string): boolean => shares?.includes(name.split('/')[0]!) ?? true;
      return build(scheme, batch, options, name => (shared(name) ? model.circuit.lent(name) : undefined));
    },
    other(name, batch, lend) {
      t.equal(name, 'bp');
      return build(bp, batch, {}, lend);
    },
  };
}
const start = { epoch: 0, update: 0 };
type Table = Record<string, Record<number, number>>;
function table(run: ProbedRun, options: Parameters<typeof alignment.attach>[1] = {}): Table {
  const out: Table = {};
  for (const { name, layer = 0, value } of alignment.attach(run, options)(start))
    (out[name] ??= {})[layer] = value;
  return out;
}
/** Degrees: an arc cosine near 1 keeps half of the digits, so one rounding of the cosine is 1e-6. */
const exact = 1e-5;
t.test('backpropagation is at 0 degrees to itself, of the same length and signs', async t => {
  const rows = table(probed(bp));
  for (const layer of [1, 2, 3]) {
    t.ok(rows['angle-to-bp']![layer]! < exact, `layer ${layer}: ${rows['angle-to-bp']![layer]!}`);
    t.ok(Math.abs(rows['cosine-to-bp']![layer]! - 1) < 1e-14);
    t.ok(Math.abs(rows['norm-ratio']![layer]! - 1) < 1e-14);
    t.equal(rows['sign-agreement']![layer], 1);
    t.equal(rows['reference-too-small']![layer], 0);
    t.equal(rows['angle-null-sd']![layer], nullBand([20, 24, 18][layer - 1]!).sd);
  }
  t.ok(rows['angle-weights']![1]! < exact && rows['angle-weights']![2]! < exact, 'feedback is the weights');
  t.strictSame(
    Object.keys(rows).sort(),
    Object.keys(alignment.rows).sort(),
    'what is told is what is documented',
  );
});
t.test('the readout of every scheme is that of backpropagation; random feedback is far from it', async t => {
  for (const scheme of [fa, dfa, kp, signSymmetry]) {
    const rows = table(probed(scheme));
    t.ok(rows['angle-to-bp']![3]! < exact, scheme.name);
    t.ok(rows['angle-to-bp']![1]! > 5, `${scheme.name}: ${rows['angle-to-bp']![1]!}`);
  }
  const signs = table(probed(signSymmetry))['angle-weights']!;
  t.ok(
    [1, 2].every(l => signs[l]! < 60),
    'equal signs make an acute angle',
  );
});
t.test('direct feedback stands for the product of all weights above', async t => {
  const run = probed(dfa);
  const { circuit } = run.model;
  const [W2, W3] = [circuit.weights('W2'), circuit.weights('W3')];
  // B1 [4, 3] ← 2 (W3 W2)ᵀ, B2 [6, 3] ← W3ᵀ
  for (let i = 0; i < 3; i++) {
    for (let k = 0; k < 6; k++) circuit.weights('B2')[k * 3 + i] = W3[i * 6 + k]!;
    for (let j = 0; j < 4; j++) {
      let sum = 0;
      for (let k = 0; k < 6; k++) sum += W3[i * 6 + k]! * W2[k * 4 + j]!;
      circuit.weights('B1')[j * 3 + i] = 2 * sum;
    }
  }
  const rows = table(run)['angle-weights']!;
  t.ok(rows[1]! < exact && rows[2]! < exact, `${rows[1]!}, ${rows[2]!}`);
});
t.test('a layer that proposes nothing has no angle, and a probe leaves everything as it was', async t => {
  const run = probed(frozen);
  const before = new Map([...run.model.circuit.state()].map(([k, v]) => [k, v.slice()]));
  const look = alignment.attach(run, { samples: 7, weights: true });
  const [first, second] = [look(start), look(start)];
  t.strictSame(first, second, 'looking twice says the same');
  t.strictSame(
    first.filter(r => r.name === 'angle-to-bp').map(r => r.layer),
    [3],
  );
  t.notOk(
    first.some(r => r.name === 'angle-weights'),
    'there is no feedback',
  );
  for (const [name, array] of run.model.circuit.state()) t.strictSame(array, before.get(name), name);
});
t.test('options: fewer samples, no weights; nonsense is refused', async t => {
  const rows = table(probed(fa), { samples: 1, weights: false });
  t.notOk(rows['angle-weights']);
  t.ok(rows['angle-to-bp']![3]! < exact);
  t.not(rows['reference-norm']![1], table(probed(fa))['reference-norm']![1], 'another set of samples');
  t.throws(() => alignment.attach(probed(fa), { samples: 0 }), { code: 'APICAL_OPTION' });
  t.throws(() => alignment.attach(probed(fa), { sample: 1 }), /did you mean "samples"/);
  t.strictSame(plugin.contributes!.Probe, [alignment, feedback, weights, signal]);
});
t.test('a scheme without biases is compared all the same', async t => {
  const rows = table(probed(fa, { settings: { bias: false } }));
  t.ok(rows['angle-to-bp']![3]! < exact);
});
t.test(
  'single samples: angles are averaged, the readout stays exact, and only every so many epochs',
  async t => {
    const run = probed(fa);
    const look = alignment.attach(run, { samples: 4, separate: true, every: 5 });
    t.strictSame(look({ epoch: 3, update: 9 }), []);
    const rows = look({ epoch: 10, update: 30 });
    const value = (name: string, layer: number) =>
      rows.find(r => r.name === name && r.layer === layer)!.value;
    t.ok(value('angle-to-bp', 3) < exact);
    const one = (first: number): number => {
      const { inputs, targets } = split;
      const moved = { ...split, inputs: inputs.slice(5 * first), targets: targets.slice(3 * first) };
      const task = { splits: { train: moved } } as unknown as PreparedTask;
      return table({ ...run, task }, { samples: 1 })['angle-to-bp']![1]!;
    };
    const mean = [0, 1, 2, 3].reduce((sum, k) => sum + one(k) / 4, 0);
    t.ok(Math.abs(value('angle-to-bp', 1) - mean) < 1e-9, `${value('angle-to-bp', 1)} is ${mean}`);
  },
);
t.test('a reference with scaled forward weights is that of a network with these weights', async t => {
  const scaled = table(probed(bp), { scale: [0.5, 2, 1] });
  const run = probed(bp);
  const { circuit } = run.model;
  circuit.weights('W1').forEach((w, k, all) => (all[k] = 0.5 * w));
  circuit.weights('W2').forEach((w, k, all) => (all[k] = 2 * w));
  const same = table(run)['reference-norm']!;
  for (const layer of [1, 2, 3])
    t.ok(Math.abs(scaled['reference-norm']![layer]! - same[layer]!) < 1e-12, `layer ${layer}`);
  t.throws(
    () => alignment.attach(probed(bp), { scale: [1] }),
    /found 1 numbers; give one for each of 3 layers/,
  );
  t.throws(() => alignment.attach(probed(bp), { program: 'trian' }), /did you mean "train"/);
});
t.test(
  'feedback of the weights times both slopes is at 0 degrees to that, and not to the weights',
  async t => {
    const run = probed(fa);
    const { circuit, programs, input } = run.model;
    circuit.signal(input).set(split.inputs.subarray(0, 10));
    circuit.compile(programs.evaluate)();
    const slope = { slope: 'dphi(z)' };
    const [g, h] = [1, 2].map(l => circuit.expression(`layer${l}`, 'dphi(z)')().slice());
    // W2 [6, 4]; the feedback into layer 1 is stored so, too
    const W2 = circuit.weights('W2');
    const B1 = circuit.weights('B1');
    for (let i = 0; i < 6; i++)
      for (let j = 0; j < 4; j++) {
        const both = [0, 1].reduce((sum, b) => sum + g![b * 4 + j]! * h![b * 6 + i]!, 0) / 2;
        B1[i * 4 + j] = 3 * both * W2[i * 4 + j]!;
      }
    const rows = feedback.attach(run, slope)(start);
    const value = (name: string) => rows.find(r => r.name === name && r.layer === 1)!.value;
    t.ok(value('angle-slopes') < exact, `${value('angle-slopes')}`);
    t.ok(value('angle-weights') > 1, `${value('angle-weights')}`);
    t.notOk(
      feedback
        .attach(
          run,
          {},
        )(start)
        .some(r => r.name !== 'angle-weights'),
      'without an expression: weights only',
    );
    t.throws(() => feedback.attach(run, { slope: 'dphi(y)' }), /y/);
  },
);
t.test('the Jacobian angle puts one slope on each side', async t => {
  const run = probed(fa);
  const { circuit, programs, input } = run.model;
  circuit.signal(input).set(split.inputs.subarray(0, 10));
  circuit.compile(programs.evaluate)();
  const [g, h] = [1, 2].map(l => circuit.expression(`layer${l}`, 'dphi(z)')().slice());
  const [W2, B1] = [circuit.weights('W2'), circuit.weights('B1')];
  const mean = (all: FloatArray, n: number, k: number): number => (all[k]! + all[n + k]!) / 2;
  for (let i = 0; i < 6; i++)
    for (let j = 0; j < 4; j++) B1[i * 4 + j] = (W2[i * 4 + j]! * mean(g!, 4, j)) / mean(h!, 6, i);
  const rows = feedback.attach(run, { slope: 'dphi(z)' })(start);
  t.ok(rows.find(r => r.name === 'angle-jacobian' && r.layer === 1)!.value < exact);
});
t.test('weights: mean, size and share of positive ones, by layer', async t => {
  const run = probed(fa);
  const { circuit } = run.model;
  circuit.weights('W3').fill(-1);
  circuit.weights('W3')[0] = 1;
  circuit.weights('B2').fill(2);
  const rows = weights.attach(run, {})(start);
  const value = (name: string, layer: number) => rows.find(r => r.name === name && r.layer === layer)!.value;
  t.ok(Math.abs(value('forward-mean', 3) + 16 / 18) < 1e-15);
  t.ok(Math.abs(value('forward-rms', 3) - 1) < 1e-15);
  t.ok(Math.abs(value('forward-positive', 3) - 1 / 18) < 1e-15);
  t.strictSame([value('feedback-mean', 2), value('feedback-positive', 2)], [2, 1]);
  t.strictSame([...new Set(rows.map(r => r.name))].sort(), Object.keys(weights.rows).sort());
  t.throws(() => weights.attach(run, { of: 1 }), { code: 'APICAL_OPTION' });
});
t.test('where no error comes down the gradient is flagged as too small', async t => {
  const run = probed(fa);
  run.model.circuit.weights('W3').fill(0);
  const flags = table(run)['reference-too-small']!;
  t.strictSame([flags[1], flags[2]], [1, 1]);
});
