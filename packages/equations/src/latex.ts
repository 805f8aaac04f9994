/** Equations as LaTeX, for documentation: the text of a model is its own description. */
import type { Expression } from '@apical/core';
import type { Statement } from './block.js';
import { parse, type SyntaxNode } from './parse.js';

const greek = new Set(
  'alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi rho sigma tau phi chi psi omega Delta Phi Psi Sigma'.split(
    ' ',
  ),
);
const marks: Readonly<Record<string, (base: string, rest: string) => string>> = {
  Breve: base => `\\breve{${base}}`,
  Bar: base => `\\bar{${base}}`,
  Star: base => `${base}^{*}`,
};
/** `tauHP` → \tau_{\mathrm{HP}}, `rOld` → r^{\mathrm{old}}, `uBreve` → \breve{u}. */
export function symbolToLatex(name: string, symbols: Readonly<Record<string, string>> = {}): string {
  if (Object.hasOwn(symbols, name)) return symbols[name]!;
  const dot = name.indexOf('.');
  if (dot > 0) return `${symbolToLatex(name.slice(dot + 1), symbols)}^{\\mathrm{${name.slice(0, dot)}}}`;
  if (greek.has(name)) return `\\${name}`;
  const head = [...greek]
    .sort((a, b) => b.length - a.length)
    .find(g => name.startsWith(g) && /^[A-Z0-9]/.test(name.slice(g.length)));
  const base = head ? `\\${head}` : /^[A-Za-z](?=[A-Z0-9])/.test(name) ? name[0]! : undefined;
  const rest = name.slice(head?.length ?? 1);
  if (name.length === 1) return name;
  if (base === undefined) return `\\mathrm{${name.replaceAll('_', '\\_')}}`;
  if (rest === 'Old') return `${base}^{\\mathrm{old}}`;
  return marks[rest]?.(base, rest) ?? `${base}_{\\mathrm{${rest.replaceAll('_', '\\_')}}}`;
}
const signs: Readonly<Record<string, string>> = {
  add: '+',
  subtract: '-',
  less: '<',
  greater: '>',
  lessEqual: '\\le',
  greaterEqual: '\\ge',
  equal: '=',
};
const rank: Readonly<Record<string, number>> = {
  less: 1,
  greater: 1,
  lessEqual: 1,
  greaterEqual: 1,
  equal: 1,
  add: 2,
  subtract: 2,
  multiply: 3,
  negate: 3,
  power: 5,
};
function print(node: SyntaxNode, symbols: Readonly<Record<string, string>>, outer = 0): string {
  if (node.kind === 'number') return scientific(node.value);
  if (node.kind === 'name') return symbolToLatex(node.name, symbols);
  const own = rank[node.name] ?? 9;
  const text = call(node.name, node.args, symbols, own);
  return own < outer ? `\\left(${text}\\right)` : text;
}
function scientific(value: number): string {
  const [mantissa, exponent] = String(value).split('e');
  if (exponent === undefined) return mantissa!;
  return mantissa === '1' ? `10^{${Number(exponent)}}` : `${mantissa} \\cdot 10^{${Number(exponent)}}`;
}
function call(
  name: string,
  args: readonly SyntaxNode[],
  symbols: Readonly<Record<string, string>>,
  own: number,
): string {
  const p = (k: number, outer = 0): string => print(args[k]!, symbols, outer);
  switch (name) {
    case 'add':
    case 'subtract':
    case 'less':
    case 'greater':
    case 'lessEqual':
    case 'greaterEqual':
    case 'equal':
      return `${p(0, own)} ${signs[name]!} ${p(1, own + (name === 'add' ? 0 : 1))}`;
    case 'multiply':
      return `${p(0, own)} \\, ${p(1, own)}`;
    case 'divide':
      return `\\frac{${p(0)}}{${p(1)}}`;
    case 'negate':
      return `-${p(0, own)}`;
    case 'power':
      return `${p(0, 6)}^{${p(1)}}`;
    case 'sqrt':
      return `\\sqrt{${p(0)}}`;
    case 'abs':
      return `\\left|${p(0)}\\right|`;
    case 'sum':
      return `\\sum_i ${p(0, 3)}`;
    case 'mean':
      return `\\left\\langle ${p(0)} \\right\\rangle`;
    case 'largest':
      return `\\max_i ${p(0, 3)}`;
    case 'where':
      return `\\begin{cases} ${p(1)} & ${p(0)} \\\\ ${p(2)} & \\text{else} \\end{cases}`;
    default:
      return `${functionName(name)}\\left(${args.map((_, k) => p(k)).join(', ')}\\right)`;
  }
}
function functionName(name: string): string {
  if (['exp', 'tanh', 'min', 'max'].includes(name)) return `\\${name}`;
  if (name === 'log') return '\\ln';
  if (greek.has(name)) return `\\${name}`;
  if (name.startsWith('d') && greek.has(name.slice(1))) return `\\${name.slice(1)}'`;
  return `\\mathrm{${name}}`;
}
/** One line of LaTeX per statement (or the LaTeX of an expression). `symbols` overrides names. */
export function toLatex(
  what: Expression | readonly Statement[],
  symbols: Readonly<Record<string, string>> = {},
): string {
  if (typeof what === 'string') return print(parse(what, 'LaTeX'), symbols);
  return what
    .map(({ target, op, value }) => {
      const left = symbolToLatex(target, symbols);
      const right = print(value, symbols);
      switch (op) {
        case 'd':
          return `\\dot{${left}} = ${right}`;
        case '=':
          return `${left} = ${right}`;
        case '*=':
          return `${left} \\leftarrow ${left} \\, ${print(value, symbols, 3)}`;
        default:
          return `${left} \\leftarrow ${left} ${op[0]!} ${print(value, symbols, op === '-=' ? 3 : 2)}`;
      }
    })
    .join('\n');
}
