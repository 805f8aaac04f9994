/** Order of composition, short forms, defaults, origins, runs and hashes. */
import { convert } from '@apical/equations';
import t, { type Test } from 'tap';
import { experimentDefaults, hashConfig, render, runConfigs, trainDefaults } from '../src/index.js';
import { composeIn, told } from './support.js';
import { compose } from '../src/index.js';

const base = {
  task: {
    'yin-yang.yaml': 'dataset: yin-yang\ntask: classification\n',
    'blobs.yaml': 'dataset: { use: blobs, options: { train: 50 } }\ntask: classification\n',
  },
  network: { 'small.yaml': 'network: { hidden: [5, 4], activation: relu }\n' },
  train: {
    'base.yaml': 'train: { epochs: 2, batch: 10, optimiser: adam }\n',
    'quick.yaml': 'defaults: [train/base]\ntrain:\n  batch: 20\n  dt: 0.5 s\n',
  },
};
const folderWith = (test: Test, mine: string) =>
  composeIn(test.testdir({ configs: { ...base, experiment: { 'mine.yaml': mine } } }));

t.test('files of defaults come first in order, then the file, then the command line', async t => {
  const at = folderWith(
    t,
    'defaults: [task/yin-yang, network/small, train/quick]\ntrain: { epochs: 7 }\nnetwork: { hidden: [3] }\nschemes: { bp: , fa: {} }\n',
  );
  const { value } = at('experiment/mine', 'train.limit=4');
  t.match(value.train, { epochs: 7, batch: 20, limit: 4, dt: 500, optimiser: { use: 'adam' } });
  t.same(value.network, { hidden: [3], activation: 'relu' }, 'lists are replaced, maps merged');
  t.same(value.schemes, { bp: {}, fa: {} });
  t.equal(value.name, 'mine');
  t.ok(Object.isFrozen(value) && Object.isFrozen(value.train.optimiser), 'frozen in depth');
});

t.test('a short experiment gets every default', async t => {
  const { value } = folderWith(t, 'defaults: [task/yin-yang]\nschemes: { bp: {} }\n')('experiment/mine');
  t.strictSame(value, {
    name: 'mine',
    task: { use: 'classification' },
    dataset: { use: 'yin-yang' },
    ...experimentDefaults,
    baseline: 'bp',
    schemes: { bp: {} },
  });
  t.match(trainDefaults, { epochs: 10, batch: 32, dtype: 'float64', backend: 'auto', limit: null });
  t.notOk('control' in value);
});

t.test('defaults may be written as Hydra users do, and _self_ only where it changes nothing', async t => {
  const at = folderWith(t, 'defaults:\n  - task: blobs\n  - _self_\nschemes: { bp: {} }\n');
  t.equal(at('experiment/mine').value.dataset.use, 'blobs');
  const wrong = folderWith(t, 'defaults:\n  - _self_\n  - task: blobs\n');
  t.match(
    told(() => wrong('experiment/mine')),
    /"_self_" can only be the last.* @ configs\/experiment\/mine.yaml:2:5$/,
  );
});

t.test('a file takes away what the files before it have by ~label: null', async t => {
  const parent =
    'defaults: [task/yin-yang]\nschemes: { bp: , fa: , dfa: }\nprobes: { alignment: , norms: }\nobservers: { early-stopping: }\n';
  const at = (child: string) =>
    composeIn(
      t.testdir({
        configs: {
          ...base,
          experiment: { 'parent.yaml': parent, 'mine.yaml': `defaults: [experiment/parent]\n${child}` },
        },
      }),
    )('experiment/mine');
  const { value } = at(
    'schemes: { ~fa: null, kp: {} }\nprobes:\n  ~alignment:\nobservers: { ~early-stopping: null }\n',
  );
  t.same(Object.keys(value.schemes), ['bp', 'dfa', 'kp']);
  t.same([Object.keys(value.probes), value.observers], [['norms'], {}]);
  t.equal(
    told(() => at('probes: { ~alignmnet: null }\n')),
    'there is no "probes.alignmnet" to remove @ configs/experiment/mine.yaml:2:11',
  );
  t.equal(
    told(() => at('schemes: { ~fa: {} }\n')),
    '"~fa" removes "fa" and takes no value but null @ configs/experiment/mine.yaml:2:12',
  );
});

t.test('short forms become long ones before anything is merged into them', async t => {
  const at = folderWith(
    t,
    [
      'defaults: [task/yin-yang]',
      'probes: { alignment: , again: { use: alignment, options: { samples: 9 } } }',
      'observers: { early-stopping: { options: { patience: 3 } } }',
      'schemes:',
      '  pal: { plasticity: { forward: { optimiser: momentum } }, train: { optimiser: sgd, dt: 2 ms } }',
      'seeds: 3',
      '',
    ].join('\n'),
  );
  const { value } = at(
    'experiment/mine',
    'dataset.options.train=100',
    'schemes.pal.plasticity.forward.optimiser.parameters={eta:0.1}',
  );
  t.same(value.dataset, { use: 'yin-yang', options: { train: 100 } });
  t.same(value.probes, {
    alignment: { use: 'alignment' },
    again: { use: 'alignment', options: { samples: 9 } },
  });
  t.same(value.observers, { 'early-stopping': { use: 'early-stopping', options: { patience: 3 } } });
  t.same(value.schemes.pal, {
    plasticity: { forward: { optimiser: { use: 'momentum', parameters: { eta: 0.1 } } } },
    train: { optimiser: { use: 'sgd' }, dt: 2 },
  });
  t.same(value.seeds, [0, 1, 2]);
  t.same(at('experiment/mine', 'dataset=blobs').value.dataset, { use: 'blobs' }, 'a name replaces all');
});

t.test('a single scheme is the selected one of its own name, and keeps its places', async t => {
  const at = folderWith(
    t,
    'defaults: [task/yin-yang]\nscheme:\n  use: pal\n  parameters:\n    tau: 10 ms\nseed: 4\n',
  );
  const composed = at('experiment/mine', 'scheme.plasticity.forward.rule=hebb');
  t.same(composed.value.schemes, {
    pal: { use: 'pal', parameters: { tau: '10 ms' }, plasticity: { forward: { rule: 'hebb' } } },
  });
  t.same([composed.value.select, composed.value.seeds], [['pal'], [4]]);
  t.equal(composed.locate('schemes.pal.parameters.tau'), 'configs/experiment/mine.yaml:5:5');
  t.same(at('experiment/mine', 'seeds=2').value.seeds, [0, 1], 'the command line has the last word');
  t.same(at('experiment/mine', 'scheme=bp').value.select, ['bp']);
  t.same(at('experiment/mine', 'scheme.use=bp').value.select, ['bp']);
});

t.test('anchors and merge keys work, and what they bring stands where it was written', async t => {
  const composed = folderWith(
    t,
    [
      'defaults: [task/yin-yang]',
      'meta: { base: &base { parameters: { a: 1, b: 2 } } }',
      'schemes:',
      '  one: { use: bp, <<: *base }',
      '  two: *base',
      '',
    ].join('\n'),
  )('experiment/mine');
  t.same(composed.value.schemes.one, { use: 'bp', parameters: { a: 1, b: 2 } });
  t.same(composed.value.schemes.two, { parameters: { a: 1, b: 2 } });
  t.equal(composed.origin('schemes.one.parameters.b'), 'configs/experiment/mine.yaml:2:46');
  t.equal(composed.locate('schemes.one'), 'configs/experiment/mine.yaml:4:3');
});

t.test('every value knows its file, line and column, its override, or that it is a default', async t => {
  const composed = folderWith(
    t,
    [
      'defaults: [task/yin-yang, train/quick]',
      'schemes:',
      '  v1.5: { plasticity: { forward: { rule: mine } } }',
      'define:',
      '  rules:',
      '    mine:',
      '      parameters: { tau: 100 ms, leak: { value: 0.2 s, unit: ms, doc: slow }, gain: 2 }',
      '      traces: { post: { low: { unit: 1 } } }',
      '      phases:',
      '        learn:',
      '          post: |',
      '            low += dt / tau * (r - low)',
      '            low *= 1',
      '      update: { terms: [{ post: low, pre: r, gain: 2 }] }',
      '',
    ].join('\n'),
  )('experiment/mine', 'train.batch=16', 'network.hidden=[6]');
  t.equal(composed.origin('train.epochs'), 'configs/train/base.yaml:1:18');
  t.equal(composed.origin(['train', 'batch']), 'command line "train.batch=16"');
  t.equal(composed.origin('network.hidden.0'), 'command line "network.hidden=[6]"');
  t.equal(composed.origin('train.backend'), 'default');
  t.equal(composed.origin('train.dt'), 'configs/train/quick.yaml:4:7');
  t.equal(composed.locate('train.dt'), 'configs/train/quick.yaml:4:3', 'the key');
  t.equal(composed.locate('schemes.v1.5.plasticity.forward.rule'), 'configs/experiment/mine.yaml:3:36');
  t.equal(
    composed.locate(['schemes', 'v1', '5', 'plasticity', 'forward', 'rule']),
    'configs/experiment/mine.yaml:3:36',
    'a dotted path that was cut at every dot',
  );
  t.equal(composed.locateLine('define.rules.mine.phases.learn.post', 2), 'configs/experiment/mine.yaml:13');
  t.equal(composed.locateLine('define.rules.mine.update', 1), 'configs/experiment/mine.yaml:14:15');
  const mine = composed.value.define.rules!.mine!;
  t.same(mine.parameters, {
    tau: { value: 100, unit: 'ms', doc: 'tau' },
    leak: { value: 200, unit: 'ms', doc: 'slow' },
    gain: { value: 2, unit: '1', doc: 'gain' },
  });
  t.same(mine.traces, { post: { low: { role: 'state', unit: '1', doc: 'low' } } });
  t.same(mine.update.terms, [{ post: 'low', pre: 'r', gain: '2' }]);
});

t.test(
  'a rendered config composes to the same experiment, and its comments say where values come from',
  async t => {
    const folder = t.testdir({
      configs: {
        ...base,
        experiment: {
          'mine.yaml':
            'defaults: [task/blobs, train/quick]\ndoc: |\n  two\n  lines\nschemes: { bp: {}, fa: { parameters: { tau: "1" } } }\n',
        },
      },
    });
    const composed = composeIn(folder)('experiment/mine', 'seeds=2', 'name=other');
    for (const options of [{}, { origin: true }, { nondefault: true }]) {
      const file = t.testdir({ 'again.yaml': render(composed, options) });
      const again = compose({ target: `${file}/again.yaml`, roots: [], convert, cwd: file });
      t.strictSame(again.value, composed.value, JSON.stringify(options));
    }
    const lines = render(composed, { origin: true }).split('\n');
    t.ok(lines.includes('  epochs: 2 # configs/train/base.yaml:1:18'));
    t.ok(lines.includes('name: other # command line "name=other"'));
    t.ok(lines.includes('seeds: [ 0, 1 ] # command line "seeds=2"'));
    t.ok(lines.includes('probes: {} # default'));
    t.notMatch(render(composed, { nondefault: true }), /backend|probes/);
  },
);

t.test('an experiment makes one run for each selected scheme and seed', async t => {
  const { value } = folderWith(
    t,
    [
      'defaults: [task/yin-yang, train/quick]',
      'train: { optimiser: { parameters: { eta: 0.1, beta1: 0.8 } } }',
      'schemes:',
      '  bp: {}',
      '  slow: { use: bp, train: { epochs: 9, optimiser: { parameters: { eta: 0.01 } } } }',
      '  other: { use: bp, train: { optimiser: sgd } }',
      'control: slow',
      'seeds: [5, 3]',
      '',
    ].join('\n'),
  )('experiment/mine', 'schemes=slow,other');
  const runs = runConfigs(value);
  t.same(
    runs.map(r => [r.label, r.scheme.use, r.seed]),
    [
      ['slow', 'bp', 5],
      ['slow', 'bp', 3],
      ['other', 'bp', 5],
      ['other', 'bp', 3],
    ],
  );
  t.match(runs[0]!.train, { epochs: 9, batch: 20 });
  t.same(runs[0]!.train.optimiser, { use: 'adam', parameters: { eta: 0.01, beta1: 0.8 } });
  t.same(runs[2]!.train.optimiser, { use: 'sgd' }, 'parameters of another optimiser do not come along');
  t.same(runs[0]!.scheme.train, { epochs: 9, optimiser: runs[0]!.train.optimiser });
  for (const key of ['schemes', 'select', 'seeds', 'baseline', 'control', 'margin']) t.notOk(key in runs[0]!);
  t.ok(Object.isFrozen(runs[0]!.train));
});

t.test('the hash does not depend on the order of keys, and not on undefined ones', async t => {
  const hash = hashConfig({ b: [1, { d: null, c: 'x' }], a: true });
  t.equal(hash, hashConfig({ a: true, b: [1, { c: 'x', d: null }], z: undefined }));
  // sha256 of {"a":true,"b":[1,{"c":"x","d":null}]}
  t.equal(hash, 'f124912702a4df295dd1287de9a38d9144a0910b9ffde3ff7be7b830370ad065');
  t.not(hash, hashConfig({ a: true, b: [{ c: 'x', d: null }, 1] }), 'lists have an order');
});

t.test('a file may be given by path, from any folder', async t => {
  const folder = t.testdir({
    configs: base,
    work: { 'my try.yml': 'defaults: [task/blobs]\nschemes: { bp: }\n' },
  });
  const { value } = composeIn(folder)('work/my try');
  t.equal(value.name, 'my-try');
  t.equal(value.dataset.use, 'blobs');
});
