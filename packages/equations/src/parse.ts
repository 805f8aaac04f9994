/** Text → syntax tree, by precedence climbing: comparison, + -, * /, unary -, ** (right, tighter than minus). */
import { operators } from './builtins.js';
import { fail } from './error.js';
import type { Origin, SyntaxNode } from './syntax.js';

interface Token {
  readonly text: string;
  readonly kind: 'name' | 'number' | 'sign';
  readonly at: number;
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
      return fail({ ...origin, line: text }, at, unexpected(text.slice(at)));
    }
    const word = m[1] ?? m[2] ?? m[3]!;
    const kind = m[1] !== undefined ? 'name' : m[2] !== undefined ? 'number' : 'sign';
    out.push({ text: word, kind, at: one.lastIndex - word.length });
  }
  return out;
}
/** What to write instead of characters that other languages would take. */
function unexpected(rest: string): string {
  const character = String.fromCodePoint(rest.codePointAt(0)!);
  const hint =
    { '^': '; a power is written **', '=': '; equality is written ==', '&': '; write min(a, b)' }[
      character
    ] ?? (/^[^\p{ASCII}]/u.test(rest) ? '; names are written in ASCII: tau, xi, uBreve' : '');
  return `unexpected character "${character}"${hint}`;
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
/** Of parentheses, calls and signs in one another: beyond it a text is no equation. */
const deepest = 200;

/** `text` may be the whole line with blanks before the expression, so that columns stay true. */
export function parse(text: string, origin: string | Origin, line = text): SyntaxNode {
  const from: Origin = typeof origin === 'string' ? { where: origin } : origin;
  return new Parser(tokens(text, from), line, from).whole();
}
class Parser {
  readonly #tokens: readonly Token[];
  readonly #line: string;
  readonly #origin: Origin;
  #next = 0;
  #depth = 0;

  constructor(all: readonly Token[], line: string, origin: Origin) {
    this.#tokens = all;
    this.#line = line;
    this.#origin = origin;
  }
  whole(): SyntaxNode {
    const out = this.#expression(0);
    const rest = this.#peek();
    return rest ? this.#fail(`unexpected "${rest.text}"`) : out;
  }
  #peek(): Token | undefined {
    return this.#tokens[this.#next];
  }
  #fail(why: string): never {
    const at = this.#peek()?.at ?? this.#line.trimEnd().length;
    return fail({ ...this.#origin, line: this.#line }, at, why);
  }
  #eat(sign: string): void {
    const token = this.#peek();
    if (token?.text !== sign)
      this.#fail(`expected "${sign}"${token ? `, found "${token.text}"` : ' before the end'}`);
    this.#next++;
  }
  #expression(least: number): SyntaxNode {
    if (++this.#depth > deepest) this.#fail(`more than ${deepest} levels in one another`);
    let left = this.#unary();
    for (;;) {
      const token = this.#peek();
      const power = token?.kind === 'sign' ? binding[token.text] : undefined;
      if (token === undefined || power === undefined || power < least) break;
      this.#next++;
      // ** is right-associative, the others are left-associative
      const right = this.#expression(token.text === '**' ? unaryBinding : power + 1);
      left = { kind: 'call', name: operators[token.text]!, args: [left, right], at: token.at };
    }
    this.#depth--;
    return left;
  }
  #unary(): SyntaxNode {
    const token = this.#peek();
    if (token?.text !== '-') return this.#atom();
    this.#next++;
    return { kind: 'call', name: 'negate', args: [this.#expression(unaryBinding)], at: token.at };
  }
  #atom(): SyntaxNode {
    const token = this.#peek();
    if (!token) return this.#fail('the expression ends here, a value is missing');
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
    if (token.kind !== 'name') return this.#fail(`unexpected "${token.text}", a value is missing`);
    this.#next++;
    if (this.#peek()?.text !== '(') return { kind: 'name', name: token.text, at: token.at };
    this.#next++;
    return { kind: 'call', name: token.text, args: this.#args(), at: token.at };
  }
  /** None is allowed here, so that the error can say how many the function takes. */
  #args(): SyntaxNode[] {
    const args: SyntaxNode[] = [];
    if (this.#peek()?.text !== ')') {
      args.push(this.#expression(0));
      while (this.#peek()?.text === ',') {
        this.#next++;
        args.push(this.#expression(0));
      }
    }
    this.#eat(')');
    return args;
  }
}
