/** The verbs in one table, and what follows from it: checks, access, cost, plain steps. */
import { ApicalError } from '@apical/core';
import type { DType, FloatArray, Operation, Step } from '@apical/core';
import { overlaps } from '@apical/equations';
import { addBias } from './add-bias.js';
import { addProduct } from './add-product.js';
import { add } from './add.js';
import { call } from './call.js';
import { correlateBias } from './correlate-bias.js';
import { elementwise } from './elementwise.js';
import { every } from './every.js';
import { fill } from './fill.js';
import { increment } from './increment.js';
import { meanOver } from './mean-over.js';
import { multiplyTransposed } from './multiply-transposed.js';
import { multiply } from './multiply.js';
import { normal } from './normal.js';
import { outer } from './outer.js';
import { passesOf, repeat } from './repeat.js';
import { set } from './set.js';
import { transpose } from './transpose.js';
import type { Name, Touched, Verb } from './verb.js';
import { when } from './when.js';

const verbs: { readonly [K in Name]: Verb<K> } = {
  elementwise,
  multiply,
  'multiply-transposed': multiplyTransposed,
  outer,
  fill,
  add,
  'add-product': addProduct,
  'add-bias': addBias,
  'correlate-bias': correlateBias,
  transpose,
  'mean-over': meanOver,
  normal,
  increment,
  set,
  when,
  every,
  repeat,
  call,
};
export { passesOf };
/** The home of an operation's verb. */
export const verbOf = (o: Operation): Verb<Name> => verbs[o.op] as unknown as Verb<Name>;
export const insideOf = (o: Operation): readonly Operation[] => verbOf(o).inside?.(o).flat() ?? [];

/** All arrays and cells that an operation itself works on; none where it does not say. */
export function arraysOf({ reads = [], writes = [], adds = [] }: Touched = {}): readonly FloatArray[] {
  return [...reads, ...writes, ...adds];
}
/** Does it, or one inside it, work on this memory? One that does not say works on everything. */
export const touches = (o: Operation, data: FloatArray): boolean => meets(o, data, arraysOf);
/** Does it, or one inside it, change this memory? */
export const changes = (o: Operation, data: FloatArray): boolean =>
  meets(o, data, ({ writes = [], adds = [] }) => [...writes, ...adds]);
function meets(o: Operation, data: FloatArray, which: (t: Touched) => readonly FloatArray[]): boolean {
  const touched = verbOf(o).touched(o);
  if (!touched || which(touched).some(a => overlaps(a, data))) return true;
  return insideOf(o).some(i => meets(i, data, which));
}
/** Multiply-accumulates of products for one of `samples`; repeats count as often as their cell says now. */
export function macs(operations: readonly Operation[], samples = 1): number {
  const of = (list: readonly Operation[]): number =>
    list.reduce((sum, o) => sum + (verbOf(o).macs?.(o, of) ?? 0), 0);
  return of(operations) / samples;
}
/** Plain JavaScript: control flow is nested closures. */
export function prepare(operations: readonly Operation[]): Step {
  const steps = operations.map(o => verbOf(o).plain(o, prepare));
  const [first, second] = steps;
  if (!first) return () => undefined;
  if (!second) return first;
  return () => {
    for (let i = 0; i < steps.length; i++) steps[i]!();
  };
}
/**
 * Throws `APICAL_OPERATION` where sizes do not fit one another or an array has not the dtype of the run, with the place:
 * `train, 3 repeat, 1 multiply: weights has 12 numbers; 15 are needed`.
 */
export function check(operations: readonly Operation[], dtype: DType, where: string): void {
  const Floats = dtype === 'float64' ? Float64Array : Float32Array;
  operations.forEach((o, k) => {
    const verb = verbOf(o);
    const place = `${where}, ${k + 1} ${o.op}${'where' in o ? ` (${o.where})` : ''}`;
    // a cell is one float64 in every run
    const foreign = arraysOf(verb.touched(o)).find(
      a => !(a instanceof Floats || (a instanceof Float64Array && a.length === 1)),
    );
    const wrong =
      verb.check?.(o) ?? (foreign && `an array is ${foreign.constructor.name}; this run is in ${dtype}`);
    if (wrong !== undefined) throw new ApicalError('APICAL_OPERATION', `${place}: ${wrong}`);
    for (const list of verb.inside?.(o) ?? []) check(list, dtype, place);
  });
}
