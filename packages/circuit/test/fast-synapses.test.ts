/** Fast synapses are state of the samples: they learn wherever their phases run, and are nobody's weights. */
import { setFlagsFromString } from 'node:v8';
import t from 'tap';
import type { Backend, LayerSpec, Program, Projection, Scheme } from '@apical/core';
import { defineScheme, derived, input, state, stimulus } from '@apical/core';
import { assemble, audit, Circuit, declare, weightsOf, type BuiltModel } from '@apical/circuit';
import { reference, wasm, wasmFma } from '@apical/kernels';
import { angle, createRandomSource } from '@apical/numerics';
import { blas } from '@apical/plugin-backend-blas';
import { given, library, list, neuron, pair, rule, run, values } from './parts.js';

/** f = F x comes to stand for the error e = y − W x, sample by sample; W learns from f alone, as if there were no e. */
const model = neuron(
  { go: 'r = z', compare: 'e = y - r - f', show: 's = f' },
  {
    signals: {
      x: stimulus('given'),
      y: stimulus('wanted'),
      z: input('drive'),
      f: input('fast drive'),
      r: state('rate'),
      e: derived('what is left'),
      s: state('what stands for the error'),
    },
  },
);
const fast: Projection = {
  name: 'F',
  from: 'a.x',
  to: 'b.f',
  phase: ['go', 'show'],
  perSample: true,
  bias: true,
  weights: { draw: 'uniform' },
  plasticity: [{ rule: rule([{ post: 'e', pre: 'x' }], { name: 'catch' }), gather: 'compare', scale: 1 / 3 }],
};
const learner = rule([{ post: 's', pre: 'x' }], { name: 'slow' });
const batch = 4;
const train: Program = [
  { repeat: 60, stages: [{ phase: 'go' }, { phase: 'compare' }] },
  { phase: ['go', 'show', 'learn'] },
];
function build(backend: Backend, more: Partial<Projection> = {}, lend?: Circuit): Circuit {
  const circuit = pair(
    { plasticity: [{ rule: learner }] },
    model,
    {
      batch,
      memory: lend?.memory ?? backend.open({ dtype: 'float64' }),
      ...(lend ? { lend: (name: string) => lend.lent(name) } : {}),
    },
    c => c.project({ ...fast, ...more }),
  );
  const stream = createRandomSource(7).stream('test');
  for (const name of ['a.x', 'b.y'])
    circuit.signal(name).forEach((_, i, x) => (x[i] = 1 + 0.5 * stream.normal()));
  return circuit;
}
/** Σ_b (y − W x) ⊗ x / batch: what descent on the squared error proposes. */
function gradient(circuit: Circuit): Float64Array {
  const out = new Float64Array(6);
  const [W, x, y] = [circuit.weights('W'), circuit.signal('a.x'), circuit.signal('b.y')];
  for (let b = 0; b < batch; b++)
    for (let i = 0; i < 3; i++) {
      const error = y[b * 3 + i]! - W[i * 2]! * x[b * 2]! - W[i * 2 + 1]! * x[b * 2 + 1]!;
      for (let j = 0; j < 2; j++) out[i * 2 + j]! += (error * x[b * 2 + j]!) / batch;
    }
  return out;
}
const fma = wasmFma(() => setFlagsFromString('--experimental-wasm-relaxed-simd'));
for (const backend of [reference, wasm, fma, blas])
  t.test(
    `${backend.name}: a look with apply: false learns fast synapses, and shows what training does`,
    { skip: backend.unavailable?.() ?? false },
    async t => {
      const trained = build(backend);
      const twin = build(backend, {}, trained);
      const before = [list(trained.weights('W')), list(twin.weights('F')), list(twin.bias('F'))];
      const look = twin.compile(train, { apply: false });
      look();
      const off = angle(twin.direction('W'), gradient(twin));
      t.ok(off < 1e-4, `${off} degrees from the gradient`);
      t.strictSame(list(twin.weights('W')), before[0], 'weights stay');
      t.notSame(list(twin.weights('F')), before[1], 'fast synapses follow');
      t.strictSame(list(twin.bias('F')), before[2], 'their bias is no state of a sample');

      const still = build(backend, {}, trained);
      still.setPlastic('F', false);
      still.compile(train, { apply: false })();
      const wrong = angle(still.direction('W'), gradient(still));
      t.ok(wrong > 20, `without fast learning it is ${wrong} degrees off`);

      const biasBefore = list(trained.bias('F'));
      run(trained, ...train);
      t.notSame(list(trained.bias('F')), biasBefore, 'training learns the bias as well');
    },
  );
t.test('nobody lends, stores or counts them; a checkpoint keeps them', async t => {
  const circuit = build(reference);
  t.strictSame(circuit.weightNames(), ['W', 'F/bias']);
  t.equal(circuit.lent('F'), undefined);
  t.equal(circuit.lent('F/bias'), circuit.bias('F'));
  t.equal(circuit.state().get('F/weights'), circuit.weights('F'), 'a state like others');
  t.equal(circuit.weights('F').length, batch * 6);
  const other = pair({ perSample: true }, undefined, { batch: 2, lend: () => new Float64Array(12) });
  t.strictSame(list(other.weights('W')), [1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 6], 'nor are they borrowed');
  const ones = { function: 'constant', of: [], parameters: { value: 1 }, at: ['build'] };
  const made = pair({ perSample: true, weights: ones }, undefined, { lend: () => new Float64Array(6) });
  t.strictSame(list(made.weights('W')), [1, 1, 1, 1, 1, 1], 'what is lent keeps no function from them');
});
t.test(
  'functions and constraints of fast synapses hold with apply: false, those of weights do not',
  async t => {
    const zero = { function: 'constant', of: [], at: ['rest'] } as const;
    const circuit = pair(
      { weights: { ...zero, initial: values(1, 2, 3, 4, 5, 6) } },
      neuron({ go: 'r = z', rest: 's = 0' }),
      { batch: 2 },
      c => {
        c.project({
          name: 'F',
          from: 'a.x',
          to: 'b.z',
          phase: 'go',
          perSample: true,
          bias: { weights: { ...zero, initial: values(1, 1, 1) } },
          weights: { ...zero, initial: values(1, 2, 3, 4, 5, 6) },
        });
        c.project({
          name: 'G',
          from: 'a.x',
          to: 'b.z',
          phase: 'go',
          perSample: true,
          weights: { draw: 'zeros' },
          constraint: 'w = max(w, 0)',
          plasticity: [{ rule: rule([{ post: 's', pre: 'x' }]) }],
        });
      },
    );
    t.strictSame(list(circuit.weights('F')), [1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 6]);
    circuit.signal('a.x').fill(1);
    circuit.signal('b.s').set([-1, 2, -3, 4, -5, 6]);
    circuit.compile([{ phase: 'learn' }, { phase: 'rest' }], { apply: false })();
    t.strictSame(list(circuit.weights('G')), [0, 0, 2, 2, 0, 0, 4, 4, 0, 0, 6, 6]);
    t.strictSame(list(circuit.weights('F')), new Array(12).fill(0));
    t.strictSame(list(circuit.bias('F')), [1, 1, 1]);
    t.strictSame(list(circuit.weights('W')), [1, 2, 3, 4, 5, 6]);
    run(circuit, { phase: 'rest' });
    t.strictSame(list(circuit.bias('F')), [0, 0, 0]);
    t.strictSame(list(circuit.weights('W')), new Array(6).fill(0));
  },
);
t.test('the audit counts them once, whatever the batch, and no file gives them', async t => {
  const scheme: Scheme = defineScheme({
    name: 'caught',
    doc: 'two layers and fast synapses beside them',
    source: { paper: 'test' },
    parameters: {},
    settings: {},
    neurons: { cell: { model } },
    plasticity: { slow: { rule: learner } },
    phases: {},
    heads: {},
    assemble(net, layers) {
      layers.forEach(({ shape }, l) => net.population(l ? 'b' : 'a', 'cell', { shape, depth: l }));
      net.project('W', {
        from: 'a.x',
        to: 'b.z',
        phase: 'go',
        weights: { draw: 'zeros' },
        plasticity: 'slow',
      });
      net.project('F', { from: 'a.x', to: 'b.f', phase: 'go', weights: { draw: 'zeros' }, perSample: true });
      const programs = { train: [{ phase: ['go', 'learn'] }], evaluate: [{ phase: 'go' }] };
      return { input: 'a.x', output: 'b.r', target: 'b.y', programs, forward: ['W'], feedback: [] };
    },
  });
  const layers: LayerSpec[] = [{ shape: [2] }, { shape: [3] }];
  const built: BuiltModel = assemble(scheme, layers, given({ batch: 5 }));
  const extra = audit(built, layers).find(r => r.aspect === 'extra synapses');
  const places = weightsOf(declare(scheme, layers), library).map(p => p.name);
  t.strictSame(places, ['W'], 'what files may give');
  t.strictSame(built.circuit.weightNames(), places);
  t.strictSame(extra, { aspect: 'extra synapses', answer: '6 beside 6', evidence: ['F: 6, fast'] });
});
