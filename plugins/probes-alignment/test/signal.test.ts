/** The signal probe and pairs of projections, on models whose answer is known. */
import t from 'tap';
import type { FloatArray, LayerSpec, PreparedTask, ProbedRun, Scheme, SchemeOptions } from '@apical/core';
import { defineNeuron, defineScheme, derived, input, parameter, state } from '@apical/core';
import { assemble, circuitStreams, type BuiltModel } from '@apical/circuit';
import { reference } from '@apical/kernels';
import { createRandomSource } from '@apical/numerics';
import { bp, rateInput, rateOutput, rateUnit } from '@apical/plugin-bp';
import { fa } from '@apical/plugin-fa';
import standard from '@apical/plugin-standard';
import { fill } from '@apical/schemes';
import { libraryOf } from '@apical/testing';
import { feedback, signal } from '../src/index.js';

const library = libraryOf(standard);
const layers: readonly LayerSpec[] = [{ shape: [5] }, { shape: [4] }, { shape: [6] }, { shape: [3] }];
const count = 9;
const stream = createRandomSource(3).stream('test/samples');
const samples = (n: number) => Float64Array.from({ length: count * n }, () => stream.normal());
const split = { count, inputs: samples(5), targets: samples(3) };
type Probed = ProbedRun & {
  readonly model: BuiltModel;
  readonly twins: BuiltModel[];
  readonly asked: unknown[];
};
function probed(scheme: Scheme, options: SchemeOptions = {}): Probed {
  const memory = reference.open({ dtype: 'float64' });
  const twins: BuiltModel[] = [];
  const asked: unknown[] = [];
  const build = (batch: number, lend?: (name: string) => FloatArray | undefined): BuiltModel =>
    assemble(fill(scheme, { head: 'linear-squared', ...options }), layers, {
      memory,
      batch,
      library,
      streams: circuitStreams(createRandomSource(5), library.initialisers),
      ...(lend ? { lend } : {}),
    });
  const model = build(2);
  return {
    scheme,
    layers,
    head: 'linear-squared',
    task: { splits: { train: split, validation: split, test: split } } as unknown as PreparedTask,
    model,
    twins,
    asked,
    random: createRandomSource(5),
    steps: (_, time = 1) => time,
    twin(batch, options) {
      asked.push(options);
      const twin = build(batch, name => model.circuit.lent(name));
      twins.push(twin);
      return twin;
    },
    other: (_name, batch, lend) => build(batch, lend),
  };
}
const start = { epoch: 0, update: 0 };
const told = (run: ProbedRun, options: Parameters<typeof signal.attach>[1] = {}): number[] =>
  signal
    .attach(
      run,
      options,
    )(start)
    .flatMap(r => (r.name === 'value' ? [r.value] : []));
const close = (a: number, b: number): boolean => Math.abs(a - b) <= 1e-12 * Math.max(1, Math.abs(b));

t.test('errors of hidden layers: their size as reduced, none without an error at the output', async t => {
  const run = probed(bp);
  const before = run.model.circuit.weights('W1').slice();
  const rms = told(run);
  t.equal(rms.length, 2);
  const [twin] = run.twins;
  for (const [k, layer] of [1, 2].entries()) {
    const delta = Array.from(twin!.circuit.signal(`layer${layer}.delta`));
    t.equal(delta.length, count * [4, 6][k]!);
    const expected = {
      rms: Math.sqrt(delta.reduce((n, v) => n + v * v, 0) / delta.length),
      size: delta.reduce((n, v) => n + Math.abs(v), 0) / delta.length,
      mean: delta.reduce((n, v) => n + v, 0) / delta.length,
      largest: Math.max(...delta.map(Math.abs)),
    };
    t.ok(close(rms[k]!, expected.rms));
    for (const [reduce, value] of Object.entries(expected))
      t.ok(close(told(run, { reduce })[k]!, value), reduce);
  }
  t.ok(rms.every(v => v > 1e-3));
  t.ok(
    told(run, { target: 'output' }).every(v => v < 1e-14),
    'without an error nothing remains',
  );
  t.same(run.model.circuit.weights('W1'), before, 'weights stay');
});
t.test('any expression, a ratio of two, at any population', async t => {
  const run = probed(bp);
  const [one, two] = told(run, { of: 'r' });
  const [double] = told(run, { of: '2 * r' });
  t.ok(close(double!, 2 * one!));
  t.same(told(run, { of: 'r', at: 'layer2' }), [two]);
  t.equal(told(run, { of: 'r', at: 'layers' }).length, 3);
  const [ratio] = told(run, { of: 'delta', over: 'feedback' });
  const [delta, came] = [told(run, { of: 'delta' })[0]!, told(run, { of: 'feedback' })[0]!];
  t.ok(close(ratio!, delta / came));
  run.model.circuit.weights('W1').forEach((w, i, W) => (W[i] = 3 * w));
  t.not(told(run, { of: 'r' })[0], one, 'it follows the weights');
  t.throws(() => told(run, { of: 'x' }), { message: /unknown name "x"/ });
  t.throws(() => told(run, { of: 'r', at: 'layer9' }), { message: /unknown population "layer9"/ });
  t.throws(() => told(run, { program: 'learn' }), { message: /unknown program of scheme bp "learn"/ });
  t.throws(
    () => told(probed({ ...bp, assemble: (...a) => ({ ...bp.assemble(...a), errors: undefined }) as never })),
    {
      message: /does not say where its errors are/,
    },
  );
  t.same(signal.attach(run, { every: 2 })({ epoch: 1, update: 5 }), []);
});
const relaxing = defineNeuron({
  ...rateUnit,
  name: 'relaxing',
  parameters: { pull: parameter('share per pass', 0.5) },
  signals: {
    z: input('input'),
    u: state('potential'),
    r: derived('rate'),
    feedback: input('error from above'),
    delta: derived('error'),
  },
  phases: { relax: 'u += pull * (z - u)', forward: 'r = phi(u)', backward: 'delta = phiBack(feedback)' },
});
const settling = (passes: number): Scheme =>
  defineScheme({
    ...bp,
    name: 'settling',
    neurons: { input: { model: rateInput }, hidden: { model: relaxing }, output: { model: rateOutput } },
    phases: { ...bp.phases, relax: 'potentials move' },
    assemble(net, all, given) {
      const model = bp.assemble(net, all, given);
      const relax = {
        repeat: passes,
        until: { within: 1e-6, perSample: true, as: 'relaxation' },
        stages: [{ phase: 'forward', sweep: 'up' } as const, { phase: 'relax' }],
      };
      return { ...model, programs: { ...model.programs, train: [relax, ...model.programs.train] } };
    },
  });
t.test('passes of a relaxation, and whether it settled', async t => {
  const rows = (passes: number) =>
    Object.fromEntries(
      signal
        .attach(probed(settling(passes)), { passes: 'relaxation' })(start)
        .map(r => [r.name, r.value]),
    );
  const [enough, few] = [rows(200), rows(5)];
  t.ok(enough.passes! > 10 && enough.passes! < 200, String(enough.passes));
  t.equal(enough.settled, 1);
  t.same([few.passes, few.settled], [5, 0]);
  t.throws(() => rows(0 / 0), Error);
  t.throws(() => signal.attach(probed(bp), { passes: 'relaxation' }), { message: /relaxation/ });
});
/** u' = u + pull (z - u) in every step of the program; `begin` puts u back to 0. */
const leaking: Scheme = {
  ...settling(1),
  phases: { ...settling(1).phases, rest: 'potentials go back' },
  neurons: {
    ...settling(1).neurons,
    hidden: { model: { ...relaxing, phases: { ...relaxing.phases, rest: 'u = 0' } } },
  },
  assemble(net, all, given) {
    const model = bp.assemble(net, all, given);
    const step = [{ phase: 'forward', sweep: 'up' } as const, { phase: 'relax' }];
    const learn = [{ phase: 'backward', sweep: 'down' } as const, { phase: 'learn' }];
    return {
      ...model,
      programs: { begin: [{ phase: 'rest' }], train: [...step, ...learn], evaluate: step },
    };
  },
};
t.test('samples are shown for a presentation, each from the start', async t => {
  const u = (options: object): number => told(probed(leaking), { of: 'u', at: 'layer1', ...options })[0]!;
  const one = u({ presentation: 1 });
  t.ok(one > 0.01);
  // in the first layer z stays: 1 - 2^-n of it is reached
  for (const steps of [2, 5])
    t.ok(close(u({ presentation: steps }), 2 * (1 - 2 ** -steps) * one), String(steps));
  const run = probed(leaking);
  const look = signal.attach(run, { of: 'u', at: 'layer1', presentation: 1 });
  t.same(look(start), look({ epoch: 1, update: 1 }), 'the second look begins anew');
  t.ok(
    close(u({ presentation: 1, target: 'output' }), one),
    'and so does training after the output was asked for',
  );
});
t.test('noise is asked for or not, and a number that is none is the largest', async t => {
  const run = probed(bp);
  told(run);
  told(run, { noise: false });
  t.same(run.asked, [{ noise: true }, { noise: false }]);
  run.model.circuit.weights('W1')[0] = NaN;
  t.same(told(run, { of: 'r', at: 'layer1', reduce: 'largest' }), [NaN]);
});
t.test('pairs of projections are compared in one direction', async t => {
  const run = probed(fa);
  const { circuit } = run.model;
  const angles = (pairs: string): [number, number][] =>
    feedback
      .attach(run, { pairs })(start)
      .flatMap(r => (r.name === 'angle-pair' ? [[r.layer!, r.value] as [number, number]] : []));
  circuit.weights('B1').set(circuit.weights('W2'));
  circuit.weights('B2').set(circuit.weights('W3').map(v => -v));
  const [one, two] = angles('B{l}~W{l+1}');
  t.ok(one![0] === 1 && one![1] < 1e-5, String(one));
  t.ok(two![0] === 2 && two![1] > 180 - 1e-5, String(two));
  t.ok(angles('W2~B1')[0]![1] < 1e-5, 'the second is turned, whichever it is');
  t.same(
    angles('W{l}~W{l}').map(([layer, angle]) => [layer, angle < 1e-5]),
    [
      [1, true],
      [2, true],
      [3, true],
    ],
  );
  // a known angle: 60 degrees between w and its turn in a plane
  const w = circuit.weights('W2');
  const other = w.map((_, i) => (i === 0 ? 1 : i === 1 ? Math.sqrt(3) : 0));
  w.fill(0);
  w[0] = 1;
  circuit.weights('B1').set(other);
  t.ok(Math.abs(angles('B1~W2')[0]![1] - 60) < 1e-10);
  t.same(angles('').length, 0);
  t.throws(() => angles('B1'), { message: /"B1" is no pair/ });
  t.throws(() => angles('Q{l}~B{l}'), {
    message: /names no two projections .* there are W1, W2, W3, B1, B2/,
  });
  t.throws(() => angles('B1~W3'), { message: /compares B1 \[4, 6\] with W3 \[3, 6\]/ });
});
