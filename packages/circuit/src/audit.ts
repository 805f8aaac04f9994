/**
 * The plausibility audit: what a scheme asks of a brain, computed from wiring, ties, programs and the reads of its
 * equations. It says what is there, not whether that is acceptable.
 */
import type { LayerSpec, Program, Stage } from '@apical/core';
import { reductions } from '@apical/equations';
import type { BuiltModel } from './assemble.js';
import type { BuiltProjection } from './built.js';
import { phasesIn } from './declare.js';
import { readsOfCircuit, textsOf, textsOfRule } from './reads.js';
import { count } from './scope.js';

export interface AuditRow {
  readonly aspect: string;
  readonly answer: string;
  /** Names of projections, rules and stages that the answer rests on. */
  readonly evidence: readonly string[];
}
/** `layers` are those the model was assembled for: what is more than they need is counted as extra. */
export function audit(model: BuiltModel, layers: readonly LayerSpec[]): AuditRow[] {
  return [
    transport(model),
    beginnings(model),
    passes(model.programs.train),
    switching(model.programs.train),
    locality(model),
    sharing(model),
    slopes(model),
    populationSums(model),
    ...extras(model, layers),
    dale(model),
  ];
}
const projections = ({ circuit }: Pick<BuiltModel, 'circuit'>): BuiltProjection[] => [
  ...circuit.network.projections.values(),
];
const row = (aspect: string, evidence: readonly string[], yes: string, no: string): AuditRow => ({
  aspect,
  answer: evidence.length ? yes : no,
  evidence,
});

/** Weights and biases that are functions of those of other projections. */
interface Follows {
  /** `B1 = transpose of W2` */
  readonly what: string;
  /** Phases in which it follows again in the course of training. */
  readonly renewed: readonly string[];
}
function following({ programs, ...model }: BuiltModel): Follows[] {
  const { start = [], ...others } = programs;
  const often = new Set(Object.values(others).flatMap(phasesIn));
  const once = new Set(['build', ...phasesIn(start).filter(phase => !often.has(phase))]);
  return projections(model).flatMap(({ name, spec: { weights, bias } }) =>
    [
      { name, weights },
      { name: `${name}/bias`, weights: typeof bias === 'object' ? bias.weights : undefined },
    ].flatMap(({ name, weights }) => {
      if (!weights || !('function' in weights)) return [];
      const sources = weights.of.filter(n => n !== 'own');
      if (sources.length === 0) return [];
      const what = `${name} = ${weights.function} of ${sources.join(', ')}`;
      return [{ what, renewed: weights.at.filter(at => !once.has(at)) }];
    }),
  );
}

function transport(model: BuiltModel): AuditRow {
  const live = projections(model).flatMap(({ name, spec: { along, reversed }, bundle }) =>
    along !== undefined && reversed && bundle.weights.length
      ? [`${name} sends back through the weights of ${along}, live`]
      : [],
  );
  const renewed = following(model).flatMap(({ what, renewed }) =>
    renewed.length ? [`${what}, renewed in ${renewed.join(', ')}`] : [],
  );
  return row('weight transport', [...live, ...renewed], 'yes', 'no');
}
/** What is set once, as a copy, an inverse or the signs, and then on its own. */
function beginnings(model: BuiltModel): AuditRow {
  const evidence = following(model).flatMap(({ what, renewed }) => (renewed.length ? [] : [what]));
  return row('starts from weights of others', evidence, 'yes', 'no');
}
const reduction = new RegExp(`\\b(${reductions.join('|')})\\s*\\(`);
const words = (phase: string | readonly string[]): string =>
  typeof phase === 'string' ? phase : phase.join(' + ');
function flat(program: Program): Stage[] {
  return program.flatMap(s => ('stages' in s ? [s, ...flat(s.stages)] : [s]));
}
function passes(train: Program): AuditRow {
  const stages = flat(train).flatMap(s => ('phase' in s ? [s] : []));
  const evidence = stages.filter(s => s.sweep).map(s => `${words(s.phase)} ${s.sweep!}`);
  const repeats = flat(train).flatMap(s => ('repeat' in s ? [`repeat ${s.repeat}`] : []));
  const learning = stages.filter(s => !s.sweep).map(s => words(s.phase));
  const answer =
    evidence.length + repeats.length
      ? `${evidence.length} sweeps, ${repeats.length} relaxations, then ${learning.join(', ')}`
      : 'no: every step does the same work';
  return { aspect: 'separate phases', answer, evidence: [...evidence, ...repeats] };
}
function switching(train: Program): AuditRow {
  const evidence = flat(train).flatMap(s =>
    'set' in s ? Object.entries(s.set).map(([k, v]) => `${k} = ${v}`) : [],
  );
  return row('parameters switched within an update', evidence, 'yes', 'no');
}
/** A rule may read its two ends and its own weight; anything else has to reach the synapse somehow. */
function locality(model: BuiltModel): AuditRow {
  const { network } = model.circuit;
  const evidence: string[] = [];
  for (const { rule, projection, weights } of readsOfCircuit(model.circuit).rules) {
    for (const other of weights) evidence.push(`${rule} multiplies with the weights of ${other}`);
    const built = network.projection(projection).rules.find(r => r.name === rule)!;
    for (const side of ['pre', 'post'] as const)
      for (const [name, meant] of Object.entries(built.use.uses?.[side] ?? {})) {
        const away = meant.includes('.') && network.populationOf(meant) !== built.ends[side].population;
        if (away) evidence.push(`${rule} reads ${meant} as ${name}`);
      }
    if (textsOfRule(built).some(text => reduction.test(text)))
      evidence.push(`${rule} reduces over the units of a population`);
    const { model: optimiser } = built.optimiser;
    if (optimiser?.pool) evidence.push(`${rule}: ${optimiser.name} pools over the ${optimiser.pool.over}`);
    if (optimiser && reduction.test(optimiser.update))
      evidence.push(`${rule}: ${optimiser.name} reduces over all its synapses`);
  }
  return row('reads beyond pre, post and own weight', evidence, 'yes', 'no');
}
function sharing(model: BuiltModel): AuditRow {
  const evidence = projections(model).flatMap(p => {
    const shape = p.bundle.weights.length ? p.connectivity.shape(p.bundle) : [];
    const shared =
      shape.length > 2 ? [`${p.name}: ${p.connectivity.name} uses each weight at many places`] : [];
    return p.spec.along !== undefined && !p.spec.reversed
      ? [...shared, `${p.name} shares the weights of ${p.spec.along}`]
      : shared;
  });
  return row('weight sharing', evidence, 'yes', 'no');
}
function slopes(model: BuiltModel): AuditRow {
  const evidence = new Set<string>();
  for (const p of model.circuit.network.populations.values())
    for (const { where, text } of textsOf(model.circuit.network, p))
      for (const slot of Object.keys(p.functions))
        if (new RegExp(`\\b(d${slot}|${slot}Back)\\s*\\(`).test(text))
          evidence.add(`${where} (${p.functions[slot]!.name})`);
  return row('derivative of the activation', [...evidence], 'used', 'not used');
}
function populationSums(model: BuiltModel): AuditRow {
  const evidence = [...model.circuit.network.populations.values()].flatMap(p => {
    const reduces = Object.values(p.functions).some(a => 'forward' in a && reduction.test(a.forward));
    return reduces
      ? [
          `${p.name}: ${Object.values(p.functions)
            .map(a => a.name)
            .join(', ')}`,
        ]
      : [];
  });
  return row('activation needs the whole layer', evidence, 'yes', 'no');
}
function extras(model: BuiltModel, layers: readonly LayerSpec[]): AuditRow[] {
  const wanted = layers.reduce((n, l) => n + count(l.shape), 0);
  const units = [...model.circuit.network.populations.values()].reduce((n, p) => n + p.units, 0);
  const own = projections(model).filter(p => p.spec.along === undefined && p.bundle.weights.length);
  const beyond = own.filter(p => !model.forward.includes(p.name));
  // fast synapses have a strength for every sample
  const synapses = ({ bundle }: BuiltProjection): number =>
    bundle.weights.length / (bundle.perSample ? bundle.batch : 1);
  const size = (all: readonly BuiltProjection[]): number => all.reduce((n, p) => n + synapses(p), 0);
  return [
    {
      aspect: 'extra neurons',
      answer: `${units - wanted} beside ${wanted}`,
      evidence: [...model.circuit.network.populations.values()].map(p => `${p.name}: ${p.units}`),
    },
    {
      aspect: 'extra synapses',
      answer: `${size(beyond)} beside ${size(own) - size(beyond)}`,
      evidence: beyond.map(p => `${p.name}: ${synapses(p)}${p.bundle.perSample ? ', fast' : ''}`),
    },
  ];
}
function dale(model: BuiltModel): AuditRow {
  const weighted = projections(model).filter(p => p.bundle.weights.length);
  const free = weighted.filter(p => !p.spec.constraint).map(p => p.name);
  return row(
    "Dale's law",
    free,
    'not kept: these weights may take both signs',
    'every projection has a sign constraint',
  );
}
