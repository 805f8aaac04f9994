/** What a config with a mistake is answered, word for word; and the JSON Schema. */
import t, { type Test } from 'tap';
import { jsonSchema } from '../src/index.js';
import { composeIn, told, valid } from './support.js';

const start = 'task: classification\ndataset: yin-yang\nschemes: { bp: {} }\n';
const mine = 'configs/experiment/mine.yaml';
function answer(test: Test, text: string, ...overrides: string[]): string {
  const at = composeIn(test.testdir({ configs: { experiment: { 'mine.yaml': text } } }));
  return told(() => at('experiment/mine', ...overrides));
}

t.test('mistakes in a file are told with what was found, what would be right, and the place', async t => {
  const table: [text: string, message: string][] = [
    [
      `${start}tarin: { epochs: 3 }\n`,
      'unknown key "tarin"; did you mean "train"? Known: baseline, control, dataset, defaults, define, doc, figures, margin, meta, ' +
        `name, network, observers, plugins, probes, rates, reference, scheme, schemes, seed, seeds, select, sweep, task, train @ ${mine}:4:1`,
    ],
    [
      `${start}network:\n  hiden: [3]\n`,
      `unknown key in network "hiden"; did you mean "hidden"? Known: activation, head, hidden, weights @ ${mine}:5:3`,
    ],
    [
      `${start}train:\n  epochs: many\n`,
      `train.epochs is the text "many"; a whole number from 0 is expected @ ${mine}:5:11`,
    ],
    [
      `${start}train: { batch: 2.5 }\n`,
      `train.batch is 2.5; a whole number from 1 is expected @ ${mine}:4:17`,
    ],
    [
      `${start}train: { dtype: float16 }\n`,
      `train.dtype is the text "float16"; one of float64, float32 is expected @ ${mine}:4:17`,
    ],
    [
      `${start}network: { hidden: 30 }\n`,
      `network.hidden is the number 30; a list of whole numbers is expected @ ${mine}:4:20`,
    ],
    [
      `${start}network: { hidden: [3, x] }\n`,
      `network.hidden.1 is the text "x"; a whole number from 1 is expected @ ${mine}:4:24`,
    ],
    [`${start}network:\n`, `network is nothing (null); a map is expected @ ${mine}:4:1`],
    [`${start}train: { dt: 3 mV }\n`, `"3 mV" is in mV; a quantity in ms is wanted @ ${mine}:4:14`],
    [
      `${start}seeds: 100000000\n`,
      `seeds is 100000000; a whole number from 1 to 10000 is expected @ ${mine}:4:8`,
    ],
    ...['tuned', 'tuned with 0 trials', 'tuned with 7 trials.', 'Published'].map(
      (words): [string, string] => [
        `${start}rates: ${words}\n`,
        `rates is the text "${words}"; untuned, published, or "tuned with 40 trials" is expected @ ${mine}:4:8`,
      ],
    ),
    [
      'task: classification\ndataset: yin-yang\nschemes: { bp: { rates: 3 } }\n',
      `schemes.bp.rates is the number 3; untuned, published, or "tuned with 40 trials" is expected @ ${mine}:3:25`,
    ],
    [`${start}control: pal\n`, `"control" is "pal", which is none of the schemes: bp @ ${mine}:4:10`],
    [
      `${start}name: ../up\n`,
      `name is "../up"; letters, digits, - _ and . are expected (it becomes a folder) @ ${mine}:4:7`,
    ],
    [
      `${start}scheme: { train: { epochs: 1 } }\nselect: [bp, fa]\n`,
      `"scheme" needs "use": the name of a scheme @ ${mine}:4:9`,
    ],
    [
      'task: classification\ndataset: { options: {} }\nschemes: { bp: }\n',
      `dataset needs the key "use" @ ${mine}:2:10`,
    ],
    [
      'dataset: x\nschemes: { bp: }\n',
      `the experiment names no task; add for example "defaults: [task/yin-yang]" @ ${mine}:1:1`,
    ],
    [
      'dataset: x\ntask: y\n',
      `the experiment names no scheme; add for example "schemes: { bp: {} }" or scheme=bp @ ${mine}:1:1`,
    ],
    [
      `${start}define: { rules: { mine: { parameters: { tau: slow }, update: { terms: [{ post: x }] } } } }\n`,
      `define.rules.mine.parameters.tau is the text "slow"; a number or a quantity such as "10 ms" is expected @ ${mine}:4:47`,
    ],
    [
      `${start}define: { rules: { mine: { update: { term: [] } } } }\n`,
      `unknown key in define.rules.mine.update "term"; did you mean "terms"? Known: terms @ ${mine}:4:38`,
    ],
    [
      `${start}network: { weights: { forward: { parameters: { gain: 2 } } } }\n`,
      `network.weights.forward needs the key "draw" @ ${mine}:4:32`,
    ],
    [
      start.replace('bp', '../x'),
      `a scheme has the label "../x"; names with "/" between them are expected (they become folders) @ ${mine}:3:12`,
    ],
    ['- a\n- b\n', `${mine} holds no map of keys @ ${mine}:1:1`],
    ['defaults: task/one\n', `"defaults" is a list of configs @ ${mine}:1:11`],
    ['defaults: [experiment/mine]\n', `${mine} starts from itself by its "defaults" @ ${mine}:1:12`],
    [
      'defaults: [experiment/mien]\n',
      `unknown config "experiment/mien"; did you mean "experiment/mine"? Known: experiment/mine @ ${mine}:1:12`,
    ],
  ];
  for (const [text, message] of table) t.equal(answer(t, text), message, text);
  t.equal(
    answer(t, start, 'train.batch=16,32'),
    'train.batch is the text "16,32"; a whole number from 1 is expected; one run for each of several values needs -m ' +
      '(--multirun) @ command line "train.batch=16,32"',
  );
});

t.test('what is no YAML is shown with a caret', async t => {
  t.equal(
    answer(t, 'train:\n  epochs: 1\n  batch: 2\n  epochs: 3\n'),
    `key "epochs" is there twice in one map\n      epochs: 3\n      ^ @ ${mine}:4:3`,
  );
  t.match(
    answer(t, 'train: { epochs: 1\nseeds: 3\n'),
    /\n {4}.*\n {4} *\^ @ configs\/experiment\/mine.yaml:\d+:\d+$/,
  );
  t.match(
    answer(t, 'doc: !mine x\n'),
    /mine.*\n {4}doc: !mine x\n {9}\^ @ configs\/experiment\/mine.yaml:1:6$/,
  );
  t.match(answer(t, 'doc: *none\n'), /none.*\n {4}doc: \*none\n {9}\^ @ /);
  const table: [text: string, told: string][] = [
    [
      'meta: &m { a: *m }\n',
      'what is marked "&m" would hold itself\n    meta: &m { a: *m }\n                  ^ @ 1:15',
    ],
    [
      'meta: &m\n  a: { b: &n [*m] }\n',
      'what is marked "&m" would hold itself\n      a: { b: &n [*m] }\n                  ^ @ 2:15',
    ],
    [
      'meta: { <<: 3 }\n',
      '"<<" takes a map, an alias of one, or a list of these\n    meta: { <<: 3 }\n            ^ @ 1:9',
    ],
    [
      'meta: { ? [a, b] : 1 }\n',
      'a key is a word or a number\n    meta: { ? [a, b] : 1 }\n              ^ @ 1:11',
    ],
    ['doc: a\n---\ndoc: b\n', 'a config is one document, and a second one starts here\n    ---\n    ^ @ 2:1'],
    ['train:\n\tepochs: 3\n', 'Tabs are not allowed as indentation\n    \tepochs: 3\n    ^ @ 2:1'],
  ];
  for (const [text, message] of table)
    t.equal(answer(t, text), message.replace(/(\d+:\d+)$/, `${mine}:$1`), text);
  t.match(answer(t, '__proto__: { polluted: 1 }\n'), /"__proto__" cannot be a key.* @ .*mine.yaml:1:1$/s);
  t.notOk('polluted' in {});
});

t.test('a scheme written as a template is checked in depth, stages inside stages too', async t => {
  const template = (programs: string, projection = 'phase: forward') =>
    `${start}define:\n  schemes:\n    own:\n      input: layer0.r\n      output: "layer{last}.r"\n      target: "layer{last}.target"\n` +
    `      forward: ["W{l}"]\n      populations: { "layer{l}": { neuron: rate/unit, size: 4 } }\n` +
    `      projections: { "W{l}": { from: "layer{l-1}.r", to: "layer{l}.z", ${projection} } }\n      programs: ${programs}\n`;
  const train = '{ train: [{ repeat: 3, stages: [{ phase: forward, sweep: up }] }], evaluate: [] }';
  const at = composeIn(t.testdir({ configs: { experiment: { 'mine.yaml': template(train) } } }));
  t.equal(
    at('experiment/mine').value.define.schemes!.own!.populations['layer{l}']!.size,
    '4',
    'sizes are expressions',
  );
  t.match(
    answer(t, template(train.replace('sweep: up', 'sweep: sideways'))),
    /^define.schemes.own.programs.train.0.stages.0.sweep is the text "sideways"; one of up, down is expected @ .*:13:74$/,
  );
  t.match(
    answer(t, template(train, 'phases: forward')),
    /^unknown key in .*W\{l\} "phases"; did you mean "phase"\?/,
  );
});

t.test('where there are no configs at all, the folders that were looked in are named', async t => {
  const folder = t.testdir({});
  t.equal(
    told(() => composeIn(folder)('experiment/demo')),
    'there is no config "experiment/demo", neither as a file nor below configs; give the path of a .yaml file @ nowhere',
  );
});

t.test(
  'the JSON Schema offers loaded names, admits complete experiments and refuses unknown keys',
  async t => {
    const schema = jsonSchema({ Scheme: ['bp', 'fa'], Dataset: ['yin-yang'] });
    t.equal(schema.$schema, 'https://json-schema.org/draft/2020-12/schema');
    t.match(JSON.stringify(schema), /"enum":\["bp","fa"\]/);
    const at = composeIn(t.testdir({ configs: { experiment: { 'mine.yaml': start } } }));
    const value = structuredClone(at('experiment/mine', 'scheme.plasticity.forward.optimiser=sgd').value);
    t.ok(valid(value, schema));
    t.notOk(valid({ ...value, tarin: {} }, schema));
    t.ok(valid({ defaults: ['train/quick', { task: 'yin-yang' }], schemes: { bp: null } }, schema));
    t.notOk(valid({ ...value, train: { epochs: 'many' } }, schema));
    const stages = (phase: unknown) => ({ train: [{ every: 2, stages: [{ phase }] }] });
    const own = { input: 'a', output: 'a', target: 'a', forward: [], populations: {}, projections: {} };
    const withProgram = (phase: unknown) => ({
      ...value,
      define: { schemes: { own: { ...own, programs: stages(phase) } } },
    });
    t.ok(valid(withProgram('forward'), schema));
    t.notOk(valid(withProgram(3), schema), 'stages inside stages are described too');
  },
);
