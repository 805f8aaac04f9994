/** Fills the slots of a scheme and builds its circuit for given layers. */
import { ApicalError, unknownName } from '@apical/core';
import type {
  Builder,
  HeadSpec,
  LayerSpec,
  Model,
  NeuronSlot,
  Plasticity,
  Program,
  Scheme,
  SchemeOptions,
  Setting,
  Value,
} from '@apical/core';
import { Circuit } from './circuit.js';
import type { BuildOptions } from './network.js';
import { valueOf } from './parameters.js';
import { checkLists, entry, keptFor, merged, plasticityOf, ruleOf, type Lists } from './slots.js';

export interface BuiltModel extends Model {
  readonly circuit: Circuit;
}
/** Throws `ApicalError` for any slot, parameter, setting, choice or weight that the scheme does not have. */
export function assemble(
  scheme: Scheme,
  layers: readonly LayerSpec[],
  options: SchemeOptions,
  build: BuildOptions,
): BuiltModel {
  if (layers.length < 2)
    throw new ApicalError('APICAL_SHAPE', 'a network needs an input and an output layer');
  checkKeys(scheme, 'neuron slot', options.neurons, scheme.neurons);
  checkKeys(scheme, 'plasticity slot', options.plasticity, scheme.plasticity);
  checkKeys(scheme, 'parameter', options.parameters, scheme.parameters);
  const settings = settingsOf(scheme, options);
  const values: Record<string, Value> = {};
  for (const [name, spec] of Object.entries(scheme.parameters))
    values[name] = valueOf(options.parameters?.[name], spec, `${scheme.name}.${name}`) ?? spec.value;
  const circuit = new Circuit({
    ...build,
    parameters: values,
    phases: Object.keys(scheme.phases),
    ...(options.weights ? { weights: options.weights } : {}),
  });
  for (const [name, spec] of Object.entries(scheme.parameters))
    circuit.network.parameters.bound(
      circuit.network.parameters.shared[name]!,
      spec,
      `${scheme.name}.${name}`,
    );
  const { head, shaped } = withHead(scheme, layers, options.head);
  const lists: Lists = new Map();
  const builder = builderOf(circuit, scheme, options, head, lists);
  const numbers = Object.fromEntries(
    Object.keys(values).map(k => [k, circuit.network.parameters.shared[k]!.data[0]!]),
  );
  const assembled = scheme.assemble(builder, shaped, { parameters: numbers, settings });
  circuit.build();
  checkLists(lists);
  checkWhen(circuit, scheme, assembled.programs);
  checkWeights(circuit, scheme, options);
  return { ...assembled, circuit };
}
function checkKeys(scheme: Scheme, kind: string, given: object | undefined, known: object): void {
  for (const name of Object.keys(given ?? {}))
    if (!Object.hasOwn(known, name))
      throw unknownName(`${kind} of scheme ${scheme.name}`, name, Object.keys(known));
}
function settingsOf(scheme: Scheme, options: SchemeOptions): Record<string, Setting> {
  checkKeys(scheme, 'setting', options.settings, scheme.settings);
  const out: Record<string, Setting> = {};
  for (const [name, spec] of Object.entries(scheme.settings)) {
    const value = (out[name] = options.settings?.[name] ?? spec.value);
    if (spec.allowed && !spec.allowed.some(a => JSON.stringify(a) === JSON.stringify(value)))
      throw new ApicalError(
        'APICAL_SETTING',
        `${scheme.name}: ${name} is one of ${spec.allowed.join(', ')}; "${String(value)}" is asked`,
      );
  }
  return out;
}
/** The output layer takes the activation of the head, unless it states one. */
function withHead(
  scheme: Scheme,
  layers: readonly LayerSpec[],
  name: string | undefined,
): { head: HeadSpec | undefined; shaped: readonly LayerSpec[] } {
  if (name === undefined) return { head: undefined, shaped: layers };
  const head = Object.hasOwn(scheme.heads, name) ? scheme.heads[name] : undefined;
  if (!head) throw unknownName(`head of scheme ${scheme.name}`, name, Object.keys(scheme.heads));
  const last = layers.at(-1)!;
  return { head, shaped: [...layers.slice(0, -1), { activation: head.activation, ...last }] };
}
/** Initial weights that no projection asked for are a typing error. */
function checkWeights(circuit: Circuit, scheme: Scheme, options: SchemeOptions): void {
  const known = [...circuit.network.projections.values()].flatMap(p => {
    const names = [p.name, ...(p.role === '' ? [] : [p.role])];
    return [...names, ...names.map(n => `${n}/bias`)];
  });
  for (const name of Object.keys(options.weights ?? {}))
    if (!known.includes(name))
      throw unknownName(`projection or role of scheme ${scheme.name} in "weights"`, name, [
        ...new Set(known),
      ]);
}
/** A rule whose direction no program forms, or applies, would learn nothing without a word. */
function checkWhen(circuit: Circuit, scheme: Scheme, programs: Readonly<Record<string, Program>>): void {
  const run = new Set(Object.values(programs).flatMap(phasesIn));
  for (const { rules } of circuit.network.projections.values())
    for (const { name, gather, apply } of rules)
      for (const [what, phase] of [
        ['gathers', gather],
        ['applies', apply],
      ] as const)
        if (phase !== 'never' && !run.has(phase))
          throw unknownName(`phase in which ${name} ${what}, in the programs of ${scheme.name},`, phase, [
            ...run,
          ]);
}
const phasesIn = (program: Program): string[] =>
  program.flatMap(s => ('stages' in s ? phasesIn(s.stages) : 'phase' in s ? s.phase : []));
function builderOf(
  circuit: Circuit,
  scheme: Scheme,
  options: SchemeOptions,
  head: HeadSpec | undefined,
  lists: Lists,
): Builder {
  const rules = (slot: string, layer: number, more: Partial<Plasticity>) =>
    plasticityOf(scheme, options, slot, layer, more, lists);
  return {
    ruleName: slot => ruleOf(scheme, options, slot)?.name,
    population(name, slot, { layer = 0, ...at }) {
      const base = Object.hasOwn(scheme.neurons, slot) ? scheme.neurons[slot] : undefined;
      if (!base) throw unknownName(`neuron slot of scheme ${scheme.name}`, slot, Object.keys(scheme.neurons));
      const over: Partial<NeuronSlot> = options.neurons?.[slot] ?? {};
      const forHead = head?.slot === slot ? head : undefined;
      const initial = options.initial?.[name];
      const where = `${scheme.name}, ${slot}`;
      const model = over.model ?? base.model;
      const own = model === base.model ? base : keptFor(model, base);
      circuit.population({
        ...at,
        name,
        model,
        parameters: {
          ...entry(own.parameters, layer, where, lists),
          ...at.parameters,
          ...forHead?.parameters,
          ...entry(over.parameters, layer, where, lists),
        },
        choose: merged(own.choose, at.choose, forHead?.choose, over.choose),
        functions: { ...own.functions, ...at.functions, ...over.functions },
        ...(initial ? { initial } : {}),
      });
    },
    project(name, { layer = 0, plasticity: slots = [], ...at }) {
      const wanted = (typeof slots === 'string' ? [slots] : slots).map(s =>
        typeof s === 'string' ? { slot: s } : s,
      );
      const plasticity = wanted.flatMap(({ slot, ...more }) => rules(slot, layer, more) ?? []);
      circuit.project({ ...at, name, plasticity });
    },
  };
}
