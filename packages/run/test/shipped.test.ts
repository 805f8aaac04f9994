/** With the parts that are shipped: backpropagation, and the scheme written in YAML that the manual shows. */
import t from 'tap';
import { parse } from 'yaml';
import { Catalogue } from '@apical/core';
import type { Plugin, RunConfig, SchemeTemplate } from '@apical/core';
import bp from '@apical/plugin-bp';
import standard from '@apical/plugin-standard';
import tasks from '@apical/plugin-tasks';
import type { RunCatalogues } from '@apical/schemes';
import { memoryStore, train } from '../src/index.js';
import { catalogues, clouds, dependencies, runConfig } from './parts.js';

/** As the host does it, for contributions that need no services. */
function shipped(): RunCatalogues {
  const kinds = Object.keys(catalogues()) as (keyof RunCatalogues)[];
  const plugins: Plugin[] = [standard, bp, tasks];
  const all = Object.fromEntries(kinds.map(kind => [kind, new Catalogue(kind)]));
  for (const { name, contributes = {} } of plugins)
    for (const [kind, parts] of Object.entries<readonly unknown[]>(contributes))
      for (const part of parts as readonly { readonly name: string }[]) all[kind]?.add(part, name);
  all['Dataset']!.add(clouds, 'test');
  all['Backend'] = catalogues().Backend;
  return all as unknown as RunCatalogues;
}
const config = (change: Partial<RunConfig> = {}): RunConfig =>
  runConfig({
    task: { use: 'classification' },
    label: 'bp',
    scheme: { use: 'bp' },
    ...change,
    train: { epochs: 15, eta: 0.2, evaluateOn: ['validation'] },
  });
const own = parse(`
  input: layer0.r
  output: "layer{last}.r"
  target: "layer{last}.target"
  forward: ["W{l}"]
  feedback: ["B{l}"]
  plasticity: { forward: { rule: delta, optimiser: { use: sgd } } }
  populations:
    "layer{l}": { neuron: { first: rate/input, hidden: rate/unit, last: rate/output }, size: "size[l]", depth: l }
  projections:
    "W{l}": { from: "layer{l-1}.r", to: "layer{l}.z", phase: forward, weights: { draw: xavier-normal }, bias: true, plasticity: forward }
    "B{l}": { from: "layer{l+1}.delta", to: "layer{l}.feedback", phase: backward, reversed: true, weights: { function: sign, of: ["W{l+1}"], at: [build, tie] } }
  programs:
    train: [{ phase: forward, sweep: up }, { phase: backward, sweep: down }, { phase: learn }, { phase: tie }]
    evaluate: [{ phase: forward, sweep: up }]
`) as SchemeTemplate;

t.test('backpropagation sorts the clouds, under each head', async t => {
  for (const head of ['softmax-cross-entropy', 'sigmoid-squared', 'linear-squared']) {
    const network = { hidden: [6, 5], activation: ['tanh', 'relu'], head };
    const { summary } = await train(config({ network }), dependencies({ catalogues: shipped() }));
    t.equal(summary.status, 'finished');
    t.ok(summary.final['test/error']! < 15, `${head}: ${summary.final['test/error']!} %`);
  }
});

t.test(
  'a scheme written in YAML, with feedback of the sign of the forward weights, learns as well',
  async t => {
    const store = memoryStore();
    const mine = config({
      label: 'my-scheme',
      scheme: {
        use: 'my-scheme',
        plasticity: { forward: { optimiser: { parameters: { eta: [0.1, 0.1, 0.05] } } } },
      },
      define: { schemes: { 'my-scheme': own } },
    });
    const { summary } = await train(mine, dependencies({ catalogues: shipped(), store }));
    t.ok(summary.final['test/error']! < 15, `${summary.final['test/error']!} %`);
    const weights = store.weights(summary.id)!;
    const [B1, W2] = [weights.get('B1')!, weights.get('W2')!];
    t.same(B1.shape, [5, 4]);
    for (const [i, j] of [
      [0, 0],
      [4, 3],
      [2, 1],
    ] as const)
      t.equal(
        Math.sign(B1.data[i * 4 + j]!),
        Math.sign(W2.data[j * 5 + i]!),
        'B1 has the signs of W2, transposed',
      );
    const plain = await train(config(), dependencies({ catalogues: shipped() }));
    t.same(summary.pairing, plain.summary.pairing, 'paired with backpropagation');
  },
);
