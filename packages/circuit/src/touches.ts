/** Which memory an operation works on. */
import type { FloatArray, Operation } from '@apical/core';
import { overlaps } from '@apical/equations';

const isArray = (v: unknown): v is FloatArray => v instanceof Float64Array || v instanceof Float32Array;

/** All arrays and cells of an operation and of those inside it; a `call` does not say what it works on. */
export function arraysOf(operation: Operation): FloatArray[] {
  if (operation.op === 'elementwise') return operation.operands.map(o => o.data);
  const out: FloatArray[] = [];
  const see = (v: unknown): void => {
    if (isArray(v)) out.push(v);
    else if (Array.isArray(v)) for (const x of v) see(x);
    else if (typeof v === 'object' && v !== null)
      if ('op' in v) out.push(...arraysOf(v as Operation));
      else for (const x of Object.values(v)) see(x);
  };
  for (const v of Object.values(operation)) see(v);
  return out;
}
export const touches = (operation: Operation, data: FloatArray): boolean =>
  arraysOf(operation).some(a => overlaps(a, data));
export const hasCall = (operation: Operation): boolean =>
  operation.op === 'call' ||
  ('body' in operation && operation.body.some(hasCall)) ||
  (operation.op === 'set' && operation.refresh.some(hasCall));
/** Arrays that an operation writes; of those that do not tell, all. */
export function writtenBy(o: Operation): readonly FloatArray[] {
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
