/** The kinds of parts and services that exist, and what a part is called among those of its kind. */
import { serviceTokens, tokens } from '@apical/core';
import type { PartKind, PartTypes, ServiceKind } from '@apical/core';

export const partKinds = Object.keys(tokens) as readonly PartKind[];
export const serviceKinds = Object.keys(serviceTokens) as readonly ServiceKind[];

export function partName(part: PartTypes[PartKind]): string | undefined {
  const { name } = part as { readonly name?: unknown };
  return typeof name === 'string' && name !== '' ? name : undefined;
}
/** `a string`, `an object with the keys a, b`: what was found where something else was expected. */
export function shown(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (Array.isArray(value)) return 'a list';
  if (typeof value !== 'object') return `a ${typeof value}`;
  const keys = Object.keys(value);
  return keys.length ? `an object with the keys ${keys.join(', ')}` : 'an empty object';
}
