/** The kinds of parts and services that exist, and what a part is called among those of its kind. */
import { serviceTokens, tokens } from '@apical/core';
import type { PartKind, PartTypes, ServiceKind } from '@apical/core';

export const partKinds = Object.keys(tokens) as readonly PartKind[];
export const serviceKinds = Object.keys(serviceTokens) as readonly ServiceKind[];

/** A golden replay goes by the model whose cases it replays; every other part by its name. */
export function partName(kind: PartKind, part: PartTypes[PartKind]): string | undefined {
  const { name, model } = part as { readonly name?: unknown; readonly model?: unknown };
  const found = kind === 'GoldenReplay' ? model : name;
  return typeof found === 'string' && found !== '' ? found : undefined;
}
/** `a string`, `an object with the keys a, b`: what was found where something else was expected. */
export function shown(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (Array.isArray(value)) return 'a list';
  if (typeof value !== 'object') return `a ${typeof value}`;
  const keys = Object.keys(value);
  return keys.length ? `an object with the keys ${keys.join(', ')}` : 'an empty object';
}
