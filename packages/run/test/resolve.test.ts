/** From names in a config to parts in place: slots, defaults, parts of the user's own, templates, first weights, hashes. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ndarray from 'ndarray';
import t from 'tap';
import type {
  Connectivity,
  DefineConfig,
  LayerSpec,
  PlasticitySlot,
  RunConfig,
  Scheme,
  SchemeConfig,
  SchemeTemplate,
  TrainConfig,
} from '@apical/core';
import { writeNpz, writeSafetensors } from '@apical/data';
import { declare, weightsOf } from '@apical/circuit';
import { createRandomSource } from '@apical/numerics';
import { fill, layersOf, libraryOf, named, withDefined } from '@apical/schemes';
import { canonical, effectiveTrain, environment, loadWeights, resolveRun, runHash } from '../src/index.js';
import { catalogues, delta, mini, momentum, runConfig, sgd } from './parts.js';

const locate = (path: string): string => `file.yaml:${path}`;
const resolve = (
  { use = 'mini', ...answers }: SchemeConfig,
  train: Partial<TrainConfig> = {},
  define: DefineConfig = {},
): Scheme => {
  const parts = withDefined(catalogues(), define);
  const path = 'schemes.mini';
  const scheme = named(parts, 'Scheme', use, locate(`${path}.use`));
  return fill(scheme, answers, { catalogues: parts, train, locate, path });
};
const forward = (config: SchemeConfig, train: Partial<TrainConfig> = {}): PlasticitySlot =>
  resolve(config, train).plasticity.forward!;
const given = (config: RunConfig, more: object = {}) =>
  resolveRun(config, { catalogues: catalogues(), random: createRandomSource, version: '1', locate, ...more });

t.test('a wrong name is refused with the nearest right one and its place', async t => {
  const wrong: [SchemeConfig, RegExp, string][] = [
    [{ use: 'mimi' }, /unknown scheme "mimi"; did you mean "mini"/, 'use'],
    [{ parameters: { x: 1 } }, /parameter of scheme mini "x".* There are none/, 'parameters.x'],
    [
      { neurons: { hiden: {} } },
      /neuron slot of scheme mini "hiden"; did you mean "hidden"/,
      'neurons.hiden',
    ],
    [{ neurons: { hidden: { model: 'mini/hiden' } } }, /mini\/hidden/, 'neurons.hidden.model'],
    [
      { neurons: { hidden: { parameters: { sgma: 1 } } } },
      /parameter of mini\/hidden "sgma"; did you mean "sigma"/,
      'neurons.hidden.parameters.sgma',
    ],
    [
      { neurons: { hidden: { choose: { a: 'b' } } } },
      /choice of mini\/hidden "a"/,
      'neurons.hidden.choose.a',
    ],
    [
      { neurons: { hidden: { functions: { phi: 'tan' } } } },
      /activation "tan"; did you mean "tanh"/,
      'neurons.hidden.functions.phi',
    ],
    [
      { neurons: { hidden: { functions: { psi: 'tanh' } } } },
      /activation slot of mini\/hidden "psi"/,
      'neurons.hidden.functions.psi',
    ],
    [
      { plasticity: { forwards: {} } },
      /plasticity slot of scheme mini "forwards"; did you mean "forward"/,
      'plasticity.forwards',
    ],
    [{ plasticity: { forward: { rule: 'dleta' } } }, /learning rule "dleta"/, 'plasticity.forward.rule'],
    [
      { plasticity: { forward: { optimiser: { use: 'sdg' } } } },
      /optimiser "sdg"/,
      'plasticity.forward.optimiser.use',
    ],
    [
      { plasticity: { forward: { optimiser: { parameters: { et: 1 } } } } },
      /parameter of momentum "et"; did you mean "eta"/,
      'plasticity.forward.optimiser.parameters.et',
    ],
    [
      { plasticity: { forward: { optimiser: { parameters: { eta: -1 } } } } },
      /eta of momentum is -1; give a number between 0/,
      'plasticity.forward.optimiser.parameters.eta',
    ],
    [
      { plasticity: { forward: { gather: 'lern' } } },
      /phase "lern"; did you mean "learn"/,
      'plasticity.forward.gather',
    ],
    [
      { plasticity: { forward: { uses: { post: { dleta: 'r' } } } } },
      /name in rule delta "dleta"/,
      'plasticity.forward.uses.post.dleta',
    ],
    [
      { plasticity: { extra: {} } },
      /plasticity.extra is empty in this scheme: name a rule/,
      'plasticity.extra',
    ],
    [
      { settings: { depth: 'more' } },
      /setting depth of scheme mini is "more"; give one of "usual", "other"/,
      'settings.depth',
    ],
  ];
  for (const [config, message, at] of wrong)
    t.throws(() => resolve(config), { name: 'ApicalError', message, at: `file.yaml:schemes.mini.${at}` }, at);
});

t.test('what a config says about a slot is in it, the rest stays as the scheme has it', async t => {
  t.match(resolve({}).plasticity, mini.plasticity);
  t.equal(resolve({ plasticity: { forward: null } }).plasticity.forward, null);
  t.match(forward({ plasticity: { forward: { optimiser: { parameters: { mu: 0.5 } } } } }), {
    optimiser: { use: momentum, parameters: { eta: 0.05, mu: 0.5 } },
  });
  t.match(
    forward({
      plasticity: { forward: { optimiser: { use: 'sgd', parameters: { eta: [0.1, 0.2, 0.3] } } } },
    }),
    {
      optimiser: { use: sgd, parameters: { eta: [0.1, 0.2, 0.3] } },
    },
  );
  const fresh = resolve({ plasticity: { extra: { rule: 'delta', parameters: { decay: 0.1 } } } });
  t.match(fresh.plasticity.extra, { rule: delta, parameters: { decay: 0.1 } });
  const filled = resolve({ plasticity: { extra: { rule: 'delta' } } }, { optimiser: { use: 'sgd' } });
  t.match(
    filled.plasticity.extra,
    { optimiser: { use: sgd } },
    'a slot that a config fills takes the general optimiser',
  );
});

t.test('train.optimiser and train.eta reach the slots that say nothing else', async t => {
  t.match(forward({}, { eta: 0.3 }), { optimiser: { use: momentum, parameters: { eta: 0.3, mu: 0.8 } } });
  t.same(forward({}, { optimiser: { use: 'sgd' } }).optimiser, { use: sgd, parameters: {} });
  t.match(forward({}, { optimiser: { use: 'sgd', parameters: { eta: 0.4 } }, eta: 0.3 }), {
    optimiser: { parameters: { eta: 0.4 } },
  });
  t.match(forward({}, { optimiser: { parameters: { mu: 0.1 } } }), {
    optimiser: { use: momentum, parameters: { eta: 0.05, mu: 0.1 } },
  });
  const own = { plasticity: { forward: { optimiser: { use: 'momentum', parameters: { mu: 0.2 } } } } };
  t.match(forward(own, { optimiser: { use: 'sgd', parameters: { eta: 0.4 } }, eta: 0.3 }), {
    optimiser: { use: momentum, parameters: { eta: 0.3, mu: 0.2 } },
  });
  t.match(forward({ plasticity: { forward: { optimiser: { parameters: { eta: 0.9 } } } } }, { eta: 0.3 }), {
    optimiser: { parameters: { eta: 0.9 } },
  });
  t.throws(() => resolve({}, { optimiser: { use: 'sgd', parameters: { mu: 1 } } }), {
    name: 'ApicalError',
    at: 'file.yaml:train.optimiser.parameters.mu',
  });
  t.throws(() => resolve({}, { optimiser: { parameters: { nu: 1 } } }), {
    name: 'ApicalError',
    at: 'file.yaml:train.optimiser.parameters.nu',
  });
  t.match(effectiveTrain(runConfig({ scheme: { use: 'mini', train: { batch: 2 } } })), {
    batch: 2,
    epochs: 3,
  });
});

t.test('a bias that the scheme treats differently stays different under another optimiser', async t => {
  const scheme = mini;
  const slot = scheme.plasticity.forward!;
  const biased = {
    ...scheme,
    name: 'biased',
    plasticity: {
      ...scheme.plasticity,
      forward: { ...slot, biasOptimiser: { use: momentum, parameters: { eta: 0.05, mu: 0 } } },
    },
  };
  const answer = (train: Partial<TrainConfig>) => fill(biased, {}, { catalogues: catalogues(), train });
  t.match(answer({ eta: 0.3 }).plasticity.forward, {
    optimiser: { parameters: { eta: 0.3, mu: 0.8 } },
    biasOptimiser: { parameters: { eta: 0.3, mu: 0 } },
  });
  const named = { plasticity: { forward: { optimiser: { parameters: { mu: 0.5 } } } } };
  t.match(
    fill(biased, named, { catalogues: catalogues() }).plasticity.forward?.biasOptimiser,
    { parameters: { eta: 0.05, mu: 0.5 } },
    'unless the config itself names it',
  );
  const other = answer({ optimiser: { use: 'sgd', parameters: { eta: 0.4 } } });
  t.equal(
    other.plasticity.forward?.biasOptimiser,
    undefined,
    'momentum for biases alone would be a surprise',
  );
});

const low: DefineConfig = {
  rules: {
    low: {
      parameters: { tau: { value: 20, doc: 'low-pass', unit: 'ms' } },
      traces: { post: { eLow: { role: 'state', unit: 1, doc: 'error' } } },
      phases: { learn: { post: 'eLow += dt/tau * (delta - eLow)' } },
      update: { terms: [{ post: 'eLow', pre: 'r' }] },
    },
  } as unknown as NonNullable<DefineConfig['rules']>,
  activations: { steep: { value: 'tanh(3 * x)' } },
};
t.test('parts of the user join the catalogues once their form is right', async t => {
  const all = withDefined(catalogues(), low);
  t.equal(all.LearningRule.origin('low'), 'config');
  t.match(all.LearningRule.get('low'), {
    source: { paper: /config/ },
    traces: { post: { eLow: { unit: '1' } } },
  });
  t.ok(all.Activation.has('steep'));
  t.notOk(catalogues().LearningRule.has('low'));
  const answer = resolve({ plasticity: { forward: { rule: 'low' } } }, {}, low);
  t.equal(answer.plasticity.forward?.rule?.name, 'low');
  const mixed = resolve(
    { plasticity: { forward: { rule: 'low', parameters: { tau: [20, '0.02 s'] } } } },
    {},
    low,
  );
  t.strictSame(mixed.plasticity.forward?.parameters?.tau, [20, 20], 'in the unit of the parameter');
  const wrong: [unknown, RegExp][] = [
    [{ rules: { r: { parameters: {} } } }, /rules.r has no "update"/],
    [{ rules: { r: { update: { terms: [{ pst: 'r' }] } } } }, /terms.0 "pst"; did you mean "post"/],
    [{ rules: { r: { update: { terms: {} } } } }, /found {}; give a list/],
    [
      { neurons: { n: { signals: { r: { role: 'stat' } }, phases: {} } } },
      /found "stat"; give one of state, input/,
    ],
    [
      { optimisers: { o: { update: 'w += g', parameters: { eta: 1 } } } },
      /parameters.eta: found 1; give a mapping with value/,
    ],
    [{ activations: { a: { slope: '1' } } }, /either "value"/],
  ];
  for (const [define, message] of wrong)
    t.throws(() => withDefined(catalogues(), define as DefineConfig, locate), {
      code: 'APICAL_DEFINE',
      message,
      at: /^file.yaml:define/,
    });
  const twice = { rules: { delta: { ...delta } } };
  t.throws(() => withDefined(catalogues(), twice), { code: /APICAL_D/ });
});

const template: SchemeTemplate = {
  input: 'layer0.r',
  output: 'layer{last}.r',
  target: 'layer{last}.target',
  forward: ['W{l}'],
  feedback: ['B{l}'],
  plasticity: {
    forward: { rule: 'delta', optimiser: { use: 'momentum', parameters: { eta: 0.05, mu: 0.8 } } },
  },
  populations: {
    'layer{l}': {
      neuron: { first: 'mini/input', hidden: 'mini/hidden', last: 'mini/output' },
      size: 'size[l]',
      depth: 'l',
    },
  },
  projections: {
    'W{l}': {
      from: 'layer{l-1}.r',
      to: 'layer{l}.z',
      phase: 'forward',
      role: 'forward',
      weights: { draw: 'small' },
      bias: true,
      plasticity: 'forward',
    },
    'B{l}': {
      from: 'layer{l+1}.delta',
      to: 'layer{l}.feedback',
      phase: 'backward',
      along: 'W{l+1}',
      reversed: true,
    },
  },
  programs: {
    train: [{ phase: 'forward', sweep: 'up' }, { phase: 'backward', sweep: 'down' }, { phase: 'learn' }],
    evaluate: [{ phase: 'forward', sweep: 'up' }],
  },
};
const withTemplate = (change: Partial<SchemeTemplate>): RunConfig =>
  runConfig({
    define: { schemes: { mine: { ...template, ...change } } },
    scheme: { use: 'mine' },
    label: 'mine',
  });

t.test('a template runs over the layers for which what it names exists', async t => {
  const { scheme, layers } = await given(withTemplate({}));
  t.same(Object.keys(scheme.neurons), ['layer/first', 'layer/hidden', 'layer/last']);
  t.same(
    scheme.heads['linear-squared'],
    { activation: 'linear', slot: 'layer/last' },
    'heads come from a scheme with the same output',
  );
  const places = weightsOf(declare(scheme, layers), libraryOf(catalogues()));
  t.same(
    places.map(p => [p.name, p.role, p.shape]),
    [
      ['W1', 'forward', [5, 2]],
      ['W1/bias', 'forward/bias', [5]],
      ['W2', 'forward', [4, 5]],
      ['W2/bias', 'forward/bias', [4]],
      ['W3', 'forward', [3, 4]],
      ['W3/bias', 'forward/bias', [3]],
    ],
    'B1 and B2 go along W2 and W3, there is no B3',
  );
  const direct = {
    ...template.projections['B{l}']!,
    from: 'layer{last}.delta',
    weights: { draw: 'small' },
    reversed: false,
  };
  delete (direct as { along?: string }).along;
  const dfa = await given(withTemplate({ projections: { ...template.projections, 'B{l}': direct } }));
  t.same(
    weightsOf(declare(dfa.scheme, dfa.layers), libraryOf(catalogues()))
      .filter(p => p.name.startsWith('B'))
      .map(p => [p.name, p.role, p.shape]),
    [
      ['B1', 'feedback', [5, 3]],
      ['B2', 'feedback', [4, 3]],
    ],
    'direct feedback ends below the layer that takes none, and has the role it is listed under',
  );
  const named = { from: 'layer0.r', to: 'layer1.z', phase: 'forward', weights: { draw: 'small' } };
  const roles = await given(
    withTemplate({
      forward: ['W{l}', 'first', 'spoken'],
      projections: {
        ...template.projections,
        first: named,
        spoken: { ...named, role: 'basal' },
        unlisted: named,
      },
    }),
  );
  t.same(
    weightsOf(declare(roles.scheme, roles.layers), libraryOf(catalogues()))
      .filter(p => ['first', 'spoken', 'unlisted'].includes(p.name))
      .map(p => [p.name, p.role]),
    [
      ['first', 'forward'],
      ['spoken', 'basal'],
      ['unlisted', ''],
    ],
    'what says its own role keeps it',
  );
});

t.test('pooling in a template is linear unless stated, and counts no error', async t => {
  const { scheme } = await given(withTemplate({ errors: ['layer{l}.delta'] }));
  const pool: Connectivity = {
    name: 'pool',
    doc: '',
    shape: () => [],
    transmit: () => [],
    transmitBack: () => [],
  };
  const layers: LayerSpec[] = [
    { shape: [4] },
    { shape: [6], activation: 'relu' },
    { shape: [3], connectivity: pool },
    { shape: [2], connectivity: pool, activation: 'relu' },
    { shape: [4] },
    { shape: [2], connectivity: pool },
  ];
  const { errors, forward, populations } = declare(scheme, layers);
  t.strictSame([forward, errors], [['W1', 'W4'], ['layer1.delta']]);
  t.strictSame(
    populations.slice(1, 5).map(p => p.functions?.phi),
    ['relu', 'linear', 'relu', undefined],
  );
});
t.test('a template that names nothing is refused with its place', async t => {
  const W = template.projections['W{l}']!;
  const wrong: [Partial<SchemeTemplate>, RegExp, RegExp][] = [
    [{ output: 'leyer{last}.r' }, /population in output of define.schemes.mine "leyer/, /output$/],
    [{ target: 'layer{last}.tarjet' }, /has no signal "tarjet"; it has z, target/, /target$/],
    [
      { projections: { 'W{l}': { ...W, from: 'layer{l-1}.rr' } } },
      /W{l} connects nothing: W1: layer0 .* no signal "rr"/,
      /W{l}$/,
    ],
    [{ projections: { 'W{l}': { ...W, from: 'layer{k}.r' } } }, /"k" has an unknown word "k"/, /W{l}$/],
    [
      { errors: ['layer1.delta'] },
      /mine\.errors: 1 given \(layer1\.delta\); name one for each of the 2 hidden layers/,
      /errors$/,
    ],
    [{ forward: ['V{l}'] }, /projection in define.schemes.mine.forward "V{l}"/, /forward$/],
    [
      { plasticity: { forward: { rule: 'delta', optimiser: { parameters: { eta: 1 } } } } },
      /say which one takes these parameters/,
      /optimiser$/,
    ],
  ];
  for (const [change, message, at] of wrong)
    await t.rejects(given(withTemplate(change)), { name: 'ApicalError', message, at }, String(message));
});

t.test('hidden layers take one activation or one each', async t => {
  const task = { inputShape: [2], outputShape: [3] };
  const layers = (activation: string | string[], hidden = [5, 4]) =>
    layersOf({ hidden, activation }, task, catalogues(), locate);
  t.same(layers('tanh'), [
    { shape: [2] },
    { shape: [5], activation: 'tanh' },
    { shape: [4], activation: 'tanh' },
    { shape: [3] },
  ]);
  t.equal(layers(['tanh', 'linear'])[2]?.activation, 'linear');
  t.throws(() => layers(['tanh']), {
    message: /1 names for 2 hidden layers/,
    at: 'file.yaml:network.activation',
  });
  t.throws(() => layers('tan'), { message: /did you mean "tanh"/ });
  t.throws(() => layers('tanh', [5, 0]), {
    message: /layer 2 has 0 units/,
    at: 'file.yaml:network.hidden.1',
  });
});

t.test('a run that cannot work is refused before compute', async t => {
  const wrong: [RunConfig, RegExp, string][] = [
    [runConfig({ train: { batch: 51 } }), /batch is 51, but there are 50 training samples/, 'train.batch'],
    [runConfig({ train: { batch: 8, limit: 7 } }), /there are 7 training samples/, 'train.batch'],
    [runConfig({ train: { backend: 'refrence' } }), /did you mean "reference"/, 'train.backend'],
    [runConfig({ task: { use: 'sortin' } }), /task "sortin"/, 'task.use'],
    [runConfig({ dataset: { use: 'cloud' } }), /data set "cloud"/, 'dataset.use'],
    [runConfig({ probes: { a: { use: 'none' } } }), /probe "none"/, 'probes.a'],
    [runConfig({ observers: { a: { use: 'none' } } }), /observer "none"/, 'observers.a'],
    [
      runConfig({ scheme: { use: 'mini', weights: { W9: { draw: 'small' } } } }),
      /projection or role of scheme mini "W9"/,
      'schemes.mini.weights.W9',
    ],
    [
      runConfig({ network: { hidden: [5, 4], activation: 'tanh', weights: { B1: { draw: 'small' } } } }),
      /belongs under schemes/,
      'network.weights.B1',
    ],
    [
      runConfig({ scheme: { use: 'mini', weights: { W1: { draw: 'smal' } } } }),
      /initialiser "smal"/,
      'schemes.mini.weights.W1.draw',
    ],
    [
      runConfig({ scheme: { use: 'mini', weights: { W1: { draw: 'small', parameters: { sd: 1 } } } } }),
      /parameter of initialiser small "sd"/,
      'schemes.mini.weights.W1.parameters.sd',
    ],
  ];
  for (const [config, message, at] of wrong)
    await t.rejects(given(config), { name: 'ApicalError', message, at: `file.yaml:${at}` }, String(message));
  const roles = { feedback: { draw: 'small' }, forward: { draw: 'small', parameters: { std: 2 } } };
  const { weights } = await given(
    runConfig({ network: { hidden: [5, 4], activation: 'tanh', weights: roles } }),
  );
  t.same(Object.keys(weights), ['forward'], 'feedback along forward weights has none of its own');
});

t.test('first weights come from files of numpy and safetensors', async t => {
  const directory = t.testdir();
  const W1 = ndarray(
    Float64Array.from({ length: 10 }, (_, k) => k / 10),
    [5, 2],
  );
  const file = (name: string, arrays: Parameters<typeof writeNpz>[0]): string => {
    writeFileSync(join(directory, name), name.endsWith('.npz') ? writeNpz(arrays) : writeSafetensors(arrays));
    return name;
  };
  const turned = ndarray(new Float64Array(10), [2, 5]);
  const bad = ndarray(Float64Array.of(1, 2, 3, NaN, 5, 6, 7, 8, 9, 0), [5, 2]);
  file('own.npz', { W1, turned, bad });
  file('own.safetensors', { 'W1/bias': ndarray(Float32Array.of(1, 2, 3, 4, 5), [5]) });
  const run = (weights: NonNullable<RunConfig['scheme']['weights']>) =>
    given(runConfig({ scheme: { use: 'mini', weights } }), { directory });
  const { weights, hash } = await run({ W1: { file: 'own.npz' }, 'W1/bias': { file: 'own.safetensors' } });
  t.same(weights.W1, { values: W1.data });
  t.same(weights['W1/bias'], { values: Float32Array.of(1, 2, 3, 4, 5) });
  await t.rejects(run({ W1: { file: 'own.npz', key: 'turned' } }), {
    code: 'APICAL_WEIGHTS',
    message: /are \[2, 5\], \[5, 2\] is needed; .*transpose/,
  });
  await t.rejects(run({ W1: { file: 'own.npz', key: 'bad' } }), {
    message: /own.npz, array "bad": entry 3 \(\[1, 1\]\) is NaN/,
  });
  await t.rejects(run({ W2: { file: 'own.npz' } }), {
    message: /array in .*own.npz "W2".* Known: W1, bad, turned/,
  });
  await t.rejects(run({ W2: { file: 'none.npz' } }), {
    code: 'APICAL_WEIGHTS',
    message: /none.npz cannot be read/,
  });
  await t.rejects(run({ W2: { file: 'own.pt' } }), { message: /cannot be read/ });
  writeFileSync(join(directory, 'own.pt'), 'x');
  await t.rejects(loadWeights(join(directory, 'own.pt'), 'W1'), {
    message: /give an .npz or a .safetensors/,
  });
  file('own.npz', { W1: ndarray(new Float64Array(10), [5, 2]) });
  t.not(
    (await run({ W1: { file: 'own.npz' }, 'W1/bias': { file: 'own.safetensors' } })).hash,
    hash,
    'other content, other hash',
  );
});

t.test('the hash holds what decides numbers and nothing else', async t => {
  const input = { version: '1', backend: { name: 'reference', flags: { fma: false } }, data: 'd' };
  const hash = (change: Parameters<typeof runConfig>[0], more: object = {}) =>
    runHash({ config: runConfig(change), ...input, ...more });
  const base = hash({});
  t.match(base, /^[0-9a-f]{12}$/);
  for (const same of [
    { seed: 9 },
    { name: 'other' },
    { label: 'other' },
    { doc: 'text' },
    { meta: { a: 1 } },
    { plugins: ['x'] },
    { train: { checkpointSeconds: 5 } },
  ])
    t.equal(hash(same), base, JSON.stringify(same));
  for (const other of [
    { train: { epochs: 4 } },
    { train: { dtype: 'float64' as const } },
    { scheme: { use: 'mini', parameters: { a: 1 } } },
    { probes: { a: { use: 'b' } } },
  ])
    t.not(hash(other), base, JSON.stringify(other));
  for (const other of [
    { version: '2' },
    { data: 'e' },
    { backend: { name: 'reference', flags: { fma: true } } },
    { files: { a: 'b' } },
  ])
    t.not(hash({}, other), base, JSON.stringify(other));
  t.equal(canonical({ b: [1, { d: undefined, c: NaN }], a: null }), '{"a":null,"b":[1,{"c":"NaN"}]}');
});

t.test('the environment says where a run was made', async t => {
  const here = environment();
  t.match(here, { version: /^\d+\.\d+\.\d+/, node: process.version, lock: /^[0-9a-f]{16}$/ });
  t.ok(here.cores > 0);
  t.equal(environment('/').git, undefined);
});
