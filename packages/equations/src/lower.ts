/** Statements → passes over operands: broadcasting, reductions, locals, fusion of loops. */
import type { Assignment, Elementwise, Reduction, Tree } from '@apical/core';
import type { Statement } from './block.js';
import { fail, failAt } from './error.js';
import { authorsName, extents, Lookup, width, type Scope, type Shape } from './lookup.js';
import { resolveLocals, type Allocate } from './locals.js';
import { overlap, Passes } from './passes.js';
import { namesIn, type Origin, type SyntaxNode } from './syntax.js';
import { leaf, treeCall, visit } from './tree.js';
import { builtins } from './builtins.js';
import { isReduction } from './vocabulary.js';

export interface LowerOptions {
  readonly batch: number;
  /** Of the population whose equations these are. */
  readonly units: number;
}
const combining = { '+=': 'add', '-=': 'subtract', '*=': 'multiply' } as const;

/**
 * `allocate` gives scratch for locals that outlive one pass. Throws `EquationError` for
 * unknown names, for a value per neuron that is put into one per sample, and for units that do not match.
 */
export function lower(
  statements: readonly Statement[],
  scope: Scope,
  size: LowerOptions,
  where: string | Origin,
  allocate: Allocate,
): Elementwise {
  const origin: Origin = typeof where === 'string' ? { where } : where;
  const names = new Lookup(statements, scope, size.batch, origin);
  const lowering = new Lowering(statements, names);
  lowering.run();
  return {
    op: 'elementwise',
    where: origin.where,
    batch: size.batch,
    ...resolveLocals(names.operands, names.locals, lowering.passes.list, size.batch, allocate),
  };
}
class Lowering {
  readonly names: Lookup;
  readonly passes: Passes;
  readonly #statements: readonly Statement[];
  readonly #read: ReadonlySet<string>;
  /** How often each operand was written so far: equal text of equal versions has equal value. */
  readonly #versions = new Map<number, number>();
  /** Reductions that were done already: text with versions → result. */
  readonly #reduced = new Map<string, string>();
  #temporaries = 0;

  constructor(statements: readonly Statement[], names: Lookup) {
    this.#statements = statements;
    this.names = names;
    this.passes = new Passes(names.operands);
    this.#read = new Set(statements.flatMap(s => [...namesIn(s.value)]));
  }
  run(): void {
    const all = this.#statements;
    for (let k = 0; k < all.length;) {
      let end = k + 1;
      if (all[k]!.op === 'd') while (all[end]?.op === 'd') end++;
      this.#group(all.slice(k, end));
      k = end;
    }
  }
  /** One statement, or a run of d/dt lines that all read values from before the run. */
  #group(group: readonly Statement[]): void {
    const values = group.map(s => this.#reduceAll(s.value, s));
    const body: Assignment[] = [];
    // everything that is read is looked up before a target makes a new local of a name
    const trees = group.map((s, k) => this.#tree(values[k]!, s, body));
    const owns = group.map(s =>
      s.op === '=' ? undefined : (this.names.target(s) ?? this.names.undeclared(s)),
    );
    const shapes = group.map((s, k) => this.#shapeOf(values[k]!, s));
    const targets = group.map((s, k) => this.#target(s, shapes[k]!));
    const { extent, units } = this.names.operands[targets[0]!]!;
    const commits: Assignment[] = [];
    group.forEach((s, k) => {
      const target = targets[k]!;
      const to = this.names.operands[target]!;
      if (to.extent !== extent || to.units !== units) {
        const kinds = `"${group[0]!.target}" is ${extents[extent]}, "${s.target}" ${extents[to.extent]}`;
        fail(this.names.lineOf(s), s.at, `lines of one d/dt group must be alike: ${kinds}`);
      }
      if (targets.indexOf(target) < k)
        fail(this.names.lineOf(s), s.at, `"${s.target}" has two d/dt lines in one group: write one sum`);
      const value = trees[k]!;
      if (s.op === '=') body.push({ to: { operand: target }, value });
      else if (s.op !== 'd')
        body.push({ to: { operand: target }, value: treeCall(combining[s.op], leaf(owns[k]!), value) });
      else {
        const temporary = this.#temporaries++;
        const dt = leaf(this.names.dt(s));
        body.push({ to: { temporary }, value: treeCall('multiply', dt, value) });
        const step: Tree = { kind: 'temporary', index: temporary };
        commits.push({ to: { operand: target }, value: treeCall('add', leaf(owns[k]!), step) });
      }
    });
    for (const t of targets) this.#written(t);
    const all = [...body, ...commits];
    this.passes.loop(
      extent,
      units,
      extent === 'scalar' ? all : all.map(a => ({ ...a, value: this.#hoist(a.value) })),
    );
  }
  /** Whatever shares memory with a target has changed too. */
  #written(target: number): void {
    const { operands } = this.names;
    for (const k of operands.keys())
      if (overlap(operands, k, target)) this.#versions.set(k, (this.#versions.get(k) ?? 0) + 1);
  }
  /** What depends on scalars alone and costs more than a sum is worked out once, before the loop. */
  #hoist(tree: Tree): Tree {
    if (tree.kind !== 'call') return tree;
    const parts: Tree[] = [];
    visit(tree, t => parts.push(t));
    const isScalar = parts.every(t =>
      t.kind === 'operand' ? this.names.operands[t.index]!.extent === 'scalar' : t.kind !== 'temporary',
    );
    if (!isScalar) return { ...tree, args: tree.args.map(a => this.#hoist(a)) };
    if (!parts.some(t => t.kind === 'call' && builtins[t.name].costly)) return tree;
    const into = this.names.newLocal(`$once${this.names.operands.length}`, { extent: 'scalar', units: 1 });
    this.passes.loop('scalar', 1, [{ to: { operand: into }, value: tree }]);
    return leaf(into);
  }
  #shapeOf(node: SyntaxNode, s: Statement): Shape {
    let shape: Shape = { extent: 'scalar', units: 1 };
    const visit = (x: SyntaxNode): void => {
      if (x.kind === 'call') return x.args.forEach(visit);
      if (x.kind === 'number') return;
      const { extent, units } = this.names.operands[this.names.read(x, s)]!;
      if (extent === 'neuron' && shape.extent === 'neuron' && units !== shape.units) {
        const others = `"${authorsName(x.name)}" has ${units} units, the others here have ${shape.units}`;
        failAt(x, this.names.lineOf(s), others);
      }
      if (width[extent] > width[shape.extent]) shape = { extent, units };
    };
    visit(node);
    return shape;
  }
  /** Operand that a statement writes; a name that nobody declared but somebody reads is a local. */
  #target(s: Statement, shape: Shape): number {
    const local = this.names.localOf(s.target);
    if (local !== undefined) {
      const { extent } = this.names.operands[local]!;
      // another extent makes a new local of the same name: `q = 0`, then `q += x`
      const anew =
        s.op === '=' ? extent !== shape.extent : s.op !== 'd' && width[extent] < width[shape.extent];
      if (anew) return this.names.newLocal(s.target, shape);
      return this.#fitting(local, s, shape);
    }
    const declared = this.names.target(s);
    if (declared !== undefined) return this.#fitting(declared, s, shape);
    if (s.op === '=' && this.#read.has(s.target)) return this.names.newLocal(s.target, shape);
    return this.names.undeclared(s);
  }
  #fitting(index: number, s: Statement, shape: Shape): number {
    const { extent, units } = this.names.operands[index]!;
    const name = authorsName(s.target);
    if (width[extent] < width[shape.extent]) {
      const hint = shape.extent === 'neuron' ? '; sum, mean or largest would reduce it' : '';
      const why = `"${name}" is ${extents[extent]}, its right side ${extents[shape.extent]}${hint}`;
      fail(this.names.lineOf(s), s.at, why);
    }
    if (shape.extent === 'neuron' && units !== shape.units)
      fail(this.names.lineOf(s), s.at, `"${name}" has ${units} units, its right side ${shape.units}`);
    return index;
  }
  /** Every reduction becomes a pass of its own and its result a local; equal ones are done once. */
  #reduceAll(node: SyntaxNode, s: Statement): SyntaxNode {
    if (node.kind !== 'call') return node;
    const args = node.args.map(a => this.#reduceAll(a, s));
    if (!isReduction(node.name)) return { ...node, args };
    const by: Reduction = node.name;
    const inner = args[0]!;
    const { extent, units } = this.#shapeOf(inner, s);
    if (extent !== 'neuron')
      failAt(node, this.names.lineOf(s), `${by} needs a value per neuron; this is ${extents[extent]}`);
    const key = `${by} ${this.#versioned(inner, s)}`;
    let name = this.#reduced.get(key);
    if (name === undefined) {
      name = `$${by}${this.#reduced.size}`;
      const body: Assignment[] = [];
      const value = this.#tree(inner, s, body);
      const into = this.names.newLocal(name, { extent: 'sample', units: 1 });
      this.passes.reduce({ kind: 'reduce', by, units, body, value, into });
      this.#reduced.set(key, name);
    }
    return { ...node, kind: 'name', name };
  }
  #versioned(node: SyntaxNode, s: Statement): string {
    if (node.kind === 'number') return String(node.value);
    if (node.kind === 'call') return `${node.name}(${node.args.map(a => this.#versioned(a, s)).join()})`;
    const index = this.names.read(node, s);
    return `#${index}.${this.#versions.get(index) ?? 0}`;
  }
  /** `body` receives the temporaries that a square needs. */
  #tree(node: SyntaxNode, s: Statement, body: Assignment[]): Tree {
    if (node.kind === 'number') return { kind: 'number', value: node.value };
    if (node.kind === 'name') return leaf(this.names.read(node, s));
    const args = node.args.map(x => this.#tree(x, s, body));
    const [base, exponent] = args as [Tree, Tree?];
    if (node.name !== 'power' || exponent?.kind !== 'number' || exponent.value !== 2)
      return treeCall(node.name as never, ...args);
    if (base.kind !== 'call') return treeCall('multiply', base, base);
    const temporary = this.#temporaries++;
    body.push({ to: { temporary }, value: base });
    const once: Tree = { kind: 'temporary', index: temporary };
    return treeCall('multiply', once, once);
  }
}
