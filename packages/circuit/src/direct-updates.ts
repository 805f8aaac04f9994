/**
 * Weights that follow their direction linearly (w ← a w + s g) take outer products themselves: the direction, an array
 * as large as the weights, is neither cleared nor filled nor read. Of a program whose directions are wanted
 * nothing is changed.
 */
import type { Cell, Elementwise, FloatArray, Memory, Operation, Tree } from '@apical/core';
import { linear } from './linear.js';
import { arraysOf, hasCall, overlaps, touches } from './touches.js';

type Outer = Extract<Operation, { readonly op: 'outer' }>;
type When = Extract<Operation, { readonly op: 'when' }>;
/** Where a direction lives in a list of operations. */
interface Passage {
  readonly direction: FloatArray;
  /** Positions of `fill`, `outer` and the `when` that applies it, and of the application in that. */
  readonly fill: number;
  readonly outer: number;
  readonly when: number;
  readonly application: number;
}

export function directUpdates(
  operations: readonly Operation[],
  memory: Memory,
  whole: readonly Operation[] = operations,
): readonly Operation[] {
  let list = operations;
  for (const o of operations) {
    if (o.op !== 'fill' || o.value !== 0) continue;
    const passage = leavesOf(whole, o.into) === 3 ? passageOf(list, o.into) : undefined;
    const direct = passage && rewritten(list, passage, memory);
    if (direct) list = direct;
  }
  return list.map(o => ('body' in o ? { ...o, body: directUpdates(o.body, memory, whole) } : o));
}
/** How many operations of a program work on an array, those inside others counted apart. */
function leavesOf(operations: readonly Operation[], data: FloatArray): number {
  return operations.reduce(
    (n, o) => n + ('body' in o ? leavesOf(o.body, data) : Number(touches(o, data))),
    0,
  );
}
function passageOf(list: readonly Operation[], direction: FloatArray): Passage | undefined {
  const at = list.flatMap((o, k) => (touches(o, direction) ? [k] : []));
  const [fill = -1, outer = -1, when = -1] = at;
  const [a, b, c] = [list[fill], list[outer], list[when]];
  if (at.length !== 3 || a?.op !== 'fill' || b?.op !== 'outer' || c?.op !== 'when') return undefined;
  if (b.weights !== direction) return undefined;
  const inside = c.body.flatMap((o, k) => (touches(o, direction) ? [k] : []));
  if (inside.length !== 1) return undefined;
  // the factors must still be there when they are applied
  const factors = [b.pre, b.post, b.gain];
  const between = [...list.slice(outer + 1, when), ...c.body.slice(0, inside[0])];
  const written = (o: Operation): boolean =>
    hasCall(o) || writtenBy(o).some(x => factors.some(f => overlaps(x, f)));
  return between.some(written) ? undefined : { direction, fill, outer, when, application: inside[0]! };
}
function rewritten(list: readonly Operation[], p: Passage, memory: Memory): Operation[] | undefined {
  const outer = list[p.outer] as Outer;
  const when = list[p.when] as When;
  const application = applied(when.body[p.application]!, outer, memory);
  if (!application) return undefined;
  const body = when.body.flatMap((o, k) => (k === p.application ? application : [o]));
  return list.flatMap((o, k) => {
    if (k === p.fill || k === p.outer) return [];
    return k === p.when ? [{ ...when, body }] : [o];
  });
}
/** The operations that do at once what `outer` into the direction and `update` would do. */
function applied(update: Operation, outer: Outer, memory: Memory): Operation[] | undefined {
  if (update.op === 'add') {
    // gain 1: nothing else writes this cell
    if (update.from !== outer.weights || update.gain[0] !== 1) return undefined;
    return [{ ...outer, weights: update.into }];
  }
  if (update.op !== 'elementwise') return undefined;
  const scalarPasses = update.passes.slice(0, -1);
  const pass = update.passes.at(-1);
  const [assignment, more] = pass?.body ?? [];
  if (pass?.kind !== 'loop' || !assignment || more || !('operand' in assignment.to)) return undefined;
  if (scalarPasses.some(s => s.kind !== 'loop' || s.over !== 'scalar')) return undefined;
  const { operands } = update;
  const w = assignment.to.operand;
  const g = operands.findIndex(o => o.data === outer.weights);
  const found =
    g < 0 || operands[w]!.extent !== 'neuron' ? undefined : linear(assignment.value, update, w, g);
  if (!found?.direction || !found.weights) return undefined;
  const gain = memory.allocateCell(0);
  const decay = memory.allocateCell(1);
  const decays = memory.allocateCell(0);
  const keeps = found.weights.kind === 'number' && found.weights.value === 1;
  return [
    scalars(update, outer.gain, [gain, decay, decays], found.direction, found.weights),
    ...(keeps ? [] : [{ op: 'when', cell: decays, body: [scaled(update, w, decay)] } as const]),
    { ...outer, weights: operands[w]!.data, gain },
  ];
}
/** gain ← factor of the direction · its own gain; decay ← factor of the weights; decays ← decay − 1 */
function scalars(
  update: Elementwise,
  own: Cell,
  cells: readonly [Cell, Cell, Cell],
  direction: Tree,
  weights: Tree,
): Elementwise {
  const n = update.operands.length;
  const cell = (name: string, data: Cell) => ({ name, extent: 'scalar', data, units: 1 }) as const;
  const operand = (index: number): Tree => ({ kind: 'operand', index });
  const call = (name: 'multiply' | 'subtract', ...args: Tree[]): Tree => ({ kind: 'call', name, args });
  const [gain, decay, decays] = cells;
  return {
    op: 'elementwise',
    where: `${update.where}/gains`,
    batch: 1,
    operands: [
      ...update.operands,
      cell('own', own),
      cell('gain', gain),
      cell('decay', decay),
      cell('decays', decays),
    ],
    passes: [
      ...update.passes.slice(0, -1),
      {
        kind: 'loop',
        over: 'scalar',
        units: 1,
        body: [
          { to: { operand: n + 1 }, value: call('multiply', direction, operand(n)) },
          { to: { operand: n + 2 }, value: weights },
          { to: { operand: n + 3 }, value: call('subtract', operand(n + 2), { kind: 'number', value: 1 }) },
        ],
      },
    ],
  };
}
/** w ← decay w */
function scaled(update: Elementwise, w: number, decay: Cell): Elementwise {
  const weights = update.operands[w]!;
  return {
    op: 'elementwise',
    where: `${update.where}/decay`,
    batch: update.batch,
    operands: [weights, { name: 'decay', extent: 'scalar', data: decay, units: 1 }],
    passes: [
      {
        kind: 'loop',
        over: 'neuron',
        units: weights.units,
        body: [
          {
            to: { operand: 0 },
            value: {
              kind: 'call',
              name: 'multiply',
              args: [
                { kind: 'operand', index: 0 },
                { kind: 'operand', index: 1 },
              ],
            },
          },
        ],
      },
    ],
  };
}
/** Arrays that an operation writes; of those that do not tell, all. */
function writtenBy(o: Operation): readonly FloatArray[] {
  switch (o.op) {
    case 'multiply':
      return [o.post];
    case 'multiply-transposed':
      return [o.pre];
    case 'outer':
      return [o.weights];
    case 'fill':
    case 'add':
    case 'add-product':
    case 'add-bias':
    case 'correlate-bias':
    case 'transpose':
      return [o.into];
    case 'increment':
      return [o.cell];
    case 'when':
      return o.body.flatMap(writtenBy);
    case 'elementwise': {
      const out = new Set<number>();
      for (const p of o.passes) {
        for (const { to } of p.body) if ('operand' in to) out.add(to.operand);
        if (p.kind === 'reduce') out.add(p.into);
      }
      return [...out].map(k => o.operands[k]!.data);
    }
    default:
      return arraysOf(o);
  }
}
