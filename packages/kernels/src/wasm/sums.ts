/**
 * The one order in which a row's products are added, in kernels and in code that is written out: lane by lane over
 * vectors of 16 bytes, what hangs over the end counting 0; then (l0 + l2) + (l1 + l3), or l0 + l1.
 */
import { get, set, shuffle, vectors, type Code } from './assembler.js';
import type { Locals, Size } from './kernel-code.js';

/** Sums of the lanes of each of `rows` (4 for float32, 2 for float64), as one vector. */
export function sumRows(size: Size, l: Locals, rows: readonly number[]): Code {
  const v = vectors[size];
  const at = (k: number): Code => get(rows[k]!);
  if (size === 8) return v.add(shuffle(8, at(0), at(1), 0, 2), shuffle(8, at(0), at(1), 1, 3));
  const pairs = [0, 2].map(k => {
    const half = l.of('v128');
    // a0 a1 b0 b1 + a2 a3 b2 b3
    const sum = v.add(shuffle(4, at(k), at(k + 1), 0, 1, 4, 5), shuffle(4, at(k), at(k + 1), 2, 3, 6, 7));
    return { half, code: set(half, sum) };
  });
  const [a, b] = [get(pairs[0]!.half), get(pairs[1]!.half)];
  return [
    ...pairs.flatMap(p => p.code),
    ...v.add(shuffle(4, a, b, 0, 2, 4, 6), shuffle(4, a, b, 1, 3, 5, 7)),
  ];
}
