/** Straight-line code on vectors: values that are remembered in locals, constants, polynomials, the parts of a number. */
import { normalConstants } from '@apical/numerics';
import { get, i32, set, shuffle, v128Bytes, v128Constant, v128Ops, vectors, type Code } from './assembler.js';
import type { Locals, Size } from './kernel-code.js';

export class VectorWriter {
  readonly v: (typeof vectors)[Size];
  readonly size: Size;
  readonly #l: Locals;
  readonly #code: Code[] = [];

  constructor(size: Size, l: Locals) {
    this.size = size;
    this.#l = l;
    this.v = vectors[size];
  }
  /** Remembers a value. */
  let(value: Code): Code {
    const local = this.#l.of('v128');
    this.#code.push(set(local, value));
    return get(local);
  }
  number(value: number): Code {
    return this.#l.constant(v128Constant(this.size, value));
  }
  /** Four 32-bit words, as often as the pattern goes into a vector. */
  words(...pattern: readonly number[]): Code {
    const words = Int32Array.from({ length: 4 }, (_, k) => pattern[k % pattern.length]!);
    return this.#l.constant(v128Bytes([...new Uint8Array(words.buffer)]));
  }
  /**
   * c0 + c1 x + c2 x² + …: pairs first, then pairs of these with x², and so on (Estrin's order), so that few operations
   * wait for one another.
   */
  series(x: Code, coefficients: readonly number[]): Code {
    const { v } = this;
    let terms = coefficients.map(c => this.number(c));
    for (
      let power = x;
      terms.length > 1;
      power = terms.length > 1 ? this.let(v.multiply(power, power)) : power
    )
      terms = Array.from({ length: Math.ceil(terms.length / 2) }, (_, k) => {
        const [low, high] = [terms[2 * k]!, terms[2 * k + 1]];
        return high ? v.add(low, v.multiply(power, high)) : low;
      });
    return terms[0]!;
  }
  /** c0 + x (c1 + x (c2 + …)), each waiting for the next. */
  nested(x: Code, coefficients: readonly number[]): Code {
    const { v } = this;
    return coefficients
      .slice(0, -1)
      .reduceRight<Code>(
        (inner, c) => v.add(this.number(c), v.multiply(x, inner)),
        this.number(coefficients.at(-1)!),
      );
  }
  /** x = m 2^e with m in [√½, √2), of positive normal numbers: √½ is where the exponent changes. */
  parts(x: Code): { readonly m: Code; readonly e: Code } {
    const { and, f32FromI32, f64FromI32, shiftLeftI32, shiftRightI32, subtractI32 } = v128Ops;
    if (this.size === 4) {
      const root = this.words(new Int32Array(Float32Array.of(Math.SQRT1_2).buffer)[0]!);
      const e = this.let(shiftRightI32(subtractI32(x, root), i32(23)));
      const m = this.let(subtractI32(x, shiftLeftI32(e, i32(23))));
      return { m, e: this.let(f32FromI32(e)) };
    }
    // in the high words
    const root = this.words(0, normalConstants.rootHalfHighWord);
    const shifted = shiftRightI32(subtractI32(x, root), i32(20));
    const e = this.let(and(shifted, this.words(0, -1)));
    const m = this.let(subtractI32(x, shiftLeftI32(e, i32(20))));
    return { m, e: this.let(f64FromI32(shuffle(4, e, e, 1, 3, 1, 3))) };
  }
  /** The code of what was remembered, then the result. */
  done(result: Code = []): Code {
    return [this.#code, result];
  }
}
