/** What a scheme and a config say of a slot, joined: values of one layer, parts that replace others. */
import { ApicalError, unknownName } from '@apical/core';
import type {
  Choose,
  LearningRule,
  NeuronModel,
  NeuronSlot,
  OptimiserSlot,
  OptimiserUse,
  PerLayer,
  Plasticity,
  PlasticitySlot,
  Scheme,
  SchemeOptions,
  Value,
} from '@apical/core';

/** Per-layer lists → where they stand and the last layer that took a value. */
export type Lists = Map<readonly Value[], { readonly where: string; readonly last: number }>;
export function checkLists(lists: Lists): void {
  for (const [list, { where, last }] of lists)
    if (list.length !== last + 1)
      throw new ApicalError(
        'APICAL_SHAPE',
        `${where} lists ${list.length} values; this network has ${last + 1} such layers`,
      );
}
/** The entry of one layer. */
export function entry(
  values: PerLayer | undefined,
  layer: number,
  where: string,
  lists: Lists,
): Record<string, Value> {
  const out: Record<string, Value> = {};
  for (const [name, v] of Object.entries(values ?? {})) {
    const one = typeof v === 'object' ? v[layer] : v;
    if (one === undefined)
      throw new ApicalError(
        'APICAL_SHAPE',
        `${where}: ${name} lists ${(v as readonly Value[]).length} values; one for layer ${layer + 1} is needed`,
      );
    out[name] = one;
    if (typeof v === 'object')
      lists.set(v, { where: `${where}: ${name}`, last: Math.max(layer, lists.get(v)?.last ?? 0) });
  }
  return out;
}
/** What a slot says of its own part is said of another part too where that has something of the name. */
const carried = <T>(values: Readonly<Record<string, T>> | undefined, known: object | undefined) =>
  Object.fromEntries(Object.entries(values ?? {}).filter(([name]) => Object.hasOwn(known ?? {}, name)));
export const keptFor = (model: NeuronModel, slot: NeuronSlot): Omit<NeuronSlot, 'model'> => ({
  parameters: carried(slot.parameters, model.parameters),
  choose: carried(slot.choose, model.choices),
  functions: carried(slot.functions, model.functions),
});
export const merged = (...all: (Choose | undefined)[]): Choose => Object.assign({}, ...all) as Choose;

/** The rule in a slot; undefined where it is empty. Throws for a slot that the scheme does not have. */
export function ruleOf(scheme: Scheme, options: SchemeOptions, slot: string): LearningRule | undefined {
  if (!Object.hasOwn(scheme.plasticity, slot))
    throw unknownName(`plasticity slot of scheme ${scheme.name}`, slot, Object.keys(scheme.plasticity));
  const over = options.plasticity?.[slot];
  return over === null ? undefined : (over?.rule ?? scheme.plasticity[slot]?.rule);
}
/** One rule at work, or nothing when the slot is empty. */
export function plasticityOf(
  scheme: Scheme,
  options: SchemeOptions,
  slot: string,
  layer: number,
  more: Partial<Plasticity>,
  lists: Lists,
): Plasticity | undefined {
  const rule = ruleOf(scheme, options, slot);
  const base = scheme.plasticity[slot] ?? undefined;
  const over = options.plasticity?.[slot];
  if (over === null || (!base && !over)) return undefined;
  const where = `${scheme.name}, ${slot}`;
  const { optimiser, biasOptimiser, scale, ...all } = { ...base, ...more, ...over } as PlasticitySlot;
  if (!rule) throw new ApicalError('APICAL_CIRCUIT', `${where}: this slot is empty; name a rule for it`);
  const isOwn = rule === base?.rule;
  const applied = (use: OptimiserSlot | undefined): OptimiserUse | undefined =>
    use && { use: use.use, parameters: entry(use.parameters, layer, `${where}, ${use.use.name}`, lists) };
  const weights = applied(optimiser);
  const bias = applied(biasOptimiser);
  return {
    ...all,
    parameters: {
      ...entry(isOwn ? base.parameters : carried(base?.parameters, rule.parameters), layer, where, lists),
      ...more.parameters,
      ...entry(over?.parameters, layer, where, lists),
    },
    choose: merged(isOwn ? base.choose : carried(base?.choose, rule.choices), more.choose, over?.choose),
    uses: {
      pre: { ...base?.uses?.pre, ...more.uses?.pre, ...over?.uses?.pre },
      post: { ...base?.uses?.post, ...more.uses?.post, ...over?.uses?.post },
      weights: { ...base?.uses?.weights, ...more.uses?.weights, ...over?.uses?.weights },
    },
    ...(scale === undefined ? {} : { scale: entry({ scale }, layer, where, lists).scale! }),
    ...(weights ? { optimiser: weights } : {}),
    ...(bias ? { biasOptimiser: bias } : {}),
  };
}
