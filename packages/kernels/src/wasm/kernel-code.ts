/** What the kernels share: locals by type, arithmetic of one number, gains. */
import { add, demote, f32Ops, f64Ops, get, set, type Code, type ValueType } from './assembler.js';

export type Size = 4 | 8;
export const scalarOps = (size: Size) =>
  size === 4 ? f32Ops : { add: f64Ops.add, multiply: f64Ops.multiply };
/** Names locals in the order in which they are asked for. */
export class Locals {
  readonly types: ValueType[] = [];
  readonly #first: number;
  constructor(params: number) {
    this.#first = params;
  }
  of(type: ValueType): number {
    this.types.push(type);
    return this.#first + this.types.length - 1;
  }
}
export const step = (local: number, by: Code): Code => set(local, add(get(local), by));
/** Gains arrive as float64. */
export const gainOf = (size: Size, local: number): Code => (size === 4 ? demote(get(local)) : get(local));
