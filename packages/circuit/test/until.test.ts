/** Repeats: counts that follow from times, and relaxations that end when they have settled, together or sample by sample. */
import { setFlagsFromString } from 'node:v8';
import t from 'tap';
import type { Backend, Program, UntilSettled } from '@apical/core';
import { derived, input, parameter, state, stimulus } from '@apical/core';
import type { Circuit } from '@apical/circuit';
import { macs, reference, wasm, wasmFma } from '@apical/kernels';
import { blasBackend } from '@apical/plugin-backend-blas';
import { hebb, list, neuron, pair, rule, run } from './parts.js';

const blas = blasBackend({ smallest: 0 });
const fma = wasmFma(() => setFlagsFromString('--experimental-wasm-relaxed-simd'));
const backends = [reference, wasm, fma, blas].filter(b => b.unavailable?.() === undefined);

/** r goes half of the way to what arrives, d is how far it is from there, s counts steps. */
const leaky = neuron(
  { go: 'r += (z + x - r) / 2\nd = z + x - r\ns += 1' },
  {
    signals: {
      ...{ x: stimulus('given'), z: input('drive') },
      ...{ r: state('rate'), s: state('steps'), d: derived('distance') },
    },
  },
);
const relax = (until: Partial<UntilSettled> = {}, repeat = 40): Program => [
  {
    repeat,
    until: { settled: ['b.r'], within: 1e-3, as: 'free', perSample: true, ...until },
    stages: [{ phase: 'go' }],
  },
];
/** Three samples of inputs to a; what is left of the sample `which`. */
function left(
  backend: Backend,
  inputs: readonly number[],
  which: number,
  program = relax(),
): { readonly circuit: Circuit; readonly numbers: number[] } {
  const batch = inputs.length / 2;
  const circuit = pair({}, leaky, { batch, memory: backend.open({ dtype: 'float32' }) });
  circuit.signal('a.x').set(inputs);
  run(circuit, ...program);
  const numbers = ['a.r', 'a.s', 'b.r', 'b.s', 'b.d', 'b.z'].flatMap(ref => {
    const all = circuit.signal(ref);
    return list(all.subarray((which * all.length) / batch, ((which + 1) * all.length) / batch));
  });
  return { circuit, numbers };
}
for (const backend of backends) {
  t.test(`on ${backend.name}, what a sample comes to does not depend on what else is there`, async t => {
    const [one, other] = [
      left(backend, [0.01, 0.02, 3, -1, 500, 90], 0),
      left(backend, [0.01, 0.02, 0, 0, 0.1, 0], 0),
    ];
    t.strictSame(one.numbers, other.numbers);
    const passes = list(one.circuit.signal('free.passes'));
    t.strictSame(list(one.circuit.signal('free.settled')), [1, 1, 1]);
    t.ok(passes[0]! > 2 && passes[0]! < 40, `${passes[0]} passes`);
    t.equal(one.circuit.signal('b.s')[0], passes[0], 'it stands still from there on');
    t.equal(list(other.circuit.signal('free.passes'))[0], passes[0]);
    t.equal(list(other.circuit.signal('free.passes'))[1], 1, 'nothing moves: one pass');
    const together = (inputs: readonly number[]): number[] =>
      left(backend, inputs, 0, relax({ perSample: false })).numbers;
    t.notSame(
      together([0.01, 0.02, 3, -1, 500, 90]),
      together([0.01, 0.02, 0, 0, 0.1, 0]),
      'together it does',
    );
  });
  t.test(`on ${backend.name}, what does not settle is told, and NaN never does`, async t => {
    const { circuit } = left(backend, [1, 2, NaN, 0, 0, 0], 0, relax({}, 4));
    t.strictSame(list(circuit.signal('free.settled')), [0, 0, 1]);
    t.strictSame(list(circuit.signal('free.passes')), [4, 4, 1]);
    const all = left(backend, [1, 2], 0, relax({ perSample: false }, 4)).circuit;
    t.strictSame([all.signal('free.passes')[0], all.signal('free.settled')[0]], [4, 0]);
  });
  t.test(
    `on ${backend.name}, fast synapses, traces and derived signals of a settled sample are held`,
    async t => {
      const traced = rule([{ post: 's', pre: 'trace' }], {
        name: 'traced',
        traces: { pre: { trace: state('of x') } },
        phases: { learn: { pre: 'trace += x / 4' } },
      });
      const final = (second: number): number[] => {
        const circuit = pair({ perSample: true, plasticity: [{ rule: traced }] }, leaky, {
          ...{ batch: 2, memory: backend.open({ dtype: 'float64' }) },
        });
        circuit.signal('a.x').set([1, 2, second, 0]);
        const stages: Program = [{ phase: 'go' }, { phase: 'learn' }];
        const program: Program = [
          { repeat: 9, until: { settled: ['a.r'], within: 0.3, perSample: true }, stages },
        ];
        circuit.compile(program, { keepDirections: false })();
        t.ok(circuit.signal('until.passes')[0]! < 9, 'it has settled');
        const first = (a: ArrayLike<number>): number[] => list(a).slice(0, a.length / 2);
        return [
          ...first(circuit.weights('W')),
          ...first(circuit.signal('W.traced.trace')),
          circuit.signal('until.passes')[0]!,
        ];
      };
      t.strictSame(final(0), final(NaN));
    },
  );
}
t.test('passes persist: saved and restored before or after the program is compiled', async t => {
  const { circuit } = left(reference, [1, 2, 3, -1], 0);
  const saved = new Map([...circuit.state()].map(([k, v]) => [k, v.slice()]));
  const names = [...saved.keys()].filter(k => k.startsWith('until/'));
  t.strictSame(names.sort(), [
    ...['until/free/made', 'until/free/of'],
    ...['until/free/samples/passes', 'until/free/samples/settled'],
  ]);
  const build = (): Circuit => pair({}, leaky, { batch: 2, memory: reference.open({ dtype: 'float32' }) });
  const [before, after] = [build(), build()];
  before.restore(saved);
  before.compile(relax());
  after.compile(relax());
  after.restore(saved);
  for (const c of [before, after])
    t.strictSame(list(c.signal('free.passes')), list(circuit.signal('free.passes')));
  const young = left(reference, [1, 2, 3, -1], 0).circuit;
  young.restore(new Map([...build().state()].map(([k, v]) => [k, v.slice()])));
  t.strictSame(list(young.signal('free.passes')), [0, 0], 'what was not saved was not made');
});
t.test('passes count in the cost, as many as were made on average', async t => {
  const circuit = pair({}, leaky, { batch: 2 });
  const cost = (): number => macs(circuit.lower(relax()), 2);
  t.equal(cost(), 6 * 40, 'before the first run as many as there may be');
  circuit.signal('a.x').set([1, 2, 0, 0]);
  run(circuit, ...relax());
  const [first, second] = list(circuit.signal('free.passes'));
  t.equal(cost(), (6 * (first! + second!)) / 2);
});
t.test('conditions read what was told, and within may be an expression', async t => {
  const passes = (program: Program, tolerance = 0.1): number[] => {
    const circuit = pair({}, leaky, { parameters: { tolerance } });
    circuit.signal('a.x').set([1, 2]);
    run(circuit, ...program);
    return [circuit.signal('free.passes')[0]!, circuit.signal('b.s')[0]!];
  };
  const settling = relax({ perSample: false, within: 'tolerance / 2' });
  const [few, many] = [passes(settling)[0]!, passes(settling, 1e-6)[0]!];
  t.ok(few > 1 && many > few + 5, `${few} and ${many} passes`);
  const again: Program = [{ when: 'free.settled == 0', stages: [{ phase: 'go' }] }];
  t.equal(passes([...settling, ...again])[1], few, 'it has settled: no more');
  const short = relax({ perSample: false, within: 'tolerance / 2' }, 2);
  t.strictSame(passes([...short, ...again]), [2, 3], 'it has not: one step more');
});
t.test('every until has a name of its own', async t => {
  const circuit = pair({}, leaky);
  const stages: Program = [{ phase: 'go' }];
  const one = { repeat: 3, until: { within: 10 }, stages } as const;
  run(circuit, one, { ...one, until: { within: -1 } });
  t.strictSame([circuit.signal('until.passes')[0], circuit.signal('until2.passes')[0]], [1, 3]);
  for (const as of ['a', 'W'])
    t.throws(() => circuit.compile([{ ...one, until: { within: 1, as } }]), {
      message: `repeat until: "${as}" is taken; call it something else with "as"`,
    });
  const twice = { ...one, until: { within: 1, as: 'free' } };
  t.throws(() => circuit.compile([twice, twice]), /"free" is taken/);
  t.doesNotThrow(() => circuit.compile([twice]), 'in another program it is the same');
});
t.test('a sample that settles for itself hears nothing of the others', async t => {
  const refused = (stages: Program, until: Partial<UntilSettled> = {}, projection = {}): RegExp | string => {
    const model = {
      ...leaky,
      signals: { ...leaky.signals, k: { ...state('common'), per: 'population' as const } },
      phases: { ...leaky.phases, count: 'k += 1' },
    };
    const circuit = pair({ bias: true, plasticity: [{ rule: hebb }], ...projection }, model, { batch: 2 });
    try {
      circuit.compile([{ repeat: 3, until: { within: 1, perSample: true, ...until }, stages }]);
      return 'compiles';
    } catch (error) {
      return (error as Error).message;
    }
  };
  const go = { phase: 'go' };
  t.equal(refused([go]), 'compiles');
  t.match(refused([go, { phase: 'learn' }]), /\(until\): its stages change W, which all samples share/);
  t.match(refused([go, { phase: 'learn' }], {}, { perSample: true }), /its stages change W\/bias/);
  t.equal(refused([go, { phase: 'learn' }], {}, { perSample: true, bias: false }), 'compiles');
  t.match(refused([go, { phase: 'count' }], { settled: ['b.r'] }), /its stages change a.k/);
  t.match(refused([go], { settled: ['b.k'] }), /it watches k, which all samples share/);
});
t.test('what a sample waits for by itself may hold no wait for the whole batch', async t => {
  const nested = (outer: boolean, inner: boolean, as?: string): Program => [
    {
      repeat: 9,
      until: { settled: ['b.r'], within: 1e-3, perSample: outer, as: 'outer' },
      stages: [
        {
          when: '1 > 0',
          stages: [
            {
              repeat: 2,
              until: { settled: ['b.r'], within: 1e-3, perSample: inner, ...(as ? { as } : {}) },
              stages: [{ phase: 'go' }],
            },
          ],
        },
      ],
    },
  ];
  const circuit = (): Circuit => pair({}, leaky, { batch: 2 });
  t.throws(() => circuit().compile(nested(true, false)), {
    code: 'APICAL_CIRCUIT',
    message:
      'repeat until per sample (outer): the repeat until within it waits for the whole batch; ' +
      'give that one "perSample: true" as well',
  });
  t.throws(
    () => circuit().compile(nested(true, false, 'inner')),
    /the repeat until \(inner\) within it waits/,
  );
  for (const [outer, inner] of [
    [true, true],
    [false, true],
    [false, false],
  ] as const)
    t.doesNotThrow(() => circuit().compile(nested(outer, inner)), `${outer} ${inner}`);
});

/* ---------------------------------------------------------------- counts */

t.test('so many times is what a duration comes to, rounded', async t => {
  for (const backend of backends) {
    const memory = backend.open({ dtype: 'float64' });
    const circuit = pair({}, leaky, { memory, dt: 0.1, parameters: { free: 0.3, hold: 0.7 } });
    // 0.3 / 0.1 is less than 3, 0.7 / 0.1 less than 7
    const step = circuit.compile([
      { repeat: 'free / dt', stages: [{ phase: 'go' }] },
      { every: 'hold / dt', stages: [{ set: { free: 0.4 } }] },
    ]);
    step();
    t.equal(circuit.signal('b.s')[0], 3, backend.name);
    t.equal(circuit.settable('free').data[0], 0.4, 'due in the first run');
    circuit.set('free', 0.2);
    for (let k = 0; k < 6; k++) step();
    t.equal(circuit.signal('b.s')[0], 3 + 6 * 2);
    t.equal(circuit.settable('free').data[0], 0.2, 'and not in the next six');
    step();
    t.equal(circuit.settable('free').data[0], 0.4, 'but in the eighth');
  }
});
t.test('a count that is not whole is refused, when compiled and when a parameter is set', async t => {
  const model = neuron({ go: 's += 1' }, { parameters: { tau: parameter('of a unit', 4, 'ms') } });
  const circuit = pair({}, model, { dt: 0.5, parameters: { free: 3 } });
  const stages: Program = [{ phase: 'go' }];
  circuit.compile([
    { repeat: 'free / dt', stages },
    { every: 'b.tau', stages },
  ]);
  t.throws(() => circuit.set('free', 3.2), {
    code: 'APICAL_RANGE',
    message: 'repeat: free / dt comes to 6.4 (free = 3.2, dt = 0.5); it must be a whole number from 0 up',
  });
  t.equal(circuit.settable('free').data[0], 3, 'all stays as it was');
  t.doesNotThrow(() => circuit.set('free', 4));
  t.throws(() => circuit.set('dt', 0.3), /free \/ dt comes to 13.3/);
  t.throws(() => circuit.set('b.tau', 0), /every: b.tau comes to 0 .*from 1 up/);
  t.throws(() => circuit.compile([{ repeat: 'free / 3', stages }]), /free \/ 3 comes to 1.333/);
  t.throws(() => circuit.compile([{ repeat: 2.5, stages }]), /^.*repeat: 2.5; it must be a whole number/);
  t.throws(() => circuit.compile([{ every: 0, stages }]), /every: 0; it must be a whole number from 1 up/);
  t.throws(() => circuit.compile([{ repeat: -1, stages }]), /repeat: -1/);
});
