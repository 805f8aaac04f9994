/** Catalogues of the data parts of plugins, without a container: what a unit test needs. */
import {
  Catalogue,
  isInjected,
  type Initialiser,
  type PartKind,
  type PartTypes,
  type Plugin,
} from '@apical/core';
import type { Library } from '@apical/circuit';

function catalogueOf<K extends PartKind>(kind: K, plugins: readonly Plugin[]): Catalogue<PartTypes[K]> {
  const out = new Catalogue<PartTypes[K]>(kind);
  for (const plugin of plugins)
    for (const part of plugin.contributes?.[kind] ?? [])
      if (!isInjected(part as object)) out.add(part as PartTypes[K], plugin.name);
  return out;
}
/** Parts that are data; contributions that need services are left out. */
export function libraryOf(
  ...plugins: readonly Plugin[]
): Library & { readonly initialisers: Catalogue<Initialiser> } {
  return {
    activations: catalogueOf('Activation', plugins),
    connectivities: catalogueOf('Connectivity', plugins),
    weightFunctions: catalogueOf('WeightFunction', plugins),
    initialisers: catalogueOf('Initialiser', plugins),
  };
}
