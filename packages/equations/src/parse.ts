/** Text → syntax tree, by precedence climbing: comparison, + -, * /, unary -, ** (right, tighter than minus). */
import { callable, operators, reductions } from './builtins.js';
import { EquationError } from './error.js';

export type SyntaxNode =
  | { readonly kind: 'number'; readonly value: number; readonly at: number }
  | { readonly kind: 'name'; readonly name: string; readonly at: number }
  /** A built-in function, a reduction, an operator (`add`, …) or an activation slot. */
  | {
      readonly kind: 'call';
      readonly name: string;
      readonly args: readonly SyntaxNode[];
      readonly at: number;
    };
/** Where a text stands, for errors. */
export interface Origin {
  readonly where: string;
  readonly block?: string | undefined;
  readonly key?: string | undefined;
  readonly lineNumber?: number;
}
interface Token {
  readonly text: string;
  readonly kind: 'name' | 'number' | 'sign';
  readonly at: number;
}
export function fail(origin: Origin, line: string, column: number, why: string): never {
  const { where, block, key, lineNumber = 1 } = origin;
  throw new EquationError({ where, block, key, line, lineNumber, column }, why);
}
function tokens(text: string, origin: Origin): Token[] {
  const out: Token[] = [];
  const one =
    /\s*(?:([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)|((?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|(\*\*|<=|>=|==|[-+*/<>(),]))/gy;
  const end = text.trimEnd().length;
  while (one.lastIndex < end) {
    const from = one.lastIndex;
    const m = one.exec(text);
    if (!m) {
      const at = from + /^\s*/.exec(text.slice(from))![0].length;
      return fail(origin, text, at, `unexpected character "${text[at]!}"`);
    }
    const word = m[1] ?? m[2] ?? m[3]!;
    const kind = m[1] !== undefined ? 'name' : m[2] !== undefined ? 'number' : 'sign';
    out.push({ text: word, kind, at: one.lastIndex - word.length });
  }
  return out;
}
const binding: Readonly<Record<string, number>> = {
  '<': 1,
  '>': 1,
  '<=': 1,
  '>=': 1,
  '==': 1,
  '+': 2,
  '-': 2,
  '*': 3,
  '/': 3,
  '**': 5,
};
const unaryBinding = 4;

/** Throws `EquationError`. */
export function parse(text: string, origin: string | Origin): SyntaxNode {
  const from: Origin = typeof origin === 'string' ? { where: origin } : origin;
  return new Parser(tokens(text, from), text, from).whole();
}
class Parser {
  readonly #tokens: readonly Token[];
  readonly #text: string;
  readonly #origin: Origin;
  #next = 0;

  constructor(all: readonly Token[], text: string, origin: Origin) {
    this.#tokens = all;
    this.#text = text;
    this.#origin = origin;
  }
  whole(): SyntaxNode {
    const out = this.#expression(0);
    const rest = this.#peek();
    if (rest) this.#fail(`unexpected "${rest.text}"`);
    return out;
  }
  #peek(): Token | undefined {
    return this.#tokens[this.#next];
  }
  #fail(why: string): never {
    return fail(this.#origin, this.#text, this.#peek()?.at ?? this.#text.trimEnd().length, why);
  }
  #eat(sign: string): void {
    if (this.#peek()?.text !== sign) this.#fail(`expected "${sign}"`);
    this.#next++;
  }
  #expression(least: number): SyntaxNode {
    let left = this.#unary();
    for (;;) {
      const token = this.#peek();
      const power = token?.kind === 'sign' ? binding[token.text] : undefined;
      if (token === undefined || power === undefined || power < least) return left;
      this.#next++;
      // ** is right-associative, the others are left-associative
      const right = this.#expression(token.text === '**' ? unaryBinding : power + 1);
      left = { kind: 'call', name: operators[token.text]!, args: [left, right], at: token.at };
    }
  }
  #unary(): SyntaxNode {
    const token = this.#peek();
    if (token?.text !== '-') return this.#atom();
    this.#next++;
    return { kind: 'call', name: 'negate', args: [this.#expression(unaryBinding)], at: token.at };
  }
  #atom(): SyntaxNode {
    const token = this.#peek();
    if (!token) return this.#fail('unexpected end');
    if (token.kind === 'number') {
      this.#next++;
      return { kind: 'number', value: Number(token.text), at: token.at };
    }
    if (token.text === '(') {
      this.#next++;
      const inner = this.#expression(0);
      this.#eat(')');
      return inner;
    }
    if (token.kind !== 'name') return this.#fail(`unexpected "${token.text}"`);
    this.#next++;
    if (this.#peek()?.text !== '(') return { kind: 'name', name: token.text, at: token.at };
    this.#next++;
    const args = [this.#expression(0)];
    while (this.#peek()?.text === ',') {
      this.#next++;
      args.push(this.#expression(0));
    }
    this.#eat(')');
    return { kind: 'call', name: token.text, args, at: token.at };
  }
}

/** Names that a tree reads. */
export function namesIn(node: SyntaxNode, out = new Set<string>()): Set<string> {
  if (node.kind === 'name') out.add(node.name);
  else if (node.kind === 'call') for (const a of node.args) namesIn(a, out);
  return out;
}
/** Functions that a tree calls, activation slots included. */
export function callsIn(node: SyntaxNode, out = new Set<string>()): Set<string> {
  if (node.kind !== 'call') return out;
  out.add(node.name);
  for (const a of node.args) callsIn(a, out);
  return out;
}
export function substitute(node: SyntaxNode, by: Readonly<Record<string, SyntaxNode>>): SyntaxNode {
  if (node.kind === 'name') return Object.hasOwn(by, node.name) ? by[node.name]! : node;
  return node.kind === 'number' ? node : { ...node, args: node.args.map(a => substitute(a, by)) };
}
export const number = (value: number, at = 0): SyntaxNode => ({ kind: 'number', value, at });
export const named = (name: string, at = 0): SyntaxNode => ({ kind: 'name', name, at });
export const call = (name: string, ...args: SyntaxNode[]): SyntaxNode => ({
  kind: 'call',
  name,
  args,
  at: 0,
});
/** Everything a call may name, for messages. */
export const knownFunctions = (slots: readonly string[]): string[] => [...slots, ...callable, ...reductions];
