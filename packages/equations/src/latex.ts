/** Equations as LaTeX, for documentation: the text of a model is its own description. */
import type { Expression } from '@apical/core';
import type { Statement } from './block.js';
import { builtins } from './builtins.js';
import { parse } from './parse.js';
import { reductionForms } from './reductions.js';
import { isGreek, symbolToLatex } from './symbols.js';
import type { SyntaxNode } from './syntax.js';
import { isCallable, isOperator, isReduction } from './vocabulary.js';

type Symbols = Readonly<Record<string, string>>;
interface Printed {
  readonly text: string;
  /** How tightly it binds, as in `builtins`. */
  readonly rank: number;
}

function print(node: SyntaxNode, symbols: Symbols): Printed {
  if (node.kind !== 'call') {
    const text = node.kind === 'number' ? scientific(node.value) : symbolToLatex(node.name, symbols);
    if (text.startsWith('-')) return { text, rank: builtins.negate.rank };
    // a second superscript needs parentheses
    return { text, rank: text.includes('^') || text.includes(' ') ? 5 : 9 };
  }
  const argument = (k: number, least = 0, second = false): string => {
    const part = node.args[k]!;
    const { text, rank } = print(part, symbols);
    if (rank >= least && !(second && text.startsWith('-'))) return text;
    return rank === 1 ? `\\left[${text}\\right]` : `\\left(${text}\\right)`;
  };
  const { name } = node;
  if (isOperator(name) || isCallable(name)) {
    const { latex, rank } = builtins[name];
    return { text: latex(argument), rank };
  }
  if (isReduction(name)) {
    const { latex, rank } = reductionForms[name];
    return { text: latex(argument), rank };
  }
  const all = node.args.map((_, k) => argument(k)).join(', ');
  return { text: `${slotToLatex(name)}\\left(${all}\\right)`, rank: 9 };
}
/** Powers of ten from 10⁻⁴ down and 10⁶ up. */
function scientific(value: number): string {
  const size = Math.abs(value);
  if (size === Infinity) return value > 0 ? '\\infty' : '-\\infty';
  if (size === 0 || (size > 1e-4 && size < 1e6) || Number.isNaN(value)) return String(value);
  const [mantissa, exponent] = value.toExponential().split('e') as [string, string];
  const power = `10^{${Number(exponent)}}`;
  return mantissa === '1' ? power : `${mantissa} \\cdot ${power}`;
}
/** Activation slots: `phi`, its derivative `dphi`, its transposed Jacobian `phiBack`. */
function slotToLatex(name: string): string {
  const symbol = (slot: string): string => (isGreek(slot) ? `\\${slot}` : `\\operatorname{${slot}}`);
  if (name.endsWith('Back')) return `J_{${symbol(name.slice(0, -4))}}^{\\top}`;
  if (name.startsWith('d') && isGreek(name.slice(1))) return `${symbol(name.slice(1))}'`;
  return symbol(name);
}
function statementToLatex({ target, op, value }: Statement, symbols: Symbols): string {
  const left = symbolToLatex(target, symbols);
  const { text, rank } = print(value, symbols);
  if (op === '=') return `${left} = ${text}`;
  if (op === 'd') return `\\dot{${left}} = ${text}`;
  const sign = { '+=': ' +', '-=': ' -', '*=': ' \\,' }[op];
  const least = { '+=': 2, '-=': 3, '*=': 3 }[op];
  const factor = rank < least || text.startsWith('-') ? `\\left(${text}\\right)` : text;
  return `${left} \\leftarrow ${left}${sign} ${factor}`;
}
/**
 * One line of LaTeX per statement, or the LaTeX of one expression. `symbols` says how names are written. For
 * documentation give `parseStatements(text)`: it keeps `phi(x)` as it is.
 */
export function toLatex(what: Expression | SyntaxNode | readonly Statement[], symbols: Symbols = {}): string {
  if (typeof what === 'string') return print(parse(what, 'LaTeX'), symbols).text;
  if (isStatements(what)) return what.map(s => statementToLatex(s, symbols)).join('\n');
  return print(what, symbols).text;
}
const isStatements = (what: SyntaxNode | readonly Statement[]): what is readonly Statement[] =>
  Array.isArray(what);
