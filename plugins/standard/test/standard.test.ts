/** Activations, optimisers and weight functions of the plugin. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { reference } from '@apical/kernels';
import { createRandomSource } from '@apical/numerics';
import { activationConformance, libraryOf, optimiserConformance, ruleConformance } from '@apical/testing';
import plugin, {
  activations,
  adam,
  connectivities,
  dendriticPrediction,
  flow,
  momentum,
  oneToOne,
  optimisers,
  rules,
  sgd,
  silence,
  weightFunctions,
} from '../src/index.js';
import { emitJs, lower, parseBlock, parseStatements, toLatex } from '@apical/equations';
import type { Optimiser } from '@apical/core';

t.test('every activation: its slope is its derivative, softmax by its Jacobian', async t => {
  for (const activation of activations)
    for (const { name, run } of activationConformance(activation)) t.doesNotThrow(run, name);
});
t.test('every optimiser moves weights along the direction', async t => {
  for (const optimiser of optimisers)
    for (const { name, run } of optimiserConformance(optimiser)) t.doesNotThrow(run, name);
});
t.test('every rule meets the suite of its kind', async t => {
  for (const rule of rules)
    for (const { name, run } of ruleConformance(rule, { backend: reference, library: libraryOf(plugin) }))
      t.doesNotThrow(run, `${rule.name}: ${name}`);
});
/** Weight after several updates with these directions, from 0.5. */
function follow(
  optimiser: Optimiser,
  given: Readonly<Record<string, number>>,
  directions: readonly number[],
): number {
  const cell = (value: number) => Float64Array.of(value);
  const arrays: Record<string, Float64Array> = { w: cell(0.5), g: cell(0) };
  for (const name of Object.keys(optimiser.state ?? {})) arrays[name] = cell(0);
  const scalars: Record<string, Float64Array> = { k: cell(0), dt: cell(0.5) };
  for (const [name, { value }] of Object.entries(optimiser.parameters))
    scalars[name] = cell(given[name] ?? Number(value));
  const scope = {
    find: (name: string) =>
      arrays[name]
        ? { name, extent: 'neuron' as const, data: arrays[name], units: 1 }
        : scalars[name] && { name, extent: 'scalar' as const, data: scalars[name], units: 1 },
    names: () => [],
  };
  const language = { where: optimiser.name, choices: {}, functions: {} };
  const step = emitJs(
    lower(
      parseBlock(optimiser.update, language),
      scope,
      { batch: 1, units: 1 },
      'w',
      n => new Float64Array(n),
    ),
  );
  for (const g of directions) {
    scalars.k![0]! += 1;
    arrays.g![0] = g;
    step();
  }
  return arrays.w![0]!;
}
const rounding = 1e-15;
t.test('optimisers against updates written out', async t => {
  const near = (got: number, want: number, what: string) =>
    t.ok(Math.abs(got - want) < rounding, `${what}: ${got} for ${want}`);
  near(follow(sgd, { eta: 0.1, weightDecay: 0.01 }, [2]), 0.5 + 0.2 - 0.005, 'sgd');
  near(follow(momentum, { eta: 0.1, momentum: 0.5 }, [1, 3]), 0.5 + 0.1 + 0.1 * 3.5, 'momentum');
  let [w, m, v] = [0.5, 0, 0];
  [1, -2, 0.5].forEach((g, i) => {
    m = 0.9 * m + 0.1 * g;
    v = 0.999 * v + 0.001 * g * g;
    w += (0.01 * (m / (1 - 0.9 ** (i + 1)))) / (Math.sqrt(v / (1 - 0.999 ** (i + 1))) + 1e-8);
  });
  near(follow(adam, { eta: 0.01 }, [1, -2, 0.5]), w, 'adam');
  const decays = { eta: 0, weightDecay: 0.01 };
  for (const optimiser of [sgd, momentum, adam])
    near(
      follow(optimiser, decays, [1, 2, 3]),
      0.5 * 0.99 ** 3,
      `${optimiser.name}: decay is no part of the rate`,
    );
  near(follow(flow, { eta: 2 }, [3, 1]), 0.5 + 0.5 * 2 * 4, 'flow, dt 0.5 ms');
});
t.test('the plugin brings what the README names, with the equations as the code has them', async t => {
  const readme = await readFile(join(import.meta.dirname, '../README.md'), 'utf8');
  const { Activation, Connectivity, Initialiser, LearningRule, Optimiser, WeightFunction } =
    plugin.contributes!;
  t.strictSame(
    [Activation, Connectivity, LearningRule, Optimiser, WeightFunction],
    [activations, connectivities, rules, optimisers, weightFunctions],
  );
  const named = Initialiser!.flatMap(i => ('fill' in i ? [i.name] : []));
  for (const name of [
    'zeros',
    'constant',
    'uniform',
    'normal',
    'xavier-uniform',
    'xavier-normal',
    'he-uniform',
    'he-normal',
    'lecun-normal',
    'fan-in-uniform',
    'orthogonal',
  ])
    t.ok(named.includes(name), name);
  const equations = [
    ...activations.flatMap(a => ('value' in a ? [a.value, a.slope!] : [])).map(e => toLatex(e)),
    ...[...Object.values(dendriticPrediction.choices!.compared!), 'rOld'].map(e => toLatex(e)),
    toLatex(silence.update.terms[0]!.gain!),
    ...[
      ...optimisers.map(o => o.update),
      ...activations.flatMap(a => ('forward' in a ? [a.forward, a.backward!] : [])),
    ].flatMap(text => parseStatements(text, { where: 'readme' }).map(s => toLatex([s]))),
  ];
  for (const latex of equations) t.ok(readme.includes(latex), latex);
  for (const part of [...activations, ...optimisers, ...connectivities, ...weightFunctions])
    t.ok(readme.includes(`\`${part.name}\``), part.name);
});
t.test('weight functions', async t => {
  const memory = reference.open({ dtype: 'float64' });
  const source = { rows: 2, cols: 3, data: Float64Array.of(1, -2, 3, -4, 5, -6) };
  const apply = (
    name: string,
    rows: number,
    cols: number,
    start: number[] = [],
    cells: Record<string, Float64Array> = { gain: Float64Array.of(2) },
  ) => {
    const into = { rows, cols, data: Float64Array.from({ length: rows * cols }, (_, i) => start[i] ?? 9) };
    const f = weightFunctions.find(w => w.name === name)!;
    memory.prepare(
      f.prepare(
        into,
        f.inputs.map(i => (i === 'own' ? into : source)),
        cells,
        memory,
      ),
      name,
    )();
    return Array.from(into.data);
  };
  t.strictSame(apply('copy', 2, 3), [2, -4, 6, -8, 10, -12]);
  t.strictSame(apply('transpose', 3, 2), [2, -8, -4, 10, 6, -12]);
  t.strictSame(apply('sign', 2, 3), [2, -2, 2, -2, 2, -2]);
  t.strictSame(apply('sign-of', 2, 3, [-1, 2, 3, 4, -5, 6]), [1, -2, 3, -4, 5, -6]);
  t.strictSame(apply('constant', 1, 2, [], { value: Float64Array.of(0.5) }), [0.5, 0.5]);
  const inverse = apply('pseudo-inverse', 3, 2);
  const product = [0, 1].flatMap(i =>
    [0, 1].map(j => [0, 1, 2].reduce((s, k) => s + source.data[i * 3 + k]! * inverse[k * 2 + j]!, 0)),
  );
  [1, 0, 0, 1].forEach((want, i) => t.ok(Math.abs(product[i]! - want) < 1e-12));
  for (const [name, rows, cols] of [
    ['copy', 2, 2],
    ['copy', 3, 2],
    ['sign', 3, 2],
    ['sign-of', 3, 2],
    ['transpose', 2, 3],
    ['pseudo-inverse', 2, 3],
  ] as const)
    t.throws(
      () => apply(name, rows, cols),
      { code: 'APICAL_SHAPE', message: /the source is 2 × 3, the target \d × \d; \d × \d would fit/ },
      `${name} into ${rows} × ${cols}`,
    );
});
t.test('one-to-one joins equal populations only', async t => {
  t.strictSame(oneToOne.shape({ pre: [2, 3], post: [6] }), []);
  t.throws(() => oneToOne.shape({ pre: [4], post: [3] }), { code: 'APICAL_SHAPE' });
  t.strictSame(
    connectivities.map(c => c.name),
    ['dense', 'one-to-one'],
  );
  t.equal(createRandomSource(1).stream('a').uniform(), createRandomSource(1).stream('a').uniform());
});
