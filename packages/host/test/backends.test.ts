/** Which backend a run is given: `auto`, one by name, and the one that takes the place of what cannot be used. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import t, { type Test } from 'tap';
import { apiVersion, definePlugin } from '@apical/core';
import type { Backend, Logger } from '@apical/core';
import { reference } from '@apical/kernels';
import { createHost, type ComposedExperiment, type Host } from '../src/index.js';

const like = (name: string, more: Partial<Backend> = {}): Backend => ({
  name,
  doc: 'for a test',
  flags: { made: name },
  open: options => ({ ...reference.open(options), backend: name }),
  ...more,
});
const unavailable = (): string => 'it is not installed';
const small = `name: small
task: classification
dataset: yin-yang
network: { hidden: [5] }
train: { epochs: 1, batch: 20, limit: 200, eta: 0.1 }
schemes:
  bp: {}
  fa: { train: { backend: wasm } }
seeds: 2
`;
interface Bench {
  readonly host: Host;
  /** What was logged. */
  readonly lines: readonly string[];
  readonly compose: (backend: string) => ComposedExperiment;
  readonly folder: string;
}
/** A host with these backends beside `wasm` and `reference`; the first stands for the system's BLAS. */
async function bench(t: Test, blas: Partial<Backend>, ...others: readonly Backend[]): Promise<Bench> {
  const lines: string[] = [];
  const logger: Logger = { info: m => void lines.push(m), warn: m => void lines.push(`warning: ${m}`) };
  const plugin = definePlugin({ name: 'mine', api: apiVersion, contributes: { Backend: others } });
  const host = await createHost({
    plugins: [plugin],
    services: { Logger: logger },
    rebind: { 'Backend:blas': like('blas', blas) },
  });
  t.teardown(() => host.dispose());
  const folder = t.testdir({ 'small.yaml': small });
  const compose = (backend: string): ComposedExperiment =>
    host.compose({ target: path.join(folder, 'small.yaml'), overrides: [`train.backend=${backend}`] });
  return { host, lines, compose, folder };
}
const backendsOf = ({ configs }: ComposedExperiment): string[] => [
  ...new Set(configs.map(c => `${c.label} ${c.scheme.train?.backend ?? c.train.backend}`)),
];

t.test('auto is the usable backend with the largest preference', async t => {
  const best = await bench(t, { preference: 2 });
  t.strictSame(backendsOf(best.compose('auto')), ['bp blas', 'fa wasm'], 'a scheme may have its own');
  const without = await bench(t, { preference: 2, fallback: 'wasm', unavailable });
  t.strictSame(backendsOf(without.compose('auto')), ['bp wasm', 'fa wasm']);
  t.strictSame(without.lines, [], 'which is no matter for a warning');
});
t.test('a backend without a preference is used only where it is named', async t => {
  const { compose } = await bench(t, { unavailable }, like('odd'));
  t.strictSame(backendsOf(compose('auto')), ['bp wasm', 'fa wasm']);
  t.strictSame(backendsOf(compose('odd')), ['bp odd', 'fa wasm']);
});
t.test(
  'what cannot be used is replaced by its fallback, with one warning, and the record says so',
  async t => {
    const { host, lines, compose, folder } = await bench(t, { preference: 2, fallback: 'wasm', unavailable });
    const composed = compose('blas');
    t.strictSame(backendsOf(composed), ['bp wasm', 'fa wasm']);
    t.strictSame(lines, [
      'warning: backend "blas" cannot be used here, "wasm" takes its place: it is not installed',
    ]);
    const directory = path.join(folder, 'runs');
    const asked = composed.configs[0]!;
    const run = await host.run(asked, { directory });
    t.match(run.summary, { status: 'finished', backend: 'wasm' });
    t.equal(run.config.train.backend, 'wasm');
    t.ok(existsSync(run.folder!));
    t.match(readFileSync(path.join(run.folder!, 'config.resolved.yaml'), 'utf8'), /backend: wasm/);
    const named = compose('wasm').configs[0]!;
    t.equal((await host.circuit(named)).hash, run.summary.id.hash, 'it is the run of wasm');
  },
);
t.test('without a fallback it stays an error that names what can be used', async t => {
  const { host, lines, compose } = await bench(t, {}, like('broken', { unavailable }));
  const [config] = compose('broken').configs;
  await t.rejects(host.run(config!, { directory: null }), {
    code: 'APICAL_BACKEND',
    message: /backend "broken" cannot be used here: it is not installed; usable are .*wasm/,
  });
  t.strictSame(lines, []);
  await t.rejects(host.run(compose('wasn').configs[0]!, { directory: null }), /wasn/);
});
t.test('the demo names its backend: its numbers are the same on every machine', async t => {
  const host = await createHost();
  t.teardown(() => host.dispose());
  const roots = [path.join(import.meta.dirname, '../../../configs')];
  const { configs } = host.compose({ target: 'experiment/demo', roots });
  t.strictSame([...new Set(configs.map(c => c.train.backend))], ['wasm']);
});
