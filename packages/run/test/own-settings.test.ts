/** What a scheme brings itself: time, durations, slots of its own, activations and heads it can bear. And how often it is built. */
import t from 'tap';
import { parameter } from '@apical/core';
import type { Probe, RunConfig, Scheme } from '@apical/core';
import { createRandomSource } from '@apical/numerics';
import { buildModel, resolveRun, settingsOf, train } from '../src/index.js';
import { catalogues, dependencies, mini, runConfig, sgd } from './parts.js';

const ms = (value: number) => parameter('shown', value, 'ms');
const timed: Scheme = {
  ...mini,
  name: 'timed',
  dt: 0.1,
  parameters: { presentation: ms(2), evaluatePresentation: ms(0.5) },
  plasticity: { ...mini.plasticity, forward: { ...mini.plasticity.forward!, own: true } },
  activations: ['linear', 'tanh'],
};
const picky: Scheme = {
  ...timed,
  name: 'picky',
  heads: { 'sigmoid-squared': { activation: 'tanh', slot: 'output' } },
};
const locate = (path: string): string => `file.yaml:${path}`;
const resolved = (scheme: RunConfig['scheme'], change: Parameters<typeof runConfig>[0] = {}) =>
  resolveRun(runConfig({ label: 'mine', scheme, ...change }), {
    catalogues: catalogues({ schemes: [timed, picky] }),
    random: createRandomSource,
    locate,
  });

t.test('programs run for as many steps as their durations take; halving dt changes nothing else', async t => {
  const run = await resolved({ use: 'timed' });
  t.strictSame(run.steps, { training: 20, evaluation: 5 });
  const half = await resolved({ use: 'timed' }, { train: { dt: 0.05 } });
  t.strictSame(half.steps, { training: 40, evaluation: 10 });
  t.strictSame({ ...half.scheme, dt: 0.1 }, run.scheme);
  const [whole, halved] = [run, half].map(r =>
    settingsOf(r, buildModel(r, r.backend.open({ dtype: 'float64' }), { batch: 4, prefix: '' })),
  );
  t.strictSame({ ...halved, dt: 0.1, steps: whole!.steps }, whole);
  const longer = await resolved({ use: 'timed', parameters: { presentation: '0.004 s' } });
  t.strictSame(longer.steps, { training: 40, evaluation: 5 });
  const untimed = await resolved({ use: 'mini' }, { train: { dt: 0.05 } });
  t.strictSame(untimed.steps, { training: 1, evaluation: 1 });
  const { circuit } = buildModel(untimed, untimed.backend.open({ dtype: 'float64' }), {
    batch: 1,
    prefix: '',
  });
  t.equal(circuit.network.parameters.shared.dt!.data[0], 1, 'a scheme without time ignores train.dt');
});
t.test('a time that is no whole number of steps is refused at its place', async t => {
  await t.rejects(resolved({ use: 'timed', parameters: { evaluatePresentation: 0.25 } }), {
    code: 'APICAL_TIME',
    at: 'file.yaml:schemes.mine.parameters.evaluatePresentation',
    message:
      'evaluatePresentation is 0.25 ms, which is 2.5 steps of dt = 0.1 ms; give a whole number of steps: 0.2 ms or 0.3 ms',
  });
  await t.rejects(resolved({ use: 'timed' }, { train: { dt: 4 } }), {
    message: /whole number of steps: 4 ms$/,
  });
  // 0.3 / 0.1 is not 3 in binary
  t.equal((await resolved({ use: 'timed', parameters: { presentation: 0.3 } })).steps.training, 3);
});
t.test('presentations and the time step are read once', async t => {
  const run = await resolved({ use: 'timed' });
  const { circuit } = buildModel(run, run.backend.open({ dtype: 'float64' }), { batch: 1, prefix: '' });
  for (const name of ['presentation', 'evaluatePresentation', 'dt'])
    t.throws(() => circuit.set(name, 0.2), {
      code: 'APICAL_SET',
      message: `"${name}" is read once, before a run`,
    });
  t.equal(circuit.network.parameters.shared.dt!.data[0], 0.1);
});
t.test('a slot of its own follows nothing that is said for all schemes, and what names it wins', async t => {
  const general = { optimiser: { use: 'sgd', parameters: { eta: 0.4 } }, eta: 0.3 };
  const forward = async (scheme: RunConfig['scheme']) =>
    (await resolved(scheme, { train: general })).scheme.plasticity.forward!.optimiser;
  t.strictSame(await forward({ use: 'timed' }), mini.plasticity.forward!.optimiser);
  t.match(await forward({ use: 'mini' }), { use: sgd, parameters: { eta: 0.4 } });
  const named = { forward: { optimiser: { parameters: { eta: 0.9 } } } };
  t.match(await forward({ use: 'timed', plasticity: named }), {
    use: { name: 'momentum' },
    parameters: { eta: 0.9 },
  });
  const other = { forward: { optimiser: { use: 'sgd' } } };
  t.strictSame(await forward({ use: 'timed', plasticity: other }), { use: sgd, parameters: {} });
  await t.resolves(
    resolved({ use: 'timed' }, { train: { optimiser: { parameters: { nu: 1 } } } }),
    'what no slot follows is nothing to this scheme',
  );
});
t.test('activations and heads that a scheme cannot bear are refused with the line to add', async t => {
  const steep = { define: { activations: { steep: { value: 'tanh(3 * x)' } } } };
  const network = { hidden: [5, 4], activation: 'steep' };
  await t.rejects(resolved({ use: 'timed' }, { ...steep, network }), {
    code: 'APICAL_ACTIVATION',
    at: 'file.yaml:schemes.mine.activation',
    message:
      'scheme timed cannot bear hidden layers that are steep; it can bear linear, tanh; add "schemes.mine: { activation: linear }"',
  });
  await t.rejects(resolved({ use: 'picky' }), {
    at: 'file.yaml:schemes.mine.head',
    message: /unknown head of scheme picky "linear-squared".*; add "schemes.mine: { head: sigmoid-squared }"/,
  });
  await t.rejects(resolved({ use: 'picky' }, { ...steep, network }), {
    message: /add "schemes.mine: { activation: linear, head: sigmoid-squared }"/,
  });
  const run = await resolved(
    { use: 'timed', activation: ['tanh', 'linear'], head: 'linear-squared' },
    { ...steep, network },
  );
  t.strictSame(
    run.layers.map(l => l.activation),
    [undefined, 'tanh', 'linear', undefined],
  );
  const model = buildModel(run, run.backend.open({ dtype: 'float64' }), { batch: 4, prefix: '' });
  t.match(settingsOf(run, model), {
    activations: ['tanh', 'linear'],
    head: 'linear-squared',
    parameters: { presentation: 2 },
    learning: [{ optimiser: { use: 'momentum', parameters: { eta: 0.05, mu: 0.8 } } }],
  });
  await t.rejects(resolved({ use: 'timed', activation: ['tanh'] }), {
    at: 'file.yaml:schemes.mine.activation',
    message: /schemes.mine.activation lists 1 names for 2/,
  });
});
t.test('a run builds the circuit that trains and the twins it uses, nothing else', async t => {
  let built = 0;
  const counted: Scheme = {
    ...mini,
    name: 'counted',
    assemble: (...given) => {
      built++;
      return mini.assemble(...given);
    },
  };
  const twins = (count: number): Probe => ({
    name: `twins-${count}`,
    doc: 'takes twins',
    options: {},
    rows: {},
    attach(run) {
      for (let k = 0; k < count; k++) run.twin(2);
      return () => [];
    },
  });
  const ran = async (...probes: Probe[]): Promise<number> => {
    built = 0;
    const parts = catalogues({ schemes: [counted], probes });
    const config = runConfig({
      scheme: { use: 'counted' },
      probes: Object.fromEntries(probes.map(p => [p.name, { use: p.name }])),
    });
    await train(config, dependencies({ catalogues: parts }));
    return built;
  };
  // once as data, for the names of its weights; once to train, once to evaluate
  t.equal(await ran(), 3);
  t.equal(await ran(twins(1), twins(2)), 6);
});
