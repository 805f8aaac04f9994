/** Units: strings → dimensions, conversion of quantities, and the dimensional check of statements. */
import { ApicalError } from '@apical/core';
import type { Language, Statement } from './block.js';
import { fail, parse, type SyntaxNode } from './parse.js';

/** Powers of ms, mV and nS, and the factor to them: pF = nS·ms, pA = nS·mV, Hz = 1/s. */
export interface Unit {
  readonly scale: number;
  readonly powers: readonly [ms: number, mV: number, nS: number];
}
const none: Unit = { scale: 1, powers: [0, 0, 0] };
const base = (scale: number, ...powers: [number, number, number]): Unit => ({ scale, powers });
const known: Readonly<Record<string, Unit>> = {
  ms: base(1, 1, 0, 0),
  s: base(1e3, 1, 0, 0),
  us: base(1e-3, 1, 0, 0),
  Hz: base(1e-3, -1, 0, 0),
  kHz: base(1, -1, 0, 0),
  mV: base(1, 0, 1, 0),
  V: base(1e3, 0, 1, 0),
  uV: base(1e-3, 0, 1, 0),
  nS: base(1, 0, 0, 1),
  uS: base(1e3, 0, 0, 1),
  pS: base(1e-3, 0, 0, 1),
  pF: base(1, 1, 0, 1),
  nF: base(1e3, 1, 0, 1),
  pA: base(1, 0, 1, 1),
  nA: base(1e3, 0, 1, 1),
};
const names = ['ms', 'mV', 'nS'] as const;
const combine = (a: Unit, b: Unit, sign: 1 | -1): Unit => ({
  scale: sign === 1 ? a.scale * b.scale : a.scale / b.scale,
  powers: a.powers.map((p, k) => p + sign * b.powers[k]!) as unknown as Unit['powers'],
});
const raise = (a: Unit, exponent: number): Unit => ({
  scale: a.scale ** exponent,
  powers: a.powers.map(p => p * exponent) as unknown as Unit['powers'],
});
const same = (a: Unit, b: Unit): boolean => a.powers.every((p, k) => Math.abs(p - b.powers[k]!) < 1e-9);

/** `1/(ms*mV)` → dimensions. Throws `APICAL_UNIT`. */
export function parseUnit(text: string): Unit {
  const wrong = (why: string): never => {
    throw new ApicalError(
      'APICAL_UNIT',
      `unit "${text}": ${why}; units are products and powers of ${Object.keys(known).join(', ')}, or 1`,
    );
  };
  const walk = (node: SyntaxNode): Unit => {
    if (node.kind === 'number') return node.value === 1 ? none : wrong(`found the number ${node.value}`);
    if (node.kind === 'name')
      return Object.hasOwn(known, node.name) ? known[node.name]! : wrong(`unknown "${node.name}"`);
    const [a, b] = node.args;
    if (node.name === 'multiply' || node.name === 'divide')
      return combine(walk(a!), walk(b!), node.name === 'multiply' ? 1 : -1);
    if (node.name === 'power') {
      const negative = b!.kind === 'call' && b!.name === 'negate' ? b!.args[0] : undefined;
      const exponent = negative ?? b!;
      if (exponent.kind === 'number') return raise(walk(a!), negative ? -exponent.value : exponent.value);
    }
    return wrong(`cannot read ${node.name}`);
  };
  try {
    return walk(parse(text.replaceAll('^', '**'), 'unit'));
  } catch (e) {
    if (e instanceof ApicalError && e.code === 'APICAL_EQUATION') return wrong('cannot be read');
    throw e;
  }
}
function show({ powers }: Unit): string {
  const part = (sign: 1 | -1): string[] =>
    names.flatMap((name, k) => {
      const p = sign * powers[k]!;
      return p > 0 ? [p === 1 ? name : `${name}**${p}`] : [];
    });
  const [over, under] = [part(1), part(-1)];
  const bottom = under.length > 1 ? `(${under.join('*')})` : under[0];
  return `${over.join('*') || '1'}${bottom === undefined ? '' : `/${bottom}`}`;
}
/** `convert('0.1 s', 'ms')` is 100. Throws `APICAL_UNIT` where the text is no quantity or of another dimension. */
export function convert(text: string, to: string): number {
  const m = /^\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*([A-Za-z(1][\w/*^().\s-]*)?$/.exec(text);
  if (!m)
    throw new ApicalError(
      'APICAL_UNIT',
      `"${text}" is no quantity; write a number and a unit, as in "10 ms"`,
    );
  const target = parseUnit(to);
  const from = m[2] === undefined ? target : parseUnit(m[2].trim());
  if (!same(from, target))
    throw new ApicalError('APICAL_UNIT', `"${text.trim()}" is in ${show(from)}; a value in ${to} is wanted`);
  return (Number(m[1]) * from.scale) / target.scale;
}

/* ---------------------------------------------------------------- check of statements */

/** Arguments and results without dimension. */
const pure: ReadonlySet<string> = new Set(['exp', 'log', 'tanh', 'sigmoid', 'softplus']);
const agreeing: ReadonlySet<string> = new Set(['add', 'subtract', 'min', 'max', 'clip']);
const comparing: ReadonlySet<string> = new Set(['less', 'greater', 'lessEqual', 'greaterEqual', 'equal']);
const keeping: ReadonlySet<string> = new Set(['negate', 'abs', 'relu', 'sum', 'mean', 'largest']);

/** undefined: fits anything (0, and names whose unit is not known). */
type Dimension = Unit | undefined;
/**
 * Both sides of an assignment, of + and −, and of comparisons agree; exponents and arguments of exp and its kin are
 * numbers. `unitOf` undefined: the name fits anything. Throws `EquationError` naming both units.
 */
export function checkUnits(
  statements: readonly Statement[],
  unitOf: (name: string) => string | undefined,
  language: Language,
): void {
  const locals = new Map<string, Dimension>();
  for (const s of statements) new Checker(s, unitOf, language, locals).statement();
}
class Checker {
  readonly #s: Statement;
  readonly #unitOf: (name: string) => string | undefined;
  readonly #language: Language;
  readonly #locals: Map<string, Dimension>;

  constructor(
    s: Statement,
    unitOf: (name: string) => string | undefined,
    language: Language,
    locals: Map<string, Dimension>,
  ) {
    this.#s = s;
    this.#unitOf = unitOf;
    this.#language = language;
    this.#locals = locals;
  }
  statement(): void {
    const { target, op, value, at } = this.#s;
    const right = this.#infer(value);
    const declared = this.#unitOf(target);
    if (declared === undefined && op === '=') {
      this.#locals.set(target, right);
      return;
    }
    const own = this.#name(target);
    if (op === '*=') this.#agree(none, right, at, 'a factor is a number');
    else if (op === 'd') this.#agree(own && combine(own, known.ms!, -1), right, at, `d${target}/dt`);
    else this.#agree(own, right, at, `"${target}"`);
  }
  #fail(at: number, why: string): never {
    const { line, lineNumber } = this.#s;
    return fail({ ...this.#language, lineNumber }, line, at, why);
  }
  #agree(left: Dimension, right: Dimension, at: number, what: string): void {
    if (left && right && !same(left, right))
      this.#fail(at, `units differ: ${what} is in ${show(left)}, the other side in ${show(right)}`);
  }
  #name(name: string): Dimension {
    if (this.#locals.has(name)) return this.#locals.get(name);
    const unit = this.#unitOf(name);
    return unit === undefined ? undefined : parseUnit(unit);
  }
  #infer(node: SyntaxNode): Dimension {
    if (node.kind === 'number') return node.value === 0 ? undefined : none;
    if (node.kind === 'name') return this.#name(node.name);
    const units = node.args.map(a => this.#infer(a));
    const [a, b, c] = units;
    const { name, at } = node;
    if (pure.has(name)) {
      this.#agree(none, a, at, `the argument of ${name} must be a number; it`);
      return none;
    }
    if (agreeing.has(name) || comparing.has(name)) {
      const first = units.find(u => u !== undefined);
      for (const u of units) this.#agree(first, u, at, `one side of ${name}`);
      return comparing.has(name) ? none : first;
    }
    if (keeping.has(name)) return a;
    if (name === 'sign') return none;
    if (name === 'sqrt') return a && raise(a, 0.5);
    if (name === 'where') {
      this.#agree(b, c, at, 'one alternative of where');
      return b ?? c;
    }
    if (name === 'multiply' || name === 'divide')
      return a && b && combine(a, b, name === 'multiply' ? 1 : -1);
    const exponent = node.args[1]!;
    this.#agree(none, b, at, 'an exponent');
    if (exponent.kind === 'number') return a && raise(a, exponent.value);
    this.#agree(none, a, at, 'what is raised to a variable power');
    return none;
  }
}
