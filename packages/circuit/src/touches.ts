/** Which memory an operation works on. */
import type { FloatArray, Operation } from '@apical/core';

export function overlaps(a: FloatArray, b: FloatArray): boolean {
  return (
    a.buffer === b.buffer &&
    a.byteOffset < b.byteOffset + b.byteLength &&
    b.byteOffset < a.byteOffset + a.byteLength
  );
}
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
