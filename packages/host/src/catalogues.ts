/** One catalogue per kind of part, filled by the container when it is first asked for. */
import { Catalogue } from '@apical/core';
import type { PartKind, PartTypes } from '@apical/core';
import { partKinds } from './kinds.js';

/** A part as it stands in a catalogue: a golden replay goes under the name of its model. */
export type CataloguePart<K extends PartKind> = PartTypes[K] & { readonly name: string };
export type Catalogues = { readonly [K in PartKind]: Catalogue<CataloguePart<K>> };

/** What a catalogue is bound under in the container. */
export const catalogueToken = (kind: PartKind): symbol => Symbol.for(`apical/Catalogue/${kind}`);

const entry = <K extends PartKind>(kind: K, part: PartTypes[K]): CataloguePart<K> => {
  if (kind !== 'GoldenReplay') return part as CataloguePart<K>;
  const replay = part as PartTypes['GoldenReplay'];
  const named: PartTypes['GoldenReplay'] & { name: string } = {
    name: replay.model,
    model: replay.model,
    replay: (golden, bench) => replay.replay(golden, bench),
  };
  return named as unknown as CataloguePart<K>;
};
/** `origins` tells, for a part, the plugins that brought it, in their order. */
export function fillCatalogue<K extends PartKind>(
  kind: K,
  parts: readonly PartTypes[K][],
  origins: (part: object) => readonly string[],
): Catalogue<CataloguePart<K>> {
  const seen = new Map<object, number>();
  return new Catalogue(
    kind,
    parts.map(part => {
      const times = seen.get(part) ?? 0;
      seen.set(part, times + 1);
      return { part: entry(kind, part), origin: origins(part)[times] ?? 'unknown' };
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
