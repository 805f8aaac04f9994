/** A run of a scheme with fast synapses: they are no part of its weights, and start anew in every evaluation. */
import t from 'tap';
import { filter, of, mergeMap } from 'rxjs';
import type { Command, Observer, RunConfig, Scheme } from '@apical/core';
import { defineRule } from '@apical/core';
import { dense } from '@apical/plugin-standard';
import { memoryStore, train } from '../src/index.js';
import { catalogues, dependencies, mini, runConfig } from './parts.js';

const hebb = defineRule({
  name: 'hebb',
  source: { paper: 'a test' },
  parameters: {},
  update: { terms: [{ gain: '0.2', post: 'r', pre: 'r' }] },
});
/** What was seen together is seen stronger the second time, in training and evaluation. */
const fast: Scheme = {
  ...mini,
  name: 'fast',
  plasticity: { ...mini.plasticity, fast: { rule: hebb } },
  phases: { ...mini.phases, catch: 'fast synapses learn' },
  assemble(net, layers, options) {
    const model = mini.assemble(net, layers, options);
    net.project('F', {
      from: 'layer0.r',
      to: 'layer1.z',
      phase: 'forward',
      perSample: true,
      connectivity: dense,
      weights: { draw: 'zeros' },
      plasticity: [{ slot: 'fast', gather: 'catch' }],
    });
    const { train, evaluate } = model.programs;
    const before = [...evaluate, { phase: 'catch' }];
    return { ...model, programs: { train: [...before, ...train], evaluate: [...before, ...evaluate] } };
  },
};
async function run(
  scheme: string,
  commands: readonly Command[],
  change: Parameters<typeof runConfig>[0] = {},
) {
  const store = memoryStore();
  const asking: Observer = {
    name: 'asking',
    doc: '',
    options: {},
    observe: events =>
      events.pipe(
        filter(e => e.kind === 'epoch-ended' && e.epoch === 0),
        mergeMap(() => of(...commands)),
      ),
  };
  const config: RunConfig = runConfig({
    ...change,
    scheme: { use: scheme, neurons: { hidden: { parameters: { sigma: 0 } } } },
    observers: { own: { use: 'asking' } },
  });
  const given = dependencies({ store, catalogues: catalogues({ schemes: [fast], observers: [asking] }) });
  const { rows, summary } = await train(config, given);
  const losses = rows.filter(r => r.name === 'loss' && r.split === 'validation').map(r => r.value);
  return { losses, summary, weights: [...(store.weights(summary.id)?.keys() ?? [])] };
}
const frozen: readonly Command[] = ['W1', 'W2', 'W3'].map(projection => ({ do: 'freeze', projection }));

t.test('fast synapses are neither stored nor counted', async t => {
  const [plain, caught] = [await run('mini', []), await run('fast', [])];
  t.strictSame(caught.weights, plain.weights);
  t.equal(caught.summary.cost.parameters, plain.summary.cost.parameters);
  t.strictSame(caught.summary.pairing, plain.summary.pairing, 'the pairing is that of the weights');
});
t.test('they learn in the evaluation, which starts without what earlier ones left', async t => {
  const [first, ...later] = (await run('fast', frozen)).losses;
  t.equal(later.length, 3);
  for (const loss of later) t.equal(loss, first, 'the same weights give the same loss');
  const [without] = (await run('mini', frozen)).losses;
  t.not(first, without, 'they act');
});
t.test('their values are no weights that a command could perturb', async t => {
  await t.rejects(run('fast', [{ do: 'perturb', projection: 'F', std: 0.1 }]), {
    code: 'APICAL_COMMAND',
    message: /"own" asks to perturb: .*weights that are no state.*"F".*W1/s,
  });
});
