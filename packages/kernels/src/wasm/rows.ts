/** Kernels of single samples: matrix–vector products and outer updates, row by row. */
import {
  add,
  and,
  floatLoad,
  floatStore,
  get,
  i32,
  less,
  loopWhile,
  mul,
  set,
  v128Load,
  v128Ops,
  v128Store,
  vectors,
  type Code,
  type WasmFunction,
} from './assembler.js';
import { Locals, gainOf, scalarOps, step, type Size } from './kernel-code.js';

/** Sum of the lanes in fixed order. */
function sumLanes(size: Size, v: number): Code {
  const { lane } = vectors[size];
  const plus = scalarOps(size).add;
  const at = (k: number): Code => lane(k, get(v));
  return size === 4 ? plus(plus(at(0), at(2)), plus(at(1), at(3))) : plus(at(0), at(1));
}
/** What a kernel over the rows of W works with: locals, and the code that reads and moves them. */
interface Row {
  /** Addresses of the present row of W, of x, and of the present y. */
  readonly w: number;
  readonly p: number;
  readonly y: number;
  readonly vector: number;
  readonly scalar: number;
}
interface RowCode {
  readonly before: Code;
  readonly eachVector: Code;
  readonly between?: Code;
  readonly eachRest: Code;
  readonly after?: Code;
}
/** (W, x, y, nPre, nPost, gain): walks W row by row, in vectors and then what is left of the row. */
function overRows(size: Size, name: string, write: (row: Row) => RowCode): WasmFunction {
  const l = new Locals(6);
  const [w, p, end, main, y, last] = [
    l.of('i32'),
    l.of('i32'),
    l.of('i32'),
    l.of('i32'),
    l.of('i32'),
    l.of('i32'),
  ];
  const row: Row = { w, p, y, vector: l.of('v128'), scalar: l.of(size === 4 ? 'f32' : 'f64') };
  const { before, eachVector, between = [], eachRest, after = [] } = write(row);
  const bytes = mul(get(3), i32(size));
  const walk = (by: number): Code => [...step(w, i32(by)), ...step(p, i32(by))];
  const body = [
    ...set(w, get(0)),
    ...set(y, get(2)),
    ...set(last, add(get(2), mul(get(4), i32(size)))),
    ...set(end, add(get(1), bytes)),
    ...set(main, add(get(1), and(bytes, i32(-16)))),
    ...loopWhile(less(get(y), get(last)), [
      ...set(p, get(1)),
      ...before,
      ...loopWhile(less(get(p), get(main)), [...eachVector, ...walk(16)]),
      ...between,
      ...loopWhile(less(get(p), get(end)), [...eachRest, ...walk(size)]),
      ...after,
      ...step(y, i32(size)),
    ]),
  ];
  return { name, params: ['i32', 'i32', 'i32', 'i32', 'i32', 'f64'], locals: l.types, body };
}
/** y[i] += gain · Σ_j W[i, j] x[j] */
export function gemv(size: Size): WasmFunction {
  const v = vectors[size];
  const ops = scalarOps(size);
  return overRows(size, 'gemv', ({ w, p, y, vector, scalar }) => ({
    before: set(vector, v128Ops.zero()),
    eachVector: set(vector, v.add(get(vector), v.multiply(v128Load(get(w)), v128Load(get(p))))),
    between: set(scalar, sumLanes(size, vector)),
    eachRest: set(
      scalar,
      ops.add(get(scalar), ops.multiply(floatLoad(size, get(w)), floatLoad(size, get(p)))),
    ),
    after: floatStore(
      size,
      get(y),
      ops.add(floatLoad(size, get(y)), ops.multiply(gainOf(size, 5), get(scalar))),
    ),
  }));
}
/** W[i, :] += gain · y[i] · x, or x += gain · y[i] · W[i, :]. */
export function scaledRows(size: Size, name: string, into: 'weights' | 'vector'): WasmFunction {
  const v = vectors[size];
  const ops = scalarOps(size);
  return overRows(size, name, ({ w, p, y, vector, scalar }) => {
    const [to, from] = into === 'weights' ? [w, p] : [p, w];
    const more = ops.multiply(get(scalar), floatLoad(size, get(from)));
    return {
      before: [
        ...set(scalar, ops.multiply(gainOf(size, 5), floatLoad(size, get(y)))),
        ...set(vector, v.splat(get(scalar))),
      ],
      eachVector: v128Store(get(to), v.add(v128Load(get(to)), v.multiply(get(vector), v128Load(get(from))))),
      eachRest: floatStore(size, get(to), ops.add(floatLoad(size, get(to)), more)),
    };
  });
}
