/**
 * Plausibility of a scheme, computed from its circuit: what synapses read, which weights are tied, what equations call.
 * Nothing here is claimed by the scheme itself. The circuit is that of a small network of three layers of synapses.
 */
import { assemble, circuitStreams, type BuiltModel } from '@apical/circuit';
import type { Program, Scheme } from '@apical/core';
import { createRandomSource } from '@apical/numerics';
import { libraryOf } from '@apical/run';
import type { Parts } from './runner.js';

export interface AuditLine {
  readonly question: string;
  readonly answer: string;
  /** What it was concluded from. */
  readonly why: string;
}
export function auditScheme({ catalogues }: Pick<Parts, 'catalogues'>, scheme: Scheme): AuditLine[] {
  const layer = (units: number, activation?: string) => ({
    shape: [units],
    ...(activation === undefined ? {} : { activation }),
  });
  const layers = [layer(4), layer(5, 'tanh'), layer(3, 'tanh'), layer(2)];
  const model = assemble(
    scheme,
    layers,
    {},
    {
      memory: catalogues.Backend.get('reference').open({ dtype: 'float64' }),
      batch: 2,
      streams: circuitStreams(createRandomSource(0), catalogues.Initialiser, ''),
      library: libraryOf(catalogues),
    },
  );
  return [
    transport(model),
    order(model),
    locality(model),
    derivative(model),
    neurons(model, layers.length),
    synapses(model),
    signs(model),
  ];
}
const list = (items: readonly string[], none: string): string => (items.length ? items.join('; ') : none);

/** Does another path use the weights of the forward path? */
function transport({ circuit, forward }: BuiltModel): AuditLine {
  const live: string[] = [];
  const again: string[] = [];
  const once: string[] = [];
  for (const [name, { along, weights }] of circuit.specs) {
    if (forward.includes(name)) continue;
    if (along !== undefined && forward.includes(along)) live.push(`${name} is ${along}, reversed`);
    if (!weights || !('function' in weights) || !weights.of.some(of => forward.includes(of))) continue;
    const text = `${name} = ${weights.function} of ${weights.of.join(', ')}`;
    const later = weights.at.filter(phase => phase !== 'build');
    if (later.length) again.push(`${text} in phase ${later.join(', ')}`);
    else once.push(`${text} at the start`);
  }
  const question = 'transports weights';
  if (live.length) return { question, answer: 'yes, always', why: live.join('; ') };
  if (again.length) return { question, answer: 'yes, again and again', why: again.join('; ') };
  if (once.length) return { question, answer: 'at the start', why: once.join('; ') };
  return { question, answer: 'no', why: 'no projection takes its weights from the forward path' };
}
function order({ programs }: BuiltModel): AuditLine {
  const sweeps: string[] = [];
  const walk = (program: Program): void => {
    for (const stage of program)
      if ('phase' in stage) {
        const phases = typeof stage.phase === 'string' ? stage.phase : stage.phase.join(' + ');
        if (stage.sweep) sweeps.push(`${phases} ${stage.sweep}`);
      } else if ('stages' in stage) walk(stage.stages);
  };
  walk(programs.train);
  return {
    question: 'needs ordered sweeps',
    answer: sweeps.length ? `yes, ${sweeps.length}` : 'no',
    why: list(sweeps, 'all populations move together in every phase'),
  };
}
/** Factors of a rule stand at one end each; what can reach further is bound, reduced over units, or pooled. */
function locality({ circuit }: BuiltModel): AuditLine {
  const found = new Set<string>();
  for (const p of circuit.projections.values())
    for (const { use, rule, optimiser } of p.rules) {
      for (const side of ['pre', 'post'] as const)
        for (const ref of Object.values(use.uses?.[side] ?? {})) {
          const owner = ref.split('.')[0]!;
          if (owner !== p[side].name && owner !== p.name && circuit.populations.has(owner))
            found.add(`${p.name} reads ${ref}`);
        }
      for (const other of Object.values(use.uses?.weights ?? {}))
        found.add(`${p.name} reads the weights of ${other}`);
      const texts = [
        ...rule.update.terms.flatMap(({ pre, post }) => [pre ?? '', post ?? '']),
        ...Object.values(rule.phases ?? {}).flatMap(({ pre, post }) => [pre ?? '', post ?? '']),
      ];
      if (texts.some(text => /\b(?:sum|mean|largest)\s*\(/.test(text)))
        found.add(`rule ${rule.name} reduces over the units of a population`);
      const { pool } = optimiser.model ?? {};
      if (pool && pool.over !== 'neuron')
        found.add(`optimiser ${optimiser.model!.name} pools over the ${pool.over}`);
    }
  return {
    question: 'rules read beyond their ends',
    answer: found.size ? 'yes' : 'no',
    why: list([...found], 'every factor is a quantity of the neuron before or after the synapse'),
  };
}
function derivative({ circuit }: BuiltModel): AuditLine {
  const found = new Set<string>();
  const look = (text: string, slots: readonly string[], where: string): void => {
    for (const slot of slots)
      if (new RegExp(`\\b(?:d${slot}|${slot}Back)\\s*\\(`).test(text)) found.add(where);
  };
  for (const { model } of circuit.populations.values())
    for (const [phase, text] of Object.entries(model.phases))
      look(text, Object.keys(model.functions ?? {}), `${model.name} in phase ${phase}`);
  for (const p of circuit.projections.values())
    for (const { rule } of p.rules)
      for (const side of ['pre', 'post'] as const) {
        const texts = [
          ...rule.update.terms.map(t => t[side] ?? ''),
          ...Object.values(rule.phases ?? {}).map(ends => ends[side] ?? ''),
        ];
        look(texts.join('\n'), Object.keys(p[side].model.functions ?? {}), `rule ${rule.name}`);
      }
  return {
    question: 'uses the derivative of activations',
    answer: found.size ? 'yes' : 'no',
    why: list([...found], 'no equation calls it'),
  };
}
function neurons({ circuit }: BuiltModel, layers: number): AuditLine {
  const extra = circuit.populations.size - layers;
  return {
    question: 'populations besides the layers',
    answer: String(Math.max(0, extra)),
    why: extra > 0 ? [...circuit.populations.keys()].join(', ') : 'one population a layer',
  };
}
function synapses({ circuit, forward }: BuiltModel): AuditLine {
  const others = [...circuit.projections.values()].filter(
    p => !forward.includes(p.name) && p.spec.along === undefined && p.bundle.weights.length > 0,
  );
  return {
    question: 'weights besides the forward path',
    answer: others.length ? 'yes' : 'no',
    why: list(
      others.map(
        p =>
          `${p.name}${p.rules.length ? `, learns by ${p.rules.map(r => r.rule.name).join(', ')}` : ', fixed'}`,
      ),
      'none',
    ),
  };
}
function signs({ circuit, forward }: BuiltModel): AuditLine {
  const constrained = forward.filter(name => circuit.specs.get(name)?.constraint !== undefined);
  return {
    question: 'keeps signs of weights (Dale)',
    answer: constrained.length === forward.length ? 'constrained' : 'no',
    why: constrained.length
      ? `constraints on ${constrained.join(', ')}: ${circuit.specs.get(constrained[0]!)!.constraint!.trim()}`
      : 'no constraint: weights of a neuron may have either sign',
  };
}
