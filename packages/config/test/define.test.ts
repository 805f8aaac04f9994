/** Parts written in a config: their fields, quantities, what nobody wrote, and the hash. */
import { fileURLToPath } from 'node:url';
import { convert } from '@apical/equations';
import t, { type Test } from 'tap';
import { parse } from 'yaml';
import { compose, hashConfig, jsonSchema, render, runConfigs, type Composed } from '../src/index.js';
import { composeIn, told, valid } from './support.js';

const cwd = fileURLToPath(new URL('../../..', import.meta.url));
const start = 'task: classification\ndataset: yin-yang\nschemes: { bp: {} }\n';
const mine = 'configs/experiment/mine.yaml';
const folderWith = (test: Test, text: string, ...overrides: string[]): Composed =>
  composeIn(test.testdir({ configs: { experiment: { 'mine.yaml': text } } }))(
    'experiment/mine',
    ...overrides,
  );

/** Parts of its own beside those that are loaded. */
const own = `
defaults: [task/yin-yang, network/mlp-30, train/quick]
schemes:
  bp: {}
  pal/microcircuit:
    neurons: { pyramidal: { choose: { amplitude: uP }, parameters: { sigma: 0.05, tauNoise: 0.1 ms } } }
    plasticity:
      feedback: { parameters: { alpha: 1e-3 }, optimiser: { use: flow, parameters: { eta: [0.1, 0.2] } } }
      forward: { rule: my-rule, optimiser: { use: momentum, parameters: { eta: 0.05 } } }
  my-scheme: {}
define:
  rules:
    my-rule:
      source: { paper: "ours, 2026" }
      parameters: { tau: { value: 100 ms, doc: low-pass of the error } }
      traces: { post: { eLow: { role: state, unit: 1, doc: low-passed error } } }
      phases: { learn: { post: "eLow += dt/tau * (r - predicted - eLow)" } }
      update: { terms: [{ post: eLow, pre: rOld }] }
  neurons:
    leaky:
      parameters: { tau: 10 ms, gain: 2 }
      signals: { z: { role: input }, u: { unit: mV }, r: { role: derived, doc: rate } }
      constants: { k: 3 }
      choices: { amplitude: { const: 1, uP: abs(u) } }
      phases: { forward: "r = z" }
  optimisers:
    plain: { parameters: { eta: 0.1 }, state: { m: {} }, update: "w += eta * g" }
  activations:
    one: { value: 1, slope: 0 }
  schemes:
    my-scheme:
      input: layer0.r
      output: "layer{last}.r"
      target: "layer{last}.target"
      forward: ["W{l}"]
      feedback: ["B{l}"]
      plasticity: { forward: { rule: delta, optimiser: sgd } }
      populations:
        "layer{l}": { neuron: { first: rate/input, hidden: rate/unit, last: rate/output }, size: "size[l]", depth: l }
      projections:
        "W{l}": { from: "layer{l-1}.r", to: "layer{l}.z", phase: forward, weights: { draw: xavier-normal }, bias: true, plasticity: forward }
        "B{l}": { from: "layer{l+1}.delta", to: "layer{l}.feedback", phase: backward, reversed: true, weights: { function: sign, of: ["W{l+1}"], at: [build, tie] } }
      programs: { train: [{ phase: forward, sweep: up }, { phase: backward, sweep: down }, { phase: learn }, { phase: tie }], evaluate: [{ phase: forward, sweep: up }] }
`;
const composeOwn = (test: Test, ...overrides: string[]): Composed => {
  const file = `${test.testdir({ 'mine.yaml': own })}/mine.yaml`;
  return compose({ target: file, roots: ['configs'], overrides, convert, cwd });
};

t.test('parts of every kind are written in a config and get all their fields', async t => {
  const { value } = composeOwn(t);
  const { rules, neurons, optimisers, activations, schemes } = value.define;
  t.strictSame(rules!['my-rule'], {
    source: { paper: 'ours, 2026' },
    parameters: { tau: { value: 100, doc: 'low-pass of the error', unit: 'ms' } },
    traces: { post: { eLow: { unit: '1', role: 'state', doc: 'low-passed error' } } },
    phases: { learn: { post: 'eLow += dt/tau * (r - predicted - eLow)' } },
    update: { terms: [{ post: 'eLow', pre: 'rOld' }] },
  });
  t.strictSame(neurons!.leaky, {
    parameters: { tau: { value: 10, unit: 'ms', doc: 'tau' }, gain: { value: 2, unit: '1', doc: 'gain' } },
    signals: {
      z: { role: 'input', unit: '1', doc: 'z' },
      u: { unit: 'mV', role: 'state', doc: 'u' },
      r: { role: 'derived', doc: 'rate', unit: '1' },
    },
    constants: { k: '3' },
    choices: { amplitude: { const: '1', uP: 'abs(u)' } },
    phases: { forward: 'r = z' },
    source: { paper: 'defined in the config' },
  });
  t.strictSame(optimisers!.plain, {
    parameters: { eta: { value: 0.1, unit: '1', doc: 'eta' } },
    state: { m: { unit: '1', role: 'state', doc: 'm' } },
    update: 'w += eta * g',
  });
  t.strictSame(activations!.one, { value: '1', slope: '0' });
  t.same(schemes!['my-scheme']!.plasticity, { forward: { rule: 'delta', optimiser: { use: 'sgd' } } });
  t.same(schemes!['my-scheme']!.parameters, {});
  t.same(value.schemes['pal/microcircuit']!.plasticity!.feedback!.optimiser!.parameters, { eta: [0.1, 0.2] });
  t.same(
    runConfigs(value).map(r => r.scheme.use),
    ['bp', 'pal/microcircuit', 'my-scheme'],
  );
  t.ok(valid(parse(own), jsonSchema()), 'as an editor sees it');
  const changed = composeOwn(t, 'schemes=my-scheme', 'scheme.plasticity.forward.rule=my-rule');
  t.same(changed.value.schemes['my-scheme'], { plasticity: { forward: { rule: 'my-rule' } } });
});

t.test('what is written of a part must make one', async t => {
  const table: [define: string, message: string][] = [
    [
      '{ rules: { r: { parameters: { tau: { doc: slow } }, update: { terms: [{ post: x }] } } } }',
      'define.rules.r.parameters.tau needs the key "value" @ 4:44',
    ],
    [
      '{ optimisers: { o: { parameters: { tau: { value: 3 mV, unit: ms } }, update: w += g } } }',
      '"3 mV" is in mV; a quantity in ms is wanted @ 4:58',
    ],
    [
      '{ optimisers: { o: { parameters: { eta: 1e999 1/ms }, update: w += g } } }',
      '"1e999 1/ms" is too large a number @ 4:49',
    ],
    [
      '{ optimisers: { o: { parameters: { eta: "2" }, update: w += g } } }',
      'define.optimisers.o.parameters.eta is the text "2"; a number or a quantity such as "10 ms" is expected @ 4:49',
    ],
    ['{ activations: { a: {} } }', 'define.activations.a needs the key "value" @ 4:29'],
    ['{ activations: { a: { backward: x } } }', 'define.activations.a needs the key "forward" @ 4:29'],
  ];
  for (const [define, message] of table)
    t.equal(
      told(() => folderWith(t, `${start}define: ${define}\n`)),
      message.replace(/(\d+:\d+)$/, `${mine}:$1`),
      define,
    );
  t.match(
    told(() =>
      folderWith(t, `${start}define: { optimisers: { o: { parameters: { a: 3 foo }, update: w += g } } }\n`),
    ),
    /^unit "foo": unknown "foo"\. Units are .* @ configs\/experiment\/mine.yaml:4:47$/,
  );
});

t.test('a time step is a time', async t => {
  const dt = (written: string, key = 'train.dt') => folderWith(t, start, `${key}=${written}`).value;
  t.equal(dt('0.5 s').train.dt, 500);
  t.equal(dt('200 us').train.dt, 0.2);
  t.equal(dt('2 ms', 'schemes.bp.train.dt').schemes.bp!.train!.dt, 2);
  const table: [written: string, message: string][] = [
    ['5 mV', '"5 mV" is in mV; a quantity in ms is wanted'],
    ['tau', '"tau" is no quantity; write a number and a unit, as in "10 ms"'],
    ['-1 ms', 'train.dt is "-1 ms"; a time from 0 ms is expected'],
    ['-1', 'train.dt is -1; a number from 0 is expected'],
    ['1e999 ms', '"1e999 ms" is too large a number'],
  ];
  for (const [written, message] of table)
    t.equal(
      told(() => dt(written)),
      `${message} @ command line "train.dt=${written}"`,
    );
});

t.test('what nobody wrote comes from "default", and is found where it was wanted', async t => {
  const composed = composeOwn(t, '+probes.alignment={}');
  const rule = 'define.rules.my-rule';
  const leaky = 'define.neurons.leaky';
  for (const path of [
    'probes.alignment.use',
    `${leaky}.source.paper`,
    `${leaky}.parameters.tau.doc`,
    `${leaky}.parameters.gain.unit`,
    `${leaky}.signals.z.unit`,
    'define.schemes.my-scheme.parameters',
    'name',
    'baseline',
    'nothing.like.it',
  ])
    t.equal(composed.origin(path), 'default', path);
  t.match(composed.origin(`${leaky}.parameters.tau.unit`), /mine.yaml:21:26$/, 'with its quantity');
  t.match(composed.origin(`${rule}.traces.post.eLow.role`), /mine.yaml:16:39$/);
  t.equal(composed.locate('probes.alignment.use'), 'command line "+probes.alignment={}"');
  t.match(composed.locate(`${leaky}.signals.z.unit`), /mine.yaml:22:18$/, 'the signal that has none');
  t.match(composed.locateLine(`${leaky}.source.paper`, 1), /mine.yaml:20:5$/);
  const short = render(composed, { nondefault: true });
  t.notMatch(short, /defined in|doc: tau|use: alignment|name:/);
  t.match(short, /alignment: \{\}/);
  const written = t.testdir({ 'mine.yaml': short });
  const again = compose({ target: `${written}/mine.yaml`, roots: [], convert, cwd: written });
  t.strictSame(again.value, composed.value);
  const empty = folderWith(t, `${start}train: {}\nmeta: {}\n`);
  t.match(render(empty, { nondefault: true }), /\ntrain: \{\}\nschemes:\n {2}bp: \{\}\nmeta: \{\}\n$/);
});

t.test('every value of a config changes its hash, the order of keys and the folder do not', async t => {
  const hash = (...overrides: string[]): string => hashConfig(composeOwn(t, ...overrides).value);
  const changes = [
    'train.epochs=3',
    'network.hidden=[4,3]',
    'seeds=2',
    'meta.x=null',
    'margin=0',
    '~schemes.bp',
  ];
  const all = [...changes.map(o => hash(o)), hash()];
  t.equal(new Set(all).size, all.length);
  t.equal(hash(), hash('train.batch=20'), 'the value it has');
  const numbers = [NaN, Infinity, -Infinity, null, 0, 'NaN'].map(x => hashConfig({ x }));
  t.equal(new Set(numbers).size, numbers.length);
  const turned = own.replace(/^( {2}bp: \{\}\n)( {2}pal[^]*?)( {2}my-scheme: \{\}\n)/m, '$2$3$1');
  const other = { configs: { experiment: { 'mine.yaml': turned } } };
  const target = `${t.testdir(other)}/configs/experiment/mine.yaml`;
  const { value } = compose({
    target,
    roots: [`${cwd}/configs`],
    convert,
    cwd: '/',
    overrides: ['baseline=bp'],
  });
  t.equal(hashConfig(value), hash('baseline=bp'));
});
