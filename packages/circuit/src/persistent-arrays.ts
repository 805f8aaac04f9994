/** Everything of a circuit that outlives a run of its programs, by name, live: what checkpoints save and restore. */
import { ApicalError } from '@apical/core';
import type { FloatArray, Memory, Operand } from '@apical/core';

type AnyArray = FloatArray | Int32Array;
/** How often a stage was due or passed, or a stream drawn from: it comes with a program, not with the circuit. */
const isCounter = (name: string): boolean => /^(every|stream|until)\//.test(name);

export class PersistentArrays {
  readonly #memory: Memory;
  readonly #arrays = new Map<string, AnyArray>();
  /** Restored counters of programs that are not compiled yet. */
  readonly #restored = new Map<string, ArrayLike<number>>();

  constructor(memory: Memory) {
    this.#memory = memory;
  }
  all(): ReadonlyMap<string, AnyArray> {
    return this.#arrays;
  }
  keep(name: string, array: AnyArray): void {
    this.#arrays.set(name, array);
  }
  /** Parameters of a part, as `owner.parameter`. */
  keepScalars(owner: string, scalars: Readonly<Record<string, Operand>>): void {
    for (const [name, { data }] of Object.entries(scalars)) this.keep(`${owner}.${name}`, data);
  }
  array(name: string, length: number, fill = 0): FloatArray {
    const data = this.#memory.allocate(length).fill(fill);
    this.keep(name, data);
    return data;
  }
  /** A number; the same for the same name. */
  cell(name: string, value = 0): Float64Array {
    const known = this.#arrays.get(name);
    if (known instanceof Float64Array) return known;
    const data = this.#memory.allocateCell(value);
    this.keep(name, data);
    return data;
  }
  /** A cell that a program brings. */
  counter(name: string): Float64Array {
    return this.cell(name, this.#restored.get(name)?.[0]);
  }
  /** Numbers that a program brings, one a sample; the same for the same name. */
  counters(name: string, length: number): FloatArray {
    const known = this.#arrays.get(name) as FloatArray | undefined;
    if (known) return known;
    const data = this.array(name, length);
    const restored = this.#restored.get(name);
    if (restored?.length === length) data.set(restored);
    return data;
  }
  bytes(): number {
    let sum = 0;
    for (const array of this.#arrays.values()) sum += array.byteLength;
    return sum;
  }
  /**
   * Throws `APICAL_STATE` where names or lengths differ, before anything is written. Programs may be compiled before or
   * after: a counter that was not saved has not counted, one that is not here yet is kept.
   */
  restore(saved: ReadonlyMap<string, ArrayLike<number>>): void {
    for (const name of saved.keys())
      if (!this.#arrays.has(name) && !isCounter(name))
        throw new ApicalError('APICAL_STATE', `saved state has "${name}", which this circuit does not have`);
    for (const [name, array] of this.#arrays) {
      const from = saved.get(name);
      if (!from && isCounter(name)) continue;
      if (from?.length !== array.length)
        throw new ApicalError(
          'APICAL_STATE',
          `saved state has ${from ? `${from.length} numbers` : 'nothing'} for "${name}", this circuit needs ${array.length}`,
        );
    }
    for (const [name, array] of this.#arrays) {
      const from = saved.get(name);
      if (from) array.set(from);
      else array.fill(0);
    }
    this.#restored.clear();
    for (const [name, from] of saved) if (!this.#arrays.has(name)) this.#restored.set(name, from);
  }
}
