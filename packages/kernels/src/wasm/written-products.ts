/** Small products written out: every address and size is known, the sums have the order of the kernels. */
import type { DenseProduct } from '@apical/core';
import { f64, f64Ops, get, loadSplat, set, v128Ops, vectors, type Code } from './assembler.js';
import {
  cellValue,
  firstLanes,
  loadAt,
  multiplyAdd,
  positionCode,
  splatOf,
  storeAt,
  storeRest,
  type Emission,
  type Position,
  type Product,
} from './emission.js';
import { sumRows } from './sums.js';

/** A row in vectors: byte offset of each, and how many lanes of it belong to the row. */
interface Chunk {
  readonly offset: number;
  readonly rest?: number;
}
function chunks(count: number, size: number): Chunk[] {
  const lanes = 16 / size;
  return Array.from({ length: Math.ceil(count / lanes) }, (_, k) => {
    const left = count - k * lanes;
    return { offset: 16 * k, ...(left < lanes ? { rest: left } : {}) };
  });
}
/** Where this product's numbers begin in its arrays. */
export type Origin = Readonly<Record<'weights' | 'pre' | 'post', Position>>;
/** Rows of the weights that are added to at once, and vectors of a sample that are held at once. */
const rowsAtOnce = 4;
const vectorsAtOnce = 6;

/** `sample`: its number; one emitter a product. */
class Writer {
  readonly #p: DenseProduct;
  readonly #e: Emission;
  readonly #madd: ReturnType<typeof multiplyAdd>;
  readonly #lanes: number;
  readonly #row: readonly Chunk[];
  readonly #x: number;
  readonly #y: number;
  readonly #origin: Origin;

  constructor(p: DenseProduct, e: Emission, sample: number, origin: Origin) {
    this.#origin = origin;
    this.#p = p;
    this.#e = e;
    this.#madd = multiplyAdd(e);
    this.#lanes = 16 / e.size;
    this.#row = chunks(p.nPre, e.size);
    this.#x = p.pre.byteOffset + sample * p.nPre * e.size;
    this.#y = p.post.byteOffset + sample * p.nPost * e.size;
  }
  #w(row: number, c: Chunk): Code {
    const { weights, nPre } = this.#p;
    const at = { ...this.#origin.weights, offset: c.offset };
    const code = loadAt(weights.byteOffset + row * nPre * this.#e.size, at);
    return c.rest === undefined ? code : firstLanes(this.#e.size, code, c.rest);
  }
  #store(origin: Position, base: number, c: Chunk, local: number): Code {
    const at = { ...origin, offset: c.offset };
    if (c.rest === undefined) return storeAt(base, at, get(local));
    return storeRest(this.#e.size, base, at, local, c.rest);
  }
  #pre(offset: number): Code {
    return loadAt(this.#x, { ...this.#origin.pre, offset });
  }
  #vector(): number {
    return this.#e.locals.of('v128');
  }
  /** y += gain · W x */
  multiply(gain: number): Code {
    const { size, locals } = this.#e;
    const v = vectors[size];
    const x = this.#row.map(c => {
      const local = this.#vector();
      const load = this.#pre(c.offset);
      return { local, code: set(local, c.rest === undefined ? load : firstLanes(size, load, c.rest)) };
    });
    const zero = this.#vector();
    const sums = Array.from({ length: rowsAtOnce }, () => this.#vector());
    const out = this.#vector();
    const code: Code[] = [x.flatMap(c => c.code), set(zero, v128Ops.zero())];
    for (let i = 0; i < this.#p.nPost; i += rowsAtOnce) {
      const rows = sums.slice(0, Math.min(rowsAtOnce, this.#p.nPost - i));
      for (const s of rows) code.push(set(s, get(zero)));
      this.#row.forEach((c, q) => {
        rows.forEach((s, r) => code.push(set(s, this.#madd(this.#w(i + r, c), get(x[q]!.local), get(s)))));
      });
      for (const c of chunks(rows.length, size)) {
        const first = c.offset / size;
        const four = Array.from({ length: this.#lanes }, (_, k) => rows[first + k] ?? zero);
        const at = { ...this.#origin.post, offset: i * size + c.offset };
        const sum = locals.scoped(() => sumRows(size, locals, four));
        code.push(set(out, v.add(loadAt(this.#y, at), v.multiply(get(gain), sum))));
        code.push(this.#store(at, this.#y, { ...c, offset: at.offset }, out));
      }
    }
    return code.flat();
  }
  /** x += Wᵀ (gain · y) */
  multiplyTransposed(gain: number): Code {
    const code: Code[] = [];
    const acc = Array.from({ length: vectorsAtOnce }, () => this.#vector());
    const scale = this.#vector();
    for (let from = 0; from < this.#row.length; from += vectorsAtOnce) {
      const part = this.#row.slice(from, from + vectorsAtOnce);
      part.forEach((c, q) => code.push(set(acc[q]!, this.#pre(c.offset))));
      for (let i = 0; i < this.#p.nPost; i++) {
        code.push(set(scale, this.#scaled(i, gain)));
        part.forEach((c, q) =>
          // lanes that hang over are not stored
          code.push(set(acc[q]!, this.#madd(get(scale), this.#w(i, { offset: c.offset }), get(acc[q]!)))),
        );
      }
      part.forEach((c, q) => code.push(this.#store(this.#origin.pre, this.#x, c, acc[q]!)));
    }
    return code.flat();
  }
  /** W += gain · y ⊗ x */
  outer(gain: number): Code {
    const x = this.#row.map(c => {
      const local = this.#vector();
      return { local, code: set(local, this.#pre(c.offset)) };
    });
    const [scale, now] = [this.#vector(), this.#vector()];
    const rows = Array.from({ length: this.#p.nPost }, (_, i) => [
      ...set(scale, this.#scaled(i, gain)),
      ...this.#row.flatMap((c, q) => [
        ...set(now, this.#madd(get(scale), get(x[q]!.local), this.#w(i, { offset: c.offset }))),
        ...this.#store(
          this.#origin.weights,
          this.#p.weights.byteOffset + i * this.#p.nPre * this.#e.size,
          c,
          now,
        ),
      ]),
    ]);
    return [...x.flatMap(c => c.code), ...rows.flat()];
  }
  /** gain · y[i] in every lane. */
  #scaled(i: number, gain: number): Code {
    const { size } = this.#e;
    return vectors[size].multiply(
      get(gain),
      loadSplat(size, positionCode(this.#origin.post), this.#y + i * size),
    );
  }
}
/** The whole product, sample after sample. */
export function writtenProduct(p: Product, e: Emission, origin: Origin): Code {
  const { op } = p;
  return e.locals.scoped(() => {
    const gain = e.locals.of('v128');
    const samples = Array.from({ length: p.batch }, (_, b) => {
      const writer = new Writer(p, e, b, origin);
      return e.locals.scoped(() => {
        if (op === 'multiply') return writer.multiply(gain);
        return op === 'outer' ? writer.outer(gain) : writer.multiplyTransposed(gain);
      });
    });
    return [...set(gain, splatOf(e.size, gainValue(p))), ...samples.flat()];
  });
}
/** The gain as float64: an outer product is a mean over samples. */
export function gainValue({ op, gain, batch }: Product): Code {
  const value = cellValue(gain);
  return op === 'outer' && batch > 1 ? f64Ops.multiply(value, f64(1 / batch)) : value;
}
