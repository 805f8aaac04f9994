/** The probe of hidden codes on networks whose code is known. */
import t from 'tap';
import type { LayerSpec, PreparedSplit, PreparedTask, ProbedRun } from '@apical/core';
import { assemble, circuitStreams } from '@apical/circuit';
import { fill } from '@apical/schemes';
import { reference } from '@apical/kernels';
import { createRandomSource } from '@apical/numerics';
import { libraryOf } from '@apical/testing';
import { bp } from '@apical/plugin-bp';
import standard from '@apical/plugin-standard';
import plugin, { code } from '../src/index.js';

const library = libraryOf(standard);
const memory = reference.open({ dtype: 'float64' });
const layers: readonly LayerSpec[] = [
  { shape: [3] },
  { shape: [4], activation: 'linear' },
  { shape: [2], activation: 'linear' },
  { shape: [3] },
];
const draw = createRandomSource(1).stream('samples');
/** Two classes apart along the first input. */
const split = (count: number): PreparedSplit => {
  const labels = Int32Array.from({ length: count }, (_, k) => k % 2);
  const inputs = new Float64Array(3 * count);
  labels.forEach((c, k) => inputs.set([c ? 2 : -2, draw.normal(), draw.normal()], 3 * k));
  return { count, inputs, targets: inputs, labels };
};
const splits = { train: split(31), validation: split(11), test: split(7) };
const build = (batch: number, lend?: ProbedRun['model']) =>
  assemble(fill(bp, { head: 'linear-squared' }), layers, {
    memory,
    batch,
    library,
    streams: circuitStreams(createRandomSource(5), library.initialisers),
    ...(lend ? { lend: (name: string) => lend.circuit.lent(name) } : {}),
  });
function probed(more: Partial<PreparedTask['splits']> = {}): ProbedRun {
  const model = build(2);
  return {
    scheme: bp,
    layers,
    head: 'linear-squared',
    task: { splits: { ...splits, ...more } } as unknown as PreparedTask,
    model,
    steps: (_, time = 1) => time,
    random: createRandomSource(5),
    twin: batch => build(batch, model),
    other: () => t.fail('another scheme is asked for') as never,
  };
}
const at = { epoch: 0, update: 0 };

t.test('the code of the narrowest layer, sample by sample, also beyond a full batch', async t => {
  const run = probed();
  const { circuit } = run.model;
  const rows = code.attach(run, { batch: 4, points: 11 })(at);
  const [W1, W2] = [circuit.weights('W1'), circuit.weights('W2')];
  const { inputs, labels } = splits.validation;
  for (let k = 0; k < 11; k++)
    for (let i = 0; i < 2; i++) {
      let wanted = 0;
      for (let m = 0; m < 4; m++)
        for (let j = 0; j < 3; j++) wanted += W2[i * 4 + m]! * W1[m * 3 + j]! * inputs[3 * k + j]!;
      const found = rows.find(r => r.name === 'value' && r.sample === k && r.layer === i + 1)!.value;
      if (Math.abs(found - wanted) > 1e-12) t.fail(`sample ${k}, unit ${i}: ${found} is not ${wanted}`);
    }
  t.same(
    rows.filter(r => r.name === 'class').map(r => r.value),
    Array.from(labels!),
  );
  t.same([...new Set(rows.map(r => r.name))].sort(), Object.keys(code.rows).sort());
});

t.test('classes that a code keeps apart are told apart, others are not', async t => {
  const run = probed();
  const { circuit } = run.model;
  circuit.weights('W1').fill(0).set([1], 0);
  circuit.weights('W2').fill(0).set([1], 0);
  const value = (name: string) =>
    code
      .attach(run, { on: 'test' })(at)
      .find(r => r.name === name)!.value;
  t.same([value('separability'), value('separability-train')], [100, 100]);
  circuit.weights('W2').fill(0);
  t.ok(value('separability') <= 58, 'a code that says nothing');
  circuit.weights('W2').fill(NaN);
  t.ok(Number.isNaN(value('separability')), 'a run that diverged');
});

t.test(
  'equal weights give equal rows; only every so many epochs; options and tasks that do not fit are refused',
  async t => {
    const run = probed();
    const look = code.attach(run, { every: 2, layer: 1, fit: 20, judge: 5 });
    t.same(look(at), look(at));
    t.same(look({ epoch: 1, update: 3 }), []);
    t.throws(() => code.attach(run, { layer: 3 }), /found 3; the network has 2 hidden layers/);
    t.throws(() => code.attach(run, { signal: 'y' }), { code: 'APICAL_UNKNOWN_NAME' });
    const { count, inputs, targets } = splits.train;
    const bare = { count, inputs, targets };
    t.throws(() => code.attach(probed({ train: bare }), {}), { code: 'APICAL_PROBE' });
    t.throws(
      () => code.attach(probed({ validation: split(0) }), {}),
      /validation split, which judges, has no/,
    );
    t.same(plugin.contributes!.Probe, [code]);
  },
);
