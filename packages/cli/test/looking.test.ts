import { readFileSync, writeFileSync, mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { duration, Progress } from '../src/progress.js';
import { Screen } from '../src/terminal.js';
import { apical, tiny } from './command.js';

const root = fileURLToPath(new URL('../../..', import.meta.url));

t.test('help teaches every command by examples', async t => {
  const plain = await apical();
  t.equal(plain.code, 0);
  t.match(plain.out, /apical compare experiment\/demo/);
  for (const command of ['run', 'compare', 'show', 'list', 'verify', 'report', 'schema', 'completion']) {
    const { code, out } = await apical(command, '--help');
    t.equal(code, 0);
    t.match(out, new RegExp(`Examples:\n[^]*apical ${command}`), command);
  }
  t.match((await apical('data', 'fetch', '--help')).out, /apical data fetch mnist/);
  t.match((await apical('--version')).out, /^\d+\.\d+\.\d+/);
});

t.test('show prints parts with symbols and equations', async t => {
  const rule = await apical('show', 'rule', 'delta');
  t.match(rule.out, /^learning rule delta {2}\(from bp\)/);
  t.match(rule.out, /dW = post\(delta\) ⊗ pre\(r\)\n/);
  t.match((await apical('show', 'rules', 'delta', '--latex')).out, /\\Delta W = .*\\otimes/);
  t.match(
    (await apical('show', 'optimizer', 'adam')).out,
    /\n {2}m = beta1 \* m \+ \(1 - beta1\) \* g\n {2}v = /,
  );
  t.match((await apical('show', 'neuron', 'rate/unit')).out, /phase forward\n {2}r = phi\(z\)/);
  t.match((await apical('show', 'activation', 'tanh')).out, /value\n {2}tanh\(x\)/);
  t.match(
    (await apical('show', 'scheme', 'fa')).out,
    /plasticity \(config: schemes\.LABEL\.plasticity\.SLOT\)\n {2}forward +delta/,
  );
  t.match((await apical('show', 'dataset', 'mnist')).out, /train-images-idx3-ubyte\.gz/);
  t.match((await apical('show', 'probe', 'alignment')).out, /options\n/);
  t.match(JSON.parse((await apical('show', 'rule', 'delta', '--json')).out), {
    kind: 'rule',
    origin: 'bp',
    update: {},
  });
  t.equal((await apical('show', 'rule')).code, 2);
  t.equal((await apical('show', 'rule', 'delta', '--audit')).code, 2);
});

t.test('the audit is computed: bp and sign symmetry transport weights, fa does not', async t => {
  const transport = async (scheme: string): Promise<string> =>
    /^weight transport +(.*)$/m.exec((await apical('show', 'scheme', scheme, '--audit')).out)![1]!;
  t.match(await transport('bp'), /^yes +B1 sends back through the weights of W2, live; B2 /);
  t.equal(await transport('fa'), 'no');
  t.match(await transport('sign-symmetry'), /^yes +B1 = sign of W2, renewed in tie/);
  const plain = await apical('show', 'scheme', 'kp', '--audit', '--json');
  t.match(JSON.parse(plain.out), [{ aspect: 'weight transport', answer: 'no', evidence: [] }]);
});

t.test('show config tells origins, show circuit what is built', async t => {
  const folder = t.testdir({ 'tiny.yaml': tiny });
  const home = process.cwd();
  process.chdir(folder);
  t.teardown(() => process.chdir(home));
  const config = await apical('show', 'config', './tiny.yaml', 'train.epochs=7', '--origin');
  t.match(config.out, /epochs: 7 # command line "train\.epochs=7"/);
  t.match(config.out, /batch: 20 # tiny\.yaml:\d+:\d+/);
  t.match(config.out, /dtype: float64 # default/);
  t.notMatch((await apical('show', 'config', './tiny.yaml', '--nondefault')).out, /dtype/);
  t.match(JSON.parse((await apical('show', 'config', './tiny.yaml', '--json')).out), {
    name: 'tiny',
    seeds: [0, 1],
  });
  const circuit = await apical('show', 'circuit', './tiny.yaml', 'schemes=fa', 'train.backend=wasm');
  t.match(circuit.out, /W1 +layer0\.r → layer1\.z +forward +dense 5 × 4 \+ bias/);
  t.match(
    circuit.out,
    /on backend wasm\n(.*\n)* {2}program train +one WebAssembly function of \d+ operations \(\d+ KiB\); products: \d+ by kernels/,
  );
  t.match(circuit.out, /program train\n {2}forward sweeping up\n {2}backward sweeping down\n {2}learn/);
});

t.test('list, data, schema and completion tell what is there', async t => {
  t.match((await apical('list', 'schemes')).out, /^bp +bp {2}/m);
  t.match((await apical('list')).out, /^datasets\n[^]*yin-yang/m);
  t.match((await apical('list', 'plugins')).out, /^observers +@apical\/plugin-observers/m);
  t.match((await apical('list', 'experiments')).out, /^experiment\/demo /m);
  t.match((await apical('data', 'list')).out, /^yin-yang +needs no download/m);
  t.equal((await apical('data', 'where', '--quiet')).err, '');
  const schema = JSON.parse((await apical('schema')).out) as object;
  t.match(schema, { type: 'object', properties: { schemes: {} } });
  t.match((await apical('completion', 'bash')).out, /complete .* apical/);
  t.equal((await apical('completion', 'tcsh')).code, 2);
  t.equal((await apical('complete', 'sh')).out, 'show\n');
  t.equal((await apical('complete', 'show', 'scheme', 'f')).out, 'fa\nfrozen\n');
  t.match((await apical('complete', 'run', '')).out, /^experiment\/demo$/m);
  t.equal(
    (await apical('complete', 'run', 'experiment/demo', 'train.be')).out,
    'train.before.program=\ntrain.before.updates=\n',
  );
});

t.test('verify replays cases, prints each, and ends with the count', async t => {
  const cases = `${root}/plugins/bp/golden`;
  const onWasm = await apical('verify', cases, '--backend', 'wasm');
  t.match(onWasm.out, /^6 passed, 0 failed$/m);
  t.match((await apical('verify', cases, '--backend', 'wsam')).err, /did you mean "wasm"/);
  const good = await apical('verify', cases);
  t.equal(good.code, 0, good.out);
  t.match(good.out, /^ok {5}\S+ {2}\d+\/\d+ keys, worst [\d.e-]+ of the tolerance/m);
  t.match(good.out, /\n\d+ passed, 0 failed\n$/);
  const inert = await apical('verify', `${root}/plugins/pal/golden/pal-le-pal-06-softmax-whitenoise.json`);
  t.match(inert.out, /^ok .* of the tolerance \(.*\), not compared: final_B1\n1 passed, 0 failed\n$/);
  const folder = t.testdir();
  const bare = { name: 'bare', type: 'module', exports: { '.': './index.js', './golden': './golden.js' } };
  writeFileSync(`${folder}/package.json`, JSON.stringify(bare));
  writeFileSync(`${folder}/index.js`, "export default { name: 'bare', api: 1, contributes: {} };");
  const left = await apical('verify', cases, '--plugin', folder);
  t.match(left.out, /\ngolden cases of bare: not installed\n6 passed, 0 failed\n$/);
  mkdirSync(`${folder}/cases`);
  writeFileSync(`${folder}/cases/odd.json`, '{"format":"golden-case/1"}');
  const bad = await apical('verify', `${folder}/cases`);
  t.equal(bad.code, 3);
  t.match(bad.out, /^FAILED [^]*"id" is missing[^]*\n0 passed, 1 failed\n$/);
  writeFileSync(`${folder}/empty.txt`, '');
  const none = await apical('verify', `${folder}/empty.txt`);
  t.equal(none.code, 2);
  t.match(none.err, /no golden case/);
  t.ok(readFileSync(`${root}/package.json`));
});

t.test('progress is one line a run on a terminal, and now and then a line elsewhere', async t => {
  const run = { experiment: 'demo', scheme: 'bp', seed: 3, hash: 'a1' };
  const tell = (live: boolean): string => {
    let [text, now] = ['', 0];
    const screen = new Screen({ out: () => undefined, err: s => void (text += s), live, columns: 90 });
    const progress = new Progress(screen, () => now, { total: 2, quiet: false });
    progress.hear({ run, kind: 'run-started', epochs: 4, updatesPerEpoch: 10 });
    now = 6000;
    progress.hear({ run, kind: 'progress', epoch: 1, update: 10, samplesPerSecond: 1234.5 });
    now = 7000;
    const metrics = { 'validation/loss': 0.5, 'validation/error': 2.345678 };
    progress.hear({ run, kind: 'epoch-ended', epoch: 1, update: 10, metrics });
    now = 24_000;
    progress.hear({
      run,
      kind: 'run-ended',
      status: 'finished',
      epoch: 4,
      update: 40,
      seconds: 24,
      metrics: { 'test/error': 2 },
    });
    progress.end();
    return text;
  };
  t.equal(
    tell(false),
    'bp, seed 3: epoch 1/4, 1235 samples/s, 18 s left\n' + 'bp, seed 3: finished after 24 s, test/error 2\n',
  );
  const live = tell(true);
  t.match(live, 'bp, seed 3: epoch 1/4, 1235 samples/s, 21 s left, validation/error 2.346\n');
  t.match(live, /0 of 2 runs ended, about 42 s left\n/);
  t.match(live, /\u001b\[2A\u001b\[0J/, 'lines are drawn again in place');
  let text = '';
  let now = 0;
  const screen = new Screen({ out: () => undefined, err: s => void (text += s), live: false, columns: 90 });
  const progress = new Progress(screen, () => now, { total: 1, quiet: false });
  const before = { program: 'align', updates: 30, done: 10 };
  progress.hear({ run, kind: 'run-started', epochs: 2, updatesPerEpoch: 10, resumedAt: 0, before });
  const hear = (at: number, event: { epoch: number; update: number; before?: number }): void => {
    now = at;
    progress.hear({ run, kind: 'progress', samplesPerSecond: 50, ...event });
  };
  hear(6000, { epoch: 0, update: 0, before: 20 });
  hear(14_000, { epoch: 1, update: 0 });
  hear(24_000, { epoch: 1, update: 10 });
  t.equal(
    text,
    'bp, seed 3: align before epoch 1, update 20/30, 50 samples/s, 18 s left\n' +
      'bp, seed 3: epoch 1/2, 50 samples/s, 14 s left\n' +
      'bp, seed 3: epoch 1/2, 50 samples/s, 8 s left\n',
    'what comes before the first epoch is part of what is left',
  );
  t.same([12, 61, 3700, NaN].map(duration), ['12 s', '1 min 01 s', '1 h 01 min', '?']);
});
