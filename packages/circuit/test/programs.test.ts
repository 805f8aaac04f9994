/** What programs and rules do beyond the first look of `circuit.test.ts`: each number is worked out by hand. */
import t from 'tap';
import type { Operation, Optimiser, Program } from '@apical/core';
import { derived, input, noise, state, stimulus } from '@apical/core';
import { Circuit, circuitStreams } from '@apical/circuit';
import { macs } from '@apical/kernels';
import { createRandomSource } from '@apical/numerics';
import { adam, dense, oneToOne, sgd } from '@apical/plugin-standard';
import { given, hebb, library, list, neuron, pair, rule, run, values } from './parts.js';

const count = neuron({ go: 's += 1', other: 'r += 1' });
const twoByThree = [1, 2, 3, 4, 5, 6];

t.test('a condition follows what is set before it, in its own and in other programs', async t => {
  const circuit = pair({}, count, { parameters: { goal: 0 } });
  const guarded: Program = [{ when: 'goal > 0', stages: [{ phase: 'go' }] }];
  const train = circuit.compile([{ set: { goal: 1 } }, ...guarded, { set: { goal: 0 } }, ...guarded]);
  const evaluate = circuit.compile(guarded);
  train();
  t.equal(circuit.signal('a.s')[0], 1, 'between the two sets only');
  circuit.compile([{ set: { goal: 2 } }])();
  evaluate();
  t.equal(circuit.signal('a.s')[0], 2, 'a program compiled before the other sets');
  run(circuit, { set: { goal: 3 } }, { repeat: 'goal', stages: [{ phase: 'other' }] });
  t.equal(circuit.signal('a.r')[0], 3, 'a count as well');
  const clock = neuron(
    { go: 't += 1', other: 'r += 1' },
    {
      signals: { x: stimulus('x'), z: input('z'), r: state('r'), t: { ...state('time'), per: 'population' } },
    },
  );
  const timed = pair({}, clock);
  const step = timed.compile([{ phase: 'go' }, { when: 'a.t > 2', stages: [{ phase: 'other' }] }]);
  for (let k = 0; k < 5; k++) step();
  t.equal(timed.signal('a.r')[0], 3, 'a state of one number is looked at every time');
});
t.test('equal stages that count do so apart', async t => {
  const circuit = pair({}, count);
  const every = { every: 2, stages: [{ phase: 'go' }] };
  const step = circuit.compile([every, every]);
  step();
  t.equal(circuit.signal('a.s')[0], 2);
  step();
  t.equal(circuit.signal('a.s')[0], 2);
  const again = circuit.compile([every]);
  again();
  t.equal(
    circuit.signal('a.s')[0],
    3,
    'the counter belongs to the circuit: the third time of the first stage',
  );
});
t.test('repeat until looks at what it is told to, and needs something to look at', async t => {
  const model = neuron(
    { go: 'r = 0.5 * s\ns = r' },
    { signals: { x: stimulus('x'), z: input('z'), r: derived('r'), s: state('s', '1', 1) } },
  );
  const circuit = pair({}, model);
  run(circuit, { repeat: 100, until: { settled: ['a.r'], within: 0.1 }, stages: [{ phase: 'go' }] });
  // r goes 0.5, 0.25, 0.125, 0.0625: moves by 0.0625 at last, which is within 0.1; before it by 0.125
  t.equal(circuit.signal('a.r')[0], 0.0625);
  const idle = pair({}, neuron({ go: 'q = x\nr = q' }, { signals: { ...model.signals, r: derived('r') } }));
  t.throws(
    () => idle.compile([{ repeat: 5, until: { within: 1 }, stages: [{ phase: 'go' }] }]),
    /its stages write no state, so there is nothing to watch/,
  );
  const nested = pair({}, count);
  run(nested, {
    repeat: 3,
    until: { within: 0 },
    stages: [{ repeat: 2, until: { within: 10 }, stages: [{ phase: 'go' }] }],
  });
  t.equal(nested.signal('a.s')[0], 3, 'the inner stops after one step of 1, the outer never');
});
t.test(
  'phases and populations of a stage: typing errors are told, projections and roles may be named',
  async t => {
    const circuit = pair({ role: 'up' }, neuron({ go: 'r = z', after: 's += r' }));
    t.throws(
      () => circuit.compile([{ phase: 'aftre' }]),
      /phase of a program "aftre"; did you mean "after"\?/,
    );
    t.throws(() => circuit.compile([{ phase: 'never' }]), /unknown phase of a program "never"/);
    t.doesNotThrow(() => circuit.compile([{ phase: 'learn' }]), 'a common word, though nothing learns here');
    circuit.signal('a.x').set([1, 0]);
    run(circuit, { phase: 'go', on: ['W'] });
    t.strictSame(list(circuit.signal('b.z')), [1, 3, 5], 'transmitted');
    t.strictSame(list(circuit.signal('b.r')), [0, 0, 0], 'the neurons of b have not moved');
    run(circuit, { phase: 'go', on: ['up'] });
    t.strictSame(list(circuit.signal('b.r')), [0, 0, 0]);
    run(circuit, { phase: ['go', 'after'], sweep: 'up' });
    t.strictSame(list(circuit.signal('b.s')), [1, 3, 5], 'both phases of a depth, one after the other');
  },
);
t.test('several rules on one projection, told apart by name', async t => {
  const anti = rule([{ gain: '-0.5', post: 'r', pre: 'x' }], { name: 'anti' });
  const circuit = pair({ bias: true, plasticity: [{ rule: hebb }, { rule: anti, gather: 'look' }] });
  circuit.signal('a.x').set([1, 2]);
  circuit.signal('b.s').set([1, 0, 0]);
  circuit.signal('b.r').set([0, 4, 0]);
  run(circuit, { phase: 'learn' }, { phase: 'look' });
  t.strictSame(list(circuit.direction('W.hebb')), [1, 2, 0, 0, 0, 0]);
  t.strictSame(list(circuit.direction('W')), [1, 2, 0, 0, 0, 0], 'the first');
  t.strictSame(list(circuit.direction('W.anti')), [-0, -0, -2, -4, -0, -0]);
  t.strictSame(list(circuit.direction('W.anti/bias')), [-0, -2, -0]);
  t.strictSame(list(circuit.weights('W')), [2, 4, 1, 0, 5, 6], 'both were applied');
  t.throws(() => circuit.direction('W.ant'), /direction "W.ant".*did you mean "W.anti"/);
  t.throws(
    () => pair({ plasticity: [{ rule: hebb }, { rule: hebb }] }),
    /W has two rules "hebb": a rule works once on a projection/,
  );
});
t.test(
  'terms times weights: a decay of other weights, a missing factor is 1, so is a written one',
  async t => {
    const terms = rule([
      { gain: '-0.1', times: 'other' },
      { post: '1', pre: '1', gain: '10', times: 'W' },
      { post: 's', times: 'W' },
      { post: 's + 1', pre: 'x ** 2' },
      { pre: 'x' },
    ]);
    const build = (weights: number[], more: object = {}) =>
      pair(
        { plasticity: [{ rule: terms, uses: { weights: { other: 'V' } } }], ...more },
        undefined,
        { batch: 2 },
        c => c.project({ name: 'V', from: 'a.r', to: 'b.z', phase: 'go', weights: { values: weights } }),
      );
    const circuit = build([6, 5, 4, 3, 2, 1]);
    const x = [1, 2, 3, -1];
    const s = [1, 0, -1, 2, 2, 0];
    circuit.signal('a.x').set(x);
    circuit.signal('b.s').set(s);
    circuit.compile([{ phase: 'learn' }], { apply: false })();
    const want = twoByThree.map((w, k) => {
      const [i, j] = [k >> 1, k % 2];
      const mean = (f: (b: number) => number) => (f(0) + f(1)) / 2;
      const at = (b: number) => [s[3 * b + i]!, x[2 * b + j]!] as const;
      return (
        -0.1 * [6, 5, 4, 3, 2, 1][k]! +
        10 * w +
        mean(b => at(b)[0]) * w +
        mean(b => (at(b)[0] + 1) * at(b)[1] ** 2) +
        mean(b => at(b)[1])
      );
    });
    circuit.direction('W').forEach((v, k) => t.ok(Math.abs(v - want[k]!) < 1e-13, `${v} for ${want[k]!}`));
    t.throws(() => build([1, 2]), { code: 'APICAL_SHAPE' });
    const tilted = pair(
      { plasticity: [{ rule: rule([{ times: 'other' }]), uses: { weights: { other: 'V' } } }] },
      undefined,
      {},
      c => c.project({ name: 'V', from: 'b.x', to: 'a.z', phase: 'go', weights: values(...twoByThree) }),
    );
    t.throws(
      () => tilted.compile([{ phase: 'learn' }]),
      /weights of V: they must have the shape/,
      '2 × 3 is not 3 × 2',
    );
    const unnamed = pair({ plasticity: [{ rule: rule([{ times: 'other' }]) }] });
    t.throws(
      () => unnamed.compile([{ phase: 'learn' }]),
      /unknown weights that W.rule multiplies with "other"/,
    );
    const bare = pair(
      { bias: true, plasticity: [{ rule: rule([{ times: 'other' }]), uses: { weights: { other: 'V' } } }] },
      undefined,
      {},
      c => c.project({ name: 'V', from: 'a.r', to: 'b.z', phase: 'go', weights: values(...twoByThree) }),
    );
    t.throws(() => bare.compile([{ phase: 'learn' }]), /the shape \(and the bias\) of W/);
  },
);
t.test('a rule sees the other end through sums, gains know batch and the gain of the projection', async t => {
  const normalised = rule([{ gain: 'projectionGain * batch', post: 'share', pre: 'x' }], {
    traces: { post: { share: derived('share') } },
    phases: { gather: { post: 'share = s / (1 + sum(pre.x ** 2))' } },
  });
  const circuit = pair({ gain: 3, plasticity: [{ rule: normalised }] }, undefined, { batch: 2 });
  circuit.signal('a.x').set([1, 1, 2, 0]);
  circuit.signal('b.s').set([3, 6, 0, 5, 0, 10]);
  run(circuit, { phase: 'learn' });
  t.strictSame(list(circuit.signal('W.rule.share')), [1, 2, 0, 1, 0, 2], 'per sample');
  // 6 · mean over two samples of share ⊗ x
  t.strictSame(list(circuit.direction('W')), [3 * (1 + 2), 3, 6, 6, 3 * 4, 0]);
});
t.test('a trace of a rule with exchanged ends lives where the rule has that end', async t => {
  const traced = rule([{ post: 's', pre: 'x' }], {
    name: 'traced',
    traces: { pre: { seen: state('of pre') }, post: { heard: state('of post') } },
    phases: { learn: { pre: 'seen = 2 * x', post: 'heard = s' } },
  });
  const ends = (exchanged: boolean, trace: string): readonly [string, number] => {
    const circuit = pair({}, neuron({ go: 'r = z' }), {}, c => {
      c.project({
        name: 'B',
        from: 'b.s',
        to: 'a.z',
        phase: 'go',
        plasticity: [{ rule: traced, exchanged }],
      });
      c.project({ name: 'P', from: `B.traced.${trace}`, to: 'b.z', phase: 'go' });
    });
    return [circuit.ends('P').from, circuit.signal(`B.traced.${trace}`).length];
  };
  t.strictSame(ends(true, 'seen'), ['a', 2]);
  t.strictSame(ends(true, 'heard'), ['b', 3]);
  t.strictSame(ends(false, 'seen'), ['b', 3]);
  t.strictSame(ends(false, 'heard'), ['a', 2]);
});
t.test('exchanged ends: feedback takes the very direction of the forward weights', async t => {
  const circuit = pair({ plasticity: [{ rule: hebb }] }, undefined, {}, c => {
    const back = { from: 'b.s', to: 'a.z', phase: 'go', plasticity: [{ rule: hebb, exchanged: true }] };
    c.project({ ...back, name: 'B', weights: values(0, 0, 0, 0, 0, 0) });
    c.project({ ...back, name: 'R', reversed: true, weights: values(0, 0, 0, 0, 0, 0) });
  });
  circuit.signal('a.x').set([1, 2]);
  circuit.signal('b.s').set([3, 4, 5]);
  run(circuit, { phase: 'learn' });
  t.strictSame(list(circuit.direction('W')), [3, 6, 4, 8, 5, 10]);
  t.strictSame(list(circuit.direction('B')), [3, 4, 5, 6, 8, 10], 'transposed: stored as [2, 3]');
  t.strictSame(list(circuit.direction('R')), [3, 6, 4, 8, 5, 10], 'stored as the forward weights are');
  const biased = pair({
    bias: true,
    plasticity: [{ rule: hebb, exchanged: true, uses: { post: { s: 'x' }, pre: { x: 's' } } }],
  });
  t.throws(() => biased.compile([{ phase: 'learn' }]), /works with exchanged ends: W can have no bias/);
});
t.test('reversed synapses and synapses along others', async t => {
  const circuit = pair({}, neuron({ go: 'r = z', back: 's = z' }), {}, c => {
    c.population({ name: 'c', shape: [2], depth: 0, model: neuron({}) });
    c.project({
      name: 'R',
      from: 'b.x',
      to: 'a.z',
      phase: 'back',
      reversed: true,
      weights: values(...twoByThree),
    });
    c.project({ name: 'T', from: 'b.x', to: 'c.z', phase: 'back', along: 'W', reversed: true });
    c.project({ name: 'S', from: 'c.x', to: 'b.z', phase: 'go', along: 'W', gain: 10 });
  });
  circuit.signal('b.x').set([1, 10, 100]);
  circuit.signal('c.x').set([0, 1]);
  run(circuit, { phase: 'back', on: ['a', 'c'] });
  t.strictSame(list(circuit.signal('a.s')), [531, 642], 'Wᵀ y');
  t.strictSame(list(circuit.signal('c.z')), [531, 642], 'through the weights of W');
  circuit.weights('W').fill(1);
  run(circuit, { phase: 'back', on: ['a', 'c'] }, { phase: 'go', on: ['b'] });
  t.strictSame(list(circuit.signal('c.z')), [111, 111], 'live');
  t.strictSame(list(circuit.signal('a.s')), [531, 642], 'not those of R');
  t.strictSame(list(circuit.signal('b.r')), [10, 10, 10], 'both arrive in one input');
  t.strictSame(circuit.weightNames(), ['W', 'R'], 'shared weights are named once');
  t.strictSame([circuit.reversed('T'), circuit.reversed('S')], [true, false]);
  t.strictSame(circuit.ends('T'), { from: 'b', to: 'c' });
  t.equal(circuit.lent('T'), circuit.weights('W'));
});
t.test('one-to-one forwards and backwards, with a gain', async t => {
  const model = neuron({ go: 'r = z' });
  const circuit = new Circuit(given({ batch: 2, parameters: { half: 0.5 } }));
  for (const name of ['a', 'b']) circuit.population({ name, shape: [3], depth: 0, model });
  const common = { phase: 'go', connectivity: oneToOne };
  circuit.project({ ...common, name: 'P', from: 'a.x', to: 'b.z', gain: 'half' });
  circuit.project({ ...common, name: 'Q', from: 'b.x', to: 'a.z', along: 'P', reversed: true });
  circuit.build();
  circuit.signal('a.x').set([1, 2, 3, 4, 5, 6]);
  circuit.signal('b.x').set([6, 5, 4, 3, 2, 1]);
  run(circuit, { phase: 'go' });
  t.strictSame(list(circuit.signal('b.r')), [0.5, 1, 1.5, 2, 2.5, 3]);
  t.strictSame(list(circuit.signal('a.r')), [6, 5, 4, 3, 2, 1]);
  circuit.set('half', 2);
  run(circuit, { phase: 'go' });
  t.strictSame(list(circuit.signal('b.r')), [2, 4, 6, 8, 10, 12]);
  t.strictSame(circuit.weightNames(), []);
  t.equal(circuit.lent('P'), undefined);
});
t.test('a trace of one projection as what another transmits or a rule reads', async t => {
  const traced = rule([{ post: 's', pre: 'low' }], {
    traces: { pre: { low: state('trace') }, post: { here: input('arrives') } },
    phases: { move: { pre: 'low += x', post: 's = here' } },
  });
  const spying = rule([{ post: 's', pre: 'seen' }], { name: 'spying' });
  const circuit = pair({ plasticity: [{ rule: traced }] }, undefined, {}, c => {
    c.project({
      name: 'V',
      from: 'W.rule.low',
      to: 'W.rule.here',
      phase: 'move',
      weights: values(1, 0, 0, 1, 1, 1),
      plasticity: [{ rule: spying, uses: { pre: { seen: 'W.rule.low' } } }],
    });
  });
  circuit.signal('a.x').set([1, 2]);
  run(circuit, { phase: 'move' });
  run(circuit, { phase: 'move' }, { phase: 'learn' });
  t.strictSame(list(circuit.signal('b.s')), [1, 2, 3], 'what arrived was the trace of the step before');
  t.strictSame(list(circuit.direction('V')), [2, 4, 4, 8, 6, 12]);
  t.strictSame(circuit.ends('V'), { from: 'a', to: 'b' });
});
t.test('learning rates reach the bias too, from outside and from a program', async t => {
  const use = { use: sgd, parameters: { eta: 1 } };
  const circuit = pair({ bias: true, plasticity: [{ rule: hebb, optimiser: use }] });
  circuit.signal('a.x').fill(1);
  circuit.signal('b.s').fill(1);
  const step = circuit.compile([{ phase: 'learn' }]);
  const at = () => [circuit.weights('W')[0], circuit.bias('W')[0]];
  step();
  t.strictSame(at(), [2, 1]);
  circuit.set('W.hebb.eta', 0.5);
  step();
  t.strictSame(at(), [2.5, 1.5]);
  run(circuit, { set: { 'W.hebb.eta': 0 } });
  step();
  t.strictSame(at(), [2.5, 1.5]);
  const own = pair({
    bias: true,
    plasticity: [{ rule: hebb, optimiser: use, biasOptimiser: { use: sgd, parameters: { eta: 4 } } }],
  });
  own.signal('b.s').fill(1);
  run(own, { phase: 'learn' });
  t.strictSame(list(own.bias('W')), [4, 4, 4], 'its own optimiser');
  const plain = pair({ bias: true, plasticity: [{ rule: hebb, biasOptimiser: { use: adam } }] });
  plain.signal('a.x').fill(1);
  plain.signal('b.s').fill(2);
  run(plain, { phase: 'learn' });
  t.equal(plain.weights('W')[0], 3, 'no optimiser: weights += direction');
  t.ok(Math.abs(plain.bias('W')[0]! - 1e-3) < 1e-10, 'the first step of Adam is eta');
});
t.test('a neuron pools over what it receives, also where weights are stored the other way', async t => {
  const pooled: Optimiser = {
    name: 'pooled',
    parameters: {},
    pool: { over: 'neuron', of: 'g' },
    update: 'w += pooled',
  };
  const grown = (reversed: boolean): number[] => {
    const circuit = pair({}, undefined, {}, c =>
      c.project({
        name: 'B',
        from: 'b.s',
        to: 'a.z',
        phase: 'go',
        reversed,
        bias: true,
        weights: values(0, 0, 0, 0, 0, 0),
        plasticity: [{ rule: rule([{ post: 'x', pre: 's' }]), optimiser: { use: pooled } }],
      }),
    );
    circuit.signal('a.x').set([1, 2]);
    circuit.signal('b.s').set([1, 2, 5]);
    run(circuit, { phase: 'learn' });
    return [...circuit.weights('B'), ...circuit.bias('B')];
  };
  // x times the mean of 1, 2, 5 and 1 for the bias
  const [one, two] = [2.25, 4.5];
  t.strictSame(grown(false), [one, one, one, two, two, two, one, two]);
  t.strictSame(grown(true), [one, two, one, two, one, two, one, two], '[post, pre] of the way up');
  const fast = pair({ perSample: true, plasticity: [{ rule: hebb, optimiser: { use: pooled } }] });
  t.throws(
    () => fast.compile([{ phase: 'learn' }]),
    /W: pooled pools over a neuron, which these synapses do not have/,
  );
  const mixed = pair({
    bias: true,
    plasticity: [{ rule: hebb, optimiser: { use: pooled }, biasOptimiser: { use: sgd } }],
  });
  t.throws(() => mixed.compile([{ phase: 'learn' }]), /pooled pools weights and biases: give both to it/);
});
t.test('what is frozen stays as it is: no update, no constraint, no tie', async t => {
  const circuit = pair({ constraint: 'w = min(w, 4)', plasticity: [{ rule: hebb }] }, undefined, {}, c => {
    const weights = { function: 'copy', of: ['W'], at: ['build', 'tie'] };
    c.project({ name: 'C', from: 'a.x', to: 'b.z', phase: 'go', weights });
  });
  for (const name of ['W', 'C']) circuit.setPlastic(name, false);
  circuit.signal('a.x').fill(1);
  circuit.signal('b.s').fill(1);
  circuit.weights('C')[0] = 9;
  run(circuit, { phase: 'learn' }, { phase: 'tie' });
  t.strictSame(list(circuit.weights('W')), twoByThree);
  t.equal(circuit.weights('C')[0], 9);
  for (const name of ['W', 'C']) circuit.setPlastic(name, true);
  run(circuit, { phase: 'learn' }, { phase: 'tie' });
  t.strictSame(list(circuit.weights('W')), [2, 3, 4, 4, 4, 4]);
  t.strictSame(list(circuit.weights('C')), [2, 3, 4, 4, 4, 4]);
});
t.test('weight functions: of own values, of biases, in a circle', async t => {
  const circuit = pair({ bias: { weights: values(1, -2, 3) } }, undefined, {}, c => {
    const common = { from: 'a.x', to: 'b.z', phase: 'go' };
    c.project({
      ...common,
      name: 'S',
      weights: {
        function: 'sign-of',
        of: ['W', 'own'],
        initial: values(-1, -2, -3, -4, -5, -6),
        at: ['build'],
      },
      bias: { weights: { function: 'copy', of: ['W'], parameters: { gain: 2 }, at: ['build', 'tie'] } },
    });
    c.project({
      ...common,
      name: 'K',
      weights: { function: 'constant', of: [], parameters: { value: 7 }, at: ['tie'] },
    });
  });
  t.strictSame(list(circuit.weights('S')), twoByThree, 'magnitudes of its own, signs of W');
  t.strictSame(list(circuit.bias('S')), [2, -4, 6], 'the bias of W');
  t.strictSame(list(circuit.weights('K')), [0, 0, 0, 0, 0, 0], 'not due at the start');
  circuit.bias('W').fill(1);
  run(circuit, { phase: 'tie' });
  t.strictSame(list(circuit.bias('S')), [2, 2, 2]);
  t.strictSame(list(circuit.weights('K')), [7, 7, 7, 7, 7, 7]);
  const follow = (of: string) => ({ weights: { function: 'copy', of: [of], at: ['build'] } });
  t.throws(
    () =>
      pair(follow('V'), undefined, {}, c =>
        c.project({ name: 'V', from: 'a.x', to: 'b.z', phase: 'go', ...follow('W') }),
      ),
    /weights follow from each other in "build": W → V → W/,
  );
  t.throws(
    () => pair({ weights: { function: 'transpose', of: ['W'], at: ['build'] } }),
    /transpose: the source is 3 × 2, the target 3 × 2; 2 × 3 would fit/,
  );
});
t.test('a circuit of another batch size works on the same weights', async t => {
  const many = pair({ bias: { weights: values(1, 1, 1) }, plasticity: [{ rule: hebb }] }, undefined, {
    batch: 4,
  });
  const lend = (name: string) => many.lent(name);
  const one = pair({ bias: true, plasticity: [{ rule: hebb }] }, undefined, { lend });
  t.equal(one.weights('W'), many.weights('W'));
  t.equal(one.bias('W'), many.bias('W'));
  one.signal('a.x').set([1, 2]);
  run(one, { phase: 'go' });
  t.strictSame(list(one.signal('b.r')), [6, 12, 18]);
  one.signal('b.s').fill(1);
  const before = list(many.weights('W'));
  one.compile([{ phase: 'learn' }], { apply: false })();
  t.strictSame(list(many.weights('W')), before, 'a direction alone changes nothing');
  t.strictSame(list(one.direction('W')), [1, 2, 1, 2, 1, 2]);
  t.throws(() => pair({}, undefined, { lend: () => new Float64Array(5) }), /W needs 6 weights; 5 are lent/);
  const fast = (batch: number, from?: Circuit) =>
    pair({ perSample: true }, undefined, { batch, ...(from ? { lend: (n: string) => from.lent(n) } : {}) });
  const slow = fast(3);
  t.not(fast(2, slow).weights('W'), slow.weights('W'), 'fast synapses belong to the samples of one circuit');
  t.equal(many.lent('nothing'), undefined);
});
t.test(
  'an expression over a population is looked at from outside, as the last program left its signals',
  async t => {
    const tanh = neuron({ go: 'r = phi(z)' }, { functions: { phi: 'tanh' } });
    const circuit = pair({}, tanh, { batch: 2 });
    const slope = circuit.expression('b', '2 * dphi(z)');
    t.strictSame(list(slope()), [2, 2, 2, 2, 2, 2], 'nothing was run');
    circuit.signal('a.x').set([0.1, 0, 0, 0.1]);
    run(circuit, { phase: 'go' });
    const state = list(circuit.signal('b.r'));
    slope().forEach((v, k) =>
      t.ok(Math.abs(v - 2 * (1 - Math.tanh([0.1, 0.3, 0.5, 0.2, 0.4, 0.6][k]!) ** 2)) < 1e-14),
    );
    t.strictSame(list(circuit.signal('b.r')), state);
    t.equal(slope(), slope(), 'one array');
    t.strictSame(list(circuit.expression('a', 'dt + batch')()), [3, 3, 3, 3]);
    t.throws(() => circuit.expression('c', 'z'), { code: 'APICAL_UNKNOWN_NAME' });
    t.throws(() => circuit.expression('b', 'dphi(y)'), /unknown name "y"/);
  },
);
t.test('noise: each signal its stream, a block a draw, and what is not read is not drawn', async t => {
  const model = neuron(
    { go: 'r = xi', other: 's = xi + zeta', third: 'r = x' },
    {
      signals: {
        ...{ x: stimulus('x'), z: input('z'), r: state('r'), s: state('s') },
        ...{ xi: noise('one'), zeta: { ...noise('two'), per: 'sample' as const } },
      },
    },
  );
  const drawn = (program: Program, seed = 5): number[] => {
    const streams = circuitStreams(createRandomSource(seed), library.initialisers);
    const circuit = pair({}, model, { batch: 2, streams });
    const step = circuit.compile(program);
    for (let k = 0; k < 3; k++) step();
    return [...circuit.signal('b.r'), ...circuit.signal('b.s')];
  };
  const both: Program = [{ phase: 'go' }, { phase: 'other' }];
  t.strictSame(drawn(both), drawn(both), 'equal seeds, equal numbers');
  t.notSame(drawn(both), drawn(both, 6));
  const counters = (program: Program) => {
    const circuit = pair({}, model, { batch: 2 });
    run(circuit, ...program);
    return Object.fromEntries(
      [...circuit.state()].filter(([k]) => k.startsWith('stream/noise/b')).map(([k, v]) => [k, v[0]]),
    );
  };
  t.strictSame(counters(both), { 'stream/noise/b/xi': 2, 'stream/noise/b/zeta': 1 });
  t.strictSame(counters([{ phase: 'third' }]), {});
  t.strictSame(counters([{ phase: 'other', on: ['a'] }]), {}, 'a alone draws');
});
t.test('saved state goes on exactly, whether programs are compiled before or after restoring', async t => {
  const model = neuron(
    { go: 's += 0.1 * xi + r', other: 'r += 1' },
    { signals: { x: stimulus('x'), z: input('z'), r: state('r'), s: state('s'), xi: noise('xi') } },
  );
  const use = { use: adam, parameters: { eta: 0.1 } };
  const build = () => pair({ bias: true, plasticity: [{ rule: hebb, optimiser: use }] }, model);
  const program: Program = [{ every: 3, stages: [{ phase: 'other' }] }, { phase: 'go' }, { phase: 'learn' }];
  const steps = (circuit: Circuit, n: number): Circuit => {
    circuit.signal('a.x').fill(1);
    const step = circuit.compile(program);
    for (let k = 0; k < n; k++) step();
    return circuit;
  };
  const whole = steps(build(), 9);
  const half = steps(build(), 4);
  const saved = new Map([...half.state()].map(([k, v]) => [k, v.slice()]));
  const fresh = build();
  fresh.restore(saved);
  const compiled = steps(build(), 0);
  compiled.restore(saved);
  for (const circuit of [fresh, compiled]) {
    steps(circuit, 5);
    for (const [name, array] of whole.state()) t.strictSame(circuit.state().get(name), array, name);
  }
  const young = build();
  const start = new Map([...young.state()].map(([k, v]) => [k, v.slice()]));
  const old = steps(build(), 2);
  old.restore(start);
  t.equal(old.state().get('stream/noise/a/xi')![0], 0, 'a counter that was not saved had not counted');
  const [first] = saved.keys();
  const less = new Map(saved);
  less.delete('a.s');
  t.throws(() => build().restore(less), { code: 'APICAL_STATE', message: /has nothing for "a.s"/ });
  t.throws(
    () => build().restore(new Map([...saved, ['b.q', Float64Array.of(1)]])),
    /has "b.q", which this circuit does not have/,
  );
  t.throws(() => build().restore(new Map([...saved, [first!, new Float64Array(3)]])), /has 3 numbers for/);
});
t.test('programs without work, and what they cost', async t => {
  const circuit = pair({ plasticity: [{ rule: hebb }] }, undefined, { parameters: { times: 2 } });
  t.doesNotThrow(() => run(circuit));
  const cost = (...program: Program) => macs(circuit.lower(program));
  t.equal(cost({ phase: 'go' }, { phase: 'learn' }), 12, 'a product and an outer product');
  t.equal(cost({ repeat: 'times', stages: [{ when: 1 as never, stages: [{ phase: 'go' }] }] }), 12);
  const flat = circuit.lower([{ phase: 'go' }]).map((o: Operation) => o.op);
  t.strictSame(flat, ['fill', 'when', 'elementwise', 'elementwise']);
});
t.test('a connectivity of your own: a route to follow, a bias shared over places', async t => {
  const circuit = new Circuit(given({ batch: 2 }));
  const model = neuron({ go: 'r = z' });
  circuit.population({ name: 'a', shape: [2], depth: 0, model });
  circuit.population({ name: 'b', shape: [2, 2], depth: 1, model });
  circuit.population({ name: 'c', shape: [2, 2], depth: 1, model });
  const routed = {
    ...dense,
    name: 'routed',
    route: () => 1,
    biasShape: () => [2],
    biasMean: true,
    follow: (...at: Parameters<typeof dense.transmit>) => dense.transmit(...at),
  };
  const one = { phase: 'go', connectivity: routed, weights: { draw: 'zeros' } };
  circuit.project({
    ...one,
    name: 'W',
    from: 'a.x',
    to: 'b.z',
    bias: { weights: values(1, 2) },
    plasticity: [{ rule: hebb }],
  });
  circuit.project({ name: 'F', from: 'a.x', to: 'c.z', phase: ['go', 'more'], along: 'W' });
  circuit.build();
  circuit.signal('b.s').set([1, 2, 3, 4, 5, 6, 7, 8]);
  run(circuit, { phase: 'go' }, { phase: 'learn' }, { phase: 'more' });
  t.strictSame(list(circuit.signal('b.r')), [1, 1, 2, 2, 1, 1, 2, 2]);
  t.strictSame(
    list(circuit.direction('W/bias')),
    [(1 + 2 + 5 + 6) / 4, (3 + 4 + 7 + 8) / 4],
    'a mean over places and samples',
  );
  t.equal(circuit.state().get('W/route')!.length, 2);
});
t.test('equal every stages of two programs are one clock, different ones are not', async t => {
  const after = (first: Program): number => {
    const circuit = pair({}, count);
    const [before, train] = [circuit.compile(first), circuit.compile(third, { name: 'train' })];
    before();
    const started = circuit.signal('a.s')[0]!;
    train();
    return circuit.signal('a.s')[0]! - started;
  };
  const third: Program = [{ every: 3, stages: [{ phase: 'go' }] }];
  t.equal(after([{ phase: 'go' }]), 1, 'due the first time');
  t.equal(after(third), 0, 'the program before was there');
  t.equal(after([{ every: 3, stages: [{ phase: ['go'] }] }]), 1, 'written differently');
});
