/** Where the locals of a block live: in a temporary when one pass is enough, else in scratch. */
import type { Assignment, Elementwise, Extent, FloatArray, Operand, Pass, Tree } from '@apical/core';
import type { DraftPass } from './passes.js';
import { mapLeaves, visit } from './tree.js';

/** Scratch for a local that outlives one pass: a `Cell` (float64) for scalars, else an array of the run's dtype. */
export type Allocate = (length: number, extent: Extent) => FloatArray;

export function resolveLocals(
  drafts: readonly Operand[],
  locals: ReadonlySet<number>,
  passes: readonly DraftPass[],
  batch: number,
  allocate: Allocate,
): Pick<Elementwise, 'operands' | 'passes'> {
  const homes = homesOf(locals, passes);
  let temporaries = 0;
  for (const p of passes)
    for (const a of p.body) if ('temporary' in a.to) temporaries = Math.max(temporaries, a.to.temporary + 1);
  const operands: Operand[] = [];
  const place = new Map<number, Tree & { kind: 'operand' | 'temporary' }>();
  drafts.forEach((draft, index) => {
    if (locals.has(index) && homes.get(index)!.size === 1 && !homes.get(index)!.has(-1)) {
      place.set(index, { kind: 'temporary', index: temporaries++ });
      return;
    }
    place.set(index, { kind: 'operand', index: operands.length });
    operands.push(locals.has(index) ? { ...draft, data: scratch(draft, batch, allocate) } : draft);
  });
  const move = (leaf: Tree): Tree => (leaf.kind === 'operand' ? place.get(leaf.index)! : leaf);
  const assign = (a: Assignment): Assignment => {
    const value = mapLeaves(a.value, move);
    if ('temporary' in a.to) return { to: a.to, value };
    const to = place.get(a.to.operand)!;
    return { to: to.kind === 'operand' ? { operand: to.index } : { temporary: to.index }, value };
  };
  return {
    operands,
    passes: passes.map((p): Pass => {
      const body = p.body.map(assign);
      if (p.kind === 'loop') return { ...p, body };
      return { ...p, body, value: mapLeaves(p.value, move), into: place.get(p.into)!.index };
    }),
  };
}
function scratch({ extent, units }: Operand, batch: number, allocate: Allocate): FloatArray {
  return allocate({ scalar: 1, sample: batch, neuron: batch * units }[extent], extent);
}
/** Passes that a local is written or read in; −1 marks the result of a reduction, which is always an array. */
function homesOf(locals: ReadonlySet<number>, passes: readonly DraftPass[]): Map<number, Set<number>> {
  const homes = new Map<number, Set<number>>();
  const note = (operand: number, pass: number): void => {
    if (!locals.has(operand)) return;
    if (!homes.has(operand)) homes.set(operand, new Set());
    homes.get(operand)!.add(pass);
  };
  passes.forEach((p, k) => {
    const see = (tree: Tree): void => {
      if (tree.kind === 'operand') note(tree.index, k);
    };
    for (const a of p.body) {
      visit(a.value, see);
      if ('operand' in a.to) note(a.to.operand, k);
    }
    if (p.kind !== 'reduce') return;
    visit(p.value, see);
    note(p.into, -1);
  });
  return homes;
}
