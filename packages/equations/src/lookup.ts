/** Which operand a name in a block stands for: declared by the scope, or a local of the block. */
import type { Extent, Operand } from '@apical/core';
import type { Statement } from './block.js';
import { fail, failAt, unknownValue } from './error.js';
import { named, type NameNode, type Origin, type SourceLine } from './syntax.js';

export interface Scope {
  find(name: string): Operand | undefined;
  names(): readonly string[];
}
export const width: Readonly<Record<Extent, number>> = { scalar: 0, sample: 1, neuron: 2 };
export const extents: Readonly<Record<Extent, string>> = {
  scalar: 'one number',
  sample: 'one value per sample',
  neuron: 'one value per neuron',
};
export interface Shape {
  readonly extent: Extent;
  readonly units: number;
}

type Fail = (why: string) => never;

export class Lookup {
  readonly operands: Operand[] = [];
  /** Operands of this block alone: they have no data yet. */
  readonly locals = new Set<number>();
  readonly #localNames = new Map<string, number>();
  readonly #statements: readonly Statement[];
  readonly #scope: Scope;
  readonly #batch: number;
  readonly #origin: Origin;

  constructor(statements: readonly Statement[], scope: Scope, batch: number, origin: Origin) {
    this.#statements = statements;
    this.#scope = scope;
    this.#batch = batch;
    this.#origin = origin;
  }
  lineOf(s: Statement): SourceLine {
    return s.source ?? { ...this.#origin, line: s.line, lineNumber: s.lineNumber };
  }
  localOf(name: string): number | undefined {
    return this.#localNames.get(name);
  }
  newLocal(name: string, { extent, units }: Shape): number {
    const index = this.operands.length;
    this.operands.push({ name, extent, units, data: new Float64Array(0) });
    this.#localNames.set(name, index);
    this.locals.add(index);
    return index;
  }
  /** Of a name that is read. */
  read(node: NameNode, s: Statement): number {
    const line = this.lineOf(s);
    const found = this.#find(node.name, why => failAt(node, line, why));
    if (found !== undefined) return found;
    const shown = authorsName(node.name);
    if (this.#statements.some(t => t.target === node.name))
      return failAt(node, line, `"${shown}" is read before it is assigned`);
    return failAt(node, line, unknownValue(shown, this.#names()));
  }
  dt(s: Statement): number {
    return this.read(named('dt', s.at), s);
  }
  /** Of a target, or undefined. */
  target(s: Statement): number | undefined {
    return this.#find(s.target, why => fail(this.lineOf(s), s.at, why));
  }
  undeclared(s: Statement): never {
    const why = unknownValue(authorsName(s.target), this.#names());
    const local = s.op === '=' ? '; a local must be read in its own block' : '; a local begins with =';
    return fail(this.lineOf(s), s.at, `${why}${local}`);
  }
  #names(): readonly string[] {
    return [...this.#scope.names(), ...this.#localNames.keys()].filter(n => !n.includes('$'));
  }
  #find(name: string, fail: Fail): number | undefined {
    const local = this.#localNames.get(name);
    if (local !== undefined) return local;
    const found = this.#scope.find(name);
    return found && this.#declared(found, fail);
  }
  /** Two names of the same memory and shape are one operand. */
  #declared(found: Operand, fail: Fail): number {
    const { data, extent, units, name } = found;
    const known = this.operands.findIndex(
      o =>
        o.extent === extent &&
        o.units === units &&
        o.data.buffer === data.buffer &&
        o.data.byteOffset === data.byteOffset &&
        o.data.length === data.length,
    );
    if (known >= 0) return known;
    const batch = this.#batch;
    const wanted = { scalar: 1, sample: batch, neuron: batch * units }[extent];
    if (data.length !== wanted) {
      const shape = extent === 'neuron' ? `${batch} samples of ${units} units` : extents[extent];
      fail(`"${name}" holds ${data.length} numbers; ${shape} (batch ${batch}) would be ${wanted}`);
    }
    return this.operands.push(found) - 1;
  }
}
/** Without the mark of an activation's private names. */
export const authorsName = (name: string): string => name.replace(/^.*\$\w*\./, '');
