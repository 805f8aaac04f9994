/** Runs its body where a cell is not 0. */
import { f64, f64Tests, ifThen } from '../wasm/assembler.js';
import { cellValue } from '../wasm/emission.js';
import type { Verb } from './verb.js';

export const when: Verb<'when'> = {
  touched: ({ cell }) => ({ reads: [cell] }),
  inside: o => [o.body],
  macs: (o, of) => of(o.body),
  plain({ cell, body: operations }, list) {
    const body = list(operations);
    return () => {
      if (cell[0] !== 0) body();
    };
  },
  emit: ({ cell, body }, e) => ifThen(f64Tests.notEqual(cellValue(cell), f64(0)), e.list(body)),
};
