/** What the home of a verb holds: its shape check, what it touches, its cost, its plain loop and its WebAssembly. */
import type { FloatArray, Operation, Step } from '@apical/core';
import type { Code } from '../wasm/assembler.js';
import type { Emission } from '../wasm/emission.js';

export type Name = Operation['op'];
export type Of<K extends Name> = Extract<Operation, { readonly op: K }>;
type Arrays = readonly FloatArray[];

/** Arrays and cells that an operation itself works on; those inside it come with their own. */
export interface Touched {
  readonly reads?: Arrays;
  /** Overwritten, whatever was there. */
  readonly writes?: Arrays;
  /** Read and written: what was there counts. */
  readonly adds?: Arrays;
}
export interface Verb<K extends Name> {
  /** In words, what is wrong with sizes; undefined: nothing. */
  readonly check?: (o: Of<K>) => string | undefined;
  /** undefined: it does not say, and may touch anything. */
  readonly touched: (o: Of<K>) => Touched | undefined;
  /** Lists of operations that it runs. */
  readonly inside?: (o: Of<K>) => readonly (readonly Operation[])[];
  /** Multiply-accumulates of products, of all samples together; `of` counts those of operations inside. Default: 0. */
  readonly macs?: (o: Of<K>, of: (operations: readonly Operation[]) => number) => number;
  readonly plain: (o: Of<K>, list: (operations: readonly Operation[]) => Step) => Step;
  /** Only of arrays that live in the memory of `e`. */
  readonly emit: (o: Of<K>, e: Emission) => Code;
}
/** Says of the first array of another length what it has and what it needs. */
export function lengths(wanted: Readonly<Record<string, readonly [FloatArray, number]>>): string | undefined {
  for (const [name, [array, length]] of Object.entries(wanted))
    if (array.length !== length) return `${name} has ${array.length} numbers; ${length} are needed`;
  return undefined;
}
/** Is it a whole number from 1 up? */
export const counts = (of: Readonly<Record<string, number>>): string | undefined => {
  for (const [name, n] of Object.entries(of))
    if (!(Number.isInteger(n) && n >= 1)) return `${name} is ${n}; it must be a whole number from 1 up`;
  return undefined;
};
