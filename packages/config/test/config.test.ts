/** Aliases, removal, labels, values of a multirun; the JSON Schema and the shipped configs. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { convert } from '@apical/equations';
import t, { type Test } from 'tap';
import { parse } from 'yaml';
import { compose, expandOverrides, jsonSchema, parseValue, render, runConfigs } from '../src/index.js';
import type { Composed } from '../src/index.js';
import { composeIn, told, valid, type Json } from './support.js';

const cwd = fileURLToPath(new URL('../../..', import.meta.url));
const start = 'task: classification\ndataset: yin-yang\nschemes: { bp: {} }\n';
const mine = 'configs/experiment/mine.yaml';
const folderWith = (test: Test, text: string, ...overrides: string[]): Composed =>
  composeIn(test.testdir({ configs: { experiment: { 'mine.yaml': text } } }))(
    'experiment/mine',
    ...overrides,
  );

t.test('an alias brings a copy of its own', async t => {
  const text =
    'task: a\ndataset: b\nschemes:\n  one: &one { use: bp, parameters: { a: 1 } }\n  two: *one\n' +
    'meta: { list: [&x { n: 1 }, *x] }\n';
  const { value } = folderWith(t, text, 'schemes.two.parameters.a=5', 'meta.list.0.n=2');
  t.same(value.schemes.one, { use: 'bp', parameters: { a: 1 } });
  t.same(value.schemes.two, { use: 'bp', parameters: { a: 5 } });
  t.same(value.meta.list, [{ n: 2 }, { n: 1 }]);
  const typed = folderWith(t, start, 'meta={a: &a {n: 1}, b: *a}', 'meta.b.n=2');
  t.same(typed.value.meta, { a: { n: 1 }, b: { n: 2 } });
});

t.test('a scheme that is taken away does not run, whatever was selected before', async t => {
  const parent =
    'task: a\ndataset: b\nschemes: { bp: , fa: { parameters: { a: 1 } }, kp: }\nselect: [fa, bp]\n';
  const at = (child: string, ...overrides: string[]) =>
    composeIn(t.testdir({ configs: { 'parent.yaml': parent, 'mine.yaml': `defaults: [parent]\n${child}` } }))(
      'mine',
      ...overrides,
    ).value;
  for (const value of [at('', '~schemes.fa'), at('schemes: { ~fa: null }\n')])
    t.same([Object.keys(value.schemes), value.select, value.baseline], [['bp', 'kp'], ['bp'], 'bp']);
  t.same(at('', '~schemes.fa.parameters').select, ['fa', 'bp'], 'only a part of it is gone');
  t.equal(
    told(() => at('control: fa\n', '~schemes.fa')),
    '"control" is "fa", which is none of the schemes: bp, kp @ configs/mine.yaml:2:10',
  );
  t.notOk('control' in at('control: fa\n', 'control=null'), 'as the comparison advises');
});

t.test('a scheme that only "select" names has its place there', async t => {
  const composed = folderWith(t, `${start}select: [bp, pal]\n`);
  t.same(composed.value.schemes.pal, {});
  t.equal(composed.locate('schemes.pal'), `${mine}:4:14`);
  t.equal(folderWith(t, start, 'schemes=bp,pal').locate('schemes.pal'), 'command line "schemes=bp,pal"');
});

t.test('nothing where a map is wanted, and no config at all, are told', async t => {
  const table: [text: string, message: string][] = [
    ['', `the experiment names no task; add for example "defaults: [task/yin-yang]" @ ${mine}:1:1`],
    ['task: a\ndataset: b\nschemes:\n', `schemes is nothing (null); a map is expected @ ${mine}:3:1`],
    ['task: a\ndataset: b\nschemes: null\n', `schemes is nothing (null); a map is expected @ ${mine}:3:10`],
    [
      'task: a\ndataset: b\nschemes: {}\n',
      `the experiment names no scheme; add for example "schemes: { bp: {} }" or scheme=bp @ ${mine}:1:1`,
    ],
    ['meta:\n  "a": 1\n  "a": 2\n', `key "a" is there twice in one map\n      "a": 2\n      ^ @ ${mine}:3:3`],
  ];
  for (const [text, message] of table)
    t.equal(
      told(() => folderWith(t, text)),
      message,
      text,
    );
});

t.test('labels may hold dots, and an experiment is named after its file', async t => {
  const text = 'task: a\ndataset: b\nschemes: { v1.5: { use: bp }, v2.0: }\n';
  const { value } = folderWith(
    t,
    text,
    'schemes.v1.5.parameters.a=1',
    'scheme=v2.0',
    'scheme.parameters.a=2',
  );
  t.same(value.schemes, { 'v1.5': { use: 'bp', parameters: { a: 1 } }, 'v2.0': { parameters: { a: 2 } } });
  const names: [file: string, name: string][] = [
    ['experiment/paper/a', 'paper-a'],
    ['experiment/old/experiment/a', 'a'],
    ['größe 2', 'größe-2'],
    ['.hidden (1)', 'hidden--1-'],
    ['(a)', 'a-'],
  ];
  for (const [file, name] of names) {
    const folder = t.testdir({});
    const parts = `configs/${file}.yaml`.split('/');
    const tree = parts.reduceRight<unknown>((inner, part) => ({ [part]: inner }), text) as Json;
    t.equal(composeIn(t.testdir(tree as Record<string, string>))(file).value.name, name, folder);
  }
});

t.test('values of a multirun are finite, few and none of them empty', async t => {
  const table: [override: string, message: string][] = [
    ['a=range(1e9)', 'these are 1000000000 values; at most 10000 are run'],
    ['a=1,', 'one of these values is empty; null says "none"'],
    ['a=choice(x,,y)', 'one of these values is empty; null says "none"'],
    [
      'a=range(1,)',
      'range(stop), range(start,stop) or range(start,stop,step) with numbers and a step that is not 0',
    ],
  ];
  for (const [override, message] of table)
    t.equal(
      told(() => expandOverrides([override])),
      `${message}\n    ${override}\n      ^ @ command line`,
    );
  t.same(
    ['-', '---', '...', '~', '.5', '-.5', '+1'].map(text => parseValue(text)),
    ['-', '---', '...', null, 0.5, -0.5, 1],
    'what YAML would take for a list or a document is text',
  );
  t.equal(
    told(() => parseValue('{a: {__proto__: 1}}')),
    'this value cannot be read: "__proto__" cannot be a key\n    {a: {__proto__: 1}}\n    ^ @ command line',
  );
});

t.test('the JSON Schema refers to what it holds and requires what it knows', async t => {
  const schema: Json = jsonSchema();
  const known = new Set(
    '$ref additionalProperties anyOf description enum items maximum minItems minimum pattern properties required type'.split(
      ' ',
    ),
  );
  const walk = (node: Json): void => {
    for (const key of Object.keys(node)) if (!known.has(key)) t.fail(`unknown keyword ${key}`);
    const { $ref, properties = {}, required = [], items, additionalProperties: more, anyOf = [] } = node;
    if (typeof $ref === 'string')
      t.ok(Object.hasOwn(schema.$defs as Json, $ref.replace(/^#\/\$defs\//, '')), $ref);
    for (const key of required as string[]) t.ok(Object.hasOwn(properties as Json, key), key);
    const inside = [...Object.values(properties as Json), ...(anyOf as unknown[]), items, more];
    for (const inner of inside) if (typeof inner === 'object') walk(inner as Json);
  };
  const { $schema, $defs, title, ...whole } = schema;
  t.match([$schema, title], ['https://json-schema.org/draft/2020-12/schema', 'Apical experiment']);
  for (const node of [whole, ...Object.values($defs as Json)]) walk(node as Json);
  for (const wrong of [
    { seeds: 0 },
    { seeds: [] },
    { train: { batch: 0 } },
    { margin: -1 },
    { seed: 1.5 },
    { rates: 'tuned' },
  ])
    t.notOk(valid(wrong, schema), JSON.stringify(wrong));
});

t.test(
  'every config that is shipped opens with what it shows, composes, and agrees with the schema',
  async t => {
    const schema = jsonSchema();
    for (const group of ['task', 'network', 'train', 'experiment'])
      for (const file of readdirSync(`${cwd}/configs/${group}`)) {
        const name = `${group}/${file.replace('.yaml', '')}`;
        const text = readFileSync(`${cwd}/configs/${name}.yaml`, 'utf8');
        t.match(text, /^# \S/, `${name} opens with a comment`);
        if (group === 'experiment') t.match(text, `apical compare ${name}`, `${name} tells its command`);
        t.ok(valid(parse(text), schema), `${name} as written`);
        const target = group === 'experiment' ? name : 'experiment/demo';
        const overrides = group === 'experiment' ? [] : [name.replace('/', '=')];
        const composed = compose({ target, roots: ['configs'], overrides, convert, cwd });
        const { value } = composed;
        t.ok(valid(structuredClone(value), schema), `${name} as composed`);
        const running = value.select ?? Object.keys(value.schemes);
        t.equal(runConfigs(value).length, running.length * value.seeds.length);
        for (const options of [{ origin: true }, { nondefault: true }])
          t.match(structuredClone(value), parse(render(composed, options)), `${name} as shown`);
      }
    const demo = compose({ target: 'experiment/demo', roots: ['configs'], convert, cwd }).value;
    t.same(Object.keys(demo.schemes), ['bp', 'fa', 'dfa', 'kp', 'frozen']);
    t.match(demo, { baseline: 'bp', control: 'frozen', seeds: [0, 1, 2, 3, 4], network: { hidden: [30] } });
  },
);
