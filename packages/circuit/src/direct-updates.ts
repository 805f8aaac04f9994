/**
 * The direction, an array as large as the weights, is neither cleared nor filled nor read. Weights that follow it linearly
 * (w ← a w + s g, where g = an outer product + c w) take outer products themselves; of single samples, any update forms
 * the product where it needs it. For programs whose directions nobody wants.
 */
import type {
  Assignment,
  Cell,
  Elementwise,
  FloatArray,
  Memory,
  Operand,
  Operation,
  Pass,
  Tree,
} from '@apical/core';
import { leaf, mapLeaves, treeCall } from '@apical/equations';
import { changes, touches } from '@apical/kernels';
import { linear } from './linear.js';

type Outer = Extract<Operation, { readonly op: 'outer' }>;
type When = Extract<Operation, { readonly op: 'when' }>;
type Add = Extract<Operation, { readonly op: 'add' }>;
/** Where a direction lives in a list of operations. */
interface Passage {
  /** Positions of what only fills the direction: the clearing first. */
  readonly filling: readonly number[];
  readonly outer: Outer;
  /** Multiples of weights that are added to it. */
  readonly terms: readonly Add[];
  /** Is the outer product added before the terms? */
  readonly outerFirst: boolean;
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
  const changed = (o: Operation): boolean => factors.some(f => changes(o, f));
  const outerFirst = rest[0] === outer;
  return between.some(changed) ? undefined : { filling, outer, terms, outerFirst, when, application };
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
function applied(update: Operation, passage: Passage, memory: Memory): Operation[] | undefined {
  const { outer, terms } = passage;
  if (update.op === 'add') {
    // gain 1: nothing else writes this cell
    if (terms.length || update.from !== outer.weights || update.gain[0] !== 1) return undefined;
    return [{ ...outer, weights: update.into }];
  }
  if (update.op !== 'elementwise') return undefined;
  const scalarPasses = update.passes.slice(0, -1);
  const pass = update.passes.at(-1);
  const g = update.operands.findIndex(o => o.data === outer.weights);
  if (g < 0 || pass?.kind !== 'loop' || pass.over !== 'neuron' || !scalarPasses.every(isScalar))
    return undefined;
  const parts = { update, scalarPasses, pass, g };
  return linearly(parts, passage, memory) ?? (outer.batch === 1 ? formed(parts, passage) : undefined);
}
const isScalar = (p: Pass): boolean => p.kind === 'loop' && p.over === 'scalar';
/** An update that is one loop over the weights, after work on single numbers. */
interface Parts {
  readonly update: Elementwise;
  readonly scalarPasses: readonly Pass[];
  readonly pass: Extract<Pass, { readonly kind: 'loop' }>;
  /** The direction among the operands. */
  readonly g: number;
}
function linearly(
  { update, pass, g }: Parts,
  { outer, terms }: Passage,
  memory: Memory,
): Operation[] | undefined {
  const [assignment, more] = pass.body;
  if (!assignment || more || !('operand' in assignment.to)) return undefined;
  const w = assignment.to.operand;
  const found = linear(assignment.value, update, w, g);
  const weights = update.operands[w]!.data;
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
/** The update with rows of weights as samples: the direction is post × gain × pre, with post per row and pre for all rows. */
function formed(
  { update, scalarPasses, pass, g }: Parts,
  { outer, terms, outerFirst }: Passage,
): Operation[] | undefined {
  const { nPost, nPre } = outer;
  const fits = (o: Operand): boolean =>
    o.extent === 'scalar' || (o.extent === 'neuron' && o.data.length === nPost * nPre);
  if (!update.operands.every(fits)) return undefined;
  const temporaries = pass.body.reduce(
    (n, { to }) => ('temporary' in to ? Math.max(n, to.temporary + 1) : n),
    0,
  );
  const operands: Operand[] = update.operands.map(o => (o.extent === 'scalar' ? o : { ...o, units: nPre }));
  const operand = (name: string, data: FloatArray, shape: Omit<Operand, 'name' | 'data'>): Tree =>
    leaf(operands.push({ name, data, ...shape }) - 1);
  const scalar = { extent: 'scalar', units: 1 } as const;
  const post = treeCall(
    'multiply',
    operand('gain', outer.gain, scalar),
    operand('post', outer.post, { extent: 'sample', units: 1 }),
  );
  // in the place of the direction, which is not read any more
  operands[g] = { name: 'pre', data: outer.pre, extent: 'neuron', units: nPre, shared: true };
  const product = treeCall('multiply', post, leaf(g));
  const weighted = terms.map(({ from, gain }) =>
    treeCall(
      'multiply',
      operand('gain', gain, scalar),
      operand('w', from, { extent: 'neuron', units: nPre }),
    ),
  );
  const direction = (outerFirst ? [product, ...weighted] : [...weighted, product]).reduce((a, b) =>
    treeCall('add', a, b),
  );
  // before the pass writes anything: weights may be among the terms
  const held: Tree = { kind: 'temporary', index: temporaries };
  const body = [
    { to: { temporary: temporaries }, value: direction },
    ...pass.body.map(({ to, value }) => ({
      to,
      value: mapLeaves(value, t => (t.kind === 'operand' && t.index === g ? held : t)),
    })),
  ];
  return [{ ...update, batch: nPost, operands, passes: [...scalarPasses, { ...pass, units: nPre, body }] }];
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
