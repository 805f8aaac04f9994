/**
 * Dense products: written out where they are small, one kernel a sample for few samples, packed and blocked for many.
 * Every sum has one order that depends on the shape alone.
 */
import { add, get, i32, less, loopWhile, mul, set, type Code } from './assembler.js';
import type { Emission, How, Product } from './emission.js';
import { step } from './kernel-code.js';
import { blockDepth, pack, tileCols, tileRows, tiles, type Layout } from './packed.js';
import { callRows } from './rows.js';
import { gainValue, writtenProduct } from './written-products.js';

/** Below this many samples one product at a time is faster than packing. */
const packedFrom = 4;
/** Products of at most so many vectors of weights, over all samples, are written out. */
const mostWritten = 512;

const vectorsOf = ({ nPre, nPost, batch }: Product, size: number): number =>
  batch * nPost * Math.ceil((nPre * size) / 16);
const isSmall = (p: Product, size: number): boolean =>
  p.batch < packedFrom && vectorsOf(p, size) <= mostWritten;

export function plainProduct(p: Product, e: Emission): { readonly how: How; readonly code: Code } {
  if (isSmall(p, e.size)) return { how: 'written', code: writtenProduct(p.op, p, e) };
  return { how: 'kernels', code: p.batch < packedFrom ? single(p, e) : packed(p, e) };
}
function single(p: Product, e: Emission): Code {
  const { op, weights, pre, post, batch, nPre, nPost } = p;
  const call = (b: number): Code =>
    callRows(
      op,
      e,
      i32(weights.byteOffset),
      i32(pre.byteOffset + b * nPre * e.size),
      i32(post.byteOffset + b * nPost * e.size),
      i32(nPre),
      i32(nPost),
      gainValue(op, p),
    );
  return Array.from({ length: batch }, (_, b) => call(b)).flat();
}
/** An operand of a packed product: address, lines, bytes from line to line and along the sum. */
interface Side {
  readonly at: number;
  readonly lines: number;
  readonly line: number;
  readonly along: number;
}
/** C [m, n] += gain · A [m, k] B [k, n]; each product says which of its arrays is which. */
function packed(p: Product, e: Emission): Code {
  const { size, room } = e;
  const { weights, pre, post, batch, nPre, nPost } = p;
  const [W, x, y] = [weights.byteOffset, pre.byteOffset, post.byteOffset];
  const [xRow, yRow] = [nPre * size, nPost * size];
  const shapes: Record<Product['op'], { A: Side; B: Side; C: number; cRow: number; k: number }> = {
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
      add(i32(side.at), mul(from, i32(side.along))),
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
      i32(C),
      i32(A.lines),
      i32(B.lines),
      depth,
      i32(cRow),
      gainValue(p.op, p),
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
