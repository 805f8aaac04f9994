/** Text → syntax tree, by precedence climbing: comparison, + -, * /, unary -, ** (right, tighter than minus). */
import { fail } from './error.js';
import type { Origin, SyntaxNode } from './syntax.js';
import { tokens, type Token } from './tokens.js';
import { insteadOf, isCallable, isOperator, isReduction, operators } from './vocabulary.js';

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
const comparing = 1;
const unaryBinding = 4;
/** Of parentheses, calls and signs in one another: beyond it a text is no equation. */
const deepest = 200;

/** `text` may be the whole line with blanks before the expression, so that columns stay true. */
export function parse(text: string, origin: string | Origin, line = text): SyntaxNode {
  const from: Origin = typeof origin === 'string' ? { where: origin } : origin;
  return new Parser(tokens(text, from, line), line, from).whole();
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
    return rest ? this.#fail(`unexpected "${rest.text}"${this.#juxtaposed(rest)}`) : out;
  }
  #peek(): Token | undefined {
    return this.#tokens[this.#next];
  }
  #fail(why: string): never {
    const at = this.#peek()?.at ?? this.#line.trimEnd().length;
    return fail({ ...this.#origin, line: this.#line }, at, why);
  }
  /** What was meant where two values stand side by side. */
  #juxtaposed({ text, kind }: Token): string {
    if (text === 'and' || text === 'or')
      return `; write ${text === 'and' ? '(a > 0) * (b > 0)' : 'max(a > 0, b > 0)'}`;
    const before = this.#tokens[this.#next - 1]!.text;
    if (isCallable(before) || isReduction(before)) return `; a function is written ${before}(…)`;
    return kind === 'name' || text === '(' ? '; a product is written *' : '';
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
    let compared = false;
    for (;;) {
      const token = this.#peek();
      const power = token?.kind === 'sign' ? binding[token.text] : undefined;
      if (token === undefined || power === undefined || power < least) break;
      // it would compare the 1 or 0 of the first comparison
      if (power === comparing && compared)
        this.#fail('comparisons do not chain: a < b < c is written (a < b) * (b < c)');
      compared = power === comparing;
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
    if (isOperator(token.text)) {
      this.#next--;
      return this.#fail(`unknown function "${token.text}"; write ${insteadOf(token.text)!}`);
    }
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
