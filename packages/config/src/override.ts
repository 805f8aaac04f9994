/** Values from the command line: `a.b=value`, `~a.b`, `+meta.x=1`, and sweeps over several values. */
import { ApicalError } from '@apical/core';
import { parse, YAMLParseError } from 'yaml';
import { isMapping } from './source.js';

export interface Override {
  readonly text: string;
  readonly path: readonly string[];
  /** add: a key that need not be there yet (free-form parts). */
  readonly kind: 'set' | 'add' | 'remove';
  readonly value?: unknown;
  /** As written, after `=`. */
  readonly written?: string;
}
function fail(text: string, at: number, why: string): never {
  throw new ApicalError('APICAL_OVERRIDE', `${why}\n    ${text}\n    ${' '.repeat(at)}^`, {
    at: 'command line',
  });
}
/** What YAML reads as a number, flag, null or simple text; the rest is text as it stands. */
const plain = /^\s*(?:[.+-]*[\w~][\w.+~-]*)?\s*$/;
/** `{a:1}` is a map here, as Hydra users write it; YAML wants a blank after the colon. */
function spaceColons(written: string): string {
  const open: string[] = [];
  let quote = '';
  let key = false;
  let out = '';
  for (let k = 0; k < written.length; k++) {
    const c = written[k]!;
    out += c;
    if (quote) quote = c === quote ? '' : quote;
    else if ((c === '"' || c === "'") && /[[{,:\s]/.test(written[k - 1] ?? ' ')) quote = c;
    else if (c === '[' || c === '{') [key] = [open.push(c) > 0 && c === '{'];
    else if (c === ']' || c === '}') open.pop();
    else if (c === ',') key = open.at(-1) === '{';
    else if (c === ':' && key) {
      key = false;
      out += ' ';
    }
  }
  return out;
}
/**
 * `[1,2]`, `{a:1}`, `null`, `true`, `1e-3`, anything else is text. Quotes keep what is inside as text, commas and
 * brackets too: `'3'`, `"a,b"`; inside single quotes a quote is written twice, inside double ones with a backslash. A
 * shell takes off one layer of quotes of its own: `name='"3"'`.
 */
export function parseValue(written: string, text = written): unknown {
  if (!/^\s*[[{"']/.test(written) && !plain.test(written)) return written;
  const spaced = spaceColons(written);
  try {
    return parse(spaced, refuseProto, { prettyErrors: false }) as unknown;
  } catch (e) {
    const start = text.length - written.length;
    const at = e instanceof YAMLParseError ? offsetIn(written, e.pos[0]) : 0;
    return fail(text, start + at, `this value cannot be read: ${e instanceof Error ? e.message : String(e)}`);
  }
}
function refuseProto(key: unknown, value: unknown): unknown {
  if (key === '__proto__') throw new Error('"__proto__" cannot be a key');
  return value;
}
/** From a position in the spaced text back to the one in the text as written. */
function offsetIn(written: string, position: number): number {
  let k = 0;
  while (k < written.length && spaceColons(written.slice(0, k + 1)).length <= position) k++;
  return k;
}
/** All of an override but its value. */
function parseKey(text: string): Omit<Override, 'value'> {
  const remove = text.startsWith('~');
  const add = text.startsWith('+');
  const equals = text.indexOf('=');
  const start = remove || add ? 1 : 0;
  if (!remove && equals < 0)
    fail(text, text.length, 'an override has the form key=value, +key=value or ~key');
  const key = text.slice(start, remove && equals < 0 ? undefined : equals);
  const path = key.split('.');
  const empty = path.findIndex(p => p.trim() === '');
  const column = (k: number): number => start + path.slice(0, k).reduce((n, p) => n + p.length + 1, 0);
  if (empty >= 0) fail(text, column(empty), 'a part of the key is empty');
  const reserved = path.indexOf('__proto__');
  if (reserved >= 0) fail(text, column(reserved), '"__proto__" cannot be a key');
  if (remove) return { text, path, kind: 'remove' };
  return { text, path, kind: add ? 'add' : 'set', written: text.slice(equals + 1) };
}
/** Throws `APICAL_OVERRIDE` with a caret under what cannot be read. */
export function parseOverride(text: string): Override {
  const key = parseKey(text);
  return key.written === undefined ? key : { ...key, value: parseValue(key.written, text) };
}
/** A slip such as range(1e9) must not fill the memory. */
const mostValues = 10_000;
/** Commas outside brackets and quotes. */
export function splitCommas(text: string): string[] {
  const out: string[] = [];
  let depth = 0;
  let quote = '';
  let piece = '';
  for (const c of text) {
    if (quote) quote = c === quote ? '' : quote;
    else if (c === '"' || c === "'") quote = c;
    else if ('[{('.includes(c)) depth++;
    else if (']})'.includes(c)) depth--;
    if (c === ',' && depth === 0 && !quote) {
      out.push(piece);
      piece = '';
    } else piece += c;
  }
  return [...out, piece].map(p => p.trim());
}
/** `range(10)`, `range(0,1,0.1)`, `choice(a,b)` or a comma list → the values as written; undefined: one value. */
export function sweepValues(written: string, text = written): string[] | undefined {
  const start = text.length - written.length;
  const unknown = /^\s*(interval|glob|tag|shuffle|sort)\(.*\)\s*$/.exec(written)?.[1];
  if (unknown) fail(text, start, `${unknown}() is not known; range(…), choice(…) or a list such as a,b is`);
  const call = /^\s*(range|choice)\((.*)\)\s*$/.exec(written);
  if (call?.[1] === 'choice' && call[2]!.trim() !== '') return splitCommas(call[2]!);
  if (call?.[1] === 'choice') fail(text, start, 'choice(a,b) needs something to choose from');
  if (call) {
    const given = splitCommas(call[2]!).map(n => (n === '' ? NaN : Number(n)));
    const [first, stop, step] =
      given.length === 1 ? [0, given[0]!, 1] : [given[0]!, given[1]!, given[2] ?? 1];
    if (given.length > 3 || !given.every(Number.isFinite) || step === 0)
      fail(
        text,
        start,
        'range(stop), range(start,stop) or range(start,stop,step) with numbers and a step that is not 0',
      );
    const n = Math.max(0, Math.ceil((stop - first) / step - 1e-9));
    if (n === 0) fail(text, start, `there is nothing from ${first} up to ${stop} in steps of ${step}`);
    if (n > mostValues) fail(text, start, `these are ${n} values; at most ${mostValues} are run`);
    return Array.from({ length: n }, (_, k) => String(Number((first + k * step).toPrecision(12))));
  }
  const pieces = splitCommas(written);
  return pieces.length > 1 ? pieces : undefined;
}
/** `{ train: { batch: [16, 32] } }` and `{ train.batch: [16, 32] }` are the same. */
function flat(sweep: Readonly<Record<string, unknown>>, above = ''): [key: string, values: unknown][] {
  return Object.entries(sweep).flatMap(([key, values]) =>
    isMapping(values) ? flat(values, `${above}${key}.`) : [[`${above}${key}`, values] as [string, unknown]],
  );
}
/** Lists that `seeds` and `schemes` take anyway are not swept over. */
const lists = new Set(['seeds', 'schemes', 'select']);
/** All combinations of the values of a multirun, the last key running fastest; at least one. */
export function expandOverrides(
  overrides: readonly string[],
  sweep: Readonly<Record<string, unknown>> = {},
): string[][] {
  const swept = flat(sweep).map(([key, values]) => {
    if (Array.isArray(values) && values.length === 0)
      throw new ApicalError(
        'APICAL_CONFIG',
        `"sweep" has an empty list for ${key}; values to run are expected`,
      );
    return {
      key,
      values: Array.isArray(values)
        ? values.map(v => JSON.stringify(v))
        : (sweepValues(String(values), `${key}: ${String(values)}`) ?? [String(values)]),
    };
  });
  const given = overrides.map(text => {
    const { kind, path, written = '' } = parseKey(text);
    const values = kind === 'remove' || lists.has(path.join('.')) ? undefined : sweepValues(written, text);
    const key = text.slice(0, text.indexOf('='));
    if (values?.includes('')) fail(text, key.length + 1, 'one of these values is empty; null says "none"');
    return values ? values.map(v => `${key}=${v}`) : [text];
  });
  const named = new Set(overrides.map(o => parseKey(o).path.join('.')));
  const all = [
    ...swept.filter(s => !named.has(s.key)).map(s => s.values.map(v => `${s.key}=${v}`)),
    ...given,
  ];
  return all.reduce<string[][]>((sets, values) => sets.flatMap(set => values.map(v => [...set, v])), [[]]);
}
