/** What holds of every part that is data: JSON keeps it, and everything in it says what it is and in which unit. */
import type { Block, SignalSpec } from '@apical/core';
import { parseUnit } from '@apical/equations';
import { ensure } from './check.js';

function isPlain(value: unknown): boolean {
  if (typeof value === 'function' || value === undefined) return false;
  return typeof value !== 'object' || value === null || Object.values(value).every(isPlain);
}
export function checkForm(part: Block, signals: Readonly<Record<string, SignalSpec>> = {}): void {
  const text = JSON.stringify(part);
  ensure(
    isPlain(part) && JSON.stringify(JSON.parse(text)) === text,
    () => `${part.name} does not survive JSON: it holds a function or something undefined`,
  );
  for (const [name, spec] of [...Object.entries(part.parameters), ...Object.entries(signals)]) {
    ensure(spec.doc !== '', () => `${part.name}: "${name}" has no doc`);
    // throws where it is no unit
    parseUnit(spec.unit);
  }
  for (const [name, { value, min = -Infinity, max = Infinity }] of Object.entries(part.parameters))
    ensure(
      typeof value === 'string' || (value >= min && value <= max),
      () => `${part.name}: the default ${value} of "${name}" is not between ${min} and ${max}`,
    );
}
/** Every alternative of every choice once, the others at their defaults; the defaults first. */
export function eachChoice({ choices = {} }: Block): Readonly<Record<string, string>>[] {
  const others = Object.entries(choices).flatMap(([name, options]) =>
    Object.keys(options)
      .slice(1)
      .map(option => ({ [name]: option })),
  );
  return [{}, ...others];
}
