/** Layers without weights: pooling in every scheme of layers, on every backend; what probes and the audit make of them. */
import { setFlagsFromString } from 'node:v8';
import t from 'tap';
import type {
  Backend,
  Bundle,
  Connectivity,
  FloatArray,
  LayerSpec,
  PreparedTask,
  ProbedRun,
  Scheme,
  SchemeOptions,
} from '@apical/core';
import { entryOf, weightedLayers } from '@apical/core';
import { assemble, audit, circuitStreams, type BuiltModel } from '@apical/circuit';
import { reference, wasm, wasmFma } from '@apical/kernels';
import { createRandomSource } from '@apical/numerics';
import { blas } from '@apical/plugin-backend-blas';
import bpPlugin, { bp } from '@apical/plugin-bp';
import { dfa, fa, frozen, kp, signSymmetry } from '@apical/plugin-fa';
import palPlugin, { latentEquilibrium, palLayers } from '@apical/plugin-pal';
import { alignment, feedback, weights } from '@apical/plugin-probes-alignment';
import { code } from '@apical/plugin-probes-representation';
import standard from '@apical/plugin-standard';
import { fill } from '@apical/schemes';
import { checkGradient, libraryOf, schemeConformance } from '@apical/testing';

const library = libraryOf(standard, bpPlugin, palPlugin);
const backends: readonly Backend[] = [
  reference,
  wasm,
  wasmFma(() => setFlagsFromString('--experimental-wasm-relaxed-simd')),
  blas,
].filter(b => b.unavailable?.() === undefined);

const count = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);
const halved = ({ pre, post }: { pre: readonly number[]; post: readonly number[] }): number[] => {
  if (count(pre) !== 2 * count(post)) throw new RangeError('pairs are pooled');
  return [];
};
/** The larger of two neighbours; the route says which it was. */
const maxPool: Connectivity = {
  name: 'max-pool',
  doc: 'pairs',
  shape: halved,
  route: ({ post }) => count(post),
  transmit: ({ route }: Bundle, pre, into, gain) => [
    {
      op: 'call',
      where: 'max-pool',
      run() {
        for (let y = 0; y < into.length; y++) {
          route[y] = pre[2 * y + 1]! > pre[2 * y]! ? 2 * y + 1 : 2 * y;
          into[y]! += gain[0]! * pre[route[y]!]!;
        }
      },
    },
  ],
  follow: ({ route }, pre, into, gain) => [
    {
      op: 'call',
      where: 'max-pool, followed',
      run() {
        for (let y = 0; y < into.length; y++) into[y]! += gain[0]! * pre[route[y]!]!;
      },
    },
  ],
  transmitBack: ({ route }, post, into, gain) => [
    {
      op: 'call',
      where: 'max-pool, back',
      run() {
        for (let y = 0; y < post.length; y++) into[route[y]!]! += gain[0]! * post[y]!;
      },
    },
  ],
};
const meanPool: Connectivity = {
  name: 'mean-pool',
  doc: 'pairs',
  shape: halved,
  transmit: (_at, pre, into, gain) => [
    {
      op: 'call',
      where: 'mean-pool',
      run() {
        for (let y = 0; y < into.length; y++) into[y]! += (gain[0]! * (pre[2 * y]! + pre[2 * y + 1]!)) / 2;
      },
    },
  ],
  transmitBack: (_at, post, into, gain) => [
    {
      op: 'call',
      where: 'mean-pool, back',
      run() {
        for (let x = 0; x < into.length; x++) into[x]! += (gain[0]! * post[x >> 1]!) / 2;
      },
    },
  ],
};
/** 8, pooled to 4 → 6 → 6, pooled to 3: nothing learns below the first weights, and the output is pooled. */
const ends = (pool: Connectivity): readonly LayerSpec[] => [
  { shape: [8] },
  { shape: [4], connectivity: pool },
  { shape: [6], activation: 'tanh' },
  { shape: [6], activation: 'tanh' },
  { shape: [3], connectivity: pool },
];
/** 5 → 6, pooled to 3 → 4, pooled to 2 → 3. */
const layers: readonly LayerSpec[] = [
  { shape: [5] },
  { shape: [6], activation: 'tanh' },
  { shape: [3], activation: 'linear', connectivity: maxPool },
  { shape: [4], activation: 'tanh' },
  { shape: [2], activation: 'linear', connectivity: meanPool },
  { shape: [3] },
];
const batch = 7;
function build(
  scheme: Scheme,
  backend: Backend,
  options: SchemeOptions = {},
  more: Partial<Parameters<typeof assemble>[2]> = {},
  of = layers,
): BuiltModel {
  const streams = circuitStreams(createRandomSource(5), library.initialisers);
  const filled = fill(scheme, { head: 'linear-squared', ...options });
  return assemble(filled, of, {
    memory: backend.open({ dtype: 'float64' }),
    batch,
    library,
    streams,
    ...(scheme.dt === undefined ? {} : { dt: 0.1 }),
    ...more,
  });
}
function show({ circuit, input, target }: BuiltModel, seed = 1): void {
  const stream = createRandomSource(seed).stream('test/pooling');
  for (const ref of [input, target]) circuit.signal(ref).forEach((_, i, a) => (a[i] = stream.normal()));
}
function lossOf({ circuit, output, target }: BuiltModel): number {
  const [y, wanted] = [circuit.signal(output), circuit.signal(target)];
  return Array.from(y).reduce((n, v, i) => n + 0.5 * (v - wanted[i]!) ** 2, 0) / circuit.batch;
}
const near = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((n, v, i) => Math.max(n, Math.abs(v - b[i]!)), 0);

t.test('layers count by their weights', async t => {
  t.same(weightedLayers(layers), [1, 3, 5]);
  t.same(
    [1, 3, 5].map(l => entryOf(layers, l)),
    [2, 4, 5],
  );
  for (const scheme of [bp, fa, kp, signSymmetry, palLayers]) {
    const model = build(scheme, reference);
    const error = scheme === palLayers ? 'e' : 'delta';
    t.match(model, { forward: ['W1', 'W3', 'W5'], feedback: ['B2', 'B4'] }, scheme.name);
    t.same(model.errors, [`layer1.${error}`, `layer3.${error}`]);
    t.same(
      model.circuit.weightNames().filter(n => /^[WB]2|^W4|^B[13]/.test(n) && n !== 'B2'),
      [],
      'no weights',
    );
    t.notOk(model.circuit.plastic('W2'));
  }
  t.match(build(dfa, reference), { forward: ['W1', 'W3', 'W5'], feedback: ['B1', 'B3'] });
  t.match(build(frozen, reference), { feedback: [], errors: undefined }, 'no errors reach its layers');
});
for (const backend of backends) {
  t.test(`${backend.name}: gradients of backpropagation meet central differences`, async t => {
    const model = build(bp, backend);
    const { circuit, programs } = model;
    show(model);
    const [learn, evaluate] = [
      circuit.compile(programs.train, { apply: false }),
      circuit.compile(programs.evaluate),
    ];
    const { error, worstAt } = checkGradient({
      weights: new Map(circuit.weightNames().map(name => [name, circuit.lent(name)!])),
      loss() {
        evaluate();
        return lossOf(model);
      },
      direction(name) {
        learn();
        return circuit.direction(name);
      },
    });
    t.ok(error < 1e-8, `${error} at ${worstAt}`);
  });
  t.test(
    `${backend.name}: tied feedback is backpropagation, and direct feedback skips the pooling`,
    async t => {
      const model = build(bp, backend);
      show(model);
      model.circuit.compile(model.programs.train, { apply: false })();
      const tied = build(fa, backend, {}, { lend: undefined } as never);
      for (const name of tied.circuit.weightNames()) {
        const from = /^B/.test(name) ? `W${Number(name.slice(1)) + 1}` : name;
        tied.circuit.lent(name)!.set(model.circuit.lent(from)!);
      }
      show(tied);
      tied.circuit.compile(tied.programs.train, { apply: false })();
      for (const name of model.forward)
        t.ok(near(tied.circuit.direction(name), model.circuit.direction(name)) < 1e-14, name);
      t.ok(near(tied.circuit.signal('layer1.delta'), new Float64Array(6 * batch)) > 1e-3, 'an error arrives');
      const direct = build(dfa, backend);
      show(direct);
      direct.circuit.compile(direct.programs.train, { apply: false })();
      t.ok(direct.circuit.signal('layer1.delta').some(v => v !== 0));
      t.ok(
        direct.circuit.signal('layer2.delta').every(v => v === 0),
        'none in the pooling',
      );
    },
  );
  t.test(`${backend.name}: every scheme of layers learns through it`, async t => {
    for (const scheme of [bp, fa, dfa, kp, signSymmetry, palLayers]) {
      const model = build(scheme, backend);
      const { circuit, programs, forward } = model;
      show(model, 2);
      const [train, evaluate] = [circuit.compile(programs.train), circuit.compile(programs.evaluate)];
      const settled = (): number => {
        for (let k = 0; k < 12; k++) evaluate();
        return lossOf(model);
      };
      const first = circuit.weights(forward[0]!).slice();
      const before = settled();
      for (let k = 0; k < (scheme === palLayers ? 3000 : 400); k++) train();
      const after = settled();
      t.ok(after < 0.75 * before, `${scheme.name}: ${before.toFixed(3)} to ${after.toFixed(3)}`);
      t.ok(near(first, circuit.weights(forward[0]!)) > 1e-3, 'the lowest layer too');
    }
  });
}
t.test('schemes keep their promises on such layers', async t => {
  for (const scheme of [bp, fa, dfa, kp, signSymmetry])
    for (const { name, run } of schemeConformance(scheme, { library, backend: wasm, layers }))
      t.doesNotThrow(run, name);
});

for (const pool of [maxPool, meanPool]) {
  const at = (scheme: Scheme, options: SchemeOptions = {}) =>
    build(scheme, reference, options, {}, ends(pool));
  t.test(`${pool.name} as the first layer and as the output`, async t => {
    const said = (scheme: Scheme, options: SchemeOptions = {}) => {
      const { circuit, forward, feedback, errors } = at(scheme, options);
      return [
        forward.join(),
        feedback.map(n => `${n} from ${circuit.ends(n).from}`).join(),
        errors?.join(),
        circuit
          .weightNames()
          .filter(n => n.startsWith('B'))
          .join(),
      ];
    };
    for (const scheme of [fa, kp, signSymmetry])
      t.strictSame(said(scheme), ['W2,W3', 'B2 from layer3', 'layer2.delta', 'B2'], scheme.name);
    t.strictSame(said(dfa), ['W2,W3', 'B2 from layer4', 'layer2.delta', 'B2']);
    t.strictSame(said(bp), ['W2,W3', 'B2 from layer3', 'layer2.delta', '']);
    t.strictSame(said(frozen), ['W2,W3', '', undefined, '']);
    t.strictSame(said(palLayers), ['W2,W3', 'B2 from layer3', 'layer2.e', 'B2']);
    const direct = { settings: { feedback: 'dfa' } };
    t.strictSame(said(latentEquilibrium, direct), ['W2,W3', 'B2 from layer4', 'layer2.e', 'B2']);
    const extra = audit(at(fa), ends(pool)).find(r => r.aspect === 'extra synapses');
    t.strictSame(extra!.evidence, ['B2: 36']);
  });
  t.test(`${pool.name} that states no activation is linear`, async t => {
    for (const scheme of [bp, palLayers]) {
      const { circuit, programs } = at(scheme);
      circuit.signal('layer0.r').forEach((_, i, a) => (a[i] = 3 + i));
      const evaluate = circuit.compile(programs.evaluate);
      for (let k = 0; k < 3; k++) evaluate();
      const z = circuit.signal(scheme === bp ? 'layer1.z' : 'layer1.u');
      t.ok(z.every(v => v >= 3));
      t.strictSame(circuit.signal('layer1.r'), z, scheme.name);
    }
  });
  t.test(`${pool.name} as the output: all that has weights learns, of frozen the last`, async t => {
    const changed = (scheme: Scheme, options: SchemeOptions = {}): string[] => {
      const model = at(scheme, options);
      const { circuit, forward, programs } = model;
      show(model);
      const before = forward.map(n => circuit.weights(n).slice());
      const train = circuit.compile(programs.train);
      for (let k = 0; k < 12; k++) train();
      return forward.filter((n, k) => near(before[k]!, circuit.weights(n)) > 0);
    };
    for (const scheme of [bp, fa, dfa, kp, signSymmetry, palLayers])
      t.strictSame(changed(scheme), ['W2', 'W3'], scheme.name);
    t.strictSame(changed(latentEquilibrium, { settings: { feedback: 'dfa' } }), ['W2', 'W3']);
    t.strictSame(changed(frozen), ['W3']);
    for (const scheme of [bp, fa, dfa, kp, signSymmetry, frozen])
      for (const { name, run } of schemeConformance(scheme, { library, backend: wasm, layers: ends(pool) }))
        t.doesNotThrow(run, name);
  });
  t.test(`${pool.name} as the output: tied feedback is backpropagation`, async t => {
    const exact = at(bp);
    show(exact);
    exact.circuit.compile(exact.programs.train, { apply: false })();
    const tied = at(fa);
    for (const name of tied.circuit.weightNames())
      tied.circuit.lent(name)!.set(exact.circuit.lent(name === 'B2' ? 'W3' : name)!);
    show(tied);
    tied.circuit.compile(tied.programs.train, { apply: false })();
    for (const name of exact.forward)
      t.strictSame(tied.circuit.direction(name), exact.circuit.direction(name), name);
  });
}

const samples = 12;
const stream = createRandomSource(3).stream('test/samples');
const drawn = (n: number) => Float64Array.from({ length: samples * n }, () => stream.normal());
const split = {
  count: samples,
  inputs: drawn(5),
  targets: drawn(3),
  labels: Int32Array.from({ length: samples }, (_, k) => k % 3),
};
function probed(scheme: Scheme): ProbedRun & { readonly model: BuiltModel } {
  const memory = reference.open({ dtype: 'float64' });
  const model = build(scheme, reference, {}, { memory });
  return {
    scheme,
    layers,
    head: 'linear-squared',
    task: { splits: { train: split, validation: split, test: split } } as unknown as PreparedTask,
    model,
    random: createRandomSource(5),
    steps: (_, time = 1) => time,
    twin: size =>
      build(scheme, reference, {}, { memory, batch: size, lend: name => model.circuit.lent(name) }),
    other: (_name, size, lend: (name: string) => FloatArray | undefined) =>
      build(bp, reference, {}, { memory, batch: size, lend }),
  };
}
t.test('probes number the layers that have weights', async t => {
  const start = { epoch: 0, update: 0 };
  const angles = alignment.attach(probed(bp), {})(start);
  for (const layer of [1, 2, 3]) {
    const found = angles.find(r => r.name === 'angle-to-bp' && r.layer === layer);
    t.ok(found!.value < 1e-5, `layer ${layer}: ${found!.value}`);
  }
  t.equal(
    angles.some(r => r.layer === 4),
    false,
  );
  const tied = probed(fa);
  for (const [B, W] of [
    ['B2', 'W3'],
    ['B4', 'W5'],
  ] as const)
    tied.model.circuit.weights(B).set(tied.model.circuit.weights(W));
  for (const probe of [alignment, feedback]) {
    const rows = probe
      .attach(
        tied,
        {},
      )(start)
      .filter(r => r.name === 'angle-weights');
    t.same(
      rows.map(r => [r.layer, r.value < 1e-5]),
      [
        [1, true],
        [2, true],
      ],
      probe.name,
    );
  }
  show(tied.model);
  tied.model.circuit.compile(tied.model.programs.train, { apply: false })();
  const slopes = feedback
    .attach(tied, { slope: 'dphi(z)' })(start)
    .filter(r => r.name === 'angle-slopes');
  t.same(
    slopes.map(r => r.layer),
    [1, 2],
  );
  const direct = alignment
    .attach(
      probed(dfa),
      {},
    )(start)
    .filter(r => r.name === 'angle-weights');
  t.same(direct, [], 'direct feedback into the units below a pooling stands for no matrix of weights');
  t.same(
    weights
      .attach(
        probed(fa),
        {},
      )(start)
      .filter(r => r.name.endsWith('-rms'))
      .map(r => [r.name, r.layer]),
    [
      ['forward-rms', 1],
      ['forward-rms', 2],
      ['forward-rms', 3],
      ['feedback-rms', 1],
      ['feedback-rms', 2],
    ],
  );
  const points = code
    .attach(probed(bp), { points: 1, batch: 4 })(start)
    .filter(r => r.name === 'value');
  t.equal(points.length, 4, 'the narrowest of the layers that have weights');
});
t.test('a scheme whose feedback acts with the opposite sign shows its true angle', async t => {
  const run = probed(fa);
  for (const [B, W] of [
    ['B2', 'W3'],
    ['B4', 'W5'],
  ] as const) {
    const { data } = { data: run.model.circuit.weights(W) };
    run.model.circuit.weights(B).set(data.map(v => -v));
  }
  const angle = (given: ProbedRun): number[] =>
    feedback
      .attach(
        given,
        {},
      )({ epoch: 0, update: 0 })
      .flatMap(r => (r.name === 'angle-weights' ? [r.value] : []));
  t.ok(angle(run).every(a => a > 180 - 1e-5));
  t.ok(angle({ ...run, model: { ...run.model, feedbackSign: -1 } }).every(a => a < 1e-5));
});
t.test('errors that pass a pooling are no weight transport', async t => {
  const transport = (scheme: Scheme) => audit(build(scheme, reference), layers)[0]!;
  t.strictSame(transport(fa), { aspect: 'weight transport', answer: 'no', evidence: [] });
  const live = (l: number): string => `B${l} sends back through the weights of W${l + 1}, live`;
  t.strictSame(transport(bp).evidence, [live(2), live(4)]);
});
t.test('the audit bears such layers', async t => {
  const rows = audit(build(fa, reference), layers);
  const synapses = rows.find(r => r.aspect === 'extra synapses');
  t.same(synapses!.evidence, ['B2: 12', 'B4: 6']);
});
