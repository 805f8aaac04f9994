/** The command line: values, keys, groups, removal, selection, and runs over several values. */
import { convert } from '@apical/equations';
import t from 'tap';
import { expandOverrides, isQuantity, parseOverride, parseValue, toNumber } from '../src/index.js';
import { composeIn, told } from './support.js';

t.test('values are read as Hydra users type them', async t => {
  const table: [written: string, value: unknown][] = [
    ['0.1', 0.1],
    ['1e-3', 1e-3],
    ['-2', -2],
    ['null', null],
    ['', null],
    ['true', true],
    ['on', 'on'],
    ['adam', 'adam'],
    ['10 ms', '10 ms'],
    ['"3"', '3'],
    ["'a, b'", 'a, b'],
    ['[1,2]', [1, 2]],
    ['[a, "b:c", d:e]', ['a', 'b:c', 'd:e']],
    ['{a: 1}', { a: 1 }],
    ['{a:1,b:{c:x,d:[1,2]}}', { a: 1, b: { c: 'x', d: [1, 2] } }],
    ['{path:data:v2}', { path: 'data:v2' }],
    ['[{a:1},{b:2}]', [{ a: 1 }, { b: 2 }]],
    ['{"a:b":1}', { 'a:b': 1 }],
    ['a: b: c', 'a: b: c'],
    ["it's # fine", "it's # fine"],
    ['sign(delta) * r', 'sign(delta) * r'],
    ['*x', '*x'],
    ['./weights.npz', './weights.npz'],
  ];
  for (const [written, value] of table) t.strictSame(parseValue(written), value, written);
});

t.test('keys are set, added and removed; a mistake is shown with a caret', async t => {
  t.match(parseOverride('a.b.c=1'), { path: ['a', 'b', 'c'], kind: 'set', value: 1 });
  t.match(parseOverride('+meta.x=a=b'), { path: ['meta', 'x'], kind: 'add', value: 'a=b' });
  t.match(parseOverride('~meta.x'), { path: ['meta', 'x'], kind: 'remove' });
  const table: [override: string, message: string][] = [
    ['train', 'an override has the form key=value, +key=value or ~key\n    train\n         ^'],
    ['a..b=1', 'a part of the key is empty\n    a..b=1\n      ^'],
    ['=1', 'a part of the key is empty\n    =1\n    ^'],
    ['a.__proto__.b=1', '"__proto__" cannot be a key\n    a.__proto__.b=1\n      ^'],
  ];
  for (const [override, message] of table)
    t.equal(
      told(() => parseOverride(override)),
      `${message} @ command line`,
    );
  const unreadable: [override: string, column: number][] = [
    ['a=[1,', 5],
    ['a={b:1,c:2]', 10],
    ['a=[1]x', 5],
  ];
  for (const [override, column] of unreadable) {
    const [first, second, third] = told(() => parseOverride(override)).split('\n');
    t.match(first, /^this value cannot be read: \D+$/, 'the position is told by the caret alone');
    t.same([second, third], [`    ${override}`, `    ${' '.repeat(column)}^ @ command line`]);
  }
});

const configs = {
  task: {
    'one.yaml': 'dataset: one\ntask: classification\n',
    'two.yaml': 'dataset: two\ntask: regression\n',
  },
  network: {
    'small.yaml': 'network: { hidden: [3] }\n',
    'large.yaml': 'network: { hidden: [30, 20], activation: relu }\n',
  },
  train: { 'quick.yaml': 'train: { epochs: 2, batch: 10 }\n' },
  experiment: {
    'mine.yaml':
      'defaults: [task/one, network/small]\nnetwork: { activation: linear }\nschemes: { bp: , fa: , dfa: {} }\nprobes: { alignment: }\nseeds: 5\nsweep: { train.batch: [16, 32], network: [small, large] }\n',
  },
};

t.test('a group names a file that takes the place of its entry in defaults', async t => {
  const at = composeIn(t.testdir({ configs }));
  const { value } = at('experiment/mine', 'network=large', 'task=two', 'train=quick');
  t.same(value.network, { hidden: [30, 20], activation: 'linear' }, 'the file itself still comes after');
  t.same([value.dataset, value.task], [{ use: 'two' }, { use: 'regression' }]);
  t.match(value.train, { epochs: 2, batch: 10 }, 'a group that defaults do not mention');
  t.same(
    at('experiment/mine', 'task=autoencoding').value.task,
    { use: 'autoencoding' },
    'no file: a plain value',
  );
  t.equal(
    told(() => at('experiment/mine', 'network=lagre')),
    'unknown config of the group network "lagre"; did you mean "large"? Known: large, small @ command line "network=lagre"',
  );
});

t.test(
  'scheme= is a scheme of the experiment whatever files there are; a group is swapped by its path',
  async t => {
    const scheme = {
      'fa.yaml': 'schemes: { other: { use: dfa } }\n',
      'one.yaml': 'schemes: { one: { use: bp } }\n',
    };
    const at = composeIn(t.testdir({ configs: { ...configs, scheme } }));
    const plain = at('experiment/mine', 'scheme=fa').value;
    t.same([plain.select, Object.keys(plain.schemes)], [['fa'], ['bp', 'fa', 'dfa']]);
    const swapped = at('experiment/mine', 'defaults.scheme=fa', 'scheme=other').value;
    t.same([swapped.select, swapped.schemes.other], [['other'], { use: 'dfa' }]);
    t.match(at('experiment/mine', 'defaults.network=large').value.network, { hidden: [30, 20] });
    t.equal(
      told(() => at('experiment/mine', 'defaults.scheme=tow')),
      'unknown config of the group scheme "tow". Known: fa, one @ command line "defaults.scheme=tow"',
    );
    t.equal(
      told(() => at('experiment/mine', 'defaults.network=large', 'network=small')),
      '"defaults.network=large" and "network=small" both choose a config of the group network @ command line "network=small"',
    );
  },
);

t.test('labels that JavaScript has for its own are refused where they stand', async t => {
  const at = composeIn(t.testdir({ configs }));
  for (const name of ['constructor', 'toString', 'valueOf'])
    t.match(
      told(() => at('experiment/mine', `schemes.${name}.use=bp`)),
      new RegExp(`what schemes names cannot be called "${name}".*command line "schemes.${name}.use=bp"`),
    );
  t.doesNotThrow(() => at('experiment/mine', 'schemes.constructors.use=bp'));
});

t.test('schemes and seeds are selected', async t => {
  const at = composeIn(t.testdir({ configs }));
  const chosen = (...overrides: string[]) => {
    const { select, seeds } = at('experiment/mine', ...overrides).value;
    return [select, seeds];
  };
  t.same(chosen('schemes=dfa,bp', 'seeds=2'), [
    ['dfa', 'bp'],
    [0, 1],
  ]);
  t.same(chosen('schemes=[kp]', 'seeds=4,2'), [['kp'], [4, 2]]);
  t.same(chosen('scheme=fa', 'seeds=[7]'), [['fa'], [7]]);
  t.same(chosen('seed=3'), [undefined, [3]]);
  t.same(chosen('seeds=range(2,5)'), [undefined, [2, 3, 4]]);
  const { value } = at('experiment/mine', 'scheme.plasticity.forward.rule=hebb', 'schemes=kp');
  t.same(value.schemes.kp, { plasticity: { forward: { rule: 'hebb' } } }, 'in any order');
  t.equal(
    told(() => at('experiment/mine', 'scheme.train.epochs=1')),
    '"scheme.train.epochs" is meant for one scheme; choose it first with scheme=NAME (here: bp, fa, dfa) @ command line "scheme.train.epochs=1"',
  );
  t.equal(
    told(() => at('experiment/mine', 'seeds=1,1')),
    'seed 1 is there twice in "seeds" @ command line "seeds=1,1"',
  );
  t.equal(
    told(() => at('experiment/mine', 'schemes=bp,bp')),
    '"select" names a scheme twice: bp, bp @ command line "schemes=bp,bp"',
  );
});

t.test('keys are removed, and free ones added', async t => {
  const at = composeIn(t.testdir({ configs }));
  const { value } = at(
    'experiment/mine',
    '~schemes.fa',
    '~probes.alignment',
    '+meta.why=test',
    'meta.n={a:1}',
  );
  t.same(Object.keys(value.schemes), ['bp', 'dfa']);
  t.same([value.probes, value.meta], [{}, { why: 'test', n: { a: 1 } }]);
  t.equal(
    told(() => at('experiment/mine', '~schemes.pal')),
    '~schemes.pal: there is no "schemes.pal" to remove @ command line "~schemes.pal"',
  );
  t.same(at('experiment/mine', 'network.hidden.0=9').value.network.hidden, [9], 'one entry of a list');
  t.equal(
    told(() => at('experiment/mine', 'network.hidden.1=9')),
    'network.hidden.1=9: "network.hidden" is a list; give it whole, as in key=[1,2] @ command line "network.hidden.1=9"',
  );
});

t.test('what an override cannot do is said with the override', async t => {
  const at = composeIn(t.testdir({ configs }));
  const table: [override: string, message: string][] = [
    [
      'defaults=[task/two]',
      '"defaults" belongs in a file; another config of a group is chosen by its path, as in defaults.task=mnist',
    ],
    ['schemes=[]', 'select is an empty list; a list of texts is expected'],
    [
      'schemes=bp,',
      'a scheme has the label ""; names with "/" between them are expected (they become folders)',
    ],
    ['train.epochs.x=1', 'train.epochs is a map; a whole number from 0 is expected'],
  ];
  for (const [override, message] of table)
    t.equal(
      told(() => at('experiment/mine', 'train=quick', override)),
      `${message} @ command line "${override}"`,
    );
});

t.test('a multirun is every combination, the last key running fastest', async t => {
  t.same(expandOverrides(['a=1,2', 'b=choice(x,y)', 'c=[1,2]']), [
    ['a=1', 'b=x', 'c=[1,2]'],
    ['a=1', 'b=y', 'c=[1,2]'],
    ['a=2', 'b=x', 'c=[1,2]'],
    ['a=2', 'b=y', 'c=[1,2]'],
  ]);
  const values = (written: string) => expandOverrides([`a=${written}`]).map(([o]) => o!.slice(2));
  t.same(values('range(3)'), ['0', '1', '2']);
  t.same(values('range(0,0.4,0.1)'), ['0', '0.1', '0.2', '0.3'], 'no 0.30000000000000004');
  t.same(values('range(3,0,-1)'), ['3', '2', '1']);
  t.same(values('{x:1,y:2},"p,q"'), ['{x:1,y:2}', '"p,q"'], 'commas inside brackets and quotes stay');
  t.same(expandOverrides(['seeds=0,1', 'schemes=bp,fa', '~x']), [['seeds=0,1', 'schemes=bp,fa', '~x']]);
  t.same(expandOverrides([]), [[]]);
  for (const wrong of ['range()', 'range(a)', 'range(0,1,0)', 'range(1,2,3,4)'])
    t.match(
      told(() => values(wrong)),
      /range\(start,stop,step\) with numbers.*\n {4}a=range.*\n {6}\^/,
      wrong,
    );
  const nothing: [written: string, message: string][] = [
    ['range(0)', 'there is nothing from 0 up to 0 in steps of 1'],
    ['range(2,5,-1)', 'there is nothing from 2 up to 5 in steps of -1'],
    ['choice()', 'choice(a,b) needs something to choose from'],
    ['interval(0,1)', 'interval() is not known; range(…), choice(…) or a list such as a,b is'],
  ];
  for (const [written, message] of nothing)
    t.equal(
      told(() => values(written)),
      `${message}\n    a=${written}\n      ^ @ command line`,
    );
  t.equal(
    told(() => expandOverrides([], { train: { batch: [] } })),
    '"sweep" has an empty list for train.batch; values to run are expected @ nowhere',
  );
});

t.test('a sweep in a file does the same, and the command line replaces its keys', async t => {
  const at = composeIn(t.testdir({ configs }));
  const { sweep } = at('experiment/mine');
  const sets = expandOverrides(['train.batch=8', 'seed=1'], sweep);
  t.same(sets, [
    ['network="small"', 'train.batch=8', 'seed=1'],
    ['network="large"', 'train.batch=8', 'seed=1'],
  ]);
  t.same(
    sets.map(set => at('experiment/mine', ...set).value.network.hidden),
    [[3], [30, 20]],
  );
  t.same(expandOverrides([], { train: { batch: [1, 2], eta: 'range(1,3)' } }), [
    ['train.batch=1', 'train.eta=1'],
    ['train.batch=1', 'train.eta=2'],
    ['train.batch=2', 'train.eta=1'],
    ['train.batch=2', 'train.eta=2'],
  ]);
  t.notOk('sweep' in at('experiment/mine').value);
});

t.test('quantities are numbers with a unit, not expressions', async t => {
  for (const text of ['10 ms', '-0.5mV', '1e-3 1/ms', '.2 nS/pF']) t.ok(isQuantity(text), text);
  for (const text of ['10', '1e3', 'tau', '2 * tau', '1 / tau', 'a + 1']) t.notOk(isQuantity(text), text);
  t.equal(toNumber('0.1 s', 'ms', convert), 100);
  t.equal(
    told(() => toNumber('3 mV', 'ms', convert, 'mine.yaml:2:3')),
    '"3 mV" is in mV; a quantity in ms is wanted @ mine.yaml:2:3',
  );
});
