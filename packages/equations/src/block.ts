/** Statements of a block, with choices and activations put in. */
import type { Activation, Equations, Expression } from '@apical/core';
import { builtins, isCallable, isReduction, operators } from './builtins.js';
import { derivative } from './derivative.js';
import { unknown } from './error.js';
import {
  call,
  fail,
  knownFunctions,
  named,
  parse,
  substitute,
  type Origin,
  type SyntaxNode,
} from './parse.js';

export interface Statement {
  readonly target: string;
  /** 'd': forward Euler, `d<target>/dt = …`. */
  readonly op: '=' | '+=' | '-=' | '*=' | 'd';
  readonly value: SyntaxNode;
  /** The author's line, and its number in the block. */
  readonly line: string;
  readonly lineNumber: number;
  /** Column of the target. */
  readonly at: number;
}
/** Which x goes into an activation slot and which y comes out of it. */
export type Sites = Readonly<Record<string, { readonly x: string; readonly y: string }>>;
/** What names may stand for besides signals and parameters. */
export interface Language extends Origin {
  /** Chosen alternatives: name → expression. */
  readonly choices: Readonly<Record<string, Expression>>;
  readonly functions: Readonly<Record<string, Activation>>;
  /** For `phiBack`. */
  readonly sites?: Sites;
}
const builtinNames = new Set<string>(Object.values(operators)).add('negate');

/** One parse of one block: private names of activations are numbered within it. */
class Expander {
  readonly #language: Language;
  readonly #prefix: string;
  #count = 0;
  constructor(language: Language, prefix: string) {
    this.#language = language;
    this.#prefix = prefix;
  }
  /** `before` receives the statements that a vector-valued activation needs. */
  expand(
    node: SyntaxNode,
    from: Pick<Statement, 'line' | 'lineNumber' | 'at'>,
    before: Statement[],
    open: readonly string[] = [],
  ): SyntaxNode {
    if (node.kind === 'number') return node;
    const { choices, functions } = this.#language;
    if (node.kind === 'name') {
      const chosen = Object.hasOwn(choices, node.name) ? choices[node.name] : undefined;
      if (chosen === undefined) return node;
      if (open.includes(node.name)) this.#fail(from, node.at, `choice "${node.name}" refers to itself`);
      const where = `${this.#language.where}, choice ${node.name}`;
      const tree = parse(chosen, { ...this.#language, where, key: `choices.${node.name}` });
      return this.expand(tree, { line: chosen, lineNumber: 1, at: 0 }, before, [...open, node.name]);
    }
    const args = node.args.map(a => this.expand(a, from, before, open));
    if (builtinNames.has(node.name)) return { ...node, args };
    const slot = slotOf(node.name, functions);
    const arity = slot
      ? 1
      : isCallable(node.name)
        ? builtins[node.name].arity
        : isReduction(node.name)
          ? 1
          : undefined;
    if (arity === undefined)
      return this.#fail(
        from,
        node.at,
        unknown('function', node.name, knownFunctions(Object.keys(functions))),
      );
    if (args.length !== arity)
      this.#fail(
        from,
        node.at,
        `${node.name} takes ${arity} argument${arity > 1 ? 's' : ''}; ${args.length} given`,
      );
    return slot ? this.#activate(slot, args[0]!, from, node.at, before) : { ...node, args };
  }
  #fail(from: Pick<Statement, 'line' | 'lineNumber'>, at: number, why: string): never {
    return fail({ ...this.#language, lineNumber: from.lineNumber }, from.line, at, why);
  }
  #activate(
    { slot, way }: Slot,
    argument: SyntaxNode,
    from: Pick<Statement, 'line' | 'lineNumber' | 'at'>,
    at: number,
    before: Statement[],
  ): SyntaxNode {
    const activation = this.#language.functions[slot]!;
    const where = `${this.#language.where}, activation ${activation.name}`;
    const site = this.#language.sites?.[slot];
    if (way === 'back' && !site)
      return this.#fail(from, at, `${slot}Back needs one line "y = ${slot}(x)" in the model`);
    if ('value' in activation) {
      const value = parse(activation.value, where);
      if (way === 'value') return substitute(value, { x: argument });
      const slope =
        activation.slope === undefined ? derivative(value, where) : parse(activation.slope, where);
      if (way === 'slope') return substitute(slope, { x: argument });
      return call('multiply', substitute(slope, { x: named(site!.x) }), argument);
    }
    const text = way === 'value' ? activation.forward : way === 'back' ? activation.backward : undefined;
    if (text === undefined)
      return this.#fail(
        from,
        at,
        `${activation.name} works on the whole layer: it has no ${way === 'back' ? 'backward equations' : 'slope of its own'}`,
      );
    // the block's own names become locals that no author can type
    const id = `${this.#prefix}$${this.#count++}`;
    const given = `${id}.argument`;
    const { line, lineNumber } = from;
    before.push({ target: given, op: '=', value: argument, line, lineNumber, at: from.at });
    const inputs: Record<string, SyntaxNode> =
      way === 'value' ? { x: named(given) } : { delta: named(given), x: named(site!.x), y: named(site!.y) };
    const inner: Language = { where, block: activation.name, choices: {}, functions: {} };
    for (const s of parseBlock(text, inner)) {
      const target = `${id}.${s.target}`;
      before.push({ ...s, target, value: substitute(s.value, inputs) });
      inputs[s.target] = named(target);
    }
    return named(`${id}.${way === 'value' ? 'y' : 'back'}`);
  }
}
interface Slot {
  readonly slot: string;
  readonly way: 'value' | 'slope' | 'back';
}
function slotOf(called: string, functions: Language['functions']): Slot | undefined {
  if (Object.hasOwn(functions, called)) return { slot: called, way: 'value' };
  if (called.startsWith('d') && Object.hasOwn(functions, called.slice(1)))
    return { slot: called.slice(1), way: 'slope' };
  if (called.endsWith('Back') && Object.hasOwn(functions, called.slice(0, -4)))
    return { slot: called.slice(0, -4), way: 'back' };
  return undefined;
}
const head = /^\s*(?:d([A-Za-z_]\w*)\/dt\s*=|([A-Za-z_]\w*)\s*([-+*]?=))(?!=)/;

/** Lines of a block that hold a statement, parsed but not expanded. */
function rawStatements(source: Equations, language: Origin): Statement[] {
  const out: Statement[] = [];
  source.split('\n').forEach((raw, index) => {
    const line = raw.replace(/#.*/, '');
    if (!line.trim()) return;
    const lineNumber = index + 1;
    const m = head.exec(line);
    if (!m) {
      const at = /^\s*/.exec(line)![0].length;
      return fail(
        { ...language, lineNumber },
        line,
        at,
        'expected "name = …", "name += …" or "dname/dt = …"',
      );
    }
    // blanks keep the columns of the author's line
    const value = parse(' '.repeat(m[0].length) + line.slice(m[0].length), { ...language, lineNumber });
    const target = (m[1] ?? m[2])!;
    out.push({ target, op: m[1] ? 'd' : (m[3] as '='), value, line, lineNumber, at: line.indexOf(target) });
  });
  return out;
}
/** Statements of a block, expanded. Throws `EquationError`. */
export function parseBlock(source: Equations, language: Language): Statement[] {
  const out: Statement[] = [];
  const expander = new Expander(language, '');
  let groupStart = 0;
  for (const raw of rawStatements(source, language)) {
    const before: Statement[] = [];
    const value = expander.expand(raw.value, raw, before);
    // what a line of a d/dt group needs is done before the group, which stays together
    if (raw.op !== 'd' || out.at(-1)?.op !== 'd') groupStart = out.length;
    out.splice(groupStart, 0, ...before);
    groupStart += before.length;
    out.push({ ...raw, value });
  }
  return out;
}
/** `target = text`, and what has to be done before. */
export function parseAssignment(target: string, text: Expression, language: Language): Statement[] {
  const before: Statement[] = [];
  const from = { line: text, lineNumber: 1, at: 0 };
  const value = new Expander(language, target).expand(parse(text, language), from, before);
  return [...before, { target, op: '=', value, ...from }];
}
/** Which x and y the slots of a model work on: the statement `y = phi(x)`. */
export function findSites(
  phases: Readonly<Record<string, Equations>>,
  slots: readonly string[],
): Sites | undefined {
  if (slots.length === 0) return undefined;
  const out: Record<string, { x: string; y: string }> = {};
  for (const [phase, text] of Object.entries(phases))
    for (const { target, op, value } of rawStatements(text, { where: phase }))
      if (op === '=' && value.kind === 'call' && slots.includes(value.name) && value.args[0]?.kind === 'name')
        out[value.name] ??= { x: value.args[0].name, y: target };
  return out;
}
