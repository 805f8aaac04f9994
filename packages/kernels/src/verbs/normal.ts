/** Block number `counter` of standard normals of a stream; then counter += 1. */
import { get, i32, i32FromI64, i64, i64FromF64, i64ShiftRight, set } from '../wasm/assembler.js';
import { cellValue } from '../wasm/emission.js';
import { fillNormals } from '@apical/numerics';
import { incremented } from '../wasm/emission.js';
import { normals } from '../wasm/normals.js';
import type { Verb } from './verb.js';

export const normal: Verb<'normal'> = {
  touched: ({ counter, into }) => ({ writes: [into], adds: [counter] }),
  plain:
    ({ key, counter, into }) =>
    () => {
      fillNormals(key, counter[0]!, into);
      counter[0]! += 1;
    },
  emit({ key, counter, into }, { size, locals, module, room }) {
    const index = locals.of('i64');
    return [
      ...set(index, i64FromF64(cellValue(counter))),
      ...module.kernel(
        'normals',
        () => normals(size),
        ...[into.byteOffset, into.length, ...key].map(i32),
        i32FromI64(get(index)),
        i32FromI64(i64ShiftRight(get(index), i64(32))),
        i32(room.spare),
      ),
      ...incremented(counter),
    ];
  },
};
