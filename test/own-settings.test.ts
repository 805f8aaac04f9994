/** What a scheme brings itself, as a user meets it: PAL without a word learns, a scheme that bears one activation is compared fairly. */
import { join } from 'node:path';
import t from 'tap';
import {
  apiVersion,
  definePlugin,
  type ComparisonResult,
  type ExperimentConfig,
  type Scheme,
} from '@apical/core';
import { createHost } from '@apical/host';
import { bp } from '@apical/plugin-bp';
import { comparisonTable } from '@apical/report';

const roots = [join(import.meta.dirname, '../configs')];
const Logger = { info: () => undefined, warn: () => undefined };
/** What stands below a table, long lines in one. */
const linesOf = (result: ComparisonResult): string[] =>
  comparisonTable(result)
    .replace(/\n {2}/g, ' ')
    .split('\n');
const memory = { directory: null, launcher: 'in-process' } as const;

t.test('pal without a word learns, with what a comparison says for all schemes', async t => {
  const host = await createHost({ services: { Logger } });
  t.teardown(() => host.dispose());
  const experiment = host.compose({
    target: 'experiment/demo',
    roots,
    overrides: [
      'seeds=[1]',
      'train.epochs=2',
      'train.limit=1000',
      'train.backend=wasm',
      '~control',
      'probes={}',
    ],
  }).variants[0]!.experiment;
  const written = {
    parameters: { presentation: '10 ms', evaluatePresentation: '1 ms' },
    plasticity: {
      forward: { optimiser: { use: 'flow', parameters: { eta: 1 } } },
      feedback: { optimiser: { use: 'flow', parameters: { eta: 0.08 } } },
    },
    train: { dt: 0.1 },
  };
  const schemes = { frozen: {}, pal: {}, written: { use: 'pal', ...written } };
  const given: ExperimentConfig = {
    ...experiment,
    schemes,
    select: Object.keys(schemes),
    baseline: 'frozen',
  };
  const result = await host.compare(given, memory);
  const { runs, failed } = result;
  t.strictSame(failed, []);
  const of = (label: string) => runs.find(r => r.config.label === label)!.summary;
  const error = (label: string): number => of(label).final['test/error']!;
  t.ok(error('pal') < 0.8 * error('frozen'), `${error('pal')} and ${error('frozen')} %`);
  t.strictSame(of('pal').final, of('written').final);
  t.equal(of('pal').cost.stepsPerSample, 100);
  const told = linesOf(result);
  t.ok(told.includes('differs, dt (ms): frozen –; pal, written 0.1'), told.join('\n'));
  t.ok(told.includes('differs, shown (ms): frozen –; pal, written 10'));
  t.ok(told.includes('differs, rate, forward: frozen 0.01; pal, written 1'));
  t.ok(told.some(l => /^differs, optimiser, forward: frozen adam .*; pal, written flow$/.test(l)));
});
t.test('a scheme that bears sigmoids alone is compared with backpropagation through sigmoids', async t => {
  // whatever the network says, its hidden neurons are sigmoids
  const silent: Scheme = {
    ...bp,
    name: 'silent',
    neurons: { ...bp.neurons, hidden: { ...bp.neurons.hidden!, functions: { phi: 'sigmoid' } } },
  };
  const sigmoidal: Scheme = {
    ...silent,
    name: 'sigmoidal',
    activations: ['sigmoid'],
    heads: { 'sigmoid-squared': bp.heads['sigmoid-squared']! },
  };
  const plugin = definePlugin({
    name: 'test',
    api: apiVersion,
    contributes: { Scheme: [silent, sigmoidal] },
  });
  const host = await createHost({ services: { Logger }, plugins: [plugin] });
  t.teardown(() => host.dispose());
  const experiment = host.compose({
    target: 'experiment/demo',
    roots,
    overrides: [
      'seeds=[1]',
      'train.epochs=1',
      'train.limit=100',
      'train.backend=wasm',
      '~control',
      'network.activation=relu',
      'probes={alignment: {}}',
    ],
  }).variants[0]!.experiment;
  const ran = (scheme: string, own = {}) =>
    host.run({ ...experiment, schemes: { [scheme]: own }, select: [scheme], baseline: scheme }, memory);
  const angle = async (scheme: string, own = {}): Promise<number> =>
    (await ran(scheme, own)).rows.find(r => r.name === 'angle-to-bp' && r.layer === 1 && r.epoch === 0)!
      .value;
  t.ok((await angle('silent')) < 0.04, 'the yardstick takes the activations that the neurons have');
  await t.rejects(ran('sigmoidal'), {
    message: /add "schemes.sigmoidal: { activation: sigmoid, head: sigmoid-squared }"$/,
  });
  t.ok((await angle('sigmoidal', { activation: 'sigmoid', head: 'sigmoid-squared' })) < 0.04);
  const result = await host.compare(
    {
      ...experiment,
      schemes: { bp: {}, sigmoidal: { activation: 'sigmoid', head: 'sigmoid-squared' } },
      select: ['bp', 'sigmoidal'],
      baseline: 'bp',
    },
    memory,
  );
  const told = linesOf(result);
  t.ok(told.includes('differs, activation: bp relu; sigmoidal sigmoid'), told.join('\n'));
  t.ok(told.some(l => /^differs, head: bp .*; sigmoidal sigmoid-squared$/.test(l)));
});
