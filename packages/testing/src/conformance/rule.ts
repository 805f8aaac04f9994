/** What every learning rule must do on a dense projection between two populations that have what it reads. */
import type { Backend, Ends, LearningRule, NeuronModel, Plasticity } from '@apical/core';
import { Circuit, circuitStreams } from '@apical/circuit';
import { namesIn, parseAssignment, parseBlock, type Language } from '@apical/equations';
import { createRandomSource } from '@apical/numerics';
import { close, ensure, type Check } from './check.js';
import { checkForm, eachChoice } from './form.js';
import type { SchemeBench } from './scheme.js';

export interface RuleBench extends Pick<SchemeBench, 'library'> {
  readonly backend: Backend;
  /** Neuron models at the ends; default: cells that have every signal the rule reads. All signals are given at random. */
  readonly models?: Ends<NeuronModel>;
  /** Names in the rule → signals of the models. */
  readonly uses?: Plasticity['uses'];
  /** Has a bias the rule's directions too? Default true. */
  readonly bias?: boolean;
}
type Side = 'pre' | 'post';
const sides: readonly Side[] = ['pre', 'post'];
/** One sum over three samples, perhaps in another order. */
const rounding = 1e-13;

/** Names that a rule reads at an end and does not bring itself. */
function wanted(
  rule: LearningRule,
  choose: Readonly<Record<string, string>>,
  { activations }: RuleBench['library'],
): Record<Side, Set<string>> {
  const choices: Record<string, string> = {};
  for (const [name, options] of Object.entries(rule.choices ?? {}))
    choices[name] = options[choose[name] ?? Object.keys(options)[0]!]!;
  const out = { pre: new Set<string>(), post: new Set<string>() };
  for (const side of sides) {
    const language: Language = { where: rule.name, choices, functions: { phi: activations.get(activation) } };
    const own = new Set([
      ...Object.keys(rule.parameters),
      ...Object.keys(rule.constants ?? {}),
      'dt',
      'batch',
    ]);
    const statements = [
      ...Object.values(rule.phases ?? {}).flatMap(e => (e[side] ? parseBlock(e[side], language) : [])),
      ...rule.update.terms.flatMap(t => (t[side] ? parseAssignment('factor', t[side], language) : [])),
    ];
    const locals = new Set(statements.map(s => s.target));
    for (const { value } of statements)
      for (const name of namesIn(value)) {
        const [, end, rest] = /^(pre|post)\.(.+)$/.exec(name) ?? [];
        const at: Side = end === 'pre' || end === 'post' ? end : side;
        const bare = rest ?? name;
        const isTrace = Object.hasOwn(rule.traces?.[at] ?? {}, bare);
        if (!own.has(bare) && !isTrace && !(bare === name && locals.has(bare))) out[at].add(bare);
      }
  }
  return out;
}
/** A rule may ask for the slope at one of its ends. */
const activation = 'tanh';
const cell = (names: Iterable<string>): NeuronModel => ({
  name: 'cell',
  source: { paper: 'conformance' },
  parameters: {},
  functions: { phi: activation },
  signals: Object.fromEntries([...names].map(n => [n, { doc: 'given', unit: '1', role: 'stimulus' }])),
  phases: {},
});
/** All signals given from outside, and ends of its own for the projection, which transmits nothing here. */
const joined = (model: NeuronModel): NeuronModel => ({
  ...model,
  signals: {
    ...Object.fromEntries(
      Object.entries(model.signals).map(([n, s]) => [n, { ...s, role: 'stimulus' as const }]),
    ),
    'conformance-from': { doc: 'sent', unit: '1', role: 'stimulus' },
    'conformance-into': { doc: 'arrives', unit: '1', role: 'input' },
  },
});
/** The circuit after its traces moved once and a direction was formed. */
function gathered(
  rule: LearningRule,
  choose: Readonly<Record<string, string>>,
  { library, backend, models, uses, bias = true }: RuleBench,
  samples: readonly number[],
): Circuit {
  const circuit = new Circuit({
    memory: backend.open({ dtype: 'float64' }),
    batch: samples.length,
    dt: 0.1,
    library,
    streams: circuitStreams(createRandomSource(7), library.initialisers),
  });
  const names = wanted(rule, choose, library);
  const stream = createRandomSource(8).stream('conformance');
  const sizes = { pre: 4, post: 3 };
  for (const side of sides) {
    const model = joined(models?.[side] ?? cell(names[side]));
    circuit.population({ name: side, shape: [sizes[side]], depth: 0, model });
    for (const [name, { per = 'neuron' }] of Object.entries(model.signals)) {
      if (per === 'population') continue;
      const n = per === 'neuron' ? sizes[side] : 1;
      const all = Float64Array.from({ length: 3 * n }, () => stream.normal());
      samples.forEach((b, k) =>
        circuit.signal(`${side}.${name}`).set(all.subarray(b * n, (b + 1) * n), k * n),
      );
    }
  }
  circuit.project({
    name: 'W',
    from: 'pre.conformance-from',
    to: 'post.conformance-into',
    phase: 'conformance',
    weights: { draw: 'normal' },
    bias: bias && { weights: { draw: 'normal' } },
    plasticity: [{ rule, choose, ...(uses ? { uses } : {}) }],
  });
  circuit.build();
  const moves = Object.keys(rule.phases ?? {}).filter(phase => phase !== 'gather' && phase !== 'learn');
  const stages = [...moves, 'learn'].map(phase => ({ phase, on: ['W'] }));
  circuit.compile(stages, { apply: false })();
  return circuit;
}
/** Directions are finite and means over samples; what the rule brings is data. */
export function ruleConformance(rule: LearningRule, bench: RuleBench): Check[] {
  const all = [0, 1, 2];
  const refs = bench.bias === false ? ['W'] : ['W', 'W/bias'];
  return [
    {
      name: `${rule.name}: is data, with docs and units`,
      run: () => checkForm(rule, { ...rule.traces?.pre, ...rule.traces?.post }),
    },
    ...eachChoice(rule).map(choose => ({
      name: `${rule.name}: the direction with ${JSON.stringify(choose)} is finite and repeats`,
      run() {
        const [a, b] = [gathered(rule, choose, bench, all), gathered(rule, choose, bench, all)];
        for (const ref of refs) {
          const direction = a.direction(ref);
          ensure(direction.every(Number.isFinite), () => `direction of ${ref}: ${direction.join(', ')}`);
          close(`direction of ${ref}`, b.direction(ref), direction, 0);
        }
        ensure(
          a.direction('W').some(v => v !== 0),
          () => 'the direction is zero for random signals: does a trace ever move?',
        );
      },
    })),
    {
      name: `${rule.name}: the direction of a batch is the mean over its samples`,
      run() {
        const many = gathered(rule, {}, bench, all);
        const alone = all.map(b => gathered(rule, {}, bench, [b]));
        for (const ref of refs) {
          const want = Float64Array.from(
            many.direction(ref),
            (_, i) => alone.reduce((sum, c) => sum + c.direction(ref)[i]!, 0) / 3,
          );
          close(`direction of ${ref}`, many.direction(ref), want, rounding);
        }
      },
    },
  ];
}
