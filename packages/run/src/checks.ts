/** Names and values of a config against what a part has. */
import { ApicalError } from '@apical/core';
import type { Block, Choose, PerLayer, Value } from '@apical/core';
import { unknownAt, type Locate } from './catalogues.js';

export interface At {
  /** Of the slot: `schemes.pal.plasticity.forward`. */
  readonly path: string;
  readonly locate: Locate;
}

export function checkKeys(kind: string, given: object | undefined, known: readonly string[], at: At): void {
  for (const key of Object.keys(given ?? {}))
    if (!known.includes(key)) {
      const place = at.locate(`${at.path}.${key}`) ?? at.locate(at.path);
      throw unknownAt(kind, key, known, place);
    }
}
export const below = (at: At, key: string): At => ({ ...at, path: `${at.path}.${key}` });
export const has = (o: object | undefined, key: string): boolean => o !== undefined && Object.hasOwn(o, key);
export const only = <T>(
  given: Readonly<Record<string, T>> | undefined,
  known: object | undefined,
): Record<string, T> => Object.fromEntries(Object.entries(given ?? {}).filter(([k]) => has(known, k)));

export function checkParameters(block: Block, given: PerLayer | undefined, at: At): void {
  checkKeys(`parameter of ${block.name}`, given, Object.keys(block.parameters), at);
  for (const [name, value] of Object.entries(given ?? {})) {
    const { min = -Infinity, max = Infinity, unit, doc } = block.parameters[name]!;
    const values: readonly Value[] = typeof value === 'object' ? value : [value];
    for (const v of values) {
      if (typeof v === 'string' ? v.trim() !== '' : v >= min && v <= max) continue;
      const range = `between ${min} and ${max}${unit === '1' ? '' : ` ${unit}`}`;
      throw new ApicalError(
        'APICAL_RANGE',
        `${at.path}.${name} of ${block.name} is ${JSON.stringify(v)}; give a number ${range} (${doc})`,
        { at: at.locate(`${at.path}.${name}`) },
      );
    }
  }
}
export function checkChoices(block: Block, given: Choose | undefined, at: At): void {
  const choices = block.choices ?? {};
  checkKeys(`choice of ${block.name}`, given, Object.keys(choices), at);
  for (const [name, alternative] of Object.entries(given ?? {}))
    if (!has(choices[name], alternative)) {
      const place = at.locate(`${at.path}.${name}`);
      throw unknownAt(
        `alternative for ${name} of ${block.name}`,
        alternative,
        Object.keys(choices[name]!),
        place,
      );
    }
}
