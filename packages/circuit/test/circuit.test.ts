/** Circuits built by hand: programs, rules, weight functions, noise, parameters, the audit. Small unequal sizes. */
import t from 'tap';
import type { Optimiser, Program, SignalSpec } from '@apical/core';
import { derived, input, noise, parameter, state, stimulus } from '@apical/core';
import { assemble, audit, Circuit, circuitStreams, readsOfCircuit } from '@apical/circuit';
import { insideOf, macs, reference, wasm } from '@apical/kernels';
import { fill } from '@apical/schemes';
import { createRandomSource, fillNormals } from '@apical/numerics';
import { oneToOne, sgd } from '@apical/plugin-standard';
import { bp } from '@apical/plugin-bp';
import { fa, kp, signSymmetry } from '@apical/plugin-fa';
import { given, hebb, library, neuron, pair, rule, run, values } from './parts.js';

t.test('sweeps go up or down, layer by layer; without a sweep all transmit first', async t => {
  const chain = (program: Program): number[] => {
    const circuit = new Circuit(given());
    for (let l = 0; l < 3; l++)
      circuit.population({ name: `p${l}`, shape: [1], depth: l, model: neuron({ go: 'r = z + x' }) });
    for (let l = 1; l < 3; l++)
      circuit.project({
        name: `W${l}`,
        from: `p${l - 1}.r`,
        to: `p${l}.z`,
        phase: 'go',
        connectivity: oneToOne,
      });
    circuit.build();
    circuit.signal('p0.x')[0] = 1;
    run(circuit, ...program);
    return [0, 1, 2].map(l => circuit.signal(`p${l}.r`)[0]!);
  };
  t.strictSame(chain([{ phase: 'go', sweep: 'up' }]), [1, 1, 1]);
  t.strictSame(chain([{ phase: 'go', sweep: 'down' }]), [1, 0, 0]);
  t.strictSame(chain([{ phase: 'go' }]), [1, 0, 0]);
  t.strictSame(chain([{ phase: 'go' }, { phase: 'go' }]), [1, 1, 0]);
  t.strictSame(
    chain([
      { phase: 'go', on: ['p0', 'p1'] },
      { phase: 'go', on: ['p1'] },
    ]),
    [1, 1, 0],
  );
  t.throws(
    () => chain([{ phase: 'go', on: ['p9'] }]),
    /population, projection or role in "on" "p9"; did you mean "p0"/,
  );
});
t.test('set, when, every and repeat', async t => {
  const model = neuron(
    { go: 's += step', other: 'r += 1' },
    { parameters: { gain: parameter('factor', 1) }, constants: { step: '2 * gain' } },
  );
  const circuit = pair({}, model, { parameters: { gain: 3, goal: 0 } });
  const s = () => circuit.signal('a.s')[0];
  run(circuit, { phase: 'go' });
  t.equal(s(), 6, 'the parameter of the scheme reaches the model');
  run(circuit, { set: { gain: 0.5 } }, { phase: 'go' });
  t.equal(s(), 7, 'what follows from it is fresh');
  t.throws(() => circuit.compile([{ set: { 'a.step': 1 } }]), /follows from other parameters/);
  t.throws(() => circuit.compile([{ set: { 'a.s': 1 } }]), /one value per neuron/);
  run(
    circuit,
    { when: 'goal > 0', stages: [{ phase: 'go' }] },
    { when: 'goal == 0', stages: [{ phase: 'other' }] },
  );
  t.equal(s(), 7);
  t.equal(circuit.signal('a.r')[0], 1);
  const third = circuit.compile([{ every: 3, stages: [{ phase: 'other' }] }]);
  for (let k = 0; k < 7; k++) third();
  t.equal(circuit.signal('a.r')[0], 4, 'calls 1, 4 and 7');
  run(circuit, { repeat: 'goal + 5', stages: [{ phase: 'other' }] });
  t.equal(circuit.signal('a.r')[0], 9);
  t.throws(() => circuit.compile([{ every: 0, stages: [] }]), /whole number from 1/);
});
t.test('repeat stops when every state it writes has settled', async t => {
  const circuit = pair(
    {},
    neuron(
      { go: 's += 0.5 * (1 - s)\nr += 1' },
      {
        signals: { x: stimulus('x'), z: input('z'), r: derived('r'), s: state('s') },
        phases: { start: 'r = 0', go: 's += 0.5 * (1 - s)' },
      },
    ),
  );
  run(circuit, { repeat: 1000, until: { within: 1e-6 }, stages: [{ phase: 'go' }] });
  const off = 1 - circuit.signal('b.s')[0]!;
  t.ok(off > 0 && off < 1e-6 && off > 1e-8, `stopped at ${off}, not at the limit of the arithmetic`);
});
t.test('what is read too early, written twice or unknown is refused while building', async t => {
  const signals = { x: stimulus('x'), z: input('z'), r: derived('rate'), s: state('s') };
  const early = pair({}, neuron({ go: 's = r' }, { signals }));
  t.throws(() => early.compile([{ phase: 'go' }]), /reads a.r before it is filled in this program/);
  const filled = pair({}, neuron({ first: 'r = x', go: 's = r' }, { signals }));
  t.doesNotThrow(() => filled.compile([{ phase: 'first' }, { phase: 'go' }]));
  t.doesNotThrow(
    () => filled.compile([{ phase: 'go' }], { after: [{ phase: 'first' }] }),
    'a program may continue another',
  );
  const twice = pair({}, neuron({ go: 's = x\ns = z' }));
  t.throws(() => twice.compile([{ phase: 'go' }]), /overwrites "s", which nobody has read: s = z/);
  const typo = pair({}, neuron({ go: 's = x + zz' }));
  t.throws(() => typo.compile([{ phase: 'go' }]), {
    code: 'APICAL_EQUATION',
    message: /unknown name "zz"; did you mean "z"\?/,
  });
  const membrane: Record<string, SignalSpec> = {
    u: state('potential', 'mV'),
    i: stimulus('current', 'pA'),
    z: input('z'),
    x: stimulus('x'),
  };
  const units = pair({}, neuron({ go: 'du/dt = i' }, { signals: membrane }));
  t.throws(() => units.compile([{ phase: 'go' }]), /units/);
  t.throws(
    () => pair({}, neuron({ go: 'dt = dt * 2' })).compile([{ phase: 'go' }]),
    /a\/go assigns "dt", which equations can only read: dt = dt \* 2\n +may be assigned: x, z, r, s/,
  );
  t.throws(() => pair({ to: 'b.q' }), /signal of population b "q"/);
  t.throws(() => pair({ weights: values(1, 2) }), {
    code: 'APICAL_SHAPE',
    message: /W is \[3, 2\] \(6 numbers\); 2 are given/,
  });
});
t.test('a rule: traces at both ends, other names, scale, decay, a bias with pre = 1', async t => {
  const traced = rule(
    [
      { post: 'y * 2', pre: 'low' },
      { gain: '-decay', times: 'W' },
    ],
    {
      parameters: { decay: parameter('decay', 0.1) },
      traces: { pre: { low: state('trace') } },
      phases: { gather: { pre: 'low += 0.5 * (sent - low)' } },
    },
  );
  const circuit = pair({
    bias: { weights: values(10, 20, 30) },
    plasticity: [{ rule: traced, uses: { pre: { sent: 'x' }, post: { y: 's' } }, scale: 3 }],
  });
  circuit.signal('a.x').set([1, -2]);
  circuit.signal('b.s').set([1, 0.5, -1]);
  circuit.compile([{ phase: 'learn' }], { apply: false })();
  const W = [1, 2, 3, 4, 5, 6];
  const want = [1, 0.5, -1].flatMap((y, i) =>
    [0.5, -1].map((low, j) => 3 * (2 * y * low - 0.1 * W[2 * i + j]!)),
  );
  const near = (got: ArrayLike<number>, expected: readonly number[]) =>
    t.ok(
      expected.every((v, i) => Math.abs(v - got[i]!) < 1e-14),
      `${Array.from(got).join()} for ${expected.join()}`,
    );
  near(circuit.direction('W'), want);
  near(
    circuit.direction('W/bias'),
    [1, 0.5, -1].map((y, i) => 3 * (2 * y - 0.1 * [10, 20, 30][i]!)),
  );
  t.strictSame(Array.from(circuit.weights('W')), W, 'not applied');
  t.strictSame(Array.from(circuit.signal('W.rule.low')), [0.5, -1]);
  run(circuit, { phase: 'learn' });
  t.not(circuit.weights('W')[0], 1, 'applied: weights += direction');
  t.strictSame(readsOfCircuit(circuit).rules[0]!.ends, { pre: ['low', 'sent'], post: ['y'] });
});
t.test('gathered in one phase, applied in another, or never; frozen synapses stay', async t => {
  const circuit = pair({
    plasticity: [
      { rule: hebb, gather: 'look', apply: 'learn', optimiser: { use: sgd, parameters: { eta: 0.5 } } },
    ],
  });
  circuit.signal('a.x').set([1, 1]);
  circuit.signal('b.s').set([1, 2, 3]);
  run(circuit, { phase: 'look' });
  circuit.signal('b.s').fill(0);
  run(circuit, { phase: 'learn' });
  t.strictSame(Array.from(circuit.weights('W')), [1.5, 2.5, 4, 5, 6.5, 7.5]);
  circuit.setPlastic('W', false);
  run(circuit, { phase: 'learn' });
  t.strictSame(Array.from(circuit.weights('W')), [1.5, 2.5, 4, 5, 6.5, 7.5]);
  circuit.setPlastic('W', true);
  circuit.set('W.hebb.eta', 0);
  run(circuit, { phase: 'learn' });
  t.strictSame(Array.from(circuit.weights('W')), [1.5, 2.5, 4, 5, 6.5, 7.5]);
  const never = pair({ plasticity: [{ rule: hebb, apply: 'never' }] });
  never.signal('a.x').fill(1);
  never.signal('b.s').fill(1);
  run(never, { phase: 'learn' });
  t.strictSame(Array.from(never.weights('W')), [1, 2, 3, 4, 5, 6]);
  t.strictSame(Array.from(never.direction('W')), [1, 1, 1, 1, 1, 1]);
});
t.test('weight functions are due in the order in which they follow from one another', async t => {
  const circuit = new Circuit(given());
  const model = neuron({});
  for (const name of ['a', 'b', 'c']) circuit.population({ name, shape: [2], depth: 0, model });
  const at = ['build', 'tie'];
  circuit.project({
    name: 'C',
    from: 'a.x',
    to: 'b.z',
    phase: 'go',
    weights: { function: 'copy', of: ['B'], parameters: { gain: -1 }, at },
  });
  circuit.project({
    name: 'B',
    from: 'b.x',
    to: 'c.z',
    phase: 'go',
    weights: { function: 'transpose', of: ['A'], parameters: { gain: '2 * dt' }, at },
  });
  circuit.project({ name: 'A', from: 'a.x', to: 'c.z', phase: 'go', weights: values(1, 2, 3, 4) });
  circuit.build();
  t.strictSame(Array.from(circuit.weights('C')), [-2, -6, -4, -8]);
  circuit.weights('A').set([0, 1, 0, 0]);
  run(circuit, { phase: 'tie' });
  t.strictSame(
    Array.from(circuit.weights('C')),
    [-0, -0, -2, -0].map(v => v + 0),
  );
  t.throws(() => pair({ weights: { function: 'copy', of: [], at } }), /takes 1 weights \(W\); "of" names 0/);
  t.throws(() => pair({ weights: { function: 'coppy', of: ['W'], at } }), /did you mean "copy"/);
});
t.test('pooled optimisers share over a neuron, a projection, the network', async t => {
  const pooled = (over: 'neuron' | 'projection' | 'network'): Optimiser => ({
    name: `pool-${over}`,
    parameters: {},
    pool: { over, of: 'g ** 2' },
    update: 'w += pooled',
  });
  const grown = (over: 'neuron' | 'projection' | 'network'): number[] => {
    const circuit = pair({
      bias: true,
      weights: values(0, 0, 0, 0, 0, 0),
      plasticity: [{ rule: hebb, optimiser: { use: pooled(over) } }],
    });
    circuit.signal('a.x').set([1, 2]);
    circuit.signal('b.s').set([1, 2, 3]);
    run(circuit, { phase: 'learn' });
    return [...circuit.weights('W'), ...circuit.bias('W')];
  };
  const squares = [1, 4, 9].map(y => (y * (1 + 4 + 1)) / 3);
  t.strictSame(grown('neuron'), [
    squares[0],
    squares[0],
    squares[1],
    squares[1],
    squares[2],
    squares[2],
    ...squares,
  ]);
  const mean = squares.reduce((a, b) => a + b, 0) / 3;
  for (const over of ['projection', 'network'] as const)
    t.ok(
      grown(over).every(v => Math.abs(v - mean) < 1e-14),
      over,
    );
});
t.test(
  'noise comes from the stream of its name, block by block, and another prefix is another stream',
  async t => {
    const model = neuron(
      { go: 'r = xi' },
      { signals: { x: stimulus('x'), z: input('z'), r: state('r'), xi: noise('noise') } },
    );
    const circuit = pair({}, model);
    const step = circuit.compile([{ phase: 'go' }]);
    const want = new Float64Array(3);
    for (let k = 0; k < 3; k++) {
      step();
      fillNormals(createRandomSource(5).key('noise/b/xi'), k, want);
      t.strictSame(circuit.signal('b.r'), want, `block ${k}`);
    }
    const streams = circuitStreams(createRandomSource(5), library.initialisers, 'probe/');
    const other = pair({}, model, { streams });
    run(other, { phase: 'go' });
    fillNormals(createRandomSource(5).key('probe/noise/b/xi'), 0, want);
    t.strictSame(other.signal('b.r'), want);
  },
);
for (const backend of [reference, wasm])
  for (const keepDirections of [true, false])
    t.test(`fast synapses: one set of weights a sample, on ${backend.name}, ${keepDirections}`, async t => {
      const circuit = pair(
        { perSample: true, weights: { draw: 'zeros' }, plasticity: [{ rule: hebb }] },
        neuron({ go: 'r = z' }),
        { batch: 2, memory: backend.open({ dtype: 'float64' }) },
      );
      circuit.signal('a.x').set([1, 0, 0, 1]);
      circuit.signal('b.s').set([1, 2, 3, 4, 5, 6]);
      const program: Program = [{ phase: 'learn' }, { phase: 'go' }];
      circuit.compile(program, { keepDirections })();
      t.strictSame(Array.from(circuit.weights('W')), [1, 0, 2, 0, 3, 0, 0, 4, 0, 5, 0, 6]);
      t.strictSame(Array.from(circuit.signal('b.r')), [1, 2, 3, 4, 5, 6]);
      const operations = circuit.lower(program, { keepDirections });
      t.equal(macs(operations, 2), 12, 'an outer product and a product of six weights a sample');
      const within = (of: typeof operations): typeof operations => of.flatMap(o => [o, ...insideOf(o)]);
      t.equal(within(operations).filter(o => 'nPre' in o).length, 2, 'one operation each for all samples');
    });
t.test('a constraint holds after every application', async t => {
  const circuit = pair({
    constraint: 'w = max(w, 0)',
    plasticity: [{ rule: rule([{ post: 's', pre: 'x' }]) }],
  });
  circuit.signal('a.x').fill(1);
  circuit.signal('b.s').fill(-3);
  run(circuit, { phase: 'learn' });
  t.strictSame(Array.from(circuit.weights('W')), [0, 0, 0, 1, 2, 3]);
});
t.test('parameters carry units and bounds, and may be expressions', async t => {
  const model = neuron(
    { go: 'r = tau + rate' },
    {
      parameters: { tau: parameter('time', 10, 'ms'), rate: { ...parameter('share', 0), min: 0, max: 1 } },
      signals: { x: stimulus('x'), z: input('z'), r: state('r', 'ms'), s: state('s') },
    },
  );
  const build = (parameters: Record<string, number | string>) => {
    const circuit = new Circuit(given({ dt: 0.5, parameters: { base: 4 } }));
    circuit.population({ name: 'a', shape: [1], depth: 0, model: { ...model, phases: {} }, parameters });
    return circuit.build().signal('a.tau')[0];
  };
  t.equal(build({ tau: '0.2 s' }), 200);
  t.equal(build({ tau: 'base / dt' }), 8);
  t.throws(() => build({ tau: '3 mV' }), {
    code: 'APICAL_UNIT',
    message: /a.tau: "3 mV" is in mV; a quantity in ms is wanted/,
  });
  t.throws(() => build({ rate: 2 }), {
    code: 'APICAL_RANGE',
    message: /a.rate is 2; it must lie between 0 and 1/,
  });
  t.throws(() => build({ tau: 'tau2' }), /unknown name "tau2"/);
});
t.test('the audit is computed: transport, sweeps, derivative, extra synapses', async t => {
  const layers = [{ shape: [5] }, { shape: [4], activation: 'tanh' }, { shape: [3] }];
  const answers = (scheme: typeof bp): Record<string, string> => {
    const model = assemble(fill(scheme, { head: 'softmax-cross-entropy' }), layers, given());
    return Object.fromEntries(audit(model, layers).map(r => [r.aspect, r.answer]));
  };
  const [ofBp, ofFa, ofKp, ofSigns] = [bp, fa, kp, signSymmetry].map(answers);
  t.strictSame(
    [ofBp, ofFa, ofKp, ofSigns].map(a => a!['weight transport']),
    ['yes', 'no', 'no', 'yes'],
  );
  t.equal(ofBp!['extra synapses'], '0 beside 32');
  t.equal(ofFa!['extra synapses'], '12 beside 32');
  t.equal(ofBp!['derivative of the activation'], 'used');
  t.match(ofBp!['separate phases'], /^2 sweeps/);
});
t.test('costs are counted from operations', async t => {
  const circuit = pair({});
  t.equal(macs(circuit.lower([{ repeat: 3, stages: [{ phase: 'go' }] }])), 18);
  t.equal(macs(circuit.lower([{ every: 2, stages: [{ phase: 'go' }] }])), 3);
  t.ok(circuit.bytes() > 0);
});
