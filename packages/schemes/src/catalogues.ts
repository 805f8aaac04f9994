/** The parts a run may name, one catalogue a kind, and where in the user's files a name was written. */
import { ApicalError, isApicalError, unknownName } from '@apical/core';
import type { Catalogue, PartKind, PartTypes } from '@apical/core';
import type { Library } from '@apical/circuit';

/** `catalogues.LearningRule.get('delta')` */
export type Catalogues = { readonly [K in PartKind]: Catalogue<PartTypes[K]> };
/** Kinds whose parts fill the slots of a scheme. */
export type PartCatalogues = Partial<
  Pick<Catalogues, 'Activation' | 'LearningRule' | 'NeuronModel' | 'Optimiser'>
>;
/** What training one run needs of them. */
export type RunCatalogues = Omit<Catalogues, 'Launcher' | 'Store'>;

/** `schemes.pal.plasticity.forward.rule` → `file:line`, where it is known. */
export type Locate = (path: string) => string | undefined;

export const libraryOf = (catalogues: RunCatalogues): Library => ({
  activations: catalogues.Activation,
  connectivities: catalogues.Connectivity,
  weightFunctions: catalogues.WeightFunction,
});
/** The catalogue's part of this name; an unknown one is an error at the place where `path` was written. */
export const named = <K extends PartKind>(
  catalogues: Pick<Catalogues, K>,
  kind: K,
  name: string,
  at: string | undefined,
): PartTypes[K] => (catalogues[kind] as Catalogue<PartTypes[K] & { name: string }>).get(name, at);

/** A part that is named or given itself; undefined where neither is. */
export function partOf<K extends keyof PartCatalogues>(
  catalogues: PartCatalogues,
  kind: K,
  given: string | PartTypes[K] | undefined,
  { path, locate }: { readonly path: string; readonly locate: Locate },
): PartTypes[K] | undefined {
  if (typeof given !== 'string') return given;
  const parts = catalogues[kind] as Catalogue<PartTypes[K] & { name: string }> | undefined;
  // without a catalogue, an activation is looked up when the circuit is built
  if (parts) return parts.get(given, locate(path));
  if (kind === 'Activation') return undefined;
  throw new ApicalError(
    'APICAL_SLOT',
    `${path} names "${given}", but there is no catalogue to look it up in`,
  );
}
/** `unknownName` with a place that may not be known. */
export const unknownAt = (
  what: string,
  wrong: string,
  known: readonly string[],
  at: string | undefined,
  code?: string,
): ApicalError =>
  unknownName(what, wrong, known, {
    ...(at === undefined ? {} : { at }),
    ...(code === undefined ? {} : { code }),
  });

/** Runs `work`; an error of the user's that knows no place gets this one. */
export function placed<T>(at: string | undefined, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (at === undefined || !isApicalError(error) || error.at !== undefined) throw error;
    throw new ApicalError(error.code, error.message, { at, cause: error });
  }
}
