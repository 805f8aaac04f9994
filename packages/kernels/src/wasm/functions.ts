/**
 * exp, log, tanh, sigmoid, softplus and sign on vectors, without tables and without branches: + − × ÷, comparisons and bits in a
 * written order, so that every engine gives the same numbers. Series are those of Taylor and of the area tangent,
 * cut where the next term is below the rounding.
 */
import { normalConstants } from '@apical/numerics';
import { i32, v128Ops, type Code } from './assembler.js';
import { VectorWriter } from './vector-writer.js';
import type { Locals, Size } from './kernel-code.js';

/** What differs between float32 and float64. */
interface Kind {
  /** Bits of the fraction, and what the exponent is counted from. */
  readonly fraction: number;
  readonly bias: number;
  /** 1.5 · 2^fraction: added and taken away, it leaves a whole number, which its low bits hold. */
  readonly rounder: number;
  /** ln 2 in two parts; exponent · the first is exact. */
  readonly ln2High: number;
  readonly ln2Low: number;
  /** Outside, exp is 0 or infinite; from `flat` on tanh is 1. */
  readonly least: number;
  readonly largest: number;
  readonly flat: number;
  /** Terms of exp(r) − 1 − r for |r| ≤ ln 2 / 2, and of the logarithm for |s| ≤ 0.172. */
  readonly expTerms: number;
  readonly logTerms: number;
  /** Smallest normal number, and a power of two that makes denormals normal. */
  readonly normal: number;
  readonly raise: number;
  readonly raiseBy: number;
}
const kinds: Readonly<Record<Size, Kind>> = {
  4: {
    fraction: 23,
    bias: 127,
    rounder: 1.5 * 2 ** 23,
    ln2High: 355 / 512,
    ln2Low: Math.LN2 - 355 / 512,
    least: -104,
    largest: 89,
    flat: 9.5,
    expTerms: 6,
    logTerms: 5,
    normal: 2 ** -126,
    raise: 2 ** 32,
    raiseBy: 32,
  },
  8: {
    fraction: 52,
    bias: 1023,
    rounder: 1.5 * 2 ** 52,
    ln2High: normalConstants.ln2High,
    ln2Low: normalConstants.ln2Low,
    least: -746,
    largest: 710,
    flat: 20,
    expTerms: 12,
    logTerms: 10,
    normal: 2 ** -1022,
    raise: 2 ** 64,
    raiseBy: 64,
  },
};
/** 1/2!, 1/3!, … */
const factorials = Array.from({ length: 12 }, (_, k) => {
  let f = 1;
  for (let n = 2; n <= k + 2; n++) f *= n;
  return 1 / f;
});

/** One function's code. */
class Writer extends VectorWriter {
  readonly kind: Kind;

  constructor(size: Size, l: Locals) {
    super(size, l);
    this.kind = kinds[size];
  }
  /**
   * x = n ln 2 + r with whole n: r, exp(r) − 1, and n with the rounder added (its low bits are n). x must be within the
   * range of exp, or NaN.
   */
  reduced(x: Code): { readonly rest: Code; readonly raised: Code; readonly n: Code } {
    const { v, kind } = this;
    const rounder = this.number(kind.rounder);
    const raised = this.let(v.add(v.multiply(x, this.number(Math.LOG2E)), rounder));
    const n = this.let(v.subtract(raised, rounder));
    const high = v.subtract(x, v.multiply(n, this.number(kind.ln2High)));
    const r = this.let(v.subtract(high, v.multiply(n, this.number(kind.ln2Low))));
    const series = this.series(r, factorials.slice(0, kind.expTerms));
    const rest = this.let(v.add(r, v.multiply(v.multiply(r, r), series)));
    return { rest, raised, n };
  }
  /** 2 to the power of a whole number that stands in the low bits of `raised`. */
  powerOfTwo(raised: Code): Code {
    const { v, kind } = this;
    const biases = this.size === 4 ? this.words(kind.bias) : this.words(kind.bias, 0);
    return v.shiftLeft(v.addInteger(raised, biases), i32(kind.fraction));
  }
  /** exp(x) in two factors of half the exponent each: the last multiplication alone rounds to denormals. */
  exp(x: Code): Code {
    const { v, kind } = this;
    const bounded = this.let(v.upper(v.lower(x, this.number(kind.largest)), this.number(kind.least)));
    const { rest, n } = this.reduced(bounded);
    const rounder = this.number(kind.rounder);
    const half = this.let(v.add(v.multiply(n, this.number(0.5)), rounder));
    const other = v.add(v.subtract(n, v.subtract(half, rounder)), rounder);
    const y = v.add(rest, this.number(1));
    return this.let(v.multiply(v.multiply(y, this.powerOfTwo(half)), this.powerOfTwo(other)));
  }
  /** 2 artanh(s) − 2 s, over s. */
  artanhRest(s: Code): Code {
    const { v, kind } = this;
    const z = this.let(v.multiply(s, s));
    return v.multiply(z, this.series(z, normalConstants.logSeries.slice(0, kind.logTerms)));
  }
  /** ln(1 + y) for y in [0, 1]: above √2 − 1 the logarithm of (1 + y) / 2, and ln 2. */
  log1p(y: Code): Code {
    const { v, kind } = this;
    const upper = this.let(v.greater(y, this.number(Math.SQRT2 - 1)));
    const pick = (yes: Code, no: Code): Code => v128Ops.bitselect(yes, no, upper);
    const above = pick(v.subtract(y, this.number(1)), y);
    const below = v.add(y, pick(this.number(3), this.number(2)));
    const s = this.let(v.divide(above, below));
    const small = v.add(
      v.add(s, s),
      v.add(v.multiply(s, this.artanhRest(s)), v128Ops.and(this.number(kind.ln2Low), upper)),
    );
    return v.add(small, v128Ops.and(this.number(kind.ln2High), upper));
  }
}
type VectorFunction = (size: Size, l: Locals, x: Code) => Code;

const exp: VectorFunction = (size, l, x) => {
  const w = new Writer(size, l);
  return w.done(w.exp(x));
};
/** expm1(2 |x|) / (expm1(2 |x|) + 2), with the sign of x. */
const tanh: VectorFunction = (size, l, x) => {
  const w = new Writer(size, l);
  const { v, kind } = w;
  const given = w.let(x);
  const bounded = w.let(v.lower(v.abs(given), w.number(kind.flat)));
  const { rest, raised } = w.reduced(w.let(v.add(bounded, bounded)));
  const power = w.let(w.powerOfTwo(raised));
  const e = w.let(v.add(v.multiply(rest, power), v.subtract(power, w.number(1))));
  const size1 = v.divide(e, v.add(e, w.number(2)));
  return w.done(v128Ops.or(size1, v128Ops.and(given, w.number(-0))));
};
/** 1 / (1 + y), or y / (1 + y) below 0, with y = exp(−|x|): small values keep their digits. */
const sigmoid: VectorFunction = (size, l, x) => {
  const w = new Writer(size, l);
  const { v } = w;
  const given = w.let(x);
  const y = w.exp(v.negate(v.abs(given)));
  const top = v128Ops.bitselect(y, w.number(1), v.less(given, w.number(0)));
  return w.done(v.divide(top, v.add(y, w.number(1))));
};
/** max(x, 0) + ln(1 + exp(−|x|)) */
const softplus: VectorFunction = (size, l, x) => {
  const w = new Writer(size, l);
  const { v } = w;
  const given = w.let(x);
  const y = w.exp(v.negate(v.abs(given)));
  return w.done(v.add(v.upper(given, w.number(0)), w.log1p(y)));
};
/** x = m 2^e with m in [√½, √2): e ln 2 + 2 artanh((m − 1) / (m + 1)). */
const log: VectorFunction = (size, l, x) => {
  const w = new Writer(size, l);
  const { v, kind } = w;
  const given = w.let(x);
  const isSmall = w.let(v.less(given, w.number(kind.normal)));
  const raised = w.let(v.multiply(given, v128Ops.bitselect(w.number(kind.raise), w.number(1), isSmall)));
  const { m, e } = w.parts(raised);
  const exponent = w.let(v.subtract(e, v128Ops.and(w.number(kind.raiseBy), isSmall)));
  const s = w.let(v.divide(v.subtract(m, w.number(1)), v.add(m, w.number(1))));
  const rest = v.add(v.multiply(s, w.artanhRest(s)), v.multiply(exponent, w.number(kind.ln2Low)));
  const sum = v.add(v.multiply(exponent, w.number(kind.ln2High)), v.add(v.add(s, s), rest));
  // the ends: ln 0 = −∞, ln ∞ = ∞; below 0 and of NaN it is NaN
  const zero = v128Ops.bitselect(w.number(-Infinity), w.let(sum), v.equal(given, w.number(0)));
  const end = v128Ops.bitselect(given, w.let(zero), v.equal(given, w.number(Infinity)));
  const isNumber = v.greaterEqual(given, w.number(0));
  return w.done(v128Ops.bitselect(w.let(end), w.number(NaN), isNumber));
};
/** −1, 0 or 1; of −0 and NaN the argument itself. */
const sign: VectorFunction = (size, l, x) => {
  const w = new Writer(size, l);
  const { v } = w;
  const given = w.let(x);
  const one = v128Ops.or(w.number(1), v128Ops.and(given, w.number(-0)));
  const isEither = v128Ops.or(v.less(given, w.number(0)), v.greater(given, w.number(0)));
  return w.done(v128Ops.bitselect(one, given, isEither));
};
/** Given code that leaves a vector, gives code that leaves the function of each lane. */
export const series = { exp, log, tanh, sigmoid, softplus, sign } as const;
