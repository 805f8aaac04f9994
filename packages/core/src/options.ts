/** Reads the options of a data set or task: fills in defaults, refuses what is unknown or of the wrong kind. */
import type { Option, OptionSpec } from './data.js';
import { ApicalError, unknownName } from './errors.js';

/** Each getter throws `APICAL_OPTION` where the value is missing or of another kind. */
export interface CheckedOptions {
  number(name: string, check?: { min?: number; max?: number; whole?: boolean }): number;
  text(name: string): string;
  flag(name: string): boolean;
  numbers(name: string): readonly number[];
  /** ms, above 0; undefined where the option is null. */
  time(name: string): number | undefined;
  /** Undefined where the option is null. */
  value(name: string): Option | undefined;
}
const shown = (value: Option | null): string => JSON.stringify(value);
const kindOf = (value: Option): string => (Array.isArray(value) ? 'list of numbers' : typeof value);

/** `what` names the part in messages: `data set "mnist"`. */
export function checkOptions(
  what: string,
  specs: Readonly<Record<string, OptionSpec>>,
  given: Readonly<Record<string, Option | null | undefined>>,
): CheckedOptions {
  const fail = (name: string, found: string, right: string): ApicalError =>
    new ApicalError('APICAL_OPTION', `${what}, option "${name}": found ${found}; give ${right}`);
  for (const [name, value] of Object.entries(given)) {
    const spec = Object.hasOwn(specs, name) ? specs[name] : undefined;
    if (!spec) throw unknownName(`option of ${what}`, name, Object.keys(specs), { code: 'APICAL_OPTION' });
    if (value === undefined || value === null) continue;
    if (spec.allowed && !spec.allowed.some(a => shown(a) === shown(value)))
      throw fail(name, shown(value), `one of ${spec.allowed.map(shown).join(', ')}`);
    if (spec.value !== null && !spec.allowed && kindOf(spec.value) !== kindOf(value))
      throw fail(name, `${shown(value)} (a ${kindOf(value)})`, `a ${kindOf(spec.value)}`);
  }
  const value = (name: string): Option | undefined => given[name] ?? specs[name]?.value ?? undefined;
  const need = <T extends Option>(name: string, kind: string, is: (v: Option) => v is T): T => {
    const found = value(name);
    const doc = specs[name]?.doc ?? '';
    if (found === undefined) throw fail(name, 'nothing', `a ${kind}: ${doc}`);
    if (!is(found)) throw fail(name, `${shown(found)} (a ${kindOf(found)})`, `a ${kind}: ${doc}`);
    return found;
  };
  return {
    value,
    text: name => need(name, 'string', v => typeof v === 'string'),
    flag: name => need(name, 'boolean', v => typeof v === 'boolean'),
    numbers: name => need(name, 'list of numbers', (v): v is readonly number[] => Array.isArray(v)),
    time(name) {
      const found = value(name);
      if (found === undefined || (typeof found === 'number' && Number.isFinite(found) && found > 0))
        return found;
      throw fail(name, shown(found), 'a time in ms, above 0');
    },
    number(name, { min = -Infinity, max = Infinity, whole = false } = {}) {
      const found = need(name, 'number', v => typeof v === 'number');
      if (Number.isFinite(found) && found >= min && found <= max && (!whole || Number.isInteger(found)))
        return found;
      const range = [
        ...(min > -Infinity ? [`at least ${min}`] : []),
        ...(max < Infinity ? [`at most ${max}`] : []),
      ];
      throw fail(name, String(found), [`a ${whole ? 'whole' : 'finite'} number`, ...range].join(', '));
    },
  };
}
