/** The dimensional check of statements. Values are used as they are, so units must agree in scale too. */
import { isApicalError } from '@apical/core';
import type { FunctionName } from '@apical/core';
import type { Language, Statement } from './block.js';
import { builtins } from './builtins.js';
import { constantOf } from './constant.js';
import { fail, failAt } from './error.js';
import type { CallNode, SourceLine, SyntaxNode } from './syntax.js';
import { millisecond, parseUnit, pureNumber, raise, sameUnit, showUnit, times, type Unit } from './units.js';
import { isReduction, signOf } from './vocabulary.js';

/** undefined: fits anything (0, and names whose unit is not known). */
type Known = Unit | undefined;
/**
 * Both sides of an assignment, of + and −, of comparisons, min, max and clip agree; exponents and what goes into exp
 * and its kin or into an activation are pure numbers; 0 fits any unit, other numbers are pure. `unitOf` undefined:
 * the name fits anything; locals have the unit of what is assigned to them. Throws `EquationError` naming both.
 */
export function checkUnits(
  statements: readonly Statement[],
  unitOf: (name: string) => string | undefined,
  language: Pick<Language, 'where' | 'block' | 'key'>,
): void {
  const { where, block, key } = language;
  const locals = new Map<string, Known>();
  for (const s of statements) {
    const line = s.source ?? { where, block, key, line: s.line, lineNumber: s.lineNumber };
    new Checker(s, unitOf, line, locals).statement();
  }
}
class Checker {
  readonly #s: Statement;
  readonly #unitOf: (name: string) => string | undefined;
  readonly #line: SourceLine;
  readonly #locals: Map<string, Known>;

  constructor(
    s: Statement,
    unitOf: (name: string) => string | undefined,
    line: SourceLine,
    locals: Map<string, Known>,
  ) {
    this.#s = s;
    this.#unitOf = unitOf;
    this.#line = line;
    this.#locals = locals;
  }
  statement(): void {
    const { target, op, value, at } = this.#s;
    const right = this.#infer(value);
    if (op === '=' && (this.#locals.has(target) || this.#declared(target, at) === undefined)) {
      this.#locals.set(target, right);
      return;
    }
    const own = this.#name(target, at);
    const [left, wanted] =
      op === 'd'
        ? [`d${target}/dt`, own && times(own, raise(millisecond, -1))]
        : op === '*='
          ? ['a factor', pureNumber]
          : [`"${target}"`, own];
    if (!wanted || !right || sameUnit(wanted, right)) return;
    const verb = op === '*=' ? 'must be a pure number (1)' : `is in ${showUnit(wanted)}`;
    fail(this.#line, at, `units differ: ${left} ${verb}, its right side is in ${showUnit(right)}`);
  }
  #declared(name: string, at: number): Known {
    const text = this.#unitOf(name);
    if (text === undefined) return undefined;
    try {
      return parseUnit(text);
    } catch (e) {
      if (!isApicalError(e)) throw e;
      return fail(this.#line, at, `"${name}" has no proper unit: ${e.message}`);
    }
  }
  #name(name: string, at: number): Known {
    return this.#locals.has(name) ? this.#locals.get(name) : this.#declared(name, at);
  }
  /** Is it a pure number? */
  #pure(node: SyntaxNode, found: Known, what: string): void {
    if (found && !sameUnit(found, pureNumber))
      failAt(
        node,
        this.#line,
        `units differ: ${what} is in ${showUnit(found)}; it must be a pure number (1)`,
      );
  }
  #agree(node: SyntaxNode, sign: string, args: readonly Known[]): Known {
    const first = args.find(u => u !== undefined);
    const other = args.find(u => u && first && !sameUnit(u, first));
    if (first && other)
      failAt(
        node,
        this.#line,
        `units differ on the sides of ${sign}: ${showUnit(first)} and ${showUnit(other)}`,
      );
    return first;
  }
  #infer(node: SyntaxNode): Known {
    if (node.slot) {
      // what is inside an activation works on numbers: only its argument is looked at
      const { name, argument } = node.slot;
      this.#pure(argument, this.#infer(argument), `the argument of ${name}`);
      return pureNumber;
    }
    if (node.kind === 'number') return node.value === 0 ? undefined : pureNumber;
    if (node.kind === 'name') return this.#name(node.name, node.at);
    return this.#call(node);
  }
  #call(node: CallNode): Known {
    const units = node.args.map(a => this.#infer(a));
    const [a, b, c] = units;
    const { name } = node;
    const sign = signOf(name) ?? name;
    const rule = isReduction(name) ? 'keep' : builtins[name as FunctionName].units;
    if (rule === 'pure') {
      this.#pure(node.args[0]!, a, `the argument of ${name}`);
      return pureNumber;
    }
    if (rule === 'keep') return a;
    if (rule !== 'own') {
      const agreed = this.#agree(node, sign, units);
      return rule === 'agree' ? agreed : pureNumber;
    }
    switch (name) {
      case 'sign':
        return pureNumber;
      case 'sqrt':
        return a && raise(a, 0.5);
      case 'where':
        return this.#agree(node, 'where', [b, c]);
      case 'multiply':
        return a && b && times(a, b);
      case 'divide':
        return a && b && times(a, raise(b, -1));
      default:
        return this.#power(node, a, b);
    }
  }
  #power(node: CallNode, base: Known, exponent: Known): Known {
    this.#pure(node.args[1]!, exponent, 'an exponent');
    const value = constantOf(node.args[1]!);
    if (value !== undefined) return base && raise(base, value);
    this.#pure(node.args[0]!, base, 'what is raised to a variable power');
    return base;
  }
}
