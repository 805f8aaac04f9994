/** One catalogue per kind of part, filled by the container when it is first asked for. */
import { Catalogue } from '@apical/core';
import type { PartKind, PartTypes } from '@apical/core';
import { partKinds } from './kinds.js';

export type Catalogues = { readonly [K in PartKind]: Catalogue<PartTypes[K]> };

/** What a catalogue is bound under in the container. */
export const catalogueToken = (kind: PartKind): symbol => Symbol.for(`apical/Catalogue/${kind}`);

/** `origins` tells, for a part, the plugins that brought it, in their order. */
export function fillCatalogue<K extends PartKind>(
  kind: K,
  parts: readonly PartTypes[K][],
  origins: (part: object) => readonly string[],
): Catalogue<PartTypes[K]> {
  const seen = new Map<object, number>();
  return new Catalogue(
    kind,
    parts.map(part => {
      const times = seen.get(part) ?? 0;
      seen.set(part, times + 1);
      return { part, origin: origins(part)[times] ?? 'unknown' };
    }),
  );
}
/** Properties that ask `resolve` at every access; the container keeps one catalogue a kind. */
export function lazyCatalogues(resolve: (kind: PartKind) => unknown): Catalogues {
  const catalogues = {};
  for (const kind of partKinds)
    Object.defineProperty(catalogues, kind, { enumerable: true, get: () => resolve(kind) });
  return catalogues as Catalogues;
}
