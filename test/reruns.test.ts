/** Whole comparisons with runs that are made again: half the time step, another backend. */
import t from 'tap';
import {
  apiVersion,
  defineNeuron,
  definePlugin,
  defineScheme,
  derived,
  input,
  parameter,
  state,
  stimulus,
} from '@apical/core';
import type { ExperimentConfig, RunResult } from '@apical/core';
import { createHost } from '@apical/host';
import { delta } from '@apical/plugin-bp';
import { sgd } from '@apical/plugin-standard';

const source = { paper: 'a test' };
/** One leaky layer that learns while it follows its input, for 2 ms a batch. */
const leaky = defineScheme({
  name: 'leaky',
  doc: 'a leaky output layer in time',
  source,
  dt: 0.5,
  parameters: { presentation: { doc: 'a batch is shown', unit: 'ms', value: 2 } },
  neurons: {
    input: {
      model: defineNeuron({
        name: 'leaky/input',
        source,
        parameters: {},
        signals: { r: stimulus('rate') },
        phases: {},
      }),
    },
    output: {
      model: defineNeuron({
        name: 'leaky/output',
        source,
        parameters: { tau: { ...parameter('membrane', 4), unit: 'ms' } },
        signals: {
          z: input('input'),
          target: stimulus('target'),
          u: state('potential'),
          r: derived('rate'),
          delta: derived('error'),
        },
        functions: { phi: 'linear' },
        phases: { step: 'u = u + dt / tau * (z - u)\nr = phi(u)\ndelta = dt / tau * (target - r)' },
      }),
    },
  },
  plasticity: { forward: { rule: delta, optimiser: { use: sgd, parameters: { eta: 0.1 } } } },
  settings: {},
  heads: { 'softmax-cross-entropy': { activation: 'linear', slot: 'output' } },
  phases: { step: 'time goes on', learn: 'weights change' },
  assemble(net, layers) {
    net.population('in', 'input', { shape: layers[0]!.shape, depth: 0 });
    net.population('out', 'output', { shape: layers.at(-1)!.shape, depth: 1 });
    net.project('W1', {
      from: 'in.r',
      to: 'out.z',
      phase: 'step',
      role: 'forward',
      weights: { draw: 'xavier-normal' },
      plasticity: 'forward',
    });
    return {
      input: 'in.r',
      output: 'out.r',
      target: 'out.target',
      forward: ['W1'],
      feedback: [],
      programs: {
        train: [{ phase: 'step' }, { phase: 'learn' }],
        evaluate: [{ repeat: 40, stages: [{ phase: 'step' }] }],
      },
    };
  },
});
const plugin = definePlugin({ name: 'leaky', api: apiVersion, contributes: { Scheme: [leaky] } });
const experiment: ExperimentConfig = {
  name: 'again',
  task: { use: 'classification' },
  dataset: { use: 'yin-yang' },
  network: { hidden: [], activation: 'tanh' },
  train: {
    epochs: 2,
    batch: 20,
    dtype: 'float64',
    backend: 'wasm',
    evaluateBatch: 300,
    evaluateEvery: 1,
    evaluateOn: ['validation'],
    checkpointSeconds: 60,
    limit: 400,
  },
  schemes: { leaky: {} },
  baseline: 'leaky',
  seeds: [0, 1],
  probes: {},
  observers: {},
  define: {},
  plugins: [],
  margin: null,
  meta: {},
};
const memory = { directory: null, launcher: 'in-process' } as const;
const hostOf = async (test: { teardown(end: () => void): void }) => {
  const host = await createHost({
    plugins: [plugin],
    services: { Logger: { info: () => {}, warn: () => {} } },
  });
  test.teardown(() => host.dispose());
  return host;
};
/** What a run says of itself, but for what half the step must change. */
const rest = ({ summary }: RunResult) => {
  const { dt, steps, ...settings } = summary.settings!;
  return { dt, steps, settings, pairing: summary.pairing, updates: summary.updates };
};

t.test(
  'half the step: twice the steps of the same milliseconds, and a small change of the score',
  async t => {
    const host = await hostOf(t);
    const given = { ...experiment, seeds: [0] };
    const [whole, half] = await Promise.all(
      [undefined, 0.25].map(dt =>
        host.run({ ...given, ...(dt === undefined ? {} : { train: { ...given.train, dt } }) }, memory),
      ),
    );
    const [a, b] = [rest(whole!), rest(half!)];
    t.match(a, { dt: 0.5, steps: { training: 4, evaluation: 1 } });
    t.match(b, { dt: 0.25, steps: { training: 8, evaluation: 1 } });
    t.same({ ...a, dt: 0, steps: 0 }, { ...b, dt: 0, steps: 0 }, 'all else is equal');
    t.equal(half!.summary.cost.stepsPerSample, 2 * whole!.summary.cost.stepsPerSample);

    const result = await host.compare(experiment, { ...memory, halveDt: true });
    t.equal(result.timeSteps.length, 1);
    const { scheme, dt, halved } = result.timeSteps[0]!;
    t.same([scheme, dt, halved!.failed, halved!.followed], ['leaky', 0.5, 0, {}]);
    const [score] = halved!.differences;
    t.match(score, { name: 'test/error', n: 2 });
    t.not(score!.halved, score!.value);
    t.ok(Math.abs(score!.halved - score!.value) < 8, `${score!.value} and ${score!.halved} %`);
    t.equal(
      result.rows[0]!.values['0'],
      whole!.summary.final['test/error'],
      'the result itself is that with the step',
    );
  },
);
t.test(
  'the microcircuit of PAL: half the step, and what follows it is named; reports from folders keep it',
  async t => {
    const host = await hostOf(t);
    const small: ExperimentConfig = {
      ...experiment,
      network: { hidden: [4], activation: 'sigmoid', head: 'linear-squared' },
      train: { ...experiment.train, epochs: 1, batch: 2, limit: 6, evaluateBatch: 300 },
      dataset: { use: 'yin-yang', options: { train: 20, validation: 10, test: 10 } },
      schemes: { bp: {}, 'pal/microcircuit': {} },
      baseline: 'bp',
      seeds: [0],
      probes: { feedback: { use: 'feedback' } },
    };
    const directory = t.testdir();
    const plain = await host.compare(small, { ...memory, directory });
    t.same(plain.timeSteps, [{ scheme: 'pal/microcircuit', dt: 0.01 }], 'not checked');
    const result = await host.compare(small, { ...memory, directory, halveDt: true, rounding: true });
    const { halved } = result.timeSteps[0]!;
    t.same(halved!.followed, { hold: [0.01, 0.005] });
    t.match(halved!.differences[0], { name: 'test/error', n: 1 });
    t.ok(
      halved!.differences.some(d => d.name.startsWith('feedback/')),
      'what probes told is compared, too',
    );
    const found = await host.read(host.experimentFolder(directory, 'again'));
    t.equal(found.kind, 'comparison');
    if (found.kind !== 'comparison') return;
    t.same(found.comparison.rounding, result.rounding);
    t.same(found.comparison.timeSteps[0]!.halved!.differences, halved!.differences);
    t.equal(found.comparison.rows.length, 2, 'runs with half the step are no rows');
    t.equal(found.comparison.runs[1]!.summary.settings!.dt, 0.01);
  },
);
t.test('rounding: carried far by a scheme that feeds on it, and not by another', async t => {
  const host = await hostOf(t);
  const optimiser = { use: 'adam', parameters: { eta: 0.1 } };
  const small: ExperimentConfig = {
    ...experiment,
    network: { hidden: [10], activation: 'tanh' },
    train: { ...experiment.train, optimiser, epochs: 60, evaluateEvery: 60, dtype: 'float32' },
    schemes: { bp: {}, kp: {} },
    baseline: 'bp',
    seeds: [0, 4],
  };
  // the error of Kolen and Pollack's rule is a difference of weights that become equal: 12.3 and 13.1 %
  const result = await host.compare(small, { ...memory, rounding: true });
  const [bp, kp] = result.rounding!;
  t.match(bp, { scheme: 'bp', seed: 0, backend: 'wasm', other: 'reference' });
  t.equal(bp!.again!.toPrecision(4), bp!.value!.toPrecision(4));
  t.equal(kp!.scheme, 'kp');
  t.ok(Math.abs(kp!.again! - kp!.value!) > 0.1, `${kp!.value} and ${kp!.again} %`);
  t.equal(kp!.value, result.rows[1]!.values['0']);
  const short = { ...small, train: { ...small.train, epochs: 1 } };
  t.equal((await host.compare(short, memory)).rounding, undefined);
  // the plainest of all is not its own partner, but that of all others
  const fastest = { ...short, select: ['bp'], train: { ...short.train, backend: 'auto' } };
  const [own] = (await host.compare(fastest, { ...memory, rounding: true })).rounding!;
  t.notOk(['auto', 'reference'].includes(own!.backend));
  t.equal(own!.other, 'reference');
});
