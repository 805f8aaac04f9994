/** What the kernels share: locals by type, arithmetic of one number, gains. */
import {
  add,
  demote,
  f32Ops,
  f64FromF32,
  f64Ops,
  get,
  i32,
  less,
  loopWhile,
  set,
  type Code,
  type ValueType,
} from './assembler.js';
import type { WasmFunction } from './module-format.js';

export type Size = 4 | 8;
export const scalarOps = (size: Size) =>
  size === 4 ? f32Ops : { add: f64Ops.add, multiply: f64Ops.multiply };
/** Hands out locals of one function. */
export class Locals {
  readonly types: ValueType[] = [];
  readonly #first: number;
  readonly #free: Record<ValueType, number[]> = { i32: [], i64: [], f32: [], f64: [], v128: [] };
  #taken: number[] = [];
  constructor(params: number) {
    this.#first = params;
  }
  of(type: ValueType): number {
    const local = this.#free[type].pop() ?? this.#new(type);
    this.#taken.push(local);
    return local;
  }
  /** Locals that `write` asks for may be used again after it. */
  scoped(write: () => Code): Code {
    const outer = this.#taken;
    this.#taken = [];
    const code = write();
    for (const local of this.#taken.reverse()) this.#free[this.types[local - this.#first]!].push(local);
    this.#taken = outer;
    return code;
  }
  /** Vectors that never change, by their code: found at the start of the function. */
  readonly #constants = new Map<string, { readonly local: number; readonly code: Code }>();
  constant(code: Code): Code {
    const key = String(code);
    let found = this.#constants.get(key);
    if (!found) this.#constants.set(key, (found = { local: this.#new('v128'), code }));
    return get(found.local);
  }
  /** Goes before the body of the function. */
  get constants(): Code {
    return [...this.#constants.values()].map(c => set(c.local, c.code));
  }
  #new(type: ValueType): number {
    this.types.push(type);
    return this.#first + this.types.length - 1;
  }
}
export const step = (local: number, by: Code): Code => set(local, add(get(local), by));
/** Gains arrive as float64. */
export const gainOf = (size: Size, local: number): Code => (size === 4 ? demote(get(local)) : get(local));
export const wide = (size: Size, x: Code): Code => (size === 4 ? f64FromF32(x) : x);
export const narrow = (size: Size, x: Code): Code => (size === 4 ? demote(x) : x);
/** Runs `body` with `k` from 0 to `count` − 1. */
export const times = (k: number, count: Code, body: Code): Code => [
  ...set(k, i32(0)),
  ...loopWhile(less(get(k), count), [...body, ...step(k, i32(1))]),
];
export const kernel = (name: string, params: readonly ValueType[], l: Locals, body: Code): WasmFunction => ({
  name,
  params,
  locals: l.types,
  body,
});
