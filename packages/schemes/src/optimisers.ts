/** Which optimiser works in a plasticity slot, from what the slot, `train` and the answers say. */
import { ApicalError } from '@apical/core';
import type { OptimiserAnswer, OptimiserSlot, PlasticityAnswer, PlasticitySlot, Value } from '@apical/core';
import { partOf, type PartCatalogues } from './catalogues.js';
import { below, has, only, parametersOf, type At } from './checks.js';

/** What `train` says for all slots. */
export interface SlotDefaults {
  readonly optimiser?: OptimiserAnswer;
  readonly eta?: Value;
}
export function optimisersOf(
  slot: PlasticitySlot | null,
  given: PlasticityAnswer | undefined,
  defaults: SlotDefaults,
  catalogues: PartCatalogues,
  at: At,
): Pick<PlasticitySlot, 'optimiser' | 'biasOptimiser'> {
  const { optimiser: before, biasOptimiser: ofBias } = slot ?? {};
  const answer = (
    base: OptimiserSlot | undefined,
    key: 'optimiser' | 'biasOptimiser',
    general: SlotDefaults,
  ) => optimiserOf(base, given?.[key], general, catalogues, below(at, key));
  // a slot that works without an optimiser stays so
  const rates = defaults.eta === undefined ? {} : { eta: defaults.eta };
  const optimiser = answer(before, 'optimiser', slot && !before ? rates : defaults);
  const start = optimiser === before ? ofBias : biasOf(optimiser!, before, ofBias, given);
  const biasOptimiser = given?.biasOptimiser
    ? answer(start ?? (optimiser === before ? undefined : optimiser), 'biasOptimiser', {})
    : start;
  return { ...(optimiser ? { optimiser } : {}), ...(biasOptimiser ? { biasOptimiser } : {}) };
}
/** Where the scheme treats biases differently (no decay, say), that difference is kept as far as it can be said. */
function biasOf(
  optimiser: OptimiserSlot,
  before: OptimiserSlot | undefined,
  ofBias: OptimiserSlot | undefined,
  given: PlasticityAnswer | undefined,
): OptimiserSlot | undefined {
  const { use } = optimiser;
  const difference = Object.fromEntries(
    Object.entries(ofBias?.parameters ?? {}).filter(
      ([k, v]) =>
        has(use.parameters, k) &&
        JSON.stringify(v) !== JSON.stringify(before?.parameters?.[k]) &&
        !has(given?.optimiser?.parameters, k),
    ),
  );
  const same = ofBias?.use.name === use.name || before?.use.name === use.name;
  if (!ofBias || (!same && Object.keys(difference).length === 0)) return undefined;
  return { use, parameters: { ...optimiser.parameters, ...difference } };
}
/** The slot's own where nothing else is said. */
function optimiserOf(
  slot: OptimiserSlot | undefined,
  given: OptimiserAnswer | undefined,
  { optimiser, eta }: SlotDefaults,
  catalogues: PartCatalogues,
  at: At,
): OptimiserSlot | undefined {
  const general = given?.use === undefined ? optimiser : undefined;
  const generally: At = { ...at, path: 'train.optimiser' };
  const use =
    partOf(catalogues, 'Optimiser', given?.use, below(at, 'use')) ??
    partOf(catalogues, 'Optimiser', general?.use, below(generally, 'use')) ??
    slot?.use;
  if (!use) {
    if (!given) return undefined;
    throw new ApicalError(
      'APICAL_SLOT',
      `${at.path}: the scheme has no optimiser here, so say which one takes these parameters ("use: …"); ` +
        `known are ${catalogues.Optimiser?.names().join(', ') ?? 'those given as parts'}`,
      { at: at.locate(at.path) },
    );
  }
  const taken = general?.use === undefined ? only(general?.parameters, use.parameters) : general.parameters;
  const base = slot?.use.name === use.name ? slot.parameters : undefined;
  const added = {
    ...(eta !== undefined && has(use.parameters, 'eta') && typeof base?.eta !== 'string' ? { eta } : {}),
    ...taken,
  };
  const parameters = {
    ...base,
    ...parametersOf(use, added, below(generally, 'parameters')),
    ...parametersOf(use, given?.parameters, below(at, 'parameters')),
  };
  const untouched = use === slot?.use && Object.keys({ ...added, ...given?.parameters }).length === 0;
  return untouched ? slot : { use, parameters };
}
