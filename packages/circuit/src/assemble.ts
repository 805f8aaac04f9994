/** Fills the slots of a scheme and builds its circuit for given layers. */
import { ApicalError, unknownName } from '@apical/core';
import type {
  Builder,
  Choose,
  HeadSpec,
  LayerSpec,
  Model,
  NeuronSlot,
  OptimiserSlot,
  OptimiserUse,
  PerLayer,
  Plasticity,
  PlasticitySlot,
  Scheme,
  SchemeOptions,
  Setting,
  Value,
} from '@apical/core';
import { Circuit, type BuildOptions } from './circuit.js';
import { valueOf } from './parameters.js';

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
    ...(options.weights ? { weights: options.weights } : {}),
  });
  const { head, shaped } = withHead(scheme, layers, options.head);
  const builder = builderOf(circuit, scheme, options, head);
  const numbers = Object.fromEntries(
    Object.keys(values).map(k => [k, circuit.parameters.shared[k]!.data[0]!]),
  );
  const assembled = scheme.assemble(builder, shaped, { parameters: numbers, settings });
  circuit.build();
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
  const known = [...circuit.projections.values()].flatMap(p => {
    const names = [p.name, ...(p.role === '' ? [] : [p.role])];
    return [...names, ...names.map(n => `${n}/bias`)];
  });
  for (const name of Object.keys(options.weights ?? {}))
    if (!known.includes(name))
      throw unknownName(`projection or role of scheme ${scheme.name} in "weights"`, name, [
        ...new Set(known),
      ]);
}
/** The entry of one layer. */
function entry(values: PerLayer | undefined, layer: number, where: string): Record<string, Value> {
  const out: Record<string, Value> = {};
  for (const [name, v] of Object.entries(values ?? {})) {
    const one = typeof v === 'object' ? v[layer] : v;
    if (one === undefined)
      throw new ApicalError(
        'APICAL_SHAPE',
        `${where}: ${name} lists ${(v as readonly Value[]).length} values; one for layer ${layer + 1} is needed`,
      );
    out[name] = one;
  }
  return out;
}
function builderOf(
  circuit: Circuit,
  scheme: Scheme,
  options: SchemeOptions,
  head: HeadSpec | undefined,
): Builder {
  const rules = (slot: string, layer: number, more: Partial<Plasticity>) =>
    plasticityOf(scheme, options, slot, layer, more);
  return {
    ruleName: slot => rules(slot, 0, {})?.rule.name,
    population(name, slot, { layer = 0, ...at }) {
      const base = Object.hasOwn(scheme.neurons, slot) ? scheme.neurons[slot] : undefined;
      if (!base) throw unknownName(`neuron slot of scheme ${scheme.name}`, slot, Object.keys(scheme.neurons));
      const over: Partial<NeuronSlot> = options.neurons?.[slot] ?? {};
      const forHead = head?.slot === slot ? head : undefined;
      const initial = options.initial?.[name];
      const where = `${scheme.name}, ${slot}`;
      circuit.population({
        ...at,
        name,
        model: over.model ?? base.model,
        parameters: {
          ...entry(base.parameters, layer, where),
          ...at.parameters,
          ...forHead?.parameters,
          ...entry(over.parameters, layer, where),
        },
        choose: merged(base.choose, at.choose, forHead?.choose, over.choose),
        functions: { ...base.functions, ...at.functions, ...over.functions },
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
const merged = (...all: (Choose | undefined)[]): Choose => Object.assign({}, ...all) as Choose;

/** One rule at work, or nothing when the slot is empty. */
function plasticityOf(
  scheme: Scheme,
  options: SchemeOptions,
  slot: string,
  layer: number,
  more: Partial<Plasticity>,
): Plasticity | undefined {
  if (!Object.hasOwn(scheme.plasticity, slot))
    throw unknownName(`plasticity slot of scheme ${scheme.name}`, slot, Object.keys(scheme.plasticity));
  const base = scheme.plasticity[slot] ?? undefined;
  const over = options.plasticity?.[slot];
  if (over === null || (!base && !over)) return undefined;
  const where = `${scheme.name}, ${slot}`;
  const { optimiser, biasOptimiser, scale, ...all } = { ...base, ...more, ...over } as PlasticitySlot;
  if (!all.rule) throw new ApicalError('APICAL_CIRCUIT', `${where}: this slot is empty; name a rule for it`);
  const applied = (use: OptimiserSlot | undefined): OptimiserUse | undefined =>
    use && { use: use.use, parameters: entry(use.parameters, layer, `${where}, ${use.use.name}`) };
  const weights = applied(optimiser);
  const bias = applied(biasOptimiser);
  return {
    ...all,
    parameters: {
      ...entry(base?.parameters, layer, where),
      ...more.parameters,
      ...entry(over?.parameters, layer, where),
    },
    choose: merged(base?.choose, more.choose, over?.choose),
    uses: {
      pre: { ...base?.uses?.pre, ...more.uses?.pre, ...over?.uses?.pre },
      post: { ...base?.uses?.post, ...more.uses?.post, ...over?.uses?.post },
      weights: { ...base?.uses?.weights, ...more.uses?.weights, ...over?.uses?.weights },
    },
    ...(scale === undefined ? {} : { scale: entry({ scale }, layer, where).scale! }),
    ...(weights ? { optimiser: weights } : {}),
    ...(bias ? { biasOptimiser: bias } : {}),
  };
}
