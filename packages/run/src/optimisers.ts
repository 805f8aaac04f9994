/** Which optimiser works in a plasticity slot, from what the slot, `train` and the scheme say. */
import { ApicalError } from '@apical/core';
import type {
  Block,
  OptimiserConfig,
  OptimiserSlot,
  PlasticityConfig,
  PlasticitySlot,
  TrainConfig,
  Value,
} from '@apical/core';
import { named, type Locate, type RunCatalogues } from './catalogues.js';
import { below, checkKeys, checkParameters, has, only, type At } from './checks.js';

/** What `train` says for all slots. */
export interface SlotDefaults {
  readonly optimiser?: OptimiserConfig;
  readonly eta?: Value;
}
export function answerOptimisers(
  base: PlasticitySlot | null,
  given: PlasticityConfig | undefined,
  defaults: SlotDefaults,
  catalogues: RunCatalogues,
  at: At,
): Pick<Partial<PlasticitySlot>, 'optimiser' | 'biasOptimiser'> {
  const optimiser = optimiserFor(
    base?.optimiser,
    !base,
    given?.optimiser,
    defaults,
    catalogues,
    below(at, 'optimiser'),
  );
  if (!optimiser) {
    if (!given?.biasOptimiser) return {};
    const own = optimiserFor(
      base?.biasOptimiser,
      false,
      given.biasOptimiser,
      {},
      catalogues,
      below(at, 'biasOptimiser'),
    );
    return own ? { biasOptimiser: own } : {};
  }
  const same = (a: OptimiserSlot | undefined): boolean => a?.use.name === optimiser.use.name;
  // where the scheme treats biases differently (no decay, say), that difference is kept as far as it can be said
  const difference = Object.fromEntries(
    Object.entries(base?.biasOptimiser?.parameters ?? {}).filter(
      ([k, v]) =>
        has(optimiser.use.parameters, k) &&
        JSON.stringify(v) !== JSON.stringify(base?.optimiser?.parameters?.[k]) &&
        !has(given?.optimiser?.parameters, k),
    ),
  );
  const before: OptimiserSlot | undefined =
    base?.biasOptimiser &&
    (same(base.biasOptimiser) || same(base.optimiser) || Object.keys(difference).length)
      ? { use: optimiser.use, parameters: { ...optimiser.parameters, ...difference } }
      : undefined;
  const start = before ?? (given?.biasOptimiser ? optimiser : undefined);
  const bias = given?.biasOptimiser
    ? optimiserFor(start, false, given.biasOptimiser, {}, catalogues, below(at, 'biasOptimiser'))
    : before;
  return { optimiser, ...(bias ? { biasOptimiser: bias } : {}) };
}
/** undefined: as the scheme has it. `fresh`: the scheme's slot was empty. */
function optimiserFor(
  base: OptimiserSlot | undefined,
  fresh: boolean,
  given: OptimiserConfig | undefined,
  defaults: SlotDefaults,
  catalogues: RunCatalogues,
  at: At,
): OptimiserSlot | undefined {
  const general = given?.use === undefined && (base !== undefined || fresh) ? defaults.optimiser : undefined;
  const use =
    given?.use !== undefined
      ? named(catalogues, 'Optimiser', given.use, at.locate(`${at.path}.use`))
      : general?.use !== undefined
        ? named(catalogues, 'Optimiser', general.use, at.locate('train.optimiser.use'))
        : base?.use;
  if (!use) {
    if (!given) return undefined;
    throw new ApicalError(
      'APICAL_SLOT',
      `${at.path}: the scheme has no optimiser here, so say which one takes these parameters ("use: …"); ` +
        `known are ${catalogues.Optimiser.names().join(', ')}`,
      { at: at.locate(at.path) },
    );
  }
  if (general?.use !== undefined)
    checkParameters(use, general.parameters, { path: 'train.optimiser.parameters', locate: at.locate });
  checkParameters(use, given?.parameters, below(at, 'parameters'));
  const own = base?.use.name === use.name ? base.parameters : undefined;
  const eta =
    defaults.eta !== undefined && has(use.parameters, 'eta') && typeof own?.eta !== 'string'
      ? { eta: defaults.eta }
      : {};
  const added = { ...eta, ...only(general?.parameters, use.parameters), ...given?.parameters };
  if (use.name === base?.use.name && Object.keys(added).length === 0) return undefined;
  return { use, parameters: { ...own, ...added } };
}
/** Parameters of `train.optimiser` without a `use` must mean something somewhere. */
export function checkTrainOptimiser(
  train: Pick<TrainConfig, 'optimiser'>,
  uses: readonly Block[],
  locate: Locate,
): void {
  if (train.optimiser?.use !== undefined) return;
  const known = [...new Set(uses.flatMap(u => Object.keys(u.parameters)))];
  checkKeys('optimiser parameter of this scheme', train.optimiser?.parameters, known, {
    path: 'train.optimiser.parameters',
    locate,
  });
}
