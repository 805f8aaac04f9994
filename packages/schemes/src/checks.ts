/** Names and values that a config answers with, against what a part has. */
import { valueOf } from '@apical/circuit';
import { ApicalError } from '@apical/core';
import type { Block, Choose, Setting, SettingSpec, Value } from '@apical/core';
import { placed, unknownAt, type Locate } from './catalogues.js';

export interface At {
  /** Of the answer: `schemes.pal.plasticity.forward`. */
  readonly path: string;
  readonly locate: Locate;
}
export const below = (at: At, key: string): At => ({ ...at, path: `${at.path}.${key}` });
export const has = (o: object | undefined, key: string): boolean => o !== undefined && Object.hasOwn(o, key);
/** What is said of one part is said of another too, where that has something of the name. */
export const only = <T>(
  given: Readonly<Record<string, T>> | undefined,
  known: object | undefined,
): Record<string, T> => Object.fromEntries(Object.entries(given ?? {}).filter(([k]) => has(known, k)));
export const without = <T extends object, K extends keyof T>(all: T, ...keys: readonly K[]): Omit<T, K> =>
  Object.fromEntries(Object.entries(all).filter(([k]) => !keys.includes(k as K))) as Omit<T, K>;

export function checkKeys(kind: string, given: object | undefined, known: readonly string[], at: At): void {
  for (const key of Object.keys(given ?? {}))
    if (!known.includes(key))
      throw unknownAt(kind, key, known, at.locate(`${at.path}.${key}`) ?? at.locate(at.path));
}
/** The given parameters as numbers in their units, or as expressions. Throws for names, units and bounds. */
export function parametersOf<T extends Value | readonly Value[]>(
  block: Pick<Block, 'name' | 'parameters'>,
  given: Readonly<Record<string, T>> | undefined,
  at: At,
): Record<string, T> {
  checkKeys(`parameter of ${block.name}`, given, Object.keys(block.parameters), at);
  const out: Record<string, unknown> = {};
  for (const [name, value] of Object.entries<Value | readonly Value[]>(given ?? {})) {
    const spec = block.parameters[name]!;
    const { min = -Infinity, max = Infinity, unit, doc } = spec;
    const place = at.locate(`${at.path}.${name}`);
    const one = (given: Value): Value => {
      const v = placed(place, () => valueOf(given, spec, `${at.path}.${name}`)!);
      if (typeof v === 'string' ? v.trim() !== '' : v >= min && v <= max) return v;
      const range = `between ${min} and ${max}${unit === '1' ? '' : ` ${unit}`}`;
      throw new ApicalError(
        'APICAL_RANGE',
        `${at.path}.${name} of ${block.name} is ${JSON.stringify(given)}; give a number ${range} (${doc})`,
        { at: place },
      );
    };
    const found = typeof value === 'object' ? value.map(one) : one(value);
    // a list that several slots share stays one list
    const asGiven = typeof found === 'object' && found.every((v, k) => v === (value as typeof found)[k]);
    out[name] = asGiven ? value : found;
  }
  return out as Record<string, T>;
}
export function checkChoices(block: Block, given: Choose | undefined, at: At): void {
  const { choices = {} } = block;
  checkKeys(`choice of ${block.name}`, given, Object.keys(choices), at);
  for (const [name, alternative] of Object.entries(given ?? {}))
    if (!has(choices[name], alternative)) {
      const what = `alternative for ${name} of ${block.name}`;
      throw unknownAt(what, alternative, Object.keys(choices[name]!), at.locate(`${at.path}.${name}`));
    }
}
export function checkSetting(of: string, name: string, spec: SettingSpec, value: Setting, at: At): void {
  const { value: usual, allowed, doc } = spec;
  const right = allowed
    ? allowed.some(a => JSON.stringify(a) === JSON.stringify(value))
    : Array.isArray(value) === Array.isArray(usual) && typeof value === typeof usual;
  if (right) return;
  const choices = allowed ? `one of ${allowed.map(a => JSON.stringify(a)).join(', ')}` : `a ${typeof usual}`;
  throw new ApicalError(
    'APICAL_SETTING',
    `setting ${name} of ${of} is ${JSON.stringify(value)}; give ${choices} (${doc})`,
    { at: at.locate(`${at.path}.${name}`) },
  );
}
