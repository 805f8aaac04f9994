/** Container, catalogues, rebinding, loading of plugins, and the host over them. */
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import t from 'tap';
import {
  apiVersion,
  defineOptimiser,
  definePlugin,
  defineRule,
  injected,
  serviceTokens,
  tokens,
} from '@apical/core';
import type {
  Catalogue,
  Clock,
  Dataset,
  Formats,
  LearningRule,
  Logger,
  NeuronModel,
  Optimiser,
  Plugin,
  RunEvent,
  Scheme,
} from '@apical/core';
import { catalogueToken, createContainer, createHost, loadPlugins, shippedPlugins } from '../src/index.js';
import type { Catalogues, HostOptions, Rebindings } from '../src/index.js';

const source = { paper: 'ours' };
const rule = (name: string, gain = '1'): LearningRule =>
  defineRule({ name, source, parameters: {}, update: { terms: [{ gain, post: 'delta', pre: 'r' }] } });
const delta = rule('delta');
const sgd: Optimiser = defineOptimiser({
  name: 'sgd',
  source,
  parameters: { eta: { value: 0.1, unit: '1', doc: 'learning rate' } },
  update: 'w += eta * g',
});
const unit: NeuronModel = { name: 'unit', source, parameters: {}, signals: {}, phases: {} };
const scheme: Scheme = {
  name: 'bp',
  doc: 'test',
  source,
  parameters: {},
  neurons: { hidden: { model: unit } },
  plasticity: {
    forward: { rule: delta, optimiser: { use: sgd }, biasOptimiser: { use: sgd, parameters: { eta: 0.2 } } },
    feedback: null,
  },
  settings: {},
  heads: {},
  phases: {},
  assemble: () => {
    throw new Error('not assembled here');
  },
};
const dataset = (name: string, doc = name): Dataset => ({
  name,
  doc,
  source,
  options: {},
  load: async () => {
    throw new Error('not loaded here');
  },
});
const silent = (lines: string[] = []): Logger => ({
  info: line => void lines.push(`info ${line}`),
  warn: line => void lines.push(`warn ${line}`),
});
const plugin = (name: string, contributes: Plugin['contributes'] = {}, more: Partial<Plugin> = {}): Plugin =>
  definePlugin({ name, api: apiVersion, contributes, ...more });
const bp = plugin('bp', { LearningRule: [delta], Scheme: [scheme], Optimiser: [sgd], NeuronModel: [unit] });
const host = (options: HostOptions): ReturnType<typeof createHost> =>
  createHost({ shipped: false, services: { Logger: silent() }, ...options });

t.test('a part that is data is bound under the token of its kind and found in its catalogue', async t => {
  const container = createContainer({ plugins: [bp, plugin('more', { LearningRule: [rule('oja')] })] });
  t.same(
    container.getAll<LearningRule>(tokens.LearningRule).map(part => part.name),
    ['delta', 'oja'],
  );
  const rules = container.get<Catalogue<LearningRule>>(catalogueToken('LearningRule'));
  t.equal(rules.get('delta'), delta);
  t.equal(rules.origin('oja'), 'more');
  t.equal(container.get(catalogueToken('LearningRule')), rules, 'one catalogue a container');
  t.same(container.getAll(tokens.Probe), []);
  t.same(container.get<Catalogue<LearningRule>>(catalogueToken('Probe')).names(), []);
  t.throws(() => rules.get('delt', 'mine.yaml:3'), {
    code: 'APICAL_UNKNOWN_NAME',
    at: 'mine.yaml:3',
    message: 'unknown LearningRule "delt"; did you mean "delta"? Known: delta, oja',
  });
});

t.test('two copies of core agree, since a token is a registered symbol', async t => {
  t.equal(tokens.LearningRule, Symbol.for('apical/LearningRule'));
  const container = createContainer({ plugins: [bp] });
  t.equal(container.get(Symbol.for('apical/LearningRule')), delta);
});

t.test('a part that needs services is created with them, once, and only when it is asked for', async t => {
  let created = 0;
  const files = plugin('files', {
    LearningRule: [rule('oja')],
    Dataset: [
      dataset('plain'),
      injected(['Logger', 'Clock'], (log: Logger, clock: Clock) => {
        created++;
        log.info(`created at ${clock.now()}`);
        return dataset('from-files', 'needs files');
      }),
    ],
  });
  const lines: string[] = [];
  const services = { Logger: silent(lines), Clock: { now: () => 5, date: () => '2026-01-02T03:04:05Z' } };
  const { catalogues } = await host({ plugins: [files], services });
  t.equal(catalogues.LearningRule.get('oja').name, 'oja');
  t.equal(created, 0);
  t.same(catalogues.Dataset.names(), ['plain', 'from-files']);
  t.equal(catalogues.Dataset.get('from-files').doc, 'needs files');
  t.equal(catalogues.Dataset.origin('from-files'), 'files');
  t.equal(created, 1);
  t.same(lines, ['info created at 5']);
});

t.test('a part that cannot be created is named with its plugin', async t => {
  const made = (create: () => Dataset, name?: string): Promise<Catalogues> =>
    host({ plugins: [plugin('files', { Dataset: [injected([], create, name)] })] }).then(h => h.catalogues);
  const broken = (): never => {
    throw new TypeError('no folder');
  };
  const said = async (create: () => Dataset, name: string | undefined, message: string): Promise<void> => {
    const catalogues = await made(create, name);
    t.throws(() => catalogues.Dataset, { code: 'APICAL_PLUGIN', message });
  };
  await said(broken, 'mnist', 'plugin "files": Dataset "mnist" could not be created: no folder');
  await said(broken, undefined, 'plugin "files": contributes.Dataset[0] could not be created: no folder');
  await said(
    () => dataset('cifar'),
    'mnist',
    'plugin "files": Dataset "mnist" was created under another name: "cifar"',
  );
  await said(
    () => ({}) as Dataset,
    undefined,
    'plugin "files": contributes.Dataset[0] has no name; it is an empty object',
  );
  await said(
    () => Promise.resolve(dataset('later')) as unknown as Dataset,
    undefined,
    'plugin "files": contributes.Dataset[0]: create gave a Promise; load later, in a method of the part',
  );
  const twice = await host({
    plugins: [
      plugin('one', { Dataset: [injected([], () => dataset('mnist'))] }),
      plugin('two', { Dataset: [dataset('mnist')] }),
    ],
  });
  t.throws(() => twice.catalogues.Dataset, {
    code: 'APICAL_DUPLICATE',
    message: 'two Datasets are named "mnist": from one and from two; rename one',
  });
});

t.test('every plugin that does not fit is refused before anything is built', async t => {
  const refused = (plugins: readonly unknown[], message: string, code = 'APICAL_PLUGIN'): void => {
    t.throws(() => createContainer({ plugins: plugins as Plugin[] }), { code, message }, message);
  };
  const form = `it must be definePlugin({ name: '…', api: ${apiVersion}, contributes: { … } })`;
  refused([bp, undefined], `plugin 2 of 2 is undefined, not a plugin; ${form}`);
  refused([{ api: 1 }], `plugin 1 of 1 is not a plugin: its name is undefined; ${form}`);
  refused(
    [{ name: 'x', api: '1' }],
    `plugin 1 of 1 is not a plugin: its api is a string, not a number; ${form}`,
  );
  refused(
    [{ name: 'x', api: 1, contributes: [delta] }],
    `plugin 1 of 1 is not a plugin: its contributes is a list, not an object of lists; ${form}`,
  );
  refused(
    [{ name: 'x', api: 1, services: [] }],
    `plugin 1 of 1 is not a plugin: its services is a list, not an object; ${form}`,
  );
  refused(
    [{ name: 'x', api: 1, needs: 'bp' }],
    `plugin 1 of 1 is not a plugin: its needs is a string, not a list of plugin names; ${form}`,
  );
  refused(
    [plugin('old', {}, { api: 0 })],
    'plugin "old" was written for api 0, this is api 1: update the plugin',
  );
  refused(
    [plugin('new', {}, { api: 2 })],
    'plugin "new" was written for api 2, this is api 1: update apical',
  );
  refused(
    [bp, plugin('bp')],
    'two plugins are named "bp" (numbers 1 and 2 of 2); load one of them or rename one',
    'APICAL_DUPLICATE',
  );
  refused(
    [bp, plugin('kp', {}, { needs: ['bp', 'fa', 'dfa'] })],
    'plugin "kp" needs "fa", "dfa", which are not loaded; loaded: bp, kp',
  );
  refused(
    [plugin('x', { LearningRules: [delta] } as Plugin['contributes'])],
    `unknown kind of part in plugin "x": "LearningRules"; did you mean "LearningRule"? Known: ${Object.keys(tokens).join(', ')}`,
  );
  refused(
    [plugin('x', { LearningRule: delta } as unknown as Plugin['contributes'])],
    'plugin "x": contributes.LearningRule is an object with the keys name, source, parameters, update; give a list: [part, …]',
  );
  refused(
    [plugin('x', { LearningRule: [delta, null] } as unknown as Plugin['contributes'])],
    'plugin "x": contributes.LearningRule[1] is null, not a part',
  );
  refused(
    [plugin('x', { Dataset: [{ load: 1 }] } as unknown as Plugin['contributes'])],
    'plugin "x": contributes.Dataset[0] has no name; it is an object with the keys load',
  );
  refused(
    [bp, plugin('x', { LearningRule: [rule('oja'), rule('delta')] })],
    'two LearningRules are named "delta": from bp and from x; rename one',
    'APICAL_DUPLICATE',
  );
  refused(
    [
      plugin('x', {
        Dataset: [{ inject: ['Loger'], create: () => dataset('a') }],
      } as unknown as Plugin['contributes']),
    ],
    'unknown service, injected into contributes.Dataset[0] of plugin "x": "Loger"; did you mean "Logger"? ' +
      'Known: Bus, Clock, DatasetCache, Formats, Logger',
  );
  refused(
    [plugin('x', {}, { services: { Log: silent() } as Plugin['services'] & object })],
    'unknown service in plugin "x": "Log". Known: Bus, Clock, DatasetCache, Formats, Logger',
  );
  const logs = { services: { Logger: silent() } };
  refused(
    [plugin('x', {}, logs), plugin('y', {}, logs)],
    'two plugins replace the service Logger: x and y; load one of them',
    'APICAL_DUPLICATE',
  );
});

t.test('a rebound rule stands in the catalogue and in the slots of every scheme that holds it', async t => {
  const signed = rule('signed', '-1');
  const adam: Optimiser = { ...sgd, name: 'adam', update: 'w += eta * g / 2' };
  const { catalogues } = await host({
    plugins: [bp],
    rebind: { 'LearningRule:delta': signed, 'Optimiser:sgd': injected([], () => adam) },
  });
  const found = catalogues.LearningRule.get('delta');
  t.same(found, { ...signed, name: 'delta' });
  t.equal(catalogues.LearningRule.origin('delta'), 'rebind, in place of bp');
  t.same(catalogues.LearningRule.names(), ['delta']);
  const { neurons, plasticity } = catalogues.Scheme.get('bp');
  t.equal(plasticity['forward']!.rule, found);
  t.match(plasticity['forward']!.optimiser!.use, { name: 'sgd', update: 'w += eta * g / 2' });
  t.match(plasticity['forward']!.biasOptimiser, {
    use: { update: 'w += eta * g / 2' },
    parameters: { eta: 0.2 },
  });
  t.equal(plasticity['feedback'], null);
  t.equal(neurons['hidden']!.model, unit);
  t.equal(catalogues.Scheme.origin('bp'), 'bp');
  t.equal(scheme.plasticity['forward']!.rule, delta, 'the scheme itself is untouched');
  t.equal((await host({ plugins: [bp] })).catalogues.Scheme.get('bp'), scheme);
});

t.test('a rebound part may replace one that needs services', async t => {
  const files = plugin('files', { Dataset: [injected(['Logger'], () => dataset('mnist', 'on disk'))] });
  const { catalogues } = await host({
    plugins: [files],
    rebind: { 'Dataset:mnist': dataset('mnist', 'in memory') },
  });
  t.same(
    catalogues.Dataset.parts().map(part => part.doc),
    ['in memory'],
  );
});

t.test('a rebinding that fits nothing is refused with what there is', async t => {
  const refused = async (rebind: unknown, message: string): Promise<void> => {
    await t.rejects(host({ plugins: [bp], rebind: rebind as Rebindings }), {
      code: 'APICAL_REBIND',
      message,
    });
  };
  await refused(
    { 'LearningRule:delt': delta },
    'unknown LearningRule in rebind: "delt"; did you mean "delta"? Known: delta',
  );
  await refused(
    { LearningRule: delta },
    'rebind "LearningRule": which LearningRule? Give "LearningRule:name"',
  );
  await refused({ Logger: undefined }, 'rebind "Logger": found undefined; give a part or a service');
  await t.rejects(host({ rebind: { Loger: silent() } as Rebindings }), {
    message: /^unknown key of rebind "Loger"; did you mean "Logger"\? Known: .*Scheme:name/,
  });
  class Rule {
    readonly name = 'other';
  }
  await refused(
    { 'LearningRule:delta': new Rule() },
    'rebind "LearningRule:delta": the replacement is named "other" and is an instance of a class, which cannot be ' +
      'copied; name it "delta"',
  );
});

t.test('services: the default, then a plugin, then rebind; a circle is named', async t => {
  const [inPlugin, rebound] = [silent(), silent()];
  const logs = plugin('logs', {}, { services: { Logger: injected(['Clock'], () => inPlugin) } });
  t.equal((await host({ plugins: [logs] })).service('Logger'), inPlugin);
  t.equal((await host({ plugins: [logs], rebind: { Logger: rebound } })).service('Logger'), rebound);
  const plain = await createHost({ shipped: false });
  t.type(plain.service('Clock').now(), 'number');
  t.match(plain.service('Clock').date(), /^\d{4}-\d\d-\d\dT/);
  t.equal(plain.service('Bus'), plain.bus);
  t.match(plain.service('Formats').sha256(new Uint8Array(0)), /^e3b0c442/);
  t.same(await plain.service('DatasetCache').list(t.testdir({ 'a.csv': '' })), ['a.csv']);
  const circle = await host({
    rebind: {
      Clock: injected(['Formats'], () => ({ now: () => 0, date: () => '' })),
      Formats: injected(['Clock'], () => ({}) as Formats),
    },
  });
  t.throws(() => circle.service('Clock'), {
    code: 'APICAL_PLUGIN',
    message:
      /^the service Clock cannot be built: Circular dependency found: .*apical\/Clock.*apical\/Formats/,
  });
  t.throws(() => createContainer({ plugins: [] }).get<Clock>(serviceTokens.Clock), {
    message:
      'the service Clock of the host could not be created: none was given; give createHost({ services: { Clock: … } })',
  });
});

t.test('a host tells failures to the log and answers no more once it is disposed of', async t => {
  const lines: string[] = [];
  const one = await host({ plugins: [bp], services: { Logger: silent(lines) } });
  const run = { experiment: 'demo', scheme: 'bp', seed: 3, hash: 'a1b2' };
  const event: RunEvent = { run, kind: 'checkpoint', epoch: 1, update: 5, file: '1.bin' };
  one.bus.on('checkpoint', 'plot', () => {
    throw new Error('no window');
  });
  one.bus.emit(event);
  t.same(lines, ['warn demo, bp, seed 3: handler "plot" failed at checkpoint: no window']);
  const other = await host({ plugins: [bp] });
  one.dispose();
  one.dispose();
  one.bus.emit(event);
  t.equal(lines.length, 1);
  const closed = {
    code: 'APICAL_HOST',
    message: 'this host was disposed of; create another with createHost',
  };
  t.throws(() => one.catalogues.Scheme, closed);
  t.throws(() => one.service('Clock'), closed);
  t.equal(other.catalogues.Scheme.get('bp'), scheme, 'hosts are apart');
});

/** A module that is a plugin, without an import of core: temporary folders have no node_modules. */
const code = (name: string): string =>
  `export default { name: '${name}', api: ${apiVersion}, contributes: { Task: [{ name: '${name}/task' }] } };`;

t.test('plugins are loaded from package.json and by name, as packages and as paths', async t => {
  const cwd = t.testdir({
    'package.json': JSON.stringify({ apical: { plugins: ['@lab/esm', 'common', './mine.mjs', './folder'] } }),
    'mine.mjs': code('mine'),
    folder: { 'package.json': '{"main":"entry.mjs"}', 'entry.mjs': code('folder') },
    node_modules: {
      '@lab': {
        esm: {
          'package.json':
            '{"name":"@lab/esm","type":"module","exports":{".":{"types":"./no","import":"./e.js"}}}',
          'e.js': code('esm'),
        },
      },
      common: {
        'package.json': '{"name":"common","main":"index.cjs"}',
        'index.cjs': `module.exports = { name: 'common', api: ${apiVersion} };`,
      },
    },
    deeper: { 'other.mjs': code('other') },
  });
  const deeper = path.join(cwd, 'deeper');
  const loaded = await loadPlugins({
    cwd: deeper,
    names: ['./other.mjs', '../mine.mjs', pathToFileURL(path.join(deeper, 'other.mjs')).href],
  });
  t.same(
    loaded.map(({ plugin, specifier, from }) => [plugin.name, specifier, from]),
    [
      ['esm', '@lab/esm', path.join(cwd, 'package.json')],
      ['common', 'common', path.join(cwd, 'package.json')],
      ['mine', '../mine.mjs', '--plugin'],
      ['folder', './folder', path.join(cwd, 'package.json')],
      ['other', pathToFileURL(path.join(deeper, 'other.mjs')).href, '--plugin'],
    ],
  );
  t.equal(loaded[2]!.file, path.join(cwd, 'mine.mjs'));
  t.same(await loadPlugins({ cwd, packageJson: false }), []);
  const { catalogues, plugins } = await host({ plugins: loaded });
  t.same(catalogues.Task.names(), ['esm/task', 'mine/task', 'folder/task', 'other/task']);
  t.same(plugins, loaded);
});

t.test(
  'a plugin that cannot be loaded is named with who asked for it, why, and what would be right',
  async t => {
    const cwd = t.testdir({
      'package.json': '{"name":"without-a-list"}',
      'list.json': '{"apical":{"plugins":["missing-package"]}}',
      'wrong.json': '{"apical":{"plugins":"./mine.mjs"}}',
      'null.json': '{"apical":null}',
      'damaged.json': '{"apical":',
      'mine.mjs': code('mine'),
      'twin.mjs': code('mine'),
      'nothing.mjs': 'export const plugin = {};',
      'nameless.mjs': 'export default { api: 1 };',
      'throws.mjs': '\nthrow new Error("no such device");',
      'syntax.mjs': 'export default {\n  name: = 3 };',
      'imports.mjs': 'import "missing-dependency";',
      'typed.ts.txt': '',
    });
    const refused = async (
      options: Parameters<typeof loadPlugins>[0],
      message: string | RegExp,
      at?: string,
    ): Promise<void> => {
      await t.rejects(
        loadPlugins({ cwd, ...options }),
        { code: 'APICAL_PLUGIN', message, ...(at && { at }) },
        String(message),
      );
    };
    const file = (name: string): string => path.join(cwd, name);
    await refused(
      { packageJson: 'list.json' },
      `plugin "missing-package" (named by ${file('list.json')}) is not installed: no package of this name is found ` +
        `from ${cwd}; run "npm install missing-package" there`,
    );
    const given = (name: string): string => `plugin "${name}" (named by --plugin)`;
    await refused(
      { names: ['mine.mjs'] },
      `${given('mine.mjs')} is not installed: no package of this name is found from ${cwd}; for the file, write "./mine.mjs"`,
    );
    await refused({ names: ['./no.mjs'] }, `${given('./no.mjs')} is not there: no file ${file('no.mjs')}`);
    const form = `it must be definePlugin({ name: '…', api: ${apiVersion}, contributes: { … } })`;
    await refused(
      { names: ['./nothing.mjs'] },
      `${given('./nothing.mjs')}: the default export of ${file('nothing.mjs')} is undefined, not a plugin; ${form}`,
    );
    await refused(
      { names: ['./nameless.mjs'] },
      `${given('./nameless.mjs')}: the default export of ${file('nameless.mjs')} is not a plugin: its name is undefined; ${form}`,
    );
    await refused(
      { names: ['./throws.mjs'] },
      `${given('./throws.mjs')} failed while ${file('throws.mjs')} was imported: no such device`,
      `${file('throws.mjs')}:2`,
    );
    await refused(
      { names: ['./syntax.mjs'] },
      /^plugin "\.\/syntax\.mjs" .* was imported: .*; "node --check .*syntax\.mjs" shows the line$/,
    );
    await refused(
      { names: ['./imports.mjs'] },
      /was imported: Cannot find package 'missing-dependency' imported from/,
    );
    await refused({ names: ['node:fs'] }, /^plugin "node:fs" \(named by --plugin\) is not installed/);
    const list = 'give "apical": { "plugins": ["a-package", "./a-file.js"] }';
    await refused(
      { packageJson: 'wrong.json' },
      `${file('wrong.json')}: "apical" is {"plugins":"./mine.mjs"}; ${list}`,
    );
    await refused({ packageJson: 'null.json' }, `${file('null.json')}: "apical" is null; ${list}`);
    await refused(
      { packageJson: 'damaged.json' },
      /damaged\.json cannot be read: .*JSON/,
      file('damaged.json'),
    );
    await t.rejects(loadPlugins({ cwd, names: ['./mine.mjs', './twin.mjs'] }), {
      code: 'APICAL_DUPLICATE',
      message:
        'two plugins are named "mine": "./mine.mjs" (named by --plugin) and "./twin.mjs" (named by --plugin); ' +
        'rename one or leave one out',
    });
    await t.rejects(host({ plugins: [undefined as unknown as Plugin] }), {
      message: `a plugin given to createHost is undefined, not a plugin; ${form}`,
    });
  },
);

t.test('the plugins that come with Apical load, and one that is named again comes once', async t => {
  const shipped = await shippedPlugins();
  t.same(
    shipped.map(({ plugin }) => plugin.name),
    [
      'standard',
      'bp',
      'fa',
      'pal',
      'datasets-synthetic',
      'datasets-images',
      'datasets-files',
      'tasks',
      'probes-alignment',
      'probes-representation',
      'observers',
      'backend-blas',
    ],
  );
  const { plugins, catalogues } = await createHost({
    services: { Logger: silent() },
    plugins: [shipped[0]!, shipped[8]!.plugin],
  });
  t.same(
    plugins.map(({ plugin }) => plugin.name).sort(),
    ['apical', ...shipped.map(({ plugin }) => plugin.name)].sort(),
  );
  t.ok(catalogues.Observer.has('early-stopping'));
  await t.rejects(createHost({ plugins: [plugin('tasks')] }), {
    code: 'APICAL_DUPLICATE',
    message:
      'two plugins are named "tasks": "@apical/plugin-tasks" (named by Apical itself) and "tasks" (named by ' +
      'createHost); rename one or leave one out',
  });
});
