/** Text → names, numbers and signs. Signs of other languages are answered with what is written here. */
import { fail } from './error.js';
import type { Origin } from './syntax.js';

export interface Token {
  readonly text: string;
  readonly kind: 'name' | 'number' | 'sign';
  /** Column, from 0. */
  readonly at: number;
}
/** A longer text is no equation; its tree would be too deep to walk. */
const most = 2000;

/** `line` is what an error shows: the author's whole line, of which `text` may be a part in its place. */
export function tokens(text: string, origin: Origin, line: string): Token[] {
  const out: Token[] = [];
  const one =
    /\s*(?:([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)|((?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|(\*\*|<=|>=|==|[-+*/<>(),]))/gy;
  const end = text.trimEnd().length;
  while (one.lastIndex < end) {
    const from = one.lastIndex;
    const m = one.exec(text);
    if (!m) {
      const at = from + /^\s*/.exec(text.slice(from))![0].length;
      return fail({ ...origin, line }, at, unexpected(text.slice(at)));
    }
    const word = m[1] ?? m[2] ?? m[3]!;
    const kind = m[1] !== undefined ? 'name' : m[2] !== undefined ? 'number' : 'sign';
    out.push({ text: word, kind, at: one.lastIndex - word.length });
    if (out.length > most)
      fail({ ...origin, line }, out.at(-1)!.at, `more than ${most} words and signs in one expression`);
  }
  return out;
}
const hints: Readonly<Record<string, string>> = {
  '^': 'a power is written **',
  '=': 'equality is written ==',
  '&': '"a and b" is written (a > 0) * (b > 0)',
  '|': '"a or b" is written max(a > 0, b > 0)',
  '!': '"not a" is written 1 - a',
  '?': 'a choice is written where(condition, a, b)',
  '%': '20 % is written 0.2',
  '[': 'a line holds for every neuron, without indices',
  ';': 'a statement is one line',
  '.': 'a dot stands between two names: pre.r',
  '−': 'minus is written -',
  '–': 'minus is written -',
  '·': 'a product is written *',
  '×': 'a product is written *',
  '²': 'a power is written **',
  '³': 'a power is written **',
  '≤': 'write <=',
  '≥': 'write >=',
};
function unexpected(rest: string): string {
  const character = String.fromCodePoint(rest.codePointAt(0)!);
  const letter = /^\p{L}/u.test(character) ? 'names are written in ASCII: tau, xi, uBreve' : undefined;
  const hint = hints[character] ?? letter;
  return `unexpected character "${character}"${hint === undefined ? '' : `; ${hint}`}`;
}
