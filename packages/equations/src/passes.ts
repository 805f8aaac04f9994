/** Passes while they are collected: what may move past what, so that loops of one extent become one. */
import type { Assignment, Extent, Operand, Tree } from '@apical/core';
import type { Reduction } from './builtins.js';
import { visit } from './tree.js';

/** A pass whose local operands have no data yet. */
export type DraftPass =
  | { readonly kind: 'loop'; readonly over: Extent; readonly units: number; readonly body: Assignment[] }
  | {
      readonly kind: 'reduce';
      readonly by: Reduction;
      readonly units: number;
      readonly body: readonly Assignment[];
      readonly value: Tree;
      readonly into: number;
    };
/** Regions of memory that a piece of work reads and writes. */
interface Touches {
  readonly reads: Set<number>;
  readonly writes: Set<number>;
}
const meet = (a: ReadonlySet<number>, b: ReadonlySet<number>): boolean => [...a].some(x => b.has(x));
const conflict = (a: Touches, b: Touches): boolean =>
  meet(a.writes, b.reads) || meet(a.writes, b.writes) || meet(a.reads, b.writes);

export class Passes {
  readonly list: DraftPass[] = [];
  readonly #touches: Touches[] = [];
  readonly #operands: readonly Operand[];

  constructor(operands: readonly Operand[]) {
    this.#operands = operands;
  }
  /**
   * Elements are independent of one another, so a body may join any earlier loop of the same extent that nothing
   * in between depends on. Work per sample or on one number goes as early as it can, out of the way of loops.
   */
  loop(over: Extent, units: number, body: readonly Assignment[]): void {
    const touches = this.#touchesOf(body, []);
    let k = this.list.length;
    for (; k > 0; k--) {
      const pass = this.list[k - 1]!;
      const known = this.#touches[k - 1]!;
      if (pass.kind === 'loop' && pass.over === over && pass.units === units) {
        pass.body.push(...body);
        for (const r of touches.reads) known.reads.add(r);
        for (const w of touches.writes) known.writes.add(w);
        return;
      }
      if (conflict(known, touches)) break;
    }
    this.#insert(
      over === 'neuron' ? this.list.length : k,
      { kind: 'loop', over, units, body: [...body] },
      touches,
    );
  }
  reduce(pass: DraftPass & { readonly kind: 'reduce' }): void {
    const touches = this.#touchesOf(pass.body, [pass.value]);
    touches.writes.add(this.#region(pass.into));
    let k = this.list.length;
    while (k > 0 && !conflict(this.#touches[k - 1]!, touches)) k--;
    this.#insert(k, pass, touches);
  }
  #insert(k: number, pass: DraftPass, touches: Touches): void {
    this.list.splice(k, 0, pass);
    this.#touches.splice(k, 0, touches);
  }
  #touchesOf(body: readonly Assignment[], values: readonly Tree[]): Touches {
    const reads = new Set<number>();
    const writes = new Set<number>();
    const see = (t: Tree): void => {
      if (t.kind === 'operand') reads.add(this.#region(t.index));
    };
    for (const a of body) {
      visit(a.value, see);
      if ('operand' in a.to) writes.add(this.#region(a.to.operand));
    }
    for (const v of values) visit(v, see);
    return { reads, writes };
  }
  /** The first operand that shares memory with this one. */
  #region(index: number): number {
    const { data } = this.#operands[index]!;
    if (data.length === 0) return index;
    const end = data.byteOffset + data.byteLength;
    return this.#operands.findIndex(
      ({ data: other }) =>
        other.buffer === data.buffer &&
        other.byteOffset < end &&
        data.byteOffset < other.byteOffset + other.byteLength,
    );
  }
}
