/** Golden cases and replays of plugins: their entry `./golden`, in the source, compiled, left out of a package. */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { reference } from '@apical/kernels';
import { createHost, loadPlugins } from '../src/index.js';

const [standard, bp] = ['standard', 'bp'].map(name =>
  path.join(import.meta.dirname, `../../../plugins/${name}/src/index.ts`),
);
const plugin = (name: string): string => `export default { name: '${name}', api: 1, contributes: {} };`;
const replay = (model: string, value: number): string =>
  `export default [{ model: '${model}', replay: (golden, bench) => bench.compare('y', [${value}]) }];`;
const golden = (model: string) => ({
  format: 'golden-case/1',
  id: `${model}-01`,
  model,
  parameters: {},
  arrays: {},
  steps: 1,
  expected: { y: { shape: [1], data: [2] } },
  tolerance: { rtol: 0, atol: 0 },
});
/** A package in a folder of its own: its plugin, perhaps replays, perhaps a case. */
function packaged(
  folder: string,
  name: string,
  files: Readonly<Record<string, string>>,
  entry?: unknown,
): string {
  const at = path.join(folder, name);
  mkdirSync(path.join(at, 'golden'), { recursive: true });
  const exports = { '.': './index.js', ...(entry === undefined ? {} : { './golden': entry }) };
  const manifest = { name: `apical-${name}`, type: 'module', exports };
  for (const [file, text] of Object.entries({
    'package.json': JSON.stringify(manifest),
    'index.js': plugin(name),
    ...files,
  }))
    writeFileSync(path.join(at, file), text);
  return at;
}
/** The parts of the packages themselves, and these plugins. */
const hostWith = async (...names: readonly string[]) =>
  createHost({
    shipped: false,
    builtins: [{ name: 'parts', api: 1, contributes: { Backend: [reference] } }],
    plugins: await loadPlugins({ names, packageJson: false }),
  });
const hostOf = async (...names: readonly string[]) => hostWith(standard!, bp!, ...names);
const cases = (model: string) => ({ 'golden/one.json': JSON.stringify(golden(model)) });

t.test('a plugin from elsewhere brings cases and replays, under the conditions of this process', async t => {
  const folder = t.testdir();
  const entry = { '@apical/source': './golden/source.js', default: './golden/compiled.js' };
  const files = {
    ...cases('theirs'),
    'golden/source.js': replay('theirs', 2),
    'golden/compiled.js': replay('theirs', 3),
  };
  const host = await hostOf(packaged(folder, 'theirs', files, entry));
  const inSource = process.execArgv.some(arg => arg.includes('@apical/source'));
  const { cases: found, notInstalled } = await host.verify([path.join(folder, 'theirs')]);
  t.match(found, [{ id: 'theirs-01', passed: inSource }]);
  t.strictSame(notInstalled, []);
  const carried = await host.verify();
  t.ok(
    carried.cases.some(c => c.id === 'theirs-01' && c.passed === inSource),
    'and without a path',
  );
  t.ok(
    carried.cases.some(c => c.id.startsWith('bp-') && c.passed),
    'beside those of bp',
  );
});
t.test('an entry for import alone is found too', async t => {
  const files = { ...cases('esm'), 'golden/index.js': replay('esm', 2) };
  const at = packaged(t.testdir(), 'esm', files, { import: './golden/index.js' });
  t.match((await (await hostOf(at)).verify([at])).cases, [{ id: 'esm-01', passed: true }]);
});
t.test('a package without its replays says that they are not installed', async t => {
  const folder = t.testdir();
  const at = packaged(folder, 'bare', cases('bare'), './golden/index.js');
  const built = await hostOf(at);
  t.strictSame((await built.verify()).notInstalled, ['bare']);
  const { cases: found, notInstalled } = await built.verify([at]);
  t.match(found, [{ passed: false, error: /no plugin replays the model "bare"; known: ann-bp$/ }]);
  t.strictSame(notInstalled, ['bare']);
  await t.rejects(
    (await hostWith(at)).verify(),
    /no golden cases: those of bare are not installed; the published packages leave them out/,
  );
  const none = packaged(folder, 'none', {});
  await t.rejects((await hostWith(none)).verify(), /no loaded plugin has an entry \.\/golden/);
});
t.test('replays that are none, that fail on import, or that two plugins have are refused', async t => {
  const folder = t.testdir();
  const broken = async (name: string, text: string): Promise<unknown> => {
    const at = packaged(folder, name, { 'golden/index.js': text }, './golden/index.js');
    return (await hostOf(at)).verify([at]);
  };
  await t.rejects(broken('a', 'export default {};'), {
    code: 'APICAL_PLUGIN',
    message: /replays of plugin "a": the default export of .*index\.js is an empty object; a list of replays/,
  });
  await t.rejects(
    broken('b', "export default [{ model: 'b' }];"),
    /number 1 of .* is an object with the keys model/,
  );
  await t.rejects(
    broken('c', "throw new Error('at once');"),
    /replays of plugin "c" failed while .*: at once/,
  );
  await t.rejects(broken('d', replay('ann-bp', 1)), {
    code: 'APICAL_DUPLICATE',
    message: 'two replays are for the model "ann-bp": from bp and from d; rename one',
  });
});
