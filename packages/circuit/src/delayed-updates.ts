/**
 * Outer products of single samples that wait: weights too large for the near caches are read and written once for many
 * updates. Products with them count what waits; whoever else reads them has it applied before.
 */
import type { Delayed, FloatArray, Memory, Operation } from '@apical/core';
import type { PersistentArrays } from './persistent-arrays.js';
import { hasCall, touches } from './touches.js';

type Outer = Extract<Operation, { readonly op: 'outer' }>;
type Apply = Extract<Operation, { readonly op: 'apply-delayed' }>;
/** Smaller weights stay in the near caches anyway. */
export const fewestWeights = 16384;

export class DelayedUpdates {
  readonly #of = new Map<FloatArray, Apply>();

  get isEmpty(): boolean {
    return this.#of.size === 0;
  }
  /**
   * Lets the outer products of single samples wait that the program adds to these weights; what waits persists, by the
   * name of the weights.
   */
  find(
    operations: readonly Operation[],
    weights: ReadonlyMap<FloatArray, string>,
    most: number,
    memory: Memory,
    persistent: PersistentArrays,
  ): void {
    for (const o of operations) {
      if ('body' in o) this.find(o.body, weights, most, memory, persistent);
      if (o.op !== 'outer' || o.batch !== 1 || o.weights.length < fewestWeights) continue;
      const name = weights.get(o.weights);
      if (name === undefined || this.#of.has(o.weights)) continue;
      const delayed: Delayed = {
        pending: persistent.cell(`delayed/${name}/pending`),
        most,
        whole: memory.allocateCell(most),
        post: persistent.array(`delayed/${name}/post`, most * o.nPost),
        pre: persistent.array(`delayed/${name}/pre`, most * o.nPre),
        scratch: memory.allocate(most),
      };
      this.#of.set(o.weights, applyOf(o, delayed));
    }
  }
  rewrite(operations: readonly Operation[]): readonly Operation[] {
    return operations.flatMap((o): readonly Operation[] => {
      if ('body' in o) return [{ ...o, body: this.rewrite(o.body) }];
      if (o.op === 'multiply' || o.op === 'multiply-transposed' || o.op === 'outer') {
        const known = this.#of.get(o.weights);
        const other = this.#touched(o).filter(a => a.weights !== o.weights);
        if (known && o.batch === 1) return [...other, { ...o, delayed: known.delayed }];
      }
      return [...this.#touched(o), o];
    });
  }
  /** What waits enters the weights. */
  apply(): readonly Operation[] {
    return [...this.#of.values()];
  }
  #touched(o: Operation): Apply[] {
    return [...this.#of.values()].filter(a => hasCall(o) || touches(o, a.weights));
  }
}
const applyOf = ({ weights, nPre, nPost }: Outer, delayed: Delayed): Apply => ({
  op: 'apply-delayed',
  weights,
  nPre,
  nPost,
  delayed,
});
