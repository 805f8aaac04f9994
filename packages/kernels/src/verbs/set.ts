/** Sets a cell and, when that changed it, runs `refresh`. */
import { f64, f64Tests, floatStore, i32, ifThen } from '../wasm/assembler.js';
import { cellValue } from '../wasm/emission.js';
import type { Verb } from './verb.js';

export const set: Verb<'set'> = {
  touched: ({ cell }) => ({ adds: [cell] }),
  inside: o => [o.refresh],
  plain({ cell, value, refresh: operations }, list) {
    const refresh = list(operations);
    return () => {
      if (cell[0] === value) return;
      cell[0] = value;
      refresh();
    };
  },
  emit: ({ cell, value, refresh }, e) =>
    ifThen(f64Tests.notEqual(cellValue(cell), f64(value)), [
      ...floatStore(8, i32(0), f64(value), cell.byteOffset),
      ...e.list(refresh),
    ]),
};
