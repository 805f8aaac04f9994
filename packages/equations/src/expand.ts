/** Choices and activations are put into statements; an activation of a whole layer becomes statements of its own. */
import type { Activation, Equations, Expression } from '@apical/core';
import { multiply } from './algebra.js';
import { parseStatements, type Language, type Statement } from './block.js';
import { builtins } from './builtins.js';
import { derivative } from './derivative.js';
import { fail, failAt, unknown } from './error.js';
import { parse } from './parse.js';
import {
  countOf,
  named,
  substitute,
  written,
  type CallNode,
  type NameNode,
  type SourceLine,
  type SyntaxNode,
} from './syntax.js';
import { callable, insteadOf, isCallable, isOperator, isReduction, reductions } from './vocabulary.js';

/** Statements of a block, expanded. Throws `EquationError`. */
export function parseBlock(source: Equations, language: Language): Statement[] {
  const out: Statement[] = [];
  const expander = new Expander(language, '');
  let groupStart = 0;
  for (const raw of parseStatements(source, language)) {
    if (Object.hasOwn(language.choices, raw.target))
      fail({ ...language, ...raw }, raw.at, `"${raw.target}" is a choice: it can be read, not written`);
    const before: Statement[] = [];
    const value = expander.statement(raw, before);
    // what a line of a d/dt group needs is done before the group, which stays together
    if (raw.op !== 'd' || out.at(-1)?.op !== 'd') groupStart = out.length;
    out.splice(groupStart, 0, ...before);
    groupStart += before.length;
    out.push({ ...raw, value });
  }
  return out;
}
/** `target = text`, and what has to be done before. Throws `EquationError`. */
export function parseAssignment(target: string, text: Expression, language: Language): Statement[] {
  const before: Statement[] = [];
  const raw: Statement = {
    target,
    op: '=',
    value: parse(text, language),
    line: text,
    lineNumber: language.lineNumber ?? 1,
    at: 0,
  };
  const value = new Expander(language, target).statement(raw, before);
  return [...before, { ...raw, value }];
}
type Way = 'value' | 'slope' | 'back';
interface Slot {
  readonly slot: string;
  readonly way: Way;
}
/** What one statement is expanded with. */
interface Context {
  readonly statement: Statement;
  /** Receives the statements that must come first. */
  readonly before: Statement[];
  /** Choices being expanded. */
  readonly open: readonly string[];
}
/** For one block: private names are numbered within it. */
class Expander {
  readonly #language: Language;
  readonly #prefix: string;
  #count = 0;

  constructor(language: Language, prefix: string) {
    this.#language = language;
    this.#prefix = prefix;
  }
  statement(statement: Statement, before: Statement[]): SyntaxNode {
    return this.#expand(statement.value, { statement, before, open: [] });
  }
  #expand(node: SyntaxNode, context: Context): SyntaxNode {
    if (node.kind === 'number') return node;
    if (node.kind === 'name') return this.#choice(node, context);
    const { functions } = this.#language;
    const args = node.args.map(a => this.#expand(a, context));
    if (isOperator(node.name)) return { ...node, args };
    const slot = slotOf(node.name, functions);
    const arity = slot || isReduction(node.name) ? 1 : isCallable(node.name) ? builtins[node.name].arity : 0;
    if (arity === 0) {
      const known = [...Object.keys(functions), ...callable, ...reductions];
      return this.#fail(node, context, unknown('function', node.name, known, insteadOf(node.name)));
    }
    if (args.length !== arity) {
      const takes = `${node.name} takes ${arity} argument${arity > 1 ? 's' : ''}; found ${args.length}`;
      return this.#fail(node, context, `${takes}${overUnits(node.name, args.length)}`);
    }
    return slot ? this.#activate(slot, node, args[0]!, context) : { ...node, args };
  }
  #fail(node: SyntaxNode, { statement }: Context, why: string): never {
    return failAt(node, { ...this.#language, line: statement.line, lineNumber: statement.lineNumber }, why);
  }
  #choice(node: NameNode, context: Context): SyntaxNode {
    const { where, block, choices } = this.#language;
    const text = Object.hasOwn(choices, node.name) ? choices[node.name] : undefined;
    if (text === undefined) return node;
    const { open } = context;
    if (open.includes(node.name)) {
      const chain = [...open.slice(open.indexOf(node.name)), node.name].join(' → ');
      return this.#fail(node, context, `choice "${node.name}" refers to itself: ${chain}`);
    }
    const source: SourceLine = {
      where: `${where}, choice ${node.name}`,
      block,
      key: `choices.${node.name}`,
      line: text,
      lineNumber: 1,
    };
    const tree = written(parse(text, source), source);
    return this.#expand(tree, { ...context, open: [...open, node.name] });
  }
  #activate({ slot, way }: Slot, node: CallNode, argument: SyntaxNode, context: Context): SyntaxNode {
    const activation = this.#language.functions[slot]!;
    const site = this.#language.sites?.[slot];
    if (way === 'back' && !site)
      return this.#fail(node, context, `${slot}Back needs one line "y = ${slot}(x)" in the model`);
    if (way === 'back' && site?.other !== undefined) {
      const lines = `"${site.y} = ${slot}(${site.x})" and "${site.other}"`;
      return this.#fail(node, context, `${slot}Back needs one line "y = ${slot}(x)"; found ${lines}`);
    }
    if (!('value' in activation)) return this.#layer({ slot, way }, activation, node, argument, context);
    const tree = this.#scalarTree(activation, way);
    if (way === 'back') return multiply(substitute(tree, { x: named(site!.x, node.at) }), argument);
    const once = countOf('x', tree) > 1 ? this.#once(argument, context) : argument;
    return { ...substitute(tree, { x: once }), slot: { name: node.name, argument } };
  }
  /** Value or slope of an activation of single units, over `x`. */
  #scalarTree(activation: Extract<Activation, { value: Expression }>, way: Way): SyntaxNode {
    const stated = way === 'value' ? activation.value : activation.slope;
    const key = way === 'value' ? 'value' : stated === undefined ? 'value' : 'slope';
    const line = stated ?? activation.value;
    const source = this.#source(activation.name, key, line);
    const parsed = written(parse(line, source), source);
    const statement: Statement = { target: 'y', op: '=', value: parsed, line, lineNumber: 1, at: 0 };
    // knows neither choices nor slots: what is unknown or has too few arguments is found here
    const tree = new Expander({ ...source, choices: {}, functions: {} }, '').statement(statement, []);
    return stated === undefined ? written(derivative(tree, source, { line }), source) : tree;
  }
  #source(activation: string, key: string, line: string, lineNumber = 1): SourceLine {
    const where = `${this.#language.where}, activation ${activation}`;
    return { where, block: activation, key, line, lineNumber };
  }
  /** The argument as a leaf, so that it is computed once. */
  #once(argument: SyntaxNode, { statement, before }: Context): SyntaxNode {
    if (argument.kind !== 'call') return argument;
    const target = `${this.#prefix}$${this.#count++}.argument`;
    const { line, lineNumber, at } = statement;
    before.push({ target, op: '=', value: argument, line, lineNumber, at });
    return named(target, argument.at);
  }
  /** An activation of a whole layer: its names become locals that no author can type. */
  #layer(
    { slot, way }: Slot,
    activation: Exclude<Activation, { value: Expression }>,
    node: CallNode,
    argument: SyntaxNode,
    context: Context,
  ): SyntaxNode {
    const { statement, before } = context;
    const text = { value: activation.forward, back: activation.backward, slope: undefined }[way];
    if (text === undefined) {
      const lacks = way === 'back' ? 'it has no backward equations' : `use ${slot}Back instead of d${slot}`;
      return this.#fail(node, context, `${activation.name} works on the whole layer: ${lacks}`);
    }
    const key = way === 'value' ? 'forward' : 'backward';
    const result = way === 'value' ? 'y' : 'back';
    const id = `${this.#prefix}$${this.#count++}`;
    const given = named(`${id}.argument`, node.at);
    const { line, lineNumber, at } = statement;
    // the slot marks it for the check of units: what goes into an activation is a pure number
    const marked = way === 'value' ? { ...argument, slot: { name: node.name, argument } } : argument;
    before.push({ target: `${id}.argument`, op: '=', value: marked, line, lineNumber, at });
    const site = this.#language.sites?.[slot];
    const inputs: Record<string, SyntaxNode> =
      way === 'value' ? { x: given } : { delta: given, x: named(site!.x), y: named(site!.y) };
    const inner = this.#source(activation.name, key, '');
    const plain: Language = { ...inner, choices: {}, functions: {} };
    let filled = false;
    for (const s of parseBlock(text, plain)) {
      const source: SourceLine = { ...inner, line: s.line, lineNumber: s.lineNumber };
      if (s.op === 'd') fail(source, s.at, 'an activation has no state of its own, so no d/dt');
      const target = `${id}.${s.target}`;
      before.push({ ...s, target, source, value: substitute(written(s.value, source), inputs) });
      inputs[s.target] = named(target);
      filled ||= s.target === result;
    }
    if (!filled) {
      const last = text.trimEnd().split('\n').at(-1)!;
      fail({ ...inner, line: last }, last.length, `the ${key} equations must fill "${result}"`);
    }
    return named(`${id}.${result}`, node.at);
  }
}
/** min and max are of two values, not over the units or over many. */
function overUnits(name: string, found: number): string {
  if (name !== 'max' && name !== 'min') return '';
  if (found > 2) return `; ${name}(a, ${name}(b, c)) is that of three`;
  return `; over the units it is ${name === 'max' ? 'largest(x)' : '-largest(-x)'}`;
}
function slotOf(called: string, functions: Language['functions']): Slot | undefined {
  if (Object.hasOwn(functions, called)) return { slot: called, way: 'value' };
  if (called.startsWith('d') && Object.hasOwn(functions, called.slice(1)))
    return { slot: called.slice(1), way: 'slope' };
  if (called.endsWith('Back') && Object.hasOwn(functions, called.slice(0, -4)))
    return { slot: called.slice(0, -4), way: 'back' };
  return undefined;
}
