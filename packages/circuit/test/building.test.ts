/** What is refused while building, with the words a user reads; and how a scheme's slots are filled. */
import t from 'tap';
import type {
  Connectivity,
  LayerSpec,
  Optimiser,
  Population,
  Projection,
  Scheme,
  SchemeOptions,
} from '@apical/core';
import { defineScheme, derived, input, noise, parameter, state, stimulus } from '@apical/core';
import {
  assemble,
  audit,
  circuitStreams,
  readsOfCircuit,
  Circuit,
  type AssembleOptions,
  type BuiltModel,
  declare,
  weightsOf,
} from '@apical/circuit';
import { fill } from '@apical/schemes';
import { createRandomSource } from '@apical/numerics';
import { dense, momentum, oneToOne, sgd } from '@apical/plugin-standard';
import { bp, delta, rateOutput, rateUnit } from '@apical/plugin-bp';
import { dfa, frozen, kp, fa } from '@apical/plugin-fa';
import { given, hebb, library, list, neuron, pair, rule, run, values } from './parts.js';

const one = (population: Partial<Population>, options = {}): Circuit => {
  const circuit = new Circuit(given(options));
  circuit.population({ name: 'p', shape: [2], depth: 0, model: neuron({}), ...population });
  return circuit.build();
};
t.test('populations: names, shapes, parameters, choices, activations, starting values', async t => {
  for (const name of ['a.b', 'a/b', 'a b', ''])
    t.throws(() => one({ name }), /a name has no dot, slash or space/, `"${name}"`);
  for (const shape of [[0], [2.5], [2, -1]])
    t.throws(() => one({ shape }), { code: 'APICAL_SHAPE' }, shape.join());
  t.throws(
    () => pair({}, undefined, {}, c => c.population({ name: 'a', shape: [1], depth: 0, model: neuron({}) })),
    /population "a" is declared twice/,
  );
  t.throws(() => one({ parameters: { tua: 1 } }), /unknown parameter of cell \(p\) "tua"/);
  const model = neuron(
    { go: 'r = phi(pace)' },
    {
      parameters: { pace: parameter('pace', 2) },
      constants: { twice: '2 * pace' },
      choices: { mode: { slow: '1', fast: '2' } },
      functions: { phi: 'tanh' },
    },
  );
  t.equal(one({ model, parameters: { pace: 3 } }).signal('p.twice')[0], 6);
  t.equal(
    one({ model }, { parameters: { pace: 5 } }).signal('p.pace')[0],
    5,
    'the scheme speaks where nobody else does',
  );
  t.equal(
    one({ model, parameters: { pace: 'pace + 1' } }, { parameters: { pace: 5 } }).signal('p.pace')[0],
    6,
    'its own name is that of the scheme',
  );
  t.throws(
    () => one({ model, choose: { mdoe: 'slow' } }),
    /unknown choice of cell \(p\) "mdoe"; did you mean "mode"/,
  );
  t.throws(
    () => one({ model, choose: { mode: 'fats' } }),
    /unknown alternative for mode of cell \(p\) "fats"; did you mean "fast"/,
  );
  t.throws(
    () => one({ model, functions: { psi: 'tanh' } }),
    /unknown activation slot of cell \(p\) "psi"; did you mean "phi"|unknown activation slot/,
  );
  t.throws(() => one({ model, functions: { phi: 'tahn' } }), /did you mean "tanh"/);
  t.throws(() => one({ model, parameters: { pace: 'twice' } }), /"pace" depends on itself \(pace → twice\)/);
  t.throws(() => one({ model, parameters: { pace: NaN } }), { code: 'APICAL_RANGE' });
  for (const taken of ['dt', 'batch']) {
    t.throws(
      () => one({ model: neuron({}, { parameters: { [taken]: parameter('?', 1) } }) }),
      /has a meaning already/,
    );
    t.throws(
      () => one({ model: neuron({}, { signals: { [taken]: state('?') } }) }),
      /has a meaning already; taken are dt, batch/,
    );
    t.throws(() => one({}, { parameters: { [taken]: 1 } }), /the scheme declares/);
  }
  t.throws(
    () => one({ model: neuron({}, { parameters: { r: parameter('?', 1) } }) }),
    /"r" is both a parameter and a signal/,
  );
  const started = one({ initial: { r: [1, 2], s: [1, 2, 3, 4] } }, { batch: 2 });
  t.strictSame(
    [list(started.signal('p.r')), list(started.signal('p.s'))],
    [
      [1, 2, 1, 2],
      [1, 2, 3, 4],
    ],
  );
  t.throws(() => one({ initial: { r: [1, 2, 3] } }), /p.r starts from 3 numbers; it has 2/);
  t.throws(() => one({ initial: { q: [1] } }), /unknown signal of p to start from "q"/);
});
t.test('projections: ends, names, weights, what they go along', async t => {
  t.throws(() => pair({ name: 'a' }), /"a" is both a population and a projection/);
  t.throws(() => pair({ name: 'W.1' }), /projection "W.1": a name has no dot/);
  t.throws(() => pair({ from: 'c.x' }), /unknown population in "c.x" "c"/);
  t.throws(() => pair({ from: 'a.xx' }), /unknown signal of population a "xx"; did you mean "x"\?/);
  t.throws(
    () => pair({ to: 'b.r' }),
    /W transmits into b.r, which is no input and would be overwritten; inputs there: b.z/,
  );
  const flat = neuron({}, { signals: { x: { ...stimulus('x'), per: 'sample' }, z: input('z') } });
  t.throws(() => pair({}, flat), /W: a.x is one value per sample; synapses join one value per neuron/);
  t.throws(
    () => pair({ to: 'b.s' }, neuron({}, { signals: { x: stimulus('x'), s: state('s') } })),
    /b has no input/,
  );
  const twice = (c: Circuit) => c.project({ name: 'W', from: 'a.x', to: 'b.z', phase: 'go' });
  t.throws(() => pair({}, undefined, {}, twice), /projection "W" is declared twice/);
  t.throws(() => pair({ weights: { draw: 'xavier' } }), /unknown \w+ "xavier".*Known: .*xavier-normal/);
  t.throws(
    () => pair({ weights: { draw: 'normal', parameters: { sdt: 1 } } }),
    /unknown parameter of initialiser normal \(init\/W\) "sdt"/,
  );
  t.throws(() => pair({ along: 'V' }), /unknown projection that W goes along "V"/);
  const along = (more: object) =>
    pair({}, undefined, {}, c =>
      c.project({ name: 'V', from: 'a.s', to: 'b.z', phase: 'go', along: 'W', ...more }),
    );
  t.throws(() => along({ plasticity: [{ rule: hebb }] }), /V uses the weights of W: put the rule there/);
  t.throws(() => along({ from: 'b.s' }), /V goes along W, whose pre end has 2 units; b has 3/);
  t.throws(() => along({ from: 'a.s', reversed: true }), /whose pre end has 2 units; b has 3/);
  t.throws(() => pair({ connectivity: oneToOne }), /join equal populations; these have 2 and 3 units/);
  const partners = (more: object) => pair({ to: 'a.z', connectivity: oneToOne, ...more });
  t.throws(
    () => partners({ plasticity: [{ rule: hebb }] }),
    /W.hebb: one-to-one synapses have no weights to learn/,
  );
  const deaf: Connectivity = {
    name: 'deaf',
    doc: '',
    shape: ends => dense.shape(ends),
    transmit: () => [],
    transmitBack: () => [],
  };
  const fixed = pair({ connectivity: deaf, plasticity: [{ rule: hebb }] });
  t.throws(() => fixed.compile([{ phase: 'learn' }]), /W: deaf has no weights to learn/);
  const role = pair({ role: 'up', bias: true }, undefined, {
    weights: { up: { draw: 'zeros' }, 'up/bias': values(7, 8, 9) },
  });
  t.strictSame(
    [list(role.weights('W')), list(role.bias('W'))],
    [
      [0, 0, 0, 0, 0, 0],
      [7, 8, 9],
    ],
    'by role',
  );
  t.strictSame(
    list(
      pair({ role: 'up' }, undefined, {
        weights: { up: { draw: 'zeros' }, W: values(6, 5, 4, 3, 2, 1) },
      }).weights('W'),
    ),
    [6, 5, 4, 3, 2, 1],
    'the name is nearer than the role',
  );
  t.strictSame(
    list(pair({ weights: undefined as never }).weights('W')),
    [0, 0, 0, 0, 0, 0],
    'no word about weights: zero',
  );
});
t.test('rules and optimisers: names that are taken, what is not there', async t => {
  const on = (r: ReturnType<typeof rule>, more = {}) => pair({ plasticity: [{ rule: r, ...more }] });
  const traces = (pre: object, post: object = {}) =>
    rule([{ post: 's', pre: 'x' }], { traces: { pre, post } as never });
  t.throws(
    () => on(traces({ q: noise('n') })),
    /W.rule: trace "q" cannot be noise; give it to the neuron model/,
  );
  t.throws(() => on(traces({ q: state('q') }, { q: state('q') })), /W.rule has two traces "q"/);
  const learn =
    (r: ReturnType<typeof rule>, more = {}) =>
    () =>
      on(r, more).compile([{ phase: 'learn' }]);
  t.throws(learn(rule([{ post: 'ss', pre: 'x' }])), {
    code: 'APICAL_EQUATION',
    block: 'rule',
    key: 'update.terms.0.post',
    message: /unknown name "ss"; did you mean "s"/,
  });
  t.throws(
    learn(rule([{ pre: 'x', gain: 'etta' }], { parameters: { eta: parameter('e', 1) } })),
    /unknown name "etta"; did you mean "eta"/,
  );
  t.throws(
    learn(rule([{ pre: 'x' }]), { uses: { pre: { x: 'W.rule.none' } } }),
    /trace or parameter of W.rule|unknown/,
  );
  const moving = (pre: string) =>
    rule([{ pre: 'low' }], { traces: { pre: { low: state('t') } }, phases: { learn: { pre } } });
  t.throws(learn(moving('low = xx')), {
    code: 'APICAL_EQUATION',
    block: 'rule',
    key: 'phases.learn.pre',
    where: 'W.rule/learn/pre',
  });
  t.throws(learn(moving('batch = 1\nlow = batch')), /equations can only read/);
  const use = (more: Partial<Optimiser>) => ({
    optimiser: { use: { name: 'mine', parameters: {}, update: 'w += g', ...more } },
  });
  for (const taken of ['k', 'g', 'pooled', 'dt'])
    t.throws(
      learn(hebb, use({ state: { [taken]: state('?') } })),
      /declares "\w+", which has a meaning already/,
      taken,
    );
  t.throws(
    learn(hebb, use({ update: 'w += g\nk += 1' })),
    /W.hebb\/mine assigns "k", which equations can only read: k \+= 1\n +may be assigned: w, g/,
  );
  t.throws(learn(hebb, use({ update: 'w += gg' })), {
    block: 'mine',
    key: 'update',
    message: /unknown name "gg"; did you mean "g"/,
  });
  t.throws(learn(hebb, use({ update: 'w += pooled', pool: { over: 'network', of: 'gg' } })), {
    code: 'APICAL_EQUATION',
    key: 'pool.of',
  });
  t.throws(
    () => on(hebb, { optimiser: { use: sgd, parameters: { etta: 1 } } }),
    /unknown parameter of sgd .*"etta"; did you mean "eta"/,
  );
  const inUnits = (post: string, more = {}) =>
    learn(
      rule([{ post: 's', pre: 'x' }], {
        parameters: { tau: parameter('t', 10, 'ms') },
        traces: { post: { low: state('low', 'mV') } },
        phases: { learn: { post } },
      }),
      more,
    );
  t.throws(inUnits('low += s'), /units differ/);
  t.throws(inUnits('low += dt / tau * sum(pre.x)'), /units differ/, 'also those of the other end');
  t.doesNotThrow(inUnits('low += dt / tau * low'));
  t.throws(
    inUnits('low = other', { uses: { post: { other: 's' } } }),
    /units differ/,
    'and of what is used under another name',
  );
  t.doesNotThrow(inUnits('low = other', { uses: { post: { other: 'b.s' } } }), 'not of what is far away');
  const bounded = pair({ constraint: 'w = max(v, 0)', plasticity: [{ rule: hebb }] });
  t.throws(() => bounded.compile([{ phase: 'learn' }]), { key: 'constraint', message: /unknown name "v"/ });
});
t.test('one name has one meaning, and none of those that every object has', async t => {
  const on = (more: Parameters<typeof rule>[1], use = {}) =>
    told(() => pair({ plasticity: [{ rule: rule([{ post: 's', pre: 'x' }], more), ...use }] }));
  const told = (work: () => unknown): string => {
    try {
      work();
      return '';
    } catch (e) {
      return (e as Error).message;
    }
  };
  const eta = { eta: parameter('rate', 1) };
  const tell = (one: string, other: string): string =>
    `W.rule: ${one} of the rule and ${other} have one name; call one of them something else`;
  const signal = (name: string, at: string, side: string): string =>
    `signal "${name}" of ${at} (cell), its ${side} end,`;
  const cases: [more: Parameters<typeof rule>[1], use: object, message: string][] = [
    [{ parameters: { s: parameter('?', 1) } }, {}, tell('parameter "s"', signal('s', 'a', 'pre'))],
    [{ constants: { x: '1' } }, {}, tell('constant "x"', signal('x', 'a', 'pre'))],
    [{ choices: { r: { one: '1', two: '2' } } }, {}, tell('choice "r"', signal('r', 'a', 'pre'))],
    [{ traces: { post: { z: state('?') } } }, {}, tell('trace "z"', signal('z', 'b', 'post'))],
    [{ parameters: eta, constants: { eta: '1' } }, {}, tell('constant "eta"', 'parameter "eta"')],
    [{ parameters: eta, traces: { pre: { eta: state('?') } } }, {}, tell('trace "eta"', 'parameter "eta"')],
    [
      { parameters: eta },
      { uses: { post: { eta: 's' } } },
      tell('parameter "eta"', 'what "uses" calls "eta"'),
    ],
    [{ parameters: eta }, {}, ''],
    [
      { traces: { pre: { low: state('?') }, post: { low: state('?') } } },
      {},
      'W.rule has two traces "low"; a rule works once on a projection',
    ],
  ];
  for (const [more, use, message] of cases) t.equal(on(more, use), message);
  // ends exchanged: the trace of its pre side stands at b
  t.equal(
    on({ traces: { pre: { z: state('?') } } }, { exchanged: true }),
    tell('trace "z"', signal('z', 'b', 'pre')),
  );
  const cell = (more: Parameters<typeof neuron>[1]) => one({ model: neuron({ go: 'r = z' }, more) });
  const rate = { r: state('rate'), z: input('drive') };
  const names: ((name: string) => unknown)[] = [
    name => one({ name }),
    name => pair({ name }),
    name => cell({ parameters: { [name]: parameter('?', 1) } }),
    name => cell({ constants: { [name]: '1' } }),
    name => cell({ choices: { [name]: { a: '1' } } }),
    name => cell({ signals: { ...rate, [name]: state('?') } }),
    name => one({}, { parameters: { [name]: 1 } }),
    name =>
      pair({ plasticity: [{ rule: rule([{ pre: 'x' }], { traces: { pre: { [name]: state('?') } } }) }] }),
    name =>
      pair({
        plasticity: [
          {
            rule: hebb,
            optimiser: {
              use: { name: 'o', parameters: {}, state: { [name]: state('?') }, update: 'w += g' },
            },
          },
        ],
      }),
  ];
  for (const name of ['constructor', 'toString'])
    for (const [k, make] of names.entries())
      t.match(
        told(() => make(name)),
        new RegExp(`cannot be called "${name}"`),
        `${k} ${name}`,
      );
});
t.test('looking and setting: what is there, and what may be set to what', async t => {
  const rate = rule([{ post: 's', pre: 'low', gain: 'rate' }], {
    parameters: { rate: { ...parameter('rate', 0.5), min: 0, max: 1 } },
    traces: { pre: { low: state('t') } },
  });
  const model = neuron(
    {},
    {
      parameters: { tau: { ...parameter('time', 10, 'ms'), min: 1 } },
      signals: { ...neuron({}).signals, age: { ...state('age'), per: 'population' }, slow: derived('d') },
    },
  );
  const circuit = pair({ plasticity: [{ rule: rate, optimiser: { use: sgd } }] }, model, {
    parameters: { eta: 0.5, double: '2 * eta' },
    dt: 0.1,
  });
  circuit.set('W.rule.rate', 1);
  circuit.set('a.tau', 20);
  t.equal(circuit.signal('b.tau')[0], 10, 'each population its own');
  circuit.set('eta', 0.25);
  t.equal(circuit.signal('W.rule.eta')[0], 0.25, 'what the optimiser was not told follows the scheme');
  circuit.set('dt', 0.2);
  t.equal(circuit.settable('dt').data[0], 0.2);
  const refused = (name: string, value: number, why: RegExp) =>
    t.throws(() => circuit.set(name, value), why, name);
  refused('W.rule.rate', 1.5, /W.rule.rate is 1.5; it must lie between 0 and 1/);
  refused('a.tau', 0, /a.tau is 0 ms; it must lie between 1 and Infinity ms/);
  refused('eta', NaN, /eta is NaN/);
  refused('W.rule.eta', 1, /follows from other parameters: set those/);
  refused('double', 1, /follows from other parameters/);
  refused('batch', 2, /"batch" is fixed when the circuit is built/);
  refused('a.age', 2, /"a.age" is a signal, not a parameter/);
  refused('a.s', 2, /one value per neuron, not a parameter/);
  refused('W.rule.k', 2, /"W.rule.k" counts updates/);
  refused('etaa', 1, /unknown parameter of the scheme "etaa"; did you mean "eta"\? Known: double, dt, eta/);
  for (const name of ['toString', 'constructor']) refused(name, 1, /unknown parameter of the scheme/);
  refused(
    'W.rule.toString',
    1,
    /unknown trace or parameter of W.rule "toString".*Known: eta, low, rate, weightDecay/,
  );
  refused('W.hebb.rate', 1, /unknown rule of projection W "hebb"/);
  refused('c.tau', 1, /unknown population or projection in "c.tau" "c"/);
  t.throws(
    () => circuit.compile([{ set: { 'W.rule.rate': 3 } }]),
    { code: 'APICAL_RANGE' },
    'in a program too',
  );
  t.throws(() => circuit.signal('W.rule'), /unknown trace or parameter of W.rule ""/);
  t.throws(() => circuit.weights('V'), /unknown projection "V"/);
  t.throws(() => circuit.bias('W'), /projection "W" has no bias/);
  t.throws(() => circuit.direction('W/bias'), /unknown direction "W\/bias"/);
  t.throws(() => circuit.setSending('c', false), /unknown population "c"/);
  t.strictSame([circuit.plastic('W'), list(circuit.weightShape('W'))], [true, [3, 2]]);
});

/* ---------------------------------------------------------------- schemes */
const layers: readonly LayerSpec[] = [{ shape: [5] }, { shape: [4] }, { shape: [6] }, { shape: [3] }];
const build = (
  scheme: Scheme,
  options: SchemeOptions = {},
  of = layers,
  more: Partial<AssembleOptions> = {},
) => {
  const streams = circuitStreams(createRandomSource(5), library.initialisers);
  return assemble(fill(scheme, options), of, { ...given({ streams }), ...more });
};
const gathering = (more: object): Scheme => ({
  ...bp,
  plasticity: { forward: { ...bp.plasticity.forward!, ...more } },
});
const slot = (more: object): SchemeOptions => ({ plasticity: { forward: more } });
t.test('slots take other parts, per-layer lists fit the layers', async t => {
  t.throws(() => build(bp, {}, [{ shape: [3] }]), /needs an input and an output layer/);
  const eta = (value: unknown) => slot({ optimiser: { use: sgd, parameters: { eta: value } } });
  const { circuit } = build(bp, eta([0.1, 0.2, 0.3]));
  t.strictSame(
    [1, 2, 3].map(l => circuit.signal(`W${l}.delta.eta`)[0]),
    [0.1, 0.2, 0.3],
  );
  t.throws(
    () => build(bp, eta([0.1, 0.2])),
    /bp, forward, sgd: eta lists 2 values; one for layer 3 is needed/,
  );
  t.throws(
    () => build(bp, eta([0.1, 0.2, 0.3, 0.4])),
    /bp, forward, sgd: eta lists 4 values; this network has 3 such layers/,
  );
  const scaled = build(bp, slot({ scale: [1, 2, 'batch'] })).circuit;
  t.strictSame(
    [1, 2, 3].map(l => scaled.network.projection(`W${l}`).rules[0]!.gains[0]![0]),
    [1, 2, 1],
  );
  t.equal(
    build(bp, slot({ biasOptimiser: { use: momentum } })).circuit.network.projection('W1').rules[0]!
      .biasOptimiser!.model,
    momentum,
  );
  t.strictSame(build(bp, { plasticity: { forward: null } }).circuit.plastic('W1'), false);
  t.throws(
    () => build(dfa, { plasticity: { feedback: { scale: 2 } } }),
    /plasticity.feedback is empty in this scheme: name a rule for it/,
  );
  const learned = build(dfa, {
    plasticity: { feedback: { rule: delta, uses: { pre: { r: 'delta' } } } },
  }).circuit;
  t.ok(learned.plastic('B1'), 'a rule for a slot that was empty');
  t.throws(
    () => build(bp, { settings: { bias: 'maybe' } }),
    /setting bias of scheme bp is "maybe"; give one of true, false/,
  );
  t.throws(
    () => build(bp, { settings: { bais: true } }),
    /unknown setting of scheme bp "bais"; did you mean "bias"/,
  );
  t.throws(() => build(bp, { parameters: { eta: 1 } }), /unknown parameter of scheme bp "eta"/);
  t.throws(
    () => build(kp, { parameters: { weightDecay: 2 } }),
    /weightDecay of scheme kp is 2; give a number between 0 and 1/,
  );
  t.equal(build(kp, { parameters: { weightDecay: 0.5 } }).circuit.signal('W1.delta.weightDecay')[0], 0.5);
  t.throws(
    () => build(gathering({ gather: 'lern' })),
    /phase in which W1.delta gathers, in the programs of bp, "lern"; did you mean "learn"/,
  );
  t.throws(() => build(gathering({ apply: 'later' })), /phase in which W1.delta applies/);
  t.doesNotThrow(() => build(bp, slot({ apply: 'never' })));
  t.throws(
    () => build(bp, {}, layers, { weights: { W9: { draw: 'zeros' } } }),
    /projection or role of scheme bp/,
  );
  const initial = { layer1: { feedback: [1, 2, 3, 4] } };
  t.strictSame(list(build(bp, {}, layers, { initial }).circuit.signal('layer1.feedback')), [1, 2, 3, 4]);
  t.strictSame(
    list(
      build(bp, {}, layers, {
        weights: { 'forward/bias': { draw: 'constant', parameters: { value: 2 } } },
      }).circuit.bias('W3'),
    ),
    [2, 2, 2],
  );
});
t.test('another part in a slot keeps what the slot says, as far as it knows the names', async t => {
  const tuned = {
    ...rateUnit,
    name: 'tuned',
    parameters: { tau: parameter('t', 1), gain: parameter('g', 1) },
  };
  const other = { ...rateUnit, name: 'other', parameters: { gain: parameter('g', 1) } };
  const scheme = defineScheme({
    ...bp,
    neurons: {
      ...bp.neurons,
      hidden: { model: tuned, parameters: { tau: [3, 4], gain: 5 }, functions: { phi: 'relu' } },
    },
    plasticity: { forward: { rule: delta, parameters: { decay: 0.25 }, optimiser: { use: sgd } } },
    assemble(net, layers, given) {
      t.strictSame(net.ruleName('forward'), given.settings.bias === true ? 'delta' : 'hebb');
      t.throws(() => net.ruleName('none'), /unknown plasticity slot of scheme bp "none"/);
      t.throws(
        () => net.population('x', 'none', { shape: [1], depth: 0 }),
        /unknown neuron slot of scheme bp "none"/,
      );
      return bp.assemble(net, layers, given);
    },
  });
  const { circuit } = build(scheme);
  t.strictSame(
    [1, 2].map(l => circuit.signal(`layer${l}.tau`)[0]),
    [3, 4],
  );
  const replaced = build(scheme, {
    neurons: { hidden: { model: other } },
    plasticity: { forward: { rule: { ...hebb, update: { terms: [{ post: 'delta', pre: 'r' }] } } } },
    settings: { bias: false },
  }).circuit;
  t.equal(replaced.signal('layer1.gain')[0], 5);
  t.equal(replaced.network.populations.get('layer1')!.functions.phi!.name, 'relu');
  t.throws(
    () => replaced.signal('layer1.tau'),
    { code: 'APICAL_UNKNOWN_NAME' },
    'a parameter that the other model does not have',
  );
  t.throws(
    () => build(scheme, { neurons: { hidden: { model: other, parameters: { tau: 1 } } } }),
    /unknown parameter of other/,
    'unless the config itself says it',
  );
});
t.test('the head is a choice of the output slot, and another output model must know it', async t => {
  const { circuit } = build(bp, { head: 'sigmoid-squared' });
  t.equal(circuit.network.populations.get('layer3')!.choices.error, 'phiBack(target - r)');
  t.equal(circuit.network.populations.get('layer3')!.functions.phi!.name, 'sigmoid');
  const plain = {
    ...rateOutput,
    choices: {},
    phases: { forward: 'r = phi(z)', backward: 'delta = target - r\nloss = sum(delta ** 2)' },
  };
  t.throws(
    () => build(bp, { head: 'sigmoid-squared', neurons: { output: { model: plain } } }),
    /unknown choice of rate\/output \(layer3\) "error"/,
  );
});
t.test('the audit gives its evidence', async t => {
  const rows = (scheme: Scheme, options: SchemeOptions = {}) => {
    const model = build(scheme, options);
    return Object.fromEntries(audit(model, layers).map(r => [r.aspect, r]));
  };
  const ofBp = rows(bp, { head: 'softmax-cross-entropy' });
  t.strictSame(
    ofBp['weight transport']!.evidence,
    [1, 2].map(l => `B${l} sends back through the weights of W${l + 1}, live`),
  );
  t.equal(ofBp['activation needs the whole layer']!.answer, 'yes');
  t.equal(ofBp['reads beyond pre, post and own weight']!.answer, 'no');
  t.match(ofBp["Dale's law"]!.answer, /not kept/);
  t.strictSame(ofBp['extra neurons']!.answer, '0 beside 18');
  t.equal(rows(frozen)['weight transport']!.answer, 'no');
  t.equal(rows(kp)['extra synapses']!.answer, '42 beside 62');
  const beyond = (more: object) => rows(bp, slot(more))['reads beyond pre, post and own weight']!.evidence;
  const terms = (pre: string, times?: string) => ({
    ...delta,
    name: 'mine',
    update: { terms: [{ post: 'delta', pre, ...(times ? { times } : {}) }] },
  });
  t.match(
    beyond({ rule: terms('r / (1 + sum(r ** 2))') })[0],
    /W1.mine reduces over the units of a population/,
  );
  const normed = { name: 'normed', parameters: {}, update: 'w += g / (1 + sum (g ** 2))' };
  t.match(beyond({ optimiser: { use: normed } })[0], /W1.delta: normed reduces over all its synapses/);
  const pooled = {
    name: 'shared',
    parameters: {},
    pool: { over: 'network' as const, of: 'g' },
    update: 'w += pooled',
  };
  t.match(beyond({ optimiser: { use: pooled } })[0], /W1.delta: shared pools over the network/);
  t.match(
    beyond({ rule: terms('far'), uses: { pre: { far: 'layer0.r' } } }).join(),
    /W2.mine reads layer0.r as far/,
  );
  const transported = { rule: terms('r', 'up'), uses: { weights: { up: 'W1' } } };
  t.match(beyond(transported)[0], /W1.mine multiplies with the weights of W1/);
  const model = {
    ...build(bp),
    programs: { evaluate: [], train: [{ phase: 'learn' }, { repeat: 3, stages: [{ set: { dt: 1 } }] }] },
  };
  const steps = Object.fromEntries(audit(model, layers).map(r => [r.aspect, r]));
  t.equal(steps['separate phases']!.answer, '0 sweeps, 1 relaxations, then learn');
  t.strictSame(steps['parameters switched within an update']!.evidence, ['dt = 1']);
  const still = audit({ ...model, programs: { evaluate: [], train: [{ phase: 'learn' }] } }, layers);
  t.equal(still.find(r => r.aspect === 'separate phases')!.answer, 'no: every step does the same work');
});
t.test(
  'what starts as a function of other weights is told apart from what goes on following them',
  async t => {
    const square = { shape: [2], depth: 0, model: neuron({ go: 'r = z', first: 's = 0', again: 's = 0' }) };
    const from = { from: 'p.x', to: 'p.z', phase: 'go' } as const;
    const copy = (...at: string[]) => ({ function: 'copy', of: ['W'], at, parameters: { gain: -1 } });
    const circuit = new Circuit(given());
    circuit.population({ ...square, name: 'p' });
    const others: Record<string, Partial<Projection>> = {
      minus: { weights: copy('build') },
      inverse: { weights: { function: 'pseudo-inverse', of: ['W'], at: ['build', 'first'] } },
      biased: { weights: { draw: 'zeros' }, bias: { weights: copy('build') } },
      tied: { weights: copy('build', 'again') },
      signs: { weights: { function: 'constant', of: [], at: ['build'] } },
    };
    circuit.project({ ...from, name: 'W', weights: { draw: 'uniform' }, bias: true });
    for (const [name, more] of Object.entries(others)) circuit.project({ ...from, name, ...more });
    circuit.build();
    const start = [{ phase: 'first' }];
    const programs = { start, train: [{ phase: ['go', 'again'] }], evaluate: [{ phase: 'go' }] };
    const rows = (of: BuiltModel['programs']) => {
      const all = audit({ ...build(bp), circuit, forward: ['W'], programs: of }, [{ shape: [2] }]);
      return Object.fromEntries(all.map(r => [r.aspect, r.evidence]));
    };
    t.strictSame(rows(programs)['starts from weights of others'], [
      'minus = copy of W',
      'inverse = pseudo-inverse of W',
      'biased/bias = copy of W',
    ]);
    t.strictSame(rows(programs)['weight transport'], ['tied = copy of W, renewed in again']);
    const often = rows({ ...programs, train: [...start, ...programs.train] });
    t.ok(often['weight transport']!.includes('inverse = pseudo-inverse of W, renewed in first'));
    t.strictSame(often['starts from weights of others'], ['minus = copy of W', 'biased/bias = copy of W']);
  },
);
t.test('sharing and signs are seen in a circuit of maps and constraints', async t => {
  const kernel = { ...dense, name: 'kernel', shape: () => [3, 2, 1], biasShape: () => [3] };
  const circuit = pair({ connectivity: kernel, constraint: 'w = max(w, 0)' }, undefined, {}, c => {
    c.project({ name: 'V', from: 'a.s', to: 'b.z', phase: 'go', along: 'W', constraint: 'w = max(w, 0)' });
  });
  const model = { ...build(bp), circuit, forward: ['W'], programs: { train: [], evaluate: [] } };
  const rows = Object.fromEntries(audit(model, [{ shape: [2] }, { shape: [3] }]).map(r => [r.aspect, r]));
  t.strictSame(rows['weight sharing']!.evidence, [
    'W: kernel uses each weight at many places',
    'V: kernel uses each weight at many places',
    'V shares the weights of W',
  ]);
  t.equal(rows["Dale's law"]!.answer, 'every projection has a sign constraint');
  t.equal(rows['derivative of the activation']!.answer, 'not used');
});
t.test('reads and writes of every phase and rule are told', async t => {
  const { phases, rules } = readsOfCircuit(
    build(
      bp,
      {
        head: 'sigmoid-squared',
        ...slot({
          rule: { ...delta, update: { terms: [{ post: 'delta', times: 'up' }] } },
          uses: { weights: { up: 'W1' } },
        }),
      },
      [{ shape: [2] }, { shape: [2] }, { shape: [2] }],
    ).circuit,
  );
  t.strictSame(
    phases.find(p => p.population === 'layer1' && p.phase === 'backward'),
    { population: 'layer1', phase: 'backward', reads: ['feedback', 'z'], writes: ['delta'] },
  );
  t.strictSame(rules[1], {
    rule: 'W2.delta',
    projection: 'W2',
    ends: { pre: [], post: ['delta'] },
    weights: ['W1'],
  });
  const traced = rule([{ pre: 'low' }], {
    traces: { pre: { low: state('t') } },
    phases: { go: { pre: 'low += x - r' } },
  });
  const circuit = pair({ plasticity: [{ rule: traced }] });
  t.strictSame(readsOfCircuit(circuit).rules[0]!.ends, { pre: ['low', 'r', 'x'], post: [] });
  run(circuit, { phase: 'go' }, { phase: 'learn' });
});
t.test('weights declared as data are those of the circuit, and fast synapses are none of them', async t => {
  const fast = defineScheme({
    ...fa,
    assemble: (net, layers, given) =>
      fa.assemble(
        { ...net, project: (name, at) => net.project(name, { ...at, perSample: name === 'B1' }) },
        layers,
        given,
      ),
  });
  for (const scheme of [bp, kp, dfa, fast]) {
    const { circuit } = build(scheme);
    const places = weightsOf(declare(scheme, layers), library);
    t.strictSame(
      places.map(p => p.name),
      circuit.weightNames(),
    );
    for (const { name, projection, shape, transposed } of places.filter(p => !p.name.includes('/')))
      t.strictSame(
        [shape, transposed],
        [circuit.weightShape(projection), circuit.reversed(projection)],
        name,
      );
  }
});
t.test('a scheme that counts fast synapses among its layers is refused', t => {
  const fast = defineScheme({
    ...bp,
    assemble: (net, layers, given) =>
      bp.assemble(
        { ...net, project: (name, at) => net.project(name, { ...at, perSample: name === 'W2' }) },
        layers,
        given,
      ),
  });
  for (const refused of [() => declare(fast, layers), () => build(fast)])
    t.throws(refused, {
      code: 'APICAL_CIRCUIT',
      message: /scheme bp lists W2 in "forward", .* \(perSample\): state, not weights\. List the projection/,
    });
  t.end();
});
t.test('what a slot says goes before what the scheme says of one projection', async t => {
  const rule = { ...delta, choices: { c: { a: '1', b: '2' }, d: { a: '1', b: '2' } } };
  const scheme = defineScheme({
    ...bp,
    plasticity: { forward: { rule, parameters: { decay: 0.2 }, choose: { c: 'b' } } },
    assemble: (net, layers, given) =>
      bp.assemble(
        {
          ...net,
          project: (name, at) =>
            net.project(name, {
              ...at,
              plasticity: at.plasticity
                ? [{ slot: 'forward', parameters: { decay: 0.1 }, choose: { c: 'a', d: 'b' } }]
                : [],
            }),
        },
        layers,
        given,
      ),
  });
  const { parameters, choose } = declare(scheme, layers).projections[0]!.plasticity![0]!;
  t.strictSame({ parameters, choose }, { parameters: { decay: 0.2 }, choose: { c: 'b', d: 'b' } });
});
