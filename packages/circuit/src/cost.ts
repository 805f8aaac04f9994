/** Cost of a program, counted from its operations. */
import type { Operation } from '@apical/core';

/** Multiply-accumulates of dense products for one sample; repeats count as often as their cell says now. */
export function macs(operations: readonly Operation[]): number {
  let sum = 0;
  for (const o of operations)
    switch (o.op) {
      case 'multiply':
      case 'multiply-transposed':
      case 'outer':
        sum += o.nPre * o.nPost;
        break;
      case 'elementwise':
        // outer products that a pass forms where it needs them
        for (const { shared, units } of o.operands) if (shared) sum += o.batch * units;
        break;
      case 'repeat':
        sum += o.times[0]! * macs(o.body);
        break;
      case 'every':
        sum += macs(o.body) / o.times;
        break;
      case 'when':
        sum += macs(o.body);
    }
  return sum;
}
