/** The packed and blocked matrix product: panels, and tiles of four rows by two vectors. */
import {
  add,
  demote,
  floatLoad,
  floatStore,
  get,
  i32,
  ifThen,
  less,
  loadSplat,
  loopWhile,
  mul,
  set,
  sub,
  v128Load,
  v128Ops,
  v128Store,
  vectors,
  type WasmFunction,
} from './assembler.js';
import { Locals, gainOf, scalarOps, step, type Size } from './kernel-code.js';

/** Rows of a tile; a tile is as wide as two vectors. */
export const tileRows = 4;
export const tileCols = (size: Size): number => 32 / size;
/** Terms of a sum that are packed at once. */
export const blockDepth = 256;

/**
 * (source, into, lines, depth, lineStride, depthStride): panels of `width` lines, each `[depth, width]`; lines beyond
 * the last are zero. Strides in bytes.
 */
export function pack(size: Size, name: string, width: number): WasmFunction {
  const l = new Locals(6);
  const [line, k, j, from, at] = [l.of('i32'), l.of('i32'), l.of('i32'), l.of('i32'), l.of('i32')];
  const zero = size === 4 ? demote([0x44, 0, 0, 0, 0, 0, 0, 0, 0]) : [0x44, 0, 0, 0, 0, 0, 0, 0, 0];
  // one line at a time, through the depth: the source is walked along its longer run
  const body = [
    ...set(line, i32(0)),
    ...loopWhile(less(get(line), get(2)), [
      ...set(j, i32(0)),
      ...loopWhile(less(get(j), i32(width)), [
        ...set(from, add(get(0), mul(add(get(line), get(j)), get(4)))),
        ...set(at, add(get(1), mul(get(j), i32(size)))),
        ...set(k, i32(0)),
        ...ifThen(
          less(add(get(line), get(j)), get(2)),
          loopWhile(less(get(k), get(3)), [
            ...floatStore(size, get(at), floatLoad(size, get(from))),
            ...step(from, get(5)),
            ...step(at, i32(width * size)),
            ...step(k, i32(1)),
          ]),
          loopWhile(less(get(k), get(3)), [
            ...floatStore(size, get(at), zero),
            ...step(at, i32(width * size)),
            ...step(k, i32(1)),
          ]),
        ),
        ...step(j, i32(1)),
      ]),
      ...set(1, add(get(1), mul(get(3), i32(width * size)))),
      ...step(line, i32(width)),
    ]),
  ];
  return { name, params: ['i32', 'i32', 'i32', 'i32', 'i32', 'i32'], locals: l.types, body };
}
/**
 * (A, B, C, rows, cols, depth, stride, gain, spare): C += gain · A B for packed panels; C has `stride` bytes a row. Tiles
 * that hang over the edge go through `spare`.
 */
export function tiles(size: Size): WasmFunction {
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
        ...set(tile(row, 0), v.add(get(tile(row, 0)), v.multiply(get(a), get(b0)))),
        ...set(tile(row, 1), v.add(get(tile(row, 1)), v.multiply(get(a), get(b1)))),
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
    ...loopWhile(
      [...less(get(r), i32(tileRows)), ...less(add(get(i), get(r)), get(3)), 0x71],
      [
        ...set(q, i32(0)),
        ...loopWhile(
          [...less(get(q), i32(nr)), ...less(add(get(j), get(q)), get(4)), 0x71],
          [
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
          ],
        ),
        ...step(c, get(6)),
        ...step(r, i32(1)),
      ],
    ),
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
          [...less(sub(get(3), get(i)), i32(tileRows)), ...less(sub(get(4), get(j)), i32(nr)), 0x72],
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
