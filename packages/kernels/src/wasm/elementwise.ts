/**
 * Elementwise passes as code: loops over vectors, or written out where they are short. Elements of one sample are
 * worked on 4 or 2 at a time; reductions add in float64, lane by lane, in an order that depends on the shape alone.
 */
import type { Cell, Elementwise, FloatArray, Operand, Pass, Tree } from '@apical/core';
import { leaf, operandsIn, operandsRead, overlaps, treeCall } from '@apical/equations';
import {
  demote,
  floatStore,
  get,
  i32,
  loadSplat,
  set,
  shuffle,
  v128Bytes,
  v128Constant,
  v128Ops,
  vectors,
  type Code,
} from './assembler.js';
import {
  firstLanes,
  loadAt,
  positionCode,
  splatOf,
  storeAt,
  storeRest,
  type Emission,
  type Position,
} from './emission.js';
import { firstRow, overRows, overVectors, type Place } from './places.js';
import { laneReductions } from './reductions.js';
import { scalarCode, vectorCode } from './tree-code.js';

type Loop = Extract<Pass, { readonly kind: 'loop' }>;
type Reduce = Extract<Pass, { readonly kind: 'reduce' }>;
/** Signals nearer to 0 than this become 0 where a state is updated: what decays must not end in slow denormals. */
const tiny = { 4: 1e-30, 8: 1e-300 } as const;

export function emitElementwise(op: Elementwise, e: Emission): Code {
  return op.passes.flatMap(pass => e.locals.scoped(() => new PassEmitter(op, e).emit(pass)));
}
/** into ← value, for every element: operand 0 is `into`, the others follow. */
export function overAll(into: FloatArray, others: readonly Operand[], value: Tree): Elementwise {
  const units = into.length;
  const operands: Operand[] = [{ name: 'into', extent: 'neuron', data: into, units }, ...others];
  const passes = [{ kind: 'loop', over: 'neuron', units, body: [{ to: { operand: 0 }, value }] }] as const;
  return { op: 'elementwise', where: 'verb', batch: 1, operands, passes };
}
/** into += gain · Π factors */
export function addProductOf(
  into: FloatArray,
  factors: readonly FloatArray[],
  gain: Cell,
  e: Emission,
): Code {
  const others: Operand[] = factors.map(data => ({ name: 'x', extent: 'neuron', data, units: into.length }));
  const product = factors.map((_, k) => leaf(k + 2)).reduce((a, b) => treeCall('multiply', a, b), leaf(1));
  const scalar: Operand = { name: 'gain', extent: 'scalar', data: gain, units: 1 };
  return emitElementwise(overAll(into, [scalar, ...others], treeCall('add', leaf(0), product)), e);
}
class PassEmitter {
  readonly #op: Elementwise;
  readonly #e: Emission;
  /** Locals of temporaries, of scalars in every lane (by text) and of values per sample. */
  readonly #temporaries = new Map<number, number>();
  readonly #splats = new Map<string, { readonly local: number; readonly value: Tree }>();
  readonly #samples = new Map<number, number>();
  /** Operands whose value at the present place is in a local. */
  readonly #known = new Map<number, number>();
  /** Operands that assignments read. */
  readonly #read: readonly number[];
  #batched = false;

  constructor(op: Elementwise, e: Emission) {
    this.#op = op;
    this.#e = e;
    this.#read = [...operandsIn(op.passes.flatMap(p => p.body.map(a => a.value)))];
  }
  emit(pass: Pass): Code {
    if (pass.kind === 'loop' && pass.over === 'scalar') return this.#scalars(pass);
    // the body first: it says which scalars it wants beforehand
    const body = pass.kind === 'reduce' ? this.#reduce(pass) : this.#loop(pass);
    return [...this.#splatCode(), ...body];
  }
  #scalars(pass: Loop): Code {
    const temporary = (index: number): number => this.#temporary(index, 'f64');
    return pass.body.flatMap(({ to, value }) => {
      const code = scalarCode(value, this.#op.operands, this.#e, temporary);
      if ('temporary' in to) return set(temporary(to.temporary), code);
      return floatStore(8, i32(0), code, this.#base(to.operand));
    });
  }
  #loop(pass: Loop): Code {
    const each = (place: Place): Code => this.#body(pass.body, place);
    if (pass.over === 'sample') {
      this.#batched = true;
      return this.#run(this.#op.batch, firstRow, each);
    }
    if (this.#op.batch === 1 || !this.#goesByRows(pass))
      return [...this.#sampleCode(pass, firstRow), ...this.#run(this.#op.batch * pass.units, firstRow, each)];
    return this.#perSample(pass, row => this.#run(pass.units, row, each));
  }
  #reduce(pass: Reduce): Code {
    const { size, locals } = this.#e;
    const { isWide, neutral, combine } = laneReductions[pass.by];
    const width = isWide ? 8 : size;
    const sums = vectors[width];
    const acc = locals.of('v128');
    const each = (place: Place): Code => {
      const before = this.#body(pass.body, place);
      const value = this.#masked(this.#value(pass.value, place), place.rest, neutral);
      if (size === width) return [...before, ...set(acc, sums[combine](get(acc), value))];
      const v = locals.of('v128');
      const high = v128Ops.widen(shuffle(4, get(v), get(v), 2, 3, 2, 3));
      const both = sums[combine](v128Ops.widen(get(v)), high);
      return [...before, ...set(v, value), ...set(acc, sums[combine](get(acc), both))];
    };
    return this.#perSample(pass, (row, sample) => [
      ...set(acc, v128Constant(width, neutral)),
      ...this.#run(pass.units, row, each),
      ...floatStore(
        size,
        positionCode(sample),
        this.#result(pass, acc),
        this.#base(pass.into) + sample.offset,
      ),
    ]);
  }
  /** What the lanes of `acc` come to, as one number of the dtype. */
  #result({ by, units }: Reduce, acc: number): Code {
    const { size } = this.#e;
    const { isWide, combine, end } = laneReductions[by];
    const reduce = vectors[isWide ? 8 : size][combine];
    if (isWide || size === 8) {
      const lane = vectors[8].lane(0, reduce(get(acc), shuffle(8, get(acc), get(acc), 1, 1)));
      const value = end ? end(lane, units) : lane;
      return size === 4 ? demote(value) : value;
    }
    const halves = reduce(get(acc), shuffle(4, get(acc), get(acc), 2, 3, 2, 3));
    const one = [...set(acc, halves), ...reduce(get(acc), shuffle(4, get(acc), get(acc), 1, 1, 1, 1))];
    return vectors[4].lane(0, one);
  }
  /** Lanes beyond the row count for nothing. */
  #masked(value: Code, rest: number | undefined, neutral: number): Code {
    if (rest === undefined) return value;
    const { size } = this.#e;
    if (neutral === 0) return firstLanes(size, value, rest);
    // all ones where a lane counts
    const counts = firstLanes(size, v128Bytes(new Array<number>(16).fill(0xff)), rest);
    return v128Ops.bitselect(value, v128Constant(size, neutral), counts);
  }
  /** Runs `write` for each sample with the places of its row and of its number. */
  #perSample(pass: Pass, write: (row: Position, sample: Position) => Code): Code {
    return overRows(this.#e, this.#op.batch, pass.units, (row, sample) => [
      ...this.#sampleCode(pass, sample),
      ...write(row, sample),
    ]);
  }
  #run(count: number, row: Position, each: (place: Place) => Code): Code {
    const shared = this.#op.operands.some(o => o.shared);
    return overVectors(this.#e, count, row, shared, each);
  }
  #body(body: Pass['body'], place: Place): Code {
    this.#known.clear();
    return body.flatMap(({ to, value }) => {
      const code: Code[] = [];
      const result = this.#value(value, place, code);
      if ('temporary' in to) return [...code, ...set(this.#temporary(to.temporary, 'v128'), result)];
      return [...code, ...this.#store(to.operand, result, place)];
    });
  }
  /** `before` receives the code that must come first; without it nothing is remembered. */
  #value(tree: Tree, place: Place, before?: Code[]): Code {
    return vectorCode(tree, this.#op.operands, this.#e, {
      temporary: index => get(this.#temporary(index, 'v128')),
      splat: t => get(this.#splat(t)),
      operand: index => {
        if (!this.#batched && this.#op.operands[index]!.extent === 'sample') return get(this.#sample(index));
        const known = this.#known.get(index);
        if (known !== undefined) return get(known);
        const load = loadAt(this.#base(index), this.#isShared(index) ? place.unit : place.at);
        if (!before) return load;
        const local = this.#e.locals.of('v128');
        this.#known.set(index, local);
        before.push(set(local, load));
        return get(local);
      },
    });
  }
  #store(operand: number, value: Code, { at, rest }: Place): Code {
    const { size, locals } = this.#e;
    const base = this.#base(operand);
    const local = locals.of('v128');
    for (const k of [...this.#known.keys()]) if (this.#overlap(k, operand)) this.#known.delete(k);
    this.#known.set(operand, local);
    const code = [...set(local, value), ...(this.#isState(operand) ? this.#flushed(local) : [])];
    if (rest === undefined) return [...code, ...storeAt(base, at, get(local))];
    return [...code, ...storeRest(size, base, at, local, rest)];
  }
  #flushed(local: number): Code {
    const v = vectors[this.#e.size];
    const small = v.less(v.abs(get(local)), v128Constant(this.#e.size, tiny[this.#e.size]));
    return set(local, v128Ops.andNot(get(local), small));
  }
  /** Is what is written here read by the same equations? */
  #isState(operand: number): boolean {
    return this.#read.some(k => this.#overlap(k, operand));
  }
  #overlap(a: number, b: number): boolean {
    return overlaps(this.#op.operands[a]!.data, this.#op.operands[b]!.data);
  }
  #base(operand: number): number {
    return this.#op.operands[operand]!.data.byteOffset;
  }
  #goesByRows(pass: Pass): boolean {
    return [...operandsRead(pass)].some(k => this.#op.operands[k]!.extent === 'sample' || this.#isShared(k));
  }
  #isShared(operand: number): boolean {
    return this.#op.operands[operand]!.shared === true;
  }
  /** Values of the present sample, in every lane. */
  #sampleCode(pass: Pass, sample: Position): Code {
    const { size } = this.#e;
    return [...operandsRead(pass)].flatMap(k =>
      this.#op.operands[k]!.extent === 'sample'
        ? set(this.#sample(k), loadSplat(size, positionCode(sample), this.#base(k) + sample.offset))
        : [],
    );
  }
  #sample(operand: number): number {
    return local(this.#samples, operand, () => this.#e.locals.of('v128'));
  }
  #temporary(index: number, type: 'f64' | 'v128'): number {
    return local(this.#temporaries, index, () => this.#e.locals.of(type));
  }
  #splat(value: Tree): number {
    const text = textOf(value);
    const known = this.#splats.get(text);
    if (known) return known.local;
    const splat = { local: this.#e.locals.of('v128'), value };
    this.#splats.set(text, splat);
    return splat.local;
  }
  #splatCode(): Code {
    const { size } = this.#e;
    const none = (): number => {
      throw new RangeError('a scalar has no temporaries');
    };
    return [...this.#splats.values()].flatMap(s =>
      set(
        s.local,
        s.value.kind === 'number'
          ? v128Constant(size, s.value.value)
          : splatOf(size, scalarCode(s.value, this.#op.operands, this.#e, none)),
      ),
    );
  }
}
/** Equal for equal trees alone: JSON has no word for −0, infinities and NaN. */
const textOf = (tree: Tree): string =>
  JSON.stringify(tree, (_, v: unknown) =>
    typeof v === 'number' ? (Object.is(v, -0) ? '-0' : String(v)) : v,
  );
function local<K>(of: Map<K, number>, key: K, make: () => number): number {
  let found = of.get(key);
  if (found === undefined) of.set(key, (found = make()));
  return found;
}
