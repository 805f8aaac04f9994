/** Placeholders of a scheme template: `{l}`, `{l-1}`, `{last}`, and arithmetic over `l`, `last` and `size[…]`. */
import { ApicalError } from '@apical/core';

export interface LayerAt {
  /** Absent where nothing runs over layers. */
  readonly l?: number;
  readonly last: number;
  /** Units by layer, input first. */
  readonly sizes: readonly number[];
}
/** Value of `l - 1`, `last`, `size[l] / 2`, `(l + 0.5)`. Throws `APICAL_TEMPLATE`. */
export function evaluate(expression: string | number, at: LayerAt, where: string, place?: string): number {
  const text = String(expression);
  const fail = (message: string): ApicalError =>
    new ApicalError(
      'APICAL_TEMPLATE',
      `${where}: "${text}" ${message}; write numbers, l, last, size[…], + - * / and brackets`,
      { at: place },
    );
  const tokens = text.match(/\d+(?:\.\d+)?|[A-Za-z]+|[^\s]/g) ?? [];
  let next = 0;
  const take = (token: string): boolean => tokens[next] === token && ++next > 0;
  const expect = (token: string): void => {
    if (!take(token)) throw fail(`has ${tokens[next] ?? 'nothing'} where "${token}" belongs`);
  };
  const atom = (): number => {
    const token = tokens[next++] ?? '';
    if (/^\d/.test(token)) return Number(token);
    if (token === '-') return -atom();
    if (token === 'last') return at.last;
    if (token === 'l' && at.l !== undefined) return at.l;
    if (token === 'l') throw fail('mentions l, but nothing here runs over layers');
    if (token === '(') {
      const value = sum();
      expect(')');
      return value;
    }
    if (token !== 'size') throw fail(token === '' ? 'ends too early' : `has an unknown word "${token}"`);
    expect('[');
    const layer = sum();
    expect(']');
    const size = at.sizes[layer];
    if (size === undefined)
      throw fail(`asks for the size of layer ${layer}; there are layers 0 to ${at.last}`);
    return size;
  };
  const product = (): number => {
    let value = atom();
    for (;;)
      if (take('*')) value *= atom();
      else if (take('/')) value /= atom();
      else return value;
  };
  const sum = (): number => {
    let value = product();
    for (;;)
      if (take('+')) value += product();
      else if (take('-')) value -= product();
      else return value;
  };
  const value = sum();
  if (next < tokens.length) throw fail(`has "${tokens[next]!}" after its end`);
  return value;
}
/** `layer{l-1}.r` → `layer0.r`, in all text of a value, keys included. */
export function expand<T>(value: T, at: LayerAt, where: string, place?: string): T {
  const text = (s: string): string =>
    s.replace(/\{([^{}]*)\}/g, (_, inside: string) => String(evaluate(inside, at, where, place)));
  const walk = (v: unknown): unknown => {
    if (typeof v === 'string') return text(v);
    if (Array.isArray(v)) return v.map(walk);
    if (typeof v !== 'object' || v === null) return v;
    return Object.fromEntries(Object.entries(v).map(([k, x]) => [text(k), walk(x)]));
  };
  return walk(value) as T;
}
export const runsOverLayers = (name: string): boolean => /\{[^{}]*\bl\b[^{}]*\}/.test(name);
/** `layer` for `layer{l}`. */
export const slotName = (key: string): string => key.replace(/[-_/.]*\{[^{}]*\}/g, '') || key;
export const placeOf = (l: number, last: number): 'first' | 'hidden' | 'last' =>
  l === 0 ? 'first' : l === last ? 'last' : 'hidden';
