/** What a slot says, for one layer. */
import { ApicalError, unknownName } from '@apical/core';
import type {
  Choose,
  OptimiserSlot,
  OptimiserUse,
  PerLayer,
  Plasticity,
  Scheme,
  Value,
  Values,
} from '@apical/core';

/** Per-layer lists of a scheme as they are read: one that is longer than its layers is an error in the end. */
export class Lists {
  /** Where a list stands and the last layer that took a value. */
  readonly #read = new Map<readonly Value[], { readonly where: string; readonly last: number }>();

  /** The entries of one layer. */
  at(layer: number, values: PerLayer | undefined, where: string): Values {
    const out: Record<string, Value> = {};
    for (const [name, v] of Object.entries(values ?? {})) {
      if (typeof v !== 'object') {
        out[name] = v;
        continue;
      }
      const one = v[layer];
      if (one === undefined)
        throw new ApicalError(
          'APICAL_SHAPE',
          `${where}: ${name} lists ${v.length} values; one for layer ${layer + 1} is needed`,
        );
      out[name] = one;
      this.#read.set(v, {
        where: `${where}: ${name}`,
        last: Math.max(layer, this.#read.get(v)?.last ?? 0),
      });
    }
    return out;
  }
  check(): void {
    for (const [list, { where, last }] of this.#read)
      if (list.length !== last + 1)
        throw new ApicalError(
          'APICAL_SHAPE',
          `${where} lists ${list.length} values; this network has ${last + 1} such layers`,
        );
  }
}
export const merged = (...all: (Choose | undefined)[]): Choose => Object.assign({}, ...all) as Choose;

/** The slot of this name. Throws `APICAL_UNKNOWN_NAME` where the scheme has none. */
export function slotOf<T>(scheme: Scheme, kind: string, slots: Readonly<Record<string, T>>, name: string): T {
  if (Object.hasOwn(slots, name)) return slots[name]!;
  throw unknownName(`${kind} slot of scheme ${scheme.name}`, name, Object.keys(slots));
}
/** One rule at work, or nothing where the slot is empty. `at`: what the scheme says of this one projection. */
export function plasticityOf(
  scheme: Scheme,
  name: string,
  layer: number,
  at: Partial<Plasticity>,
  lists: Lists,
): Plasticity | undefined {
  const slot = slotOf(scheme, 'plasticity', scheme.plasticity, name);
  if (!slot) return undefined;
  const where = `${scheme.name}, ${name}`;
  const applied = (use: OptimiserSlot | undefined): OptimiserUse | undefined =>
    use && { use: use.use, parameters: lists.at(layer, use.parameters, `${where}, ${use.use.name}`) };
  const { optimiser, biasOptimiser, scale, ...rest } = slot;
  const weights = applied(optimiser);
  const bias = applied(biasOptimiser);
  return {
    ...at,
    ...rest,
    parameters: { ...at.parameters, ...lists.at(layer, slot.parameters, where) },
    choose: merged(at.choose, slot.choose),
    uses: {
      pre: { ...at.uses?.pre, ...slot.uses?.pre },
      post: { ...at.uses?.post, ...slot.uses?.post },
      weights: { ...at.uses?.weights, ...slot.uses?.weights },
    },
    ...(scale === undefined ? {} : lists.at(layer, { scale }, where)),
    ...(weights ? { optimiser: weights } : {}),
    ...(bias ? { biasOptimiser: bias } : {}),
  };
}
