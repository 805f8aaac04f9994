/**
 * Kernels of single samples: matrix–vector products and outer updates, several rows at a time. Arguments are
 * (W, x, y, nPre, nPost, gain): byte addresses of W [nPost, nPre], x [nPre] and y [nPost].
 */
import {
  add,
  and,
  floatLoad,
  floatStore,
  get,
  i32,
  ifThen,
  less,
  loopWhile,
  mul,
  set,
  sub,
  v128Bytes,
  v128Load,
  v128Ops,
  v128Store,
  vectors,
  type Code,
} from './assembler.js';
import { multiplyAdd, splatOf, type Emission } from './emission.js';
import { gainOf, Locals, scalarOps, step, type Size } from './kernel-code.js';
import type { WasmFunction } from './module-format.js';
import { sumRows } from './sums.js';

const [W, X, Y, PRE, POST, GAIN] = [0, 1, 2, 3, 4, 5] as const;

/** Rows that are walked at once, and vectors of each that are written out in the loop; more of either was slower. */
const rowsAtOnce = 4;
const vectorsAtOnce = 2;
/** Locals of a walk over rows. */
class Walk {
  readonly l = new Locals(6);
  readonly #size: Size;
  /** Of a row: bytes, bytes in whole vectors; address of the first row of a group; offset in a row. */
  readonly rowBytes = this.l.of('i32');
  readonly whole = this.l.of('i32');
  readonly first = this.l.of('i32');
  readonly offset = this.l.of('i32');
  /** Address of y, its end, and the lanes of the last vector that belong to a row. */
  readonly y = this.l.of('i32');
  readonly last = this.l.of('i32');
  readonly mask = this.l.of('v128');
  readonly rows = Array.from({ length: rowsAtOnce }, () => this.l.of('i32'));

  constructor(size: Size) {
    this.#size = size;
  }
  get start(): Code {
    const lanes = this.#size === 4 ? [0, 1, 2, 3] : [0, 0, 1, 1];
    const numbers = v128Bytes(lanes.flatMap(k => [k, 0, 0, 0]));
    const rest = v128Ops.splatI32(and(get(PRE), i32(16 / this.#size - 1)));
    return [
      ...set(this.rowBytes, mul(get(PRE), i32(this.#size))),
      ...set(this.whole, and(get(this.rowBytes), i32(-16))),
      ...set(this.first, get(W)),
      ...set(this.y, get(Y)),
      ...set(this.last, add(get(Y), mul(get(POST), i32(this.#size)))),
      ...set(this.mask, v128Ops.lessI32(numbers, rest)),
    ];
  }
  /** Groups of `count` rows while there are so many; `work` finds the addresses of the rows in `rows`. */
  groups(count: number, work: Code): Code {
    const addresses = this.rows
      .slice(0, count)
      .flatMap((row, k) =>
        set(row, k === 0 ? get(this.first) : add(get(this.rows[k - 1]!), get(this.rowBytes))),
      );
    return loopWhile(less(i32((count - 1) * this.#size), sub(get(this.last), get(this.y))), [
      ...addresses,
      ...work,
      ...set(this.first, add(get(this.first), mul(get(this.rowBytes), i32(count)))),
      ...step(this.y, i32(count * this.#size)),
    ]);
  }
  /** `work` for the vectors of a row, then for what hangs over. */
  alongRow(work: (at: number, masked: boolean) => Code): Code {
    return [
      ...set(this.offset, i32(0)),
      ...loopWhile(less(add(get(this.offset), i32(16 * (vectorsAtOnce - 1))), get(this.whole)), [
        ...Array.from({ length: vectorsAtOnce }, (_, k) => work(16 * k, false)).flat(),
        ...step(this.offset, i32(16 * vectorsAtOnce)),
      ]),
      ...loopWhile(less(get(this.offset), get(this.whole)), [
        ...work(0, false),
        ...step(this.offset, i32(16)),
      ]),
      ...ifThen(less(get(this.offset), get(this.rowBytes)), work(0, true)),
    ];
  }
  at(row: number): Code {
    return add(get(row), get(this.offset));
  }
  /** gain · y of the rows of a group, in every lane of these locals. */
  scale(locals: readonly number[]): Code {
    const y = (k: number): Code => floatLoad(this.#size, get(this.y), k * this.#size);
    const scaled = (k: number): Code => scalarOps(this.#size).multiply(gainOf(this.#size, GAIN), y(k));
    return locals.flatMap((local, k) => set(local, vectors[this.#size].splat(scaled(k))));
  }
}
const params = ['i32', 'i32', 'i32', 'i32', 'i32', 'f64'] as const;

/** y[i] += gain · Σ_j W[i, j] x[j] */
export function gemv(size: Size, fused: boolean): WasmFunction {
  const v = vectors[size];
  const ops = scalarOps(size);
  const walk = new Walk(size);
  const { l } = walk;
  const madd = multiplyAdd({ size, fused });
  const lanes = 16 / size;
  const [x, g] = [l.of('v128'), l.of('v128')];
  const sums = Array.from({ length: rowsAtOnce }, () => l.of('v128'));
  const group = (count: number): Code => {
    const rows = sums.slice(0, count);
    const along = walk.alongRow((at, masked) => [
      ...set(x, v128Load(walk.at(X), at)),
      ...rows.flatMap((sum, k) => {
        const w = v128Load(walk.at(walk.rows[k]!), at);
        // what hangs over may be anything: both factors are cleared
        return masked
          ? set(sum, madd(v128Ops.and(w, get(walk.mask)), v128Ops.and(get(x), get(walk.mask)), get(sum)))
          : set(sum, madd(w, get(x), get(sum)));
      }),
    ]);
    const store =
      count === 1
        ? floatStore(
            size,
            get(walk.y),
            ops.add(
              floatLoad(size, get(walk.y)),
              ops.multiply(gainOf(size, GAIN), v.lane(0, sumRows(size, l, Array(lanes).fill(rows[0]!)))),
            ),
          )
        : Array.from({ length: count / lanes }, (_, k) =>
            v128Store(
              get(walk.y),
              v.add(
                v128Load(get(walk.y), 16 * k),
                v.multiply(get(g), sumRows(size, l, rows.slice(k * lanes, (k + 1) * lanes))),
              ),
              16 * k,
            ),
          ).flat();
    return walk.groups(count, [...rows.flatMap(sum => set(sum, v128Ops.zero())), ...along, ...store]);
  };
  const body = [...walk.start, ...set(g, splatOf(size, get(GAIN))), ...group(rowsAtOnce), ...group(1)];
  return { name: 'gemv', params, locals: l.types, body };
}
/** x[j] += Σ_i (gain · y[i]) W[i, j], row after row. */
export function gemvTransposed(size: Size, fused: boolean): WasmFunction {
  const walk = new Walk(size);
  const { l } = walk;
  const madd = multiplyAdd({ size, fused });
  const [sum, old] = [l.of('v128'), l.of('v128')];
  const scales = Array.from({ length: rowsAtOnce }, () => l.of('v128'));
  const group = (count: number): Code => {
    const along = walk.alongRow((at, masked) => {
      const to = walk.at(X);
      const rows = walk.rows.slice(0, count);
      const added = rows.reduce<Code>(
        (acc, row, k) => madd(get(scales[k]!), v128Load(walk.at(row), at), acc),
        get(old),
      );
      return [
        ...set(old, v128Load(to, at)),
        ...set(sum, added),
        ...v128Store(to, masked ? v128Ops.bitselect(get(sum), get(old), get(walk.mask)) : get(sum), at),
      ];
    });
    return walk.groups(count, [...walk.scale(scales.slice(0, count)), ...along]);
  };
  const body = [...walk.start, ...group(rowsAtOnce), ...group(1)];
  return { name: 'gemvTransposed', params, locals: l.types, body };
}
/** W[i, j] += (gain · y[i]) x[j] */
export function ger(size: Size, fused: boolean): WasmFunction {
  const walk = new Walk(size);
  const { l } = walk;
  const madd = multiplyAdd({ size, fused });
  const [old, now] = [l.of('v128'), l.of('v128')];
  const x = l.of('v128');
  const scales = Array.from({ length: rowsAtOnce }, () => l.of('v128'));
  const group = (count: number): Code => {
    const along = walk.alongRow((at, masked) => [
      ...set(x, v128Load(walk.at(X), at)),
      // one row after the other: what hangs over one is the beginning of the next
      ...walk.rows
        .slice(0, count)
        .flatMap((row, k) => [
          ...set(old, v128Load(walk.at(row), at)),
          ...set(now, madd(get(scales[k]!), get(x), get(old))),
          ...v128Store(
            walk.at(row),
            masked ? v128Ops.bitselect(get(now), get(old), get(walk.mask)) : get(now),
            at,
          ),
        ]),
    ]);
    return walk.groups(count, [...walk.scale(scales.slice(0, count)), ...along]);
  };
  const body = [...walk.start, ...group(rowsAtOnce), ...group(1)];
  return { name: 'ger', params, locals: l.types, body };
}
const kernels = { multiply: gemv, 'multiply-transposed': gemvTransposed, outer: ger } as const;
/** Calls a kernel of one sample; the arguments are those above. */
export const callRows = (
  op: keyof typeof kernels,
  { module, size, fused }: Emission,
  ...args: Code[]
): Code => module.kernel(op, () => kernels[op](size, fused), ...args);
