/** Equations that only look: they read the model, and the model is the same to the bit without them. */
import t from 'tap';
import type { Program, Recording } from '@apical/core';
import { derived, input, noise, parameter, state, stimulus } from '@apical/core';
import { reference, wasm } from '@apical/kernels';
import type { Circuit, CircuitOptions } from '@apical/circuit';
import { list, neuron, pair, rule } from './parts.js';

const model = neuron(
  { go: 'r = phi(z) + sigma * xi', ease: 'u = 0.5 * u + 1', back: 'd = dphi(z) * s' },
  {
    parameters: { sigma: parameter('noise', 0.1) },
    functions: { phi: 'tanh' },
    signals: {
      x: stimulus('given'),
      z: input('drive'),
      xi: noise('noise'),
      r: state('rate'),
      s: state('wanted'),
      u: state('comes to 2'),
      d: derived('error'),
      near: { ...state('how near'), per: 'sample' },
    },
  },
);
/** A low-pass of the rate, and what is left of it: nothing in the model has them. */
const looks: Recording = {
  population: 'b',
  signals: {
    low: state('low-pass of r'),
    high: derived('r without it'),
    seen: state('sum'),
    never: state('settles'),
  },
  parameters: { tau: 4, keep: '1 - sigma / tau' },
  phases: {
    go: 'low += (r - low) / tau\nhigh = keep * (r - low)',
    ease: 'never += 1',
    back: 'seen = high + d + sum(r)',
  },
};
const train: Program = [
  { repeat: 30, until: { within: 1e-3 }, stages: [{ phase: 'ease' }] },
  { repeat: 30, stages: [{ phase: 'go' }] },
  { phase: ['go', 'back', 'learn'] },
];
function build(records: readonly Recording[], more: Partial<CircuitOptions> = {}): Circuit {
  const circuit = pair({ plasticity: [{ rule: rule([{ post: 'd', pre: 'x' }]) }] }, model, {
    batch: 2,
    ...more,
    records,
  });
  circuit.signal('a.x').set([0.1, 0.2, -0.3, 0.4]);
  circuit.signal('b.s').set([1, -1, 0.5, 0.2, 0.3, -0.4]);
  return circuit;
}
for (const backend of [reference, wasm])
  t.test(`${backend.name}: what is recorded can be read, and changes no number of the model`, async t => {
    const memory = () => ({ memory: backend.open({ dtype: 'float64' }) });
    const [plain, seen] = [build([], memory()), build([looks], memory())];
    for (const circuit of [plain, seen]) {
      const step = circuit.compile(train);
      for (let k = 0; k < 5; k++) step();
    }
    t.strictSame([...seen.state().keys()], [...plain.state().keys()], 'nothing more is saved');
    for (const [name, array] of plain.state()) t.strictSame(list(seen.state().get(name)!), list(array), name);
    t.equal(seen.bytes(), plain.bytes());
    const [low, high, r, d] = ['low', 'high', 'r', 'd'].map(name => list(seen.signal(`b.${name}`)));
    t.ok(low!.every(v => v !== 0));
    const passes = seen.signal('b.never')[0]!;
    t.ok(passes > 5 && passes < 60, `what goes on changing here does not keep the model at it: ${passes}`);
    high!.forEach((v, i) => t.ok(Math.abs(v - (1 - 0.1 / 4) * (r![i]! - low![i]!)) < 1e-15));
    list(seen.signal('b.seen')).forEach((v, i) => {
      const first = i - (i % 3);
      t.ok(Math.abs(v - high![i]! - d![i]! - r![first]! - r![first + 1]! - r![first + 2]!) < 1e-12);
    });
    t.throws(() => plain.signal('b.low'), /unknown signal of population b "low"/);
  });
t.test('parameters of records follow those of the model', async t => {
  const circuit = build([looks]);
  const step = circuit.compile([{ phase: 'go' }]);
  circuit.set('b.sigma', 4);
  step();
  t.ok(list(circuit.signal('b.high')).every(v => v === 0));
});
t.test('they run where the population does', async t => {
  const circuit = build([looks]);
  circuit.compile([{ phase: 'ease', on: ['a'] }])();
  t.equal(circuit.signal('b.never')[0], 0);
  circuit.compile([{ phase: 'ease', on: ['b'] }])();
  t.equal(circuit.signal('b.never')[0], 1);
});
t.test('nothing of the model reads them', async t => {
  const only = /"b.low" is only recorded: nothing of the model may read it/;
  const feed = { name: 'V', to: 'b.z', phase: 'go', weights: { draw: 'zeros' } };
  t.throws(
    () => pair({}, model, { records: [looks] }, c => c.project({ ...feed, from: 'b.low' })),
    only,
    'a projection',
  );
  const far = rule([{ post: 'd', pre: 'far' }]);
  t.throws(
    () =>
      pair({ plasticity: [{ rule: far, uses: { pre: { far: 'b.low' } } }] }, model, {
        records: [looks],
      }).compile([{ phase: ['go', 'back', 'learn'] }]),
    only,
    'a rule',
  );
  const near = rule([{ post: 'low', pre: 'x' }]);
  t.throws(
    () => pair({ plasticity: [{ rule: near }] }, model, { records: [looks] }).compile([{ phase: 'learn' }]),
    /low/,
    'a rule at this end',
  );
  const own = { ...model, phases: { ...model.phases, back: 'd = low' } };
  t.throws(() => pair({}, own, { records: [looks] }).compile([{ phase: 'back' }]), /low/, 'equations');
  const circuit = build([looks]);
  t.throws(() => circuit.compile([{ when: 'b.low', stages: [] }]), only, 'a condition');
  t.throws(
    () =>
      circuit.compile([{ repeat: 2, until: { settled: ['b.low'], within: 1 }, stages: [{ phase: 'go' }] }]),
    only,
    'what settles',
  );
  t.throws(() => circuit.set('b.low', 1), only, 'set');
  t.throws(() => circuit.expression('b', 'low'), /low/, 'an expression');
  const second: Recording = { population: 'b', signals: { it: state('it') }, phases: { go: 'it = low' } };
  t.throws(() => build([looks, second]).compile([{ phase: 'go' }]), /low/, 'other records');
});
t.test('records that clash, write into the model or never run are refused', async t => {
  const having = (more: Partial<Recording>) => build([{ ...looks, ...more }]).compile(train);
  const taken = /records of b declares "(r|sigma|dt)", which has a meaning already/;
  for (const name of ['r', 'sigma', 'dt']) {
    t.throws(() => having({ signals: { [name]: state('?') } }), taken, `signal ${name}`);
    t.throws(() => having({ parameters: { [name]: 1 } }), taken, `parameter ${name}`);
  }
  t.throws(() => having({ parameters: { low: 1 } }), /"low" is both a parameter and a signal/);
  t.throws(() => build([looks, looks]), /records of b declares "low"/);
  t.throws(
    () => having({ phases: { go: 'r = 0' } }),
    /records of b\/go assigns "r" of the model, which it can only read: r = 0/,
  );
  t.throws(() => having({ phases: { go: 'low += xi\nz += 1' } }), /assigns "z" of the model/);
  for (const spec of [noise('?'), input('?'), stimulus('?')])
    t.throws(
      () => having({ signals: { more: spec } }),
      new RegExp(`records of b: "more" is ${spec.role}; what only looks has states and derived signals`),
    );
  t.throws(() => having({ population: 'c' }), /unknown population "c"/);
  t.throws(() => having({ phases: { goo: 'low = r' } }), /unknown phase of records of b "goo".*"go"/);
  t.throws(() => having({ phases: { go: 'seen = high' } }), /reads b.high before it is filled/);
});
