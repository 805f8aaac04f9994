/** The packed and blocked matrix product: panels, and tiles of four rows by two vectors. */
import {
  add,
  and,
  floatLoad,
  floatStore,
  get,
  i32,
  ifThen,
  less,
  loadSplat,
  loopWhile,
  mul,
  or,
  select,
  set,
  shuffle,
  sub,
  v128Load,
  v128Ops,
  v128Store,
  vectors,
  type Code,
} from './assembler.js';
import { multiplyAdd } from './emission.js';
import { Locals, gainOf, scalarOps, step, type Size } from './kernel-code.js';
import type { WasmFunction } from './module-format.js';

/** Rows of a tile; a tile is as wide as two vectors. */
export const tileRows = 4;
export const tileCols = (size: Size): number => 32 / size;
/** Terms of a sum that are packed at once. */
export const blockDepth = 256;

/** How a panel reads its source: any strides, lines that lie side by side, or lines that are runs of the depth. */
export type Layout = 'strided' | 'beside' | 'along';
const packParams = ['i32', 'i32', 'i32', 'i32', 'i32', 'i32'] as const;
const [SOURCE, INTO, LINES, DEPTH, LINE, STEP] = [0, 1, 2, 3, 4, 5] as const;

/**
 * (source, into, lines, depth, lineStride, depthStride): panels of `width` lines, each `[depth, width]`; what stands for
 * lines beyond the last is never used. Strides in bytes.
 */
export function pack(size: Size, name: string, width: number, layout: Layout): WasmFunction {
  const l = new Locals(6);
  const [line, k] = [l.of('i32'), l.of('i32')];
  const panel = layout === 'beside' ? packBeside(size, width, l, k) : packAlong(size, width, l, k, layout);
  const body = [
    ...set(line, i32(0)),
    ...loopWhile(less(get(line), get(LINES)), [
      ...panel(line),
      ...set(INTO, add(get(INTO), mul(get(DEPTH), i32(width * size)))),
      ...step(line, i32(width)),
    ]),
  ];
  return { name, params: packParams, locals: l.types, body };
}
type Panel = (line: number) => Code;
/** Lines side by side: whole vectors are copied, and may read past the last line. */
function packBeside(size: Size, width: number, l: Locals, k: number): Panel {
  const [from, at] = [l.of('i32'), l.of('i32')];
  return line => [
    ...set(from, add(get(SOURCE), mul(get(line), i32(size)))),
    ...set(at, get(INTO)),
    ...set(k, i32(0)),
    ...loopWhile(less(get(k), get(DEPTH)), [
      ...Array.from({ length: (width * size) / 16 }, (_, q) =>
        v128Store(get(at), v128Load(get(from), 16 * q), 16 * q),
      ).flat(),
      ...step(from, get(STEP)),
      ...step(at, i32(width * size)),
      ...step(k, i32(1)),
    ]),
  ];
}
/** One pointer a line; where lines are runs of the depth, squares of one vector a side are transposed. */
function packAlong(size: Size, width: number, l: Locals, k: number, layout: Layout): Panel {
  const at = l.of('i32');
  const lines = Array.from({ length: width }, () => l.of('i32'));
  const lanes = 16 / size;
  const square = Array.from({ length: lanes }, () => l.of('v128'));
  const halves = Array.from({ length: 4 }, () => l.of('v128'));
  const squares = Array.from({ length: width / lanes }, (_, g) => [
    ...square.flatMap((v, q) => set(v, v128Load(get(lines[g * lanes + q]!)))),
    ...transposed(size, square, halves).flatMap((row, q) =>
      v128Store(get(at), row, q * width * size + 16 * g),
    ),
  ]);
  const whole: Code = [
    ...loopWhile(less(add(get(k), i32(lanes - 1)), get(DEPTH)), [
      ...squares.flat(),
      ...lines.flatMap(p => step(p, i32(16))),
      ...step(at, i32(lanes * width * size)),
      ...step(k, i32(lanes)),
    ]),
  ];
  return line => [
    // lines beyond the last repeat it
    ...lines.flatMap((p, q) => {
      const wanted = add(get(line), i32(q));
      const last = sub(get(LINES), i32(1));
      const index = select(wanted, last, less(add(get(line), i32(q)), get(LINES)));
      return set(p, add(get(SOURCE), mul(index, get(LINE))));
    }),
    ...set(at, get(INTO)),
    ...set(k, i32(0)),
    ...(layout === 'along' ? whole : []),
    ...loopWhile(less(get(k), get(DEPTH)), [
      ...lines.flatMap((p, q) => [
        ...floatStore(size, get(at), floatLoad(size, get(p)), q * size),
        ...step(p, get(STEP)),
      ]),
      ...step(at, i32(width * size)),
      ...step(k, i32(1)),
    ]),
  ];
}
/** Code of the columns of a square of vectors. */
function transposed(size: Size, square: readonly number[], halves: readonly number[]): Code[] {
  const [a, b, c, d] = square.map(get) as [Code, Code, Code, Code];
  if (size === 8) return [shuffle(8, a, b, 0, 2), shuffle(8, a, b, 1, 3)];
  const [ab, cd, ab2, cd2] = halves as [number, number, number, number];
  const first = [
    ...set(ab, shuffle(4, a, b, 0, 4, 1, 5)),
    ...set(cd, shuffle(4, c, d, 0, 4, 1, 5)),
    ...set(ab2, shuffle(4, a, b, 2, 6, 3, 7)),
    ...set(cd2, shuffle(4, c, d, 2, 6, 3, 7)),
  ];
  const both = (x: number, y: number, high: boolean): Code =>
    high ? shuffle(4, get(x), get(y), 2, 3, 6, 7) : shuffle(4, get(x), get(y), 0, 1, 4, 5);
  // the halves are found with the first row
  return [
    [...first, ...both(ab, cd, false)],
    both(ab, cd, true),
    both(ab2, cd2, false),
    both(ab2, cd2, true),
  ];
}
/**
 * (A, B, C, rows, cols, depth, stride, gain, spare): C += gain · A B for packed panels; C has `stride` bytes a row. Tiles
 * that hang over the edge go through `spare`.
 */
export function tiles(size: Size, fused: boolean): WasmFunction {
  const madd = multiplyAdd({ size, fused });
  const v = vectors[size];
  const ops = scalarOps(size);
  const nr = tileCols(size);
  const l = new Locals(9);
  const [i, j, k, pa, pb, c, r, q, panelA] = Array.from({ length: 9 }, () => l.of('i32')) as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const acc = Array.from({ length: 2 * tileRows }, () => l.of('v128'));
  const [b0, b1, a, g] = [l.of('v128'), l.of('v128'), l.of('v128'), l.of('v128')];
  const tile = (row: number, half: number): number => acc[2 * row + half]!;
  const rows = Array.from({ length: tileRows }, (_, row) => row);
  const kernel = [
    ...acc.flatMap(x => set(x, v128Ops.zero())),
    ...set(k, i32(0)),
    ...loopWhile(less(get(k), get(5)), [
      ...set(b0, v128Load(get(pb))),
      ...set(b1, v128Load(get(pb), 16)),
      ...rows.flatMap(row => [
        ...set(a, loadSplat(size, get(pa), row * size)),
        ...set(tile(row, 0), madd(get(a), get(b0), get(tile(row, 0)))),
        ...set(tile(row, 1), madd(get(a), get(b1), get(tile(row, 1)))),
      ]),
      ...step(pa, i32(tileRows * size)),
      ...step(pb, i32(32)),
      ...step(k, i32(1)),
    ]),
  ];
  const whole = rows.flatMap(row => [
    ...[0, 1].flatMap(half =>
      v128Store(
        get(c),
        v.add(v128Load(get(c), 16 * half), v.multiply(get(g), get(tile(row, half)))),
        16 * half,
      ),
    ),
    ...step(c, get(6)),
  ]);
  const edge = [
    ...rows.flatMap(row =>
      [0, 1].flatMap(half => v128Store(get(8), get(tile(row, half)), 32 * row + 16 * half)),
    ),
    ...set(r, i32(0)),
    ...loopWhile(and(less(get(r), i32(tileRows)), less(add(get(i), get(r)), get(3))), [
      ...set(q, i32(0)),
      ...loopWhile(and(less(get(q), i32(nr)), less(add(get(j), get(q)), get(4))), [
        ...floatStore(
          size,
          add(get(c), mul(get(q), i32(size))),
          ops.add(
            floatLoad(size, add(get(c), mul(get(q), i32(size)))),
            ops.multiply(
              gainOf(size, 7),
              floatLoad(size, add(get(8), add(mul(get(r), i32(32)), mul(get(q), i32(size))))),
            ),
          ),
        ),
        ...step(q, i32(1)),
      ]),
      ...step(c, get(6)),
      ...step(r, i32(1)),
    ]),
  ];
  const body = [
    ...set(g, v.splat(gainOf(size, 7))),
    ...set(j, i32(0)),
    ...loopWhile(less(get(j), get(4)), [
      ...set(i, i32(0)),
      ...set(panelA, get(0)),
      ...loopWhile(less(get(i), get(3)), [
        ...set(pa, get(panelA)),
        ...set(pb, get(1)),
        ...set(c, add(get(2), add(mul(get(i), get(6)), mul(get(j), i32(size))))),
        ...kernel,
        ...ifThen(
          or(less(sub(get(3), get(i)), i32(tileRows)), less(sub(get(4), get(j)), i32(nr))),
          edge,
          whole,
        ),
        ...set(panelA, get(pa)),
        ...step(i, i32(tileRows)),
      ]),
      ...set(1, add(get(1), mul(get(5), i32(32)))),
      ...step(j, i32(nr)),
    ]),
  ];
  return {
    name: 'tiles',
    params: ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'f64', 'i32'],
    locals: l.types,
    body,
  };
}
