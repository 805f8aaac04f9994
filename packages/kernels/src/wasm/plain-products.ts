/**
 * Dense products: written out where they are small, one kernel a sample for few samples, packed and blocked for many.
 * Every sum has one order that depends on the shape alone.
 */
import type { FloatArray } from '@apical/core';
import { add, get, i32, less, loopWhile, mul, set, type Code } from './assembler.js';
import type { Emission, How, Position, Product } from './emission.js';
import { step, times } from './kernel-code.js';
import { blockDepth, pack, tileCols, tileRows, tiles, type Layout } from './packed.js';
import { callRows } from './rows.js';
import { gainValue, writtenProduct, type Origin } from './written-products.js';

/** Below this many samples one product at a time is faster than packing. */
const packedFrom = 4;
/** Products of at most so many vectors of weights, over all samples, are written out. */
const mostWritten = 512;

const vectorsOf = ({ nPre, nPost, batch }: Product, size: number): number =>
  batch * nPost * Math.ceil((nPre * size) / 16);
const isSmall = (p: Product, size: number): boolean =>
  p.batch < packedFrom && vectorsOf(p, size) <= mostWritten;

/** Where products of strides differ, a loop steps through them. */
export function plainProduct(p: Product, e: Emission): { readonly how: How; readonly code: Code } {
  const small = isSmall(p, e.size);
  const one = small ? writtenProduct : p.batch < packedFrom ? single : packed;
  return { how: small ? 'written' : 'kernels', code: overProducts(p, e, origin => one(p, e, origin)) };
}
const start: Origin = { weights: { offset: 0 }, pre: { offset: 0 }, post: { offset: 0 } };
function overProducts(
  { strides }: Product,
  { size, locals }: Emission,
  each: (origin: Origin) => Code,
): Code {
  if (!strides || strides.count === 1) return each(start);
  const k = locals.of('i32');
  const steps: Code[] = [];
  const starts: Code[] = [];
  const origin = (stride: number): Position => {
    if (stride === 0) return { offset: 0 };
    const local = locals.of('i32');
    starts.push(set(local, i32(0)));
    steps.push(step(local, i32(stride * size)));
    return { local, offset: 0 };
  };
  const { weights, pre, post, count } = strides;
  const body = each({ weights: origin(weights), pre: origin(pre), post: origin(post) });
  return [starts, times(k, i32(count), [body, steps])];
}
/** Address of a place in an array. */
const addressOf = (array: FloatArray, { local }: Position, bytes = 0): Code => {
  const at = i32(array.byteOffset + bytes);
  return local === undefined ? at : add(get(local), at);
};
function single(p: Product, e: Emission, origin: Origin): Code {
  const { op, weights, pre, post, batch, nPre, nPost } = p;
  const call = (b: number): Code =>
    callRows(
      op,
      e,
      addressOf(weights, origin.weights),
      addressOf(pre, origin.pre, b * nPre * e.size),
      addressOf(post, origin.post, b * nPost * e.size),
      i32(nPre),
      i32(nPost),
      gainValue(p),
    );
  return Array.from({ length: batch }, (_, b) => call(b)).flat();
}
/** An operand of a packed product: address, lines, bytes from line to line and along the sum. */
interface Side {
  readonly at: Code;
  readonly lines: number;
  readonly line: number;
  readonly along: number;
}
/** C [m, n] += gain · A [m, k] B [k, n]; each product says which of its arrays is which. */
function packed(p: Product, e: Emission, origin: Origin): Code {
  const { size, room } = e;
  const { weights, pre, post, batch, nPre, nPost } = p;
  const W = addressOf(weights, origin.weights);
  const x = addressOf(pre, origin.pre);
  const y = addressOf(post, origin.post);
  const [xRow, yRow] = [nPre * size, nPost * size];
  const shapes: Record<Product['op'], { A: Side; B: Side; C: Code; cRow: number; k: number }> = {
    multiply: {
      A: { at: x, lines: batch, line: xRow, along: size },
      B: { at: W, lines: nPost, line: xRow, along: size },
      C: y,
      cRow: yRow,
      k: nPre,
    },
    'multiply-transposed': {
      A: { at: y, lines: batch, line: yRow, along: size },
      B: { at: W, lines: nPre, line: size, along: xRow },
      C: x,
      cRow: xRow,
      k: nPost,
    },
    outer: {
      A: { at: y, lines: nPost, line: size, along: yRow },
      B: { at: x, lines: nPre, line: size, along: xRow },
      C: W,
      cRow: xRow,
      k: batch,
    },
  };
  const { A, B, C, cRow, k } = shapes[p.op];
  const deepest = Math.min(k, blockDepth);
  const panelBytes = (side: Side, width: number): number =>
    Math.ceil(side.lines / width) * width * deepest * size;
  const { rows, cols } = room.panels(panelBytes(A, tileRows), panelBytes(B, tileCols(size)));
  const packSide = (side: Side, into: number, width: number, from: Code, depth: Code): Code => {
    const layout: Layout = side.line === size ? 'beside' : side.along === size ? 'along' : 'strided';
    const name = `pack ${width} ${layout}`;
    return e.module.kernel(
      name,
      () => pack(size, name, width, layout),
      add(side.at, mul(from, i32(side.along))),
      i32(into),
      i32(side.lines),
      depth,
      i32(side.line),
      i32(side.along),
    );
  };
  const blockOf = (from: Code, depth: Code): Code => [
    ...packSide(A, rows, tileRows, from, depth),
    ...packSide(B, cols, tileCols(size), from, depth),
    ...e.module.kernel(
      'tiles',
      () => tiles(size, e.fused),
      i32(rows),
      i32(cols),
      C,
      i32(A.lines),
      i32(B.lines),
      depth,
      i32(cRow),
      gainValue(p),
      i32(room.spare),
    ),
  ];
  const whole = Math.floor(k / blockDepth) * blockDepth;
  const from = e.locals.of('i32');
  const blocks =
    whole === 0
      ? []
      : [
          ...set(from, i32(0)),
          ...loopWhile(less(get(from), i32(whole)), [
            ...blockOf(get(from), i32(blockDepth)),
            ...step(from, i32(blockDepth)),
          ]),
        ];
  return [...blocks, ...(whole < k ? blockOf(i32(whole), i32(k - whole)) : [])];
}
