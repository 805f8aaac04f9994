/** Small products written out: every address and size is known, the sums have the order of the kernels. */
import type { DenseProduct } from '@apical/core';
import { f64, f64Ops, get, i32, loadSplat, set, v128Ops, vectors, type Code } from './assembler.js';
import {
  cellValue,
  firstLanes,
  loadAt,
  multiplyAdd,
  splatOf,
  storeAt,
  storeRest,
  type Emission,
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

  constructor(p: DenseProduct, e: Emission, sample: number) {
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
    const code = loadAt(weights.byteOffset + row * nPre * this.#e.size, { offset: c.offset });
    return c.rest === undefined ? code : firstLanes(this.#e.size, code, c.rest);
  }
  #store(base: number, c: Chunk, local: number): Code {
    if (c.rest === undefined) return storeAt(base, { offset: c.offset }, get(local));
    return storeRest(this.#e.size, base, { offset: c.offset }, local, c.rest);
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
      const load = loadAt(this.#x, c);
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
        const at = { offset: i * size + c.offset };
        const sum = locals.scoped(() => sumRows(size, locals, four));
        code.push(set(out, v.add(loadAt(this.#y, at), v.multiply(get(gain), sum))));
        code.push(this.#store(this.#y, { ...c, ...at }, out));
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
      part.forEach((c, q) => code.push(set(acc[q]!, loadAt(this.#x, { offset: c.offset }))));
      for (let i = 0; i < this.#p.nPost; i++) {
        code.push(set(scale, this.#scaled(i, gain)));
        part.forEach((c, q) =>
          // lanes that hang over are not stored
          code.push(set(acc[q]!, this.#madd(get(scale), this.#w(i, { offset: c.offset }), get(acc[q]!)))),
        );
      }
      part.forEach((c, q) => code.push(this.#store(this.#x, c, acc[q]!)));
    }
    return code.flat();
  }
  /** W += gain · y ⊗ x */
  outer(gain: number): Code {
    const x = this.#row.map(c => {
      const local = this.#vector();
      return { local, code: set(local, loadAt(this.#x, { offset: c.offset })) };
    });
    const [scale, now] = [this.#vector(), this.#vector()];
    const rows = Array.from({ length: this.#p.nPost }, (_, i) => [
      ...set(scale, this.#scaled(i, gain)),
      ...this.#row.flatMap((c, q) => [
        ...set(now, this.#madd(get(scale), get(x[q]!.local), this.#w(i, { offset: c.offset }))),
        ...this.#store(this.#p.weights.byteOffset + i * this.#p.nPre * this.#e.size, c, now),
      ]),
    ]);
    return [...x.flatMap(c => c.code), ...rows.flat()];
  }
  /** gain · y[i] in every lane. */
  #scaled(i: number, gain: number): Code {
    const { size } = this.#e;
    return vectors[size].multiply(get(gain), loadSplat(size, i32(0), this.#y + i * size));
  }
}
/** The whole product, sample after sample. */
export function writtenProduct(
  op: 'multiply' | 'multiply-transposed' | 'outer',
  p: DenseProduct,
  e: Emission,
): Code {
  return e.locals.scoped(() => {
    const gain = e.locals.of('v128');
    const samples = Array.from({ length: p.batch }, (_, b) => {
      const writer = new Writer(p, e, b);
      return e.locals.scoped(() => {
        if (op === 'multiply') return writer.multiply(gain);
        return op === 'outer' ? writer.outer(gain) : writer.multiplyTransposed(gain);
      });
    });
    return [...set(gain, splatOf(e.size, gainValue(op, p))), ...samples.flat()];
  });
}
/** The gain as float64: an outer product is a mean over samples. */
export function gainValue(op: string, { gain, batch }: DenseProduct): Code {
  const value = cellValue(gain);
  return op === 'outer' && batch > 1 ? f64Ops.multiply(value, f64(1 / batch)) : value;
}
