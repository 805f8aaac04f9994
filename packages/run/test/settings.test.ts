/** The settings that a run records are those its circuit holds. */
import t from 'tap';
import { defineScheme } from '@apical/core';
import { buildModel, resolveRun, settingsOf, train } from '../src/index.js';
import { catalogues, dependencies, mini, momentum, runConfig } from './parts.js';

const timed = defineScheme({
  ...mini,
  name: 'timed',
  dt: 0.5,
  parameters: {
    presentation: { doc: 'shown for', unit: 'ms', value: 4 },
    hold: { doc: 'held for', unit: 'ms', value: '2 * dt' },
  },
});
const given = dependencies({ catalogues: catalogues({ schemes: [timed] }) });
const recorded = async (change: Parameters<typeof runConfig>[0] = {}) =>
  (await train(runConfig(change), { ...given, store: dependencies().store })).summary.settings!;

t.test('what slots hold after everything was filled', async t => {
  const settings = await recorded();
  const { learning, ...rest } = settings;
  t.same(rest, {
    steps: { training: 1, evaluation: 1 },
    activations: ['tanh', 'tanh'],
    head: 'linear-squared',
    parameters: {},
    batch: 4,
    epochs: 3,
    samples: 50,
    program: 'train',
  });
  t.equal(rest.dt, undefined, 'it knows no time');
  const optimiser = { use: 'momentum', parameters: { eta: 0.05, mu: 0.8 } };
  const of = (projection: string) => ({
    projection,
    role: 'forward',
    rule: 'delta',
    parameters: { decay: 0 },
    gains: [1, 0],
    optimiser,
    biasOptimiser: optimiser,
  });
  t.same(learning, ['W1', 'W2', 'W3'].map(of));
});
t.test('train, the scheme in the config, lists by layer and biases are seen', async t => {
  const general = await recorded({ train: { eta: 0.3 } });
  t.same(general.learning[0]!.optimiser.parameters, { eta: 0.3, mu: 0.8 });
  const { learning, activations } = await recorded({
    network: { hidden: [5, 4], activation: ['tanh', 'linear'] },
    train: { eta: 0.3, limit: 20 },
    scheme: {
      use: 'mini',
      plasticity: {
        forward: {
          parameters: { decay: 0.25 },
          scale: 2,
          optimiser: { use: 'sgd', parameters: { eta: [0.1, 0.2, 0.4] } },
          biasOptimiser: { parameters: { eta: 0.7 } },
        },
      },
    },
  });
  t.same(activations, ['tanh', 'linear']);
  t.same(
    learning.map(l => [l.optimiser, l.biasOptimiser, l.parameters, l.gains]),
    [0.1, 0.2, 0.4].map(eta => [
      { use: 'sgd', parameters: { eta } },
      { use: 'sgd', parameters: { eta: 0.7 } },
      { decay: 0.25 },
      [2, -0.5],
    ]),
  );
  const frozen = await recorded({ scheme: { use: 'mini', plasticity: { forward: null } } });
  t.same(frozen.learning, []);
});
t.test('time: half the step, twice the steps, and the same milliseconds but where dt is named', async t => {
  const scheme = { use: 'timed' };
  const one = await recorded({ scheme });
  t.match(one, { dt: 0.5, steps: { training: 8, evaluation: 1 }, parameters: { presentation: 4, hold: 1 } });
  const half = await recorded({ scheme, train: { dt: 0.25 } });
  t.same(half, {
    ...one,
    dt: 0.25,
    steps: { training: 16, evaluation: 1 },
    parameters: { presentation: 4, hold: 0.5 },
  });
});
t.test('settings are those at the beginning, whatever observers set later', async t => {
  const run = await resolveRun(runConfig(), given);
  const model = buildModel(run, run.backend.open({ dtype: 'float64' }), { batch: 4, prefix: '' });
  const before = settingsOf(run, model);
  model.circuit.set(`W1.delta.eta`, 9);
  t.equal(before.learning[0]!.optimiser.parameters.eta, 0.05);
  t.equal(settingsOf(run, model).learning[0]!.optimiser.parameters.eta, 9, 'it is read from the circuit');
  t.equal(momentum.parameters.eta!.value, 0.1, 'and not the default');
});
t.test('how rates were chosen is a word: the hash does not know it', async t => {
  const hash = async (change: Parameters<typeof runConfig>[0]) =>
    (await resolveRun(runConfig(change), given)).hash;
  const plain = await hash({});
  t.equal(await hash({ rates: 'published' }), plain);
  t.equal(await hash({ scheme: { use: 'mini', rates: 'tuned with 40 trials' } }), plain);
  t.not(await hash({ train: { eta: 0.3 } }), plain);
});
