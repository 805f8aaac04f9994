/** Units of measurement: text → dimension and scale, and conversion of quantities such as `10 ms`. */
import { ApicalError, isApicalError, nearest } from '@apical/core';
import { constantOf } from './constant.js';
import { parse } from './parse.js';
import type { SyntaxNode } from './syntax.js';

/** Powers of ms, mV and nS, and the factor to them: pF = nS·ms, pA = nS·mV, Hz = 1/s. */
export interface Unit {
  readonly scale: number;
  readonly powers: readonly [ms: number, mV: number, nS: number];
}
const unit = (scale: number, ms: number, mV: number, nS: number): Unit => ({ scale, powers: [ms, mV, nS] });
/** A pure number. */
export const pureNumber: Unit = unit(1, 0, 0, 0);
export const millisecond: Unit = unit(1, 1, 0, 0);
const known: Readonly<Record<string, Unit>> = {
  ms: millisecond,
  s: unit(1e3, 1, 0, 0),
  us: unit(1e-3, 1, 0, 0),
  Hz: unit(1e-3, -1, 0, 0),
  kHz: unit(1, -1, 0, 0),
  mV: unit(1, 0, 1, 0),
  V: unit(1e3, 0, 1, 0),
  uV: unit(1e-3, 0, 1, 0),
  nS: unit(1, 0, 0, 1),
  pS: unit(1e-3, 0, 0, 1),
  uS: unit(1e3, 0, 0, 1),
  mS: unit(1e6, 0, 0, 1),
  MOhm: unit(1e-3, 0, 0, -1),
  GOhm: unit(1, 0, 0, -1),
  pF: unit(1, 1, 0, 1),
  nF: unit(1e3, 1, 0, 1),
  uF: unit(1e6, 1, 0, 1),
  pA: unit(1, 0, 1, 1),
  nA: unit(1e3, 0, 1, 1),
  uA: unit(1e6, 0, 1, 1),
};
const symbols = ['ms', 'mV', 'nS'] as const;
const powers = (at: (k: 0 | 1 | 2) => number): Unit['powers'] => [at(0), at(1), at(2)];

export const times = (a: Unit, b: Unit): Unit => ({
  scale: a.scale * b.scale,
  powers: powers(k => a.powers[k] + b.powers[k]),
});
export const raise = (a: Unit, exponent: number): Unit => ({
  scale: a.scale ** exponent,
  powers: powers(k => a.powers[k] * exponent),
});
/** Powers of a cube root come back as thirds: no exact comparison. */
const close = (a: number, b: number): boolean => Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(a));
export const sameDimension = (a: Unit, b: Unit): boolean => a.powers.every((p, k) => close(p, b.powers[k]!));
export const sameUnit = (a: Unit, b: Unit): boolean => sameDimension(a, b) && close(a.scale / b.scale, 1);

/** `1/(ms*mV)`, `nS/pF`, `ms**2` → dimension and scale. Throws `APICAL_UNIT`. */
export function parseUnit(text: string): Unit {
  const wrong = (why: string): never => {
    throw new ApicalError(
      'APICAL_UNIT',
      `unit "${text}": ${why}${why.endsWith('?') ? '' : '.'} Units are 1, or products and powers of ${Object.keys(known).join(', ')}`,
    );
  };
  const walk = (node: SyntaxNode): Unit => {
    if (node.kind === 'number')
      return node.value === 1 ? pureNumber : wrong(`${node.value} is no unit; only 1 may stand for a number`);
    if (node.kind === 'name')
      return Object.hasOwn(known, node.name) ? known[node.name]! : wrong(unknownUnit(node.name));
    const [a, b] = node.args as [SyntaxNode, SyntaxNode];
    if (node.name === 'multiply') return times(walk(a), walk(b));
    if (node.name === 'divide') return times(walk(a), raise(walk(b), -1));
    const exponent = node.name === 'power' ? constantOf(b) : undefined;
    return exponent === undefined
      ? wrong('units can be multiplied, divided and raised to a number')
      : raise(walk(a), exponent);
  };
  try {
    return walk(parse(text.replaceAll('^', '**'), 'unit'));
  } catch (e) {
    if (isApicalError(e) && e.code === 'APICAL_EQUATION') return wrong(`cannot be read${spelling(text)}`);
    throw e;
  }
}
function unknownUnit(name: string): string {
  const near = nearest(name, Object.keys(known));
  return `unknown "${name}"${near === undefined ? '' : `; did you mean "${near}"?`}`;
}
function spelling(text: string): string {
  if (text.includes('%')) return '; 20 % is the number 0.2, with unit 1';
  if (/[µμ]/.test(text)) return '; micro is written u, as in us';
  if (/[²³·×]/.test(text)) return '; write ms**2 and ms*mV';
  return /[A-Za-z]\s+[A-Za-z]/.test(text) ? '; a product is written *' : '';
}
/** `nS/ms**2`, with the factor in front where the scale is not that of ms, mV and nS. */
export function showUnit({ scale, powers: all }: Unit): string {
  const part = (sign: 1 | -1): string[] =>
    symbols.flatMap((symbol, k) => {
      const p = sign * all[k]!;
      return p > 0 ? [p === 1 ? symbol : `${symbol}**${Number(p.toPrecision(6))}`] : [];
    });
  const [over, under] = [part(1), part(-1)];
  const bottom = under.length > 1 ? `(${under.join('*')})` : under[0];
  const text = `${over.join('*') || '1'}${bottom === undefined ? '' : `/${bottom}`}`;
  return close(scale, 1) ? text : `${Number(scale.toPrecision(6))} × ${text}`;
}
/**
 * A quantity in another unit: `convert('0.1 s', 'ms')` is 100, `convert('50 Hz', '1/ms')` is 0.05; a number without
 * unit is taken as it is. Throws `APICAL_UNIT` where the text is no quantity or of another dimension.
 */
export function convert(text: string, to: string): number {
  const m = /^\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*(.*?)\s*$/s.exec(text);
  // "1,5 ms" and "1 000 ms" are no quantities, "5 1/ms" is one
  if (!m || /^(?:,|\d(?!\s*\/|$))/.test(m[2]!))
    throw new ApicalError(
      'APICAL_UNIT',
      `"${text}" is no quantity; write a number and a unit, as in "10 ms"`,
    );
  const target = parseUnit(to);
  const value = Number(m[1]);
  if (!Number.isFinite(value)) throw new ApicalError('APICAL_UNIT', `"${text.trim()}" is too large a number`);
  if (!m[2]) return value;
  // "5 /ms" is 5 · 1/ms
  const from = parseUnit(m[2].startsWith('/') ? `1${m[2]}` : m[2]);
  if (!sameDimension(from, target)) {
    const [found, wanted] = [from, target].map(u => showUnit({ ...u, scale: 1 }));
    const meaning = wanted === to ? '' : ` (${wanted!})`;
    throw new ApicalError(
      'APICAL_UNIT',
      `"${text.trim()}" is in ${found!}; a quantity in ${to}${meaning} is wanted`,
    );
  }
  const factor = from.scale / target.scale;
  // 0.1 s is 100 ms and not 100.00000000000001: dividing by a whole number rounds once
  const inverse = Math.round(1 / factor);
  return factor < 1 && close(1 / factor / inverse, 1) ? value / inverse : value * cleaned(factor);
}
const cleaned = (factor: number): number =>
  close(factor / Math.round(factor), 1) ? Math.round(factor) : factor;
