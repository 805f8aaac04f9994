/**
 * Weights that follow their direction linearly (w ← a w + s g, where g = an outer product + c w) take outer products
 * themselves: the direction, an array as large as the weights, is neither cleared nor filled nor read. For programs
 * whose directions nobody wants.
 */
import type {
  Assignment,
  Cell,
  Elementwise,
  FloatArray,
  Memory,
  Operand,
  Operation,
  Tree,
} from '@apical/core';
import { leaf, overlaps, treeCall } from '@apical/equations';
import { linear } from './linear.js';
import { hasCall, touches, writtenBy } from './touches.js';

type Outer = Extract<Operation, { readonly op: 'outer' }>;
type When = Extract<Operation, { readonly op: 'when' }>;
type Add = Extract<Operation, { readonly op: 'add' }>;
/** Where a direction lives in a list of operations. */
interface Passage {
  /** Positions of what only fills the direction. */
  readonly filling: readonly number[];
  readonly outer: Outer;
  /** Multiples of weights that are added to it. */
  readonly terms: readonly Add[];
  /** Position of the `when` that applies it, and of the application in that. */
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
    const passage = passageOf(list, o.into, leavesOf(whole, o.into));
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
/** `leaves`: how many operations of the whole program work on the direction. */
function passageOf(list: readonly Operation[], direction: FloatArray, leaves: number): Passage | undefined {
  const at = list.flatMap((o, k) => (touches(o, direction) ? [k] : []));
  const filling = at.slice(0, -1);
  const [fill, ...rest] = filling.map(k => list[k]!);
  const outers = rest.filter((o): o is Outer => o.op === 'outer' && o.weights === direction);
  const terms = rest.filter((o): o is Add => o.op === 'add' && o.into === direction);
  const [outer, second] = outers;
  const when = at.at(-1) ?? -1;
  const last = list[when];
  if (fill?.op !== 'fill' || !outer || second || last?.op !== 'when') return undefined;
  if (leaves !== at.length || outers.length + terms.length !== rest.length) return undefined;
  const inside = last.body.flatMap((o, k) => (touches(o, direction) ? [k] : []));
  const [application] = inside;
  if (application === undefined || inside.length !== 1) return undefined;
  // the factors must still be there when they are applied
  const factors = [outer.pre, outer.post, outer.gain, ...terms.flatMap(t => [t.from, t.gain])];
  const between = [...list.slice(filling[1]! + 1, when), ...last.body.slice(0, application)];
  const written = (o: Operation): boolean =>
    hasCall(o) || writtenBy(o).some(x => factors.some(f => overlaps(x, f)));
  return between.some(written) ? undefined : { filling, outer, terms, when, application };
}
function rewritten(list: readonly Operation[], p: Passage, memory: Memory): Operation[] | undefined {
  const when = list[p.when] as When;
  const application = applied(when.body[p.application]!, p, memory);
  if (!application) return undefined;
  const body = when.body.flatMap((o, k) => (k === p.application ? application : [o]));
  return list.flatMap((o, k) => {
    if (p.filling.includes(k)) return [];
    return k === p.when ? [{ ...when, body }] : [o];
  });
}
/** The operations that do at once what filling the direction and `update` would do. */
function applied(update: Operation, { outer, terms }: Passage, memory: Memory): Operation[] | undefined {
  if (update.op === 'add') {
    // gain 1: nothing else writes this cell
    if (terms.length || update.from !== outer.weights || update.gain[0] !== 1) return undefined;
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
  const weights = operands[w]!.data;
  if (!found?.direction || !found.weights || terms.some(t => t.from !== weights)) return undefined;
  const gain = memory.allocateCell(0);
  const decay = memory.allocateCell(1);
  const decays = memory.allocateCell(0);
  const keeps = terms.length === 0 && found.weights.kind === 'number' && found.weights.value === 1;
  const own = [outer.gain, ...terms.map(t => t.gain)];
  return [
    scalars(update, own, [gain, decay, decays], found.direction, found.weights),
    ...(keeps ? [] : [{ op: 'when', cell: decays, body: [scaled(update, w, decay)] } as const]),
    { ...outer, weights, gain },
  ];
}
/**
 * gain ← direction · own gain of the outer product; decay ← weights + Σ direction · own gain of a term;
 * decays ← decay − 1. `direction` and `weights` are the factors in the update.
 */
function scalars(
  update: Elementwise,
  own: readonly Cell[],
  [gain, decay, decays]: readonly [Cell, Cell, Cell],
  direction: Tree,
  weights: Tree,
): Elementwise {
  const operands: Operand[] = [...update.operands];
  const cell = (name: string, data: Cell): number =>
    operands.push({ name, extent: 'scalar', data, units: 1 }) - 1;
  const set = (name: string, data: Cell, value: Tree): Assignment => ({
    to: { operand: cell(name, data) },
    value,
  });
  const [first, ...rest] = own.map((data, k) => treeCall('multiply', direction, leaf(cell(`own${k}`, data))));
  const kept = rest.reduce((sum, term) => treeCall('add', sum, term), weights);
  const body = [
    set('gain', gain, first!),
    set('decay', decay, kept),
    set('decays', decays, treeCall('subtract', kept, { kind: 'number', value: 1 })),
  ];
  return {
    op: 'elementwise',
    where: `${update.where}/gains`,
    batch: 1,
    operands,
    passes: [...update.passes.slice(0, -1), { kind: 'loop', over: 'scalar', units: 1, body }],
  };
}
/** w ← decay w */
function scaled({ where, batch, operands }: Elementwise, w: number, decay: Cell): Elementwise {
  const weights = operands[w]!;
  const body = [{ to: { operand: 0 }, value: treeCall('multiply', leaf(0), leaf(1)) }];
  return {
    op: 'elementwise',
    where: `${where}/decay`,
    batch,
    operands: [weights, { name: 'decay', extent: 'scalar', data: decay, units: 1 }],
    passes: [{ kind: 'loop', over: 'neuron', units: weights.units, body }],
  };
}
