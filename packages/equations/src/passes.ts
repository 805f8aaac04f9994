/** Passes while they are collected: what may move past what, so that loops of one extent become one. */
import type { Assignment, Extent, Operand, Reduction, Tree } from '@apical/core';
import { operandsIn, overlaps } from './tree.js';

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
/** Operands that a piece of work reads and writes. */
interface Touches {
  readonly reads: Set<number>;
  readonly writes: Set<number>;
}
/** Do two operands share memory? A local, which has none yet, is apart from all. */
export const overlap = (operands: readonly Operand[], a: number, b: number): boolean =>
  a === b || overlaps(operands[a]!.data, operands[b]!.data);

export class Passes {
  readonly list: DraftPass[] = [];
  readonly #touches: Touches[] = [];
  readonly #operands: readonly Operand[];

  constructor(operands: readonly Operand[]) {
    this.#operands = operands;
  }
  /**
   * Elements are independent of one another, so a body may join any earlier loop of the same extent that nothing
   * in between depends on, unless the two share memory in different places. Work per sample or on one number goes as early as it can, out of the way of loops.
   */
  loop(over: Extent, units: number, body: readonly Assignment[]): void {
    const touches = this.#touchesOf(body, []);
    let k = this.list.length;
    for (; k > 0; k--) {
      const pass = this.list[k - 1]!;
      const known = this.#touches[k - 1]!;
      const isAlike = pass.kind === 'loop' && pass.over === over && pass.units === units;
      if (isAlike && !this.#conflict(known, touches, true)) {
        pass.body.push(...body);
        for (const r of touches.reads) known.reads.add(r);
        for (const w of touches.writes) known.writes.add(w);
        return;
      }
      if (this.#conflict(known, touches)) break;
    }
    this.#insert(
      over === 'neuron' ? this.list.length : k,
      { kind: 'loop', over, units, body: [...body] },
      touches,
    );
  }
  reduce(pass: DraftPass & { readonly kind: 'reduce' }): void {
    const touches = this.#touchesOf(pass.body, [pass.value]);
    touches.writes.add(pass.into);
    let k = this.list.length;
    while (k > 0 && !this.#conflict(this.#touches[k - 1]!, touches)) k--;
    this.#insert(k, pass, touches);
  }
  #insert(k: number, pass: DraftPass, touches: Touches): void {
    this.list.splice(k, 0, pass);
    this.#touches.splice(k, 0, touches);
  }
  #touchesOf(body: readonly Assignment[], values: readonly Tree[]): Touches {
    const reads = operandsIn([...body.map(a => a.value), ...values]);
    const writes = new Set(body.flatMap(({ to }) => ('operand' in to ? [to.operand] : [])));
    return { reads, writes };
  }
  /** Does the order of two pieces of work matter? Element by element, an operand and itself do not count. */
  #conflict(a: Touches, b: Touches, byElement = false): boolean {
    const meet = (one: ReadonlySet<number>, other: ReadonlySet<number>): boolean =>
      [...one].some(x => [...other].some(y => !(byElement && x === y) && overlap(this.#operands, x, y)));
    return meet(a.writes, b.reads) || meet(a.writes, b.writes) || meet(a.reads, b.writes);
  }
}
