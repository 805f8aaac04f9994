/** Replacing parts and services by name, and the parts that a scheme holds in its slots. */
import { ApicalError, unknownName } from '@apical/core';
import type {
  Contribution,
  LearningRule,
  NeuronModel,
  Optimiser,
  OptimiserSlot,
  PartKind,
  PartTypes,
  Scheme,
  ServiceKind,
  ServiceTypes,
} from '@apical/core';
import { partKinds, partName, serviceKinds, shown } from './kinds.js';

/**
 * `{ 'LearningRule:delta': otherRule, Logger: silent }`: a part by kind and name, a service by kind. A replacement of
 * another name is used under the name it replaces. Injected ones (`injected([...], create)`) may be given.
 */
export type Rebindings = { readonly [K in ServiceKind]?: Contribution<ServiceTypes[K]> } & {
  readonly [K in PartKind as `${K}:${string}`]?: Contribution<PartTypes[K]>;
};
export interface PartRebinding {
  readonly kind: PartKind;
  readonly name: string;
  readonly part: Contribution<PartTypes[PartKind]>;
}
export interface ServiceRebinding {
  readonly kind: ServiceKind;
  readonly service: Contribution<ServiceTypes[ServiceKind]>;
}
/** Throws `APICAL_REBIND` where a key names no kind or a value is missing. */
export function readRebindings(rebind: Rebindings): {
  readonly parts: readonly PartRebinding[];
  readonly services: readonly ServiceRebinding[];
} {
  const parts: PartRebinding[] = [];
  const services: ServiceRebinding[] = [];
  for (const [key, value] of Object.entries(rebind) as [string, unknown][]) {
    if (typeof value !== 'object' || value === null)
      throw new ApicalError(
        'APICAL_REBIND',
        `rebind "${key}": found ${shown(value)}; give a part or a service`,
      );
    const colon = key.indexOf(':');
    const kind = colon < 0 ? key : key.slice(0, colon);
    if (colon < 0 && serviceKinds.includes(kind as ServiceKind))
      services.push({ kind: kind as ServiceKind, service: value as ServiceRebinding['service'] });
    else if (partKinds.includes(kind as PartKind)) {
      const name = key.slice(colon + 1);
      if (colon < 0 || name === '')
        throw new ApicalError('APICAL_REBIND', `rebind "${key}": which ${kind}? Give "${kind}:name"`);
      parts.push({ kind: kind as PartKind, name, part: value as PartRebinding['part'] });
    } else
      throw unknownName('key of rebind', key, [...serviceKinds, ...partKinds.map(known => `${known}:name`)], {
        code: 'APICAL_REBIND',
      });
  }
  return { parts, services };
}
/** The part under another name: a copy, so only for parts that are plain data. */
export function renamed(kind: PartKind, part: PartTypes[PartKind], name: string): PartTypes[PartKind] {
  if (partName(part) === name) return part;
  const prototype: unknown = Object.getPrototypeOf(part);
  if (prototype !== Object.prototype && prototype !== null)
    throw new ApicalError(
      'APICAL_REBIND',
      `rebind "${kind}:${name}": the replacement is named "${partName(part) ?? ''}" and is an instance of a ` +
        `class, which cannot be copied; name it "${name}"`,
    );
  return Object.freeze({ ...part, name });
}
/** A scheme holds models, rules and optimisers as objects: gives a copy in which `replace` has answered for each. */
export function refilled(
  scheme: Scheme,
  replace: {
    readonly model: (part: NeuronModel) => NeuronModel;
    readonly rule: (part: LearningRule) => LearningRule;
    readonly optimiser: (part: Optimiser) => Optimiser;
  },
): Scheme {
  const optimiser = (slot: OptimiserSlot): OptimiserSlot => ({ ...slot, use: replace.optimiser(slot.use) });
  const neurons = Object.entries(scheme.neurons).map(([slot, filled]) => [
    slot,
    { ...filled, model: replace.model(filled.model) },
  ]);
  const plasticity = Object.entries(scheme.plasticity).map(([slot, filled]) => [
    slot,
    filled && {
      ...filled,
      rule: replace.rule(filled.rule),
      ...(filled.optimiser && { optimiser: optimiser(filled.optimiser) }),
      ...(filled.biasOptimiser && { biasOptimiser: optimiser(filled.biasOptimiser) }),
    },
  ]);
  const copy = Object.create(Object.getPrototypeOf(scheme) as object | null) as Scheme;
  return Object.freeze(
    Object.assign(copy, scheme, {
      neurons: Object.fromEntries(neurons) as Scheme['neurons'],
      plasticity: Object.fromEntries(plasticity) as Scheme['plasticity'],
    }),
  );
}
