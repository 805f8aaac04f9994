/** Statements → passes over operands: broadcasting, reductions, locals, fusion of consecutive loops. */
import type { Assignment, Elementwise, Extent, FloatArray, Operand, Tree } from '@apical/core';
import type { Statement } from './block.js';
import { isReduction, type Reduction } from './builtins.js';
import { EquationError, unknown } from './error.js';
import { namesIn, type Origin, type SyntaxNode } from './parse.js';
import { leaf, treeCall } from './tree.js';
import { resolveLocals, type DraftPass } from './locals.js';

export interface Scope {
  find(name: string): Operand | undefined;
  names(): readonly string[];
}
export interface LowerOptions {
  readonly batch: number;
  /** Of the population whose equations these are. */
  readonly units: number;
}
const width: Readonly<Record<Extent, number>> = { scalar: 0, sample: 1, neuron: 2 };
interface Shape {
  readonly extent: Extent;
  readonly units: number;
}

/**
 * `allocate` gives scratch of the dtype of the run. Throws `EquationError` for unknown names, and where a value
 * per neuron is put into one per sample.
 */
export function lower(
  statements: readonly Statement[],
  scope: Scope,
  size: LowerOptions,
  where: string | Origin,
  allocate: (length: number) => FloatArray,
): Elementwise {
  const origin: Origin = typeof where === 'string' ? { where } : where;
  const lowering = new Lowering(statements, scope, size, origin);
  const { operands, locals, passes } = lowering.run();
  return {
    op: 'elementwise',
    where: origin.where,
    batch: size.batch,
    ...resolveLocals(operands, locals, passes, size.batch, allocate),
  };
}
class Lowering {
  readonly #statements: readonly Statement[];
  readonly #scope: Scope;
  readonly #size: LowerOptions;
  readonly #origin: Origin;
  readonly #read: ReadonlySet<string>;
  readonly #operands: Operand[] = [];
  /** Array → its operand: two names of one array are one operand. */
  readonly #byData = new Map<FloatArray, number>();
  /** Names of this block alone → operand without data. */
  readonly #locals = new Map<string, number>();
  readonly #isLocal = new Set<number>();
  readonly #passes: DraftPass[] = [];
  #temporaries = 0;

  constructor(statements: readonly Statement[], scope: Scope, size: LowerOptions, origin: Origin) {
    this.#statements = statements;
    this.#scope = scope;
    this.#size = size;
    this.#origin = origin;
    this.#read = new Set(statements.flatMap(s => [...namesIn(s.value)]));
  }
  run(): { operands: readonly Operand[]; locals: ReadonlySet<number>; passes: readonly DraftPass[] } {
    const all = this.#statements;
    for (let k = 0; k < all.length;) {
      let end = k + 1;
      if (all[k]!.op === 'd') while (all[end]?.op === 'd') end++;
      this.#group(all.slice(k, end));
      k = end;
    }
    return { operands: this.#operands, locals: this.#isLocal, passes: this.#passes };
  }
  #fail(s: Statement, at: number, why: string): never {
    const { line, lineNumber } = s;
    throw new EquationError({ ...this.#origin, line, lineNumber, column: at }, why);
  }
  /** One statement, or a run of d/dt lines that all read values from before the run. */
  #group(group: readonly Statement[]): void {
    const values = group.map(s => this.#reduceAll(s.value, s));
    const shapes = group.map((s, k) => this.#shapeOf(values[k]!, s));
    const targets = group.map((s, k) => this.#target(s, shapes[k]!));
    const [first] = targets;
    if (targets.some(t => this.#operands[t]!.extent !== this.#operands[first!]!.extent))
      this.#fail(group[0]!, group[0]!.at, 'one d/dt group mixes values per neuron and per sample');
    const body = this.#loop(this.#operands[first!]!);
    const commits: Assignment[] = [];
    group.forEach((s, k) => {
      const target = targets[k]!;
      const own = leaf(target);
      const value = this.#tree(values[k]!, s, body);
      if (s.op === 'd') {
        const temporary = this.#temporaries++;
        const dt = this.#tree({ kind: 'name', name: 'dt', at: 0 }, s, body);
        body.push({ to: { temporary }, value: treeCall('multiply', dt, value) });
        commits.push({
          to: { operand: target },
          value: treeCall('add', own, { kind: 'temporary', index: temporary }),
        });
        return;
      }
      const by = { '=': undefined, '+=': 'add', '-=': 'subtract', '*=': 'multiply' } as const;
      const combine = by[s.op];
      body.push({ to: { operand: target }, value: combine ? treeCall(combine, own, value) : value });
    });
    body.push(...commits);
  }
  /** The body that elements of this shape are worked on in: the last pass where it fits, else a new one. */
  #loop({ extent, units }: Shape): Assignment[] {
    const last = this.#passes.at(-1);
    if (last?.kind === 'loop' && last.over === extent && last.units === units) return last.body;
    const body: Assignment[] = [];
    this.#passes.push({ kind: 'loop', over: extent, units, body });
    return body;
  }
  #operand(found: Operand): number {
    const known = this.#byData.get(found.data);
    if (known !== undefined) return known;
    this.#operands.push(found);
    this.#byData.set(found.data, this.#operands.length - 1);
    return this.#operands.length - 1;
  }
  #local(name: string, { extent, units }: Shape): number {
    const index = this.#operands.length;
    this.#operands.push({ name, extent, units, data: new Float64Array(0) });
    this.#locals.set(name, index);
    this.#isLocal.add(index);
    return index;
  }
  #lookup(name: string, at: number, s: Statement): number {
    const local = this.#locals.get(name);
    if (local !== undefined) return local;
    const found = this.#scope.find(name);
    if (!found)
      return this.#fail(
        s,
        at,
        unknown(
          'name',
          name,
          [...this.#scope.names(), ...this.#locals.keys()].filter(n => !n.includes('$')),
        ),
      );
    return this.#operand(found);
  }
  #shapeOf(node: SyntaxNode, s: Statement): Shape {
    let extent: Extent = 'scalar';
    let units = 1;
    const visit = (x: SyntaxNode): void => {
      if (x.kind === 'number') return;
      if (x.kind === 'call') return x.args.forEach(visit);
      const operand = this.#operands[this.#lookup(x.name, x.at, s)]!;
      if (operand.extent === 'neuron' && extent === 'neuron' && operand.units !== units)
        this.#fail(s, x.at, `"${x.name}" has ${operand.units} units, the others here have ${units}`);
      if (width[operand.extent] > width[extent]) extent = operand.extent;
      if (operand.extent === 'neuron') units = operand.units;
    };
    visit(node);
    return { extent, units };
  }
  /** Operand that a statement writes; a name that nobody declared but somebody reads is a local. */
  #target(s: Statement, shape: Shape): number {
    const local = this.#locals.get(s.target);
    const found = local === undefined ? this.#scope.find(s.target) : undefined;
    let index: number;
    if (local !== undefined) index = local;
    else if (found) index = this.#operand(found);
    else if (s.op === '=' && this.#read.has(s.target)) index = this.#local(s.target, shape);
    else
      return this.#fail(
        s,
        s.at,
        `${unknown('name', s.target, this.#scope.names())}; it is not read here either`,
      );
    const target = this.#operands[index]!;
    if (width[target.extent] < width[shape.extent])
      this.#fail(
        s,
        s.at,
        `"${s.target}" is one value per ${target.extent}, its right side one per ${shape.extent}`,
      );
    if (shape.extent === 'neuron' && target.units !== shape.units)
      this.#fail(s, s.at, `"${s.target}" has ${target.units} units, its right side ${shape.units}`);
    return index;
  }
  /** Every reduction becomes a pass of its own and its result a local. */
  #reduceAll(node: SyntaxNode, s: Statement): SyntaxNode {
    if (node.kind !== 'call') return node;
    const args = node.args.map(a => this.#reduceAll(a, s));
    if (!isReduction(node.name)) return { ...node, args };
    const by: Reduction = node.name;
    const shape = this.#shapeOf(args[0]!, s);
    if (shape.extent !== 'neuron') this.#fail(s, node.at, `${by} needs a value per neuron`);
    const name = `$r${this.#operands.length}`;
    const body: Assignment[] = [];
    const value = this.#tree(args[0]!, s, body);
    const into = this.#local(name, { extent: 'sample', units: 1 });
    this.#passes.push({ kind: 'reduce', by, units: shape.units, body, value, into });
    return { kind: 'name', name, at: node.at };
  }
  /** `body` receives the temporaries that a square needs. */
  #tree(node: SyntaxNode, s: Statement, body: Assignment[]): Tree {
    if (node.kind === 'number') return { kind: 'number', value: node.value };
    if (node.kind === 'name') return leaf(this.#lookup(node.name, node.at, s));
    const [a, b] = node.args;
    if (node.name === 'power' && b?.kind === 'number' && b.value === 2) {
      const base = this.#tree(a!, s, body);
      if (base.kind !== 'call') return treeCall('multiply', base, base);
      const temporary = this.#temporaries++;
      body.push({ to: { temporary }, value: base });
      const once: Tree = { kind: 'temporary', index: temporary };
      return treeCall('multiply', once, once);
    }
    return treeCall(node.name as never, ...node.args.map(x => this.#tree(x, s, body)));
  }
}
