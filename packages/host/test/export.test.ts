/** Runs repeated outside: the exported arrays and the script agree with the run, in numpy where it is installed. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { readNpz, writeNpz } from '@apical/data';
import { createHost, type Host } from '../src/index.js';

const python = ['python3', '/usr/bin/python3'].find(command => {
  try {
    execFileSync(command, ['-c', 'import numpy'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
});
const skip =
  python === undefined ? 'skipped: no python3 with numpy here (apt-get install python3-numpy)' : false;
const roots = [path.resolve(import.meta.dirname, '../../../configs')];

let host: Host;
t.before(async () => {
  host = await createHost();
});
t.teardown(() => host.dispose());
/** Folder of the finished run. */
async function finished(directory: string, ...overrides: string[]): Promise<string> {
  const target = {
    target: 'experiment/demo',
    roots,
    overrides: ['~probes.alignment', 'train.limit=200', ...overrides],
  };
  const { folder } = await host.run(target, { directory });
  return folder!;
}
/** What the script prints, and how it ends. */
function repeated(script: string): { readonly code: number; readonly text: string; readonly worst: number } {
  const found = (code: number, text: string) => ({
    code,
    text,
    worst: Number(/its array: (\S+)/.exec(text)?.[1] ?? NaN),
  });
  try {
    return found(0, execFileSync(python!, [script], { encoding: 'utf8', stdio: 'pipe' }));
  } catch (error) {
    const { status, stdout, stderr } = error as { status: number; stdout: string; stderr: string };
    return found(status, stdout + stderr);
  }
}
t.test('numpy alone ends where the run ended', { skip }, async t => {
  const directory = t.testdir();
  const heads = ['network.head=sigmoid-squared', 'network.activation=tanh'];
  const momentum = ['train.optimiser.use=momentum', '~train.optimiser.parameters', 'train.eta=0.05'];
  const decay = '+schemes.bp.plasticity={forward: {parameters: {decay: 0.01}}}';
  const cases: readonly (readonly [scheme: string, epochs: number, ...overrides: string[]])[] = [
    ['bp', 5],
    ['fa', 5],
    ['dfa', 5, 'network.hidden=[7,5]'],
    ['kp', 1],
    ['bp', 3, '+train.epochSamples=120'],
    ['bp', 2, ...heads, ...momentum, decay],
    ['fa', 2, 'network.head=linear-squared', 'network.activation=softplus'],
  ];
  for (const [scheme, epochs, ...overrides] of cases) {
    const folder = await finished(directory, `scheme=${scheme}`, `train.epochs=${epochs}`, ...overrides);
    const { script } = await host.export(folder);
    const { code, text, worst } = repeated(script!);
    t.equal(code, 0, text);
    t.ok(worst < 1e-9, `${scheme} ${overrides.join(' ')}: ${worst}`);
  }
});
const written = {
  neurons: {
    slow: {
      functions: { phi: 'tanh' },
      parameters: { tau: { value: 3, unit: 'ms' } },
      signals: {
        z: { role: 'input' },
        feedback: { role: 'input' },
        u: { role: 'state' },
        v: { role: 'state', init: 0.1 },
        r: { role: 'derived' },
        delta: { role: 'derived' },
      },
      phases: {
        forward: 'du/dt = (z - u) / tau\ndv/dt = (u - v) / tau\nr = phi(v)',
        backward: 'delta = clip(feedback, -0.5, 0.5) * where(v > 0, 1, dphi(v))',
      },
    },
  },
  schemes: {
    slowly: {
      input: 'layer0.r',
      output: 'layer{last}.r',
      target: 'layer{last}.target',
      forward: ['W{l}'],
      feedback: ['B{l}'],
      plasticity: { forward: { rule: 'delta', optimiser: { use: 'sgd', parameters: { eta: 0.1 } } } },
      populations: {
        'layer{l}': {
          neuron: { first: 'rate/input', hidden: 'slow', last: 'rate/output' },
          size: 'size[l]',
          depth: 'l',
        },
      },
      projections: {
        'W{l}': {
          from: 'layer{l-1}.r',
          to: 'layer{l}.z',
          phase: 'forward',
          gain: 0.7,
          weights: { draw: 'xavier-normal' },
          bias: true,
          plasticity: 'forward',
        },
        'B{l}': {
          from: 'layer{l+1}.delta',
          to: 'layer{l}.feedback',
          phase: 'backward',
          reversed: true,
          weights: { draw: 'xavier-normal' },
        },
      },
      programs: {
        train: [
          { repeat: 3, stages: [{ phase: 'forward', sweep: 'up' }] },
          { phase: 'backward', sweep: 'down' },
          { phase: 'learn' },
        ],
        evaluate: [{ phase: 'forward', sweep: 'up' }],
      },
    },
  },
};
t.test('time, gains, repeats and functions of a written scheme are said too', { skip }, async t => {
  const { experiment } = host.compose({
    target: 'experiment/demo',
    roots,
    overrides: ['train.epochs=2', 'train.limit=200'],
  });
  const given = {
    ...experiment,
    probes: {},
    define: written,
    schemes: { slowly: {} },
    baseline: 'slowly',
    seeds: [1],
  };
  const { control, select, ...alone } = given;
  t.ok(control ?? select ?? true);
  const { folder } = await host.run(alone as never, { directory: t.testdir() });
  const { script, why } = await host.export(folder!);
  t.equal(why, undefined);
  const { code, text, worst } = repeated(script!);
  t.equal(code, 0, text);
  t.ok(worst < 1e-12, String(worst));
});
t.test('a run that was otherwise ends elsewhere, and the script says so', { skip }, async t => {
  const folder = await finished(t.testdir(), 'scheme=fa', 'train.epochs=1');
  const { arrays, script } = await host.export(folder, { to: path.join(folder, 'given.npz') });
  t.match(script, /given\.py$/);
  const found = readNpz(readFileSync(arrays), arrays) as Parameters<typeof writeNpz>[0];
  t.same(found.order!.shape, [1, 200]);
  for (const name of ['first/W1', 'order', 'train/inputs']) {
    const other = { ...found[name]!, data: found[name]!.data.slice() } as (typeof found)[string];
    // another first weight, two samples exchanged, another input
    if (name === 'order') [other.data[0], other.data[30]] = [found[name]!.data[30]!, found[name]!.data[0]!];
    else other.data[0] = other.data[0]! + 0.01;
    const ndarrayOf = Object.assign(
      Object.create(Object.getPrototypeOf(found[name]!) as object),
      other,
    ) as typeof other;
    writeFileSync(arrays, writeNpz({ ...found, [name]: ndarrayOf }));
    t.equal(repeated(script!).code, 1, name);
  }
});
t.test('what cannot be said is refused by name, and the arrays are there', async t => {
  const directory = t.testdir();
  const pal = await host.export(
    await finished(directory, '+schemes.pal={}', 'schemes=pal', 'train.epochs=1', 'train.limit=20'),
  );
  t.equal(pal.script, undefined);
  t.match(pal.why, /^no script can be written: .*; arrays alone/);
  const signs = await finished(
    directory,
    '+schemes.sign-symmetry={}',
    'schemes=sign-symmetry',
    'train.epochs=1',
  );
  t.match((await host.export(signs)).why, /B1 follows other weights by sign/);
  const watched = [
    '+observers={stop-at: {options: {metric: validation/error, value: 0}}}',
    'scheme=bp',
    'train.epochs=1',
  ];
  t.match(
    (await host.export(await finished(directory, ...watched))).why,
    /observers may have changed the run \(stop-at\)/,
  );
  const before = await finished(
    directory,
    'scheme=bp',
    'train.epochs=1',
    '+train.before={program: train, updates: 2}',
  );
  t.match((await host.export(before)).why, /train ran before the first epoch/);
  await t.rejects(host.export(directory), { code: 'APICAL_EXPORT', message: /holds no finished run/ });
  const folder = await finished(directory, 'scheme=bp', 'train.epochs=1');
  const config = path.join(folder, 'config.resolved.yaml');
  writeFileSync(config, readFileSync(config, 'utf8').replace(/epochs: 1/, 'epochs: 2'));
  await t.rejects(host.export(folder), {
    code: 'APICAL_EXPORT',
    message: /made with other code, data or settings/,
  });
});
