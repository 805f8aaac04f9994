/**
 * MT19937 (Matsumoto and Nishimura 1998) with the draws of numpy's `RandomState`, for data sets whose authors fixed them
 * by it. Runs draw from named streams instead.
 */
const length = 624;

export interface MersenneTwister {
  /** The next 32-bit word. */
  word(): number;
  /** Uniform in [0, 1) with 53 bits, from two words. */
  uniform(): number;
  /** Uniform in 0 … below − 1: words masked to the bits needed, drawn again while too large. */
  integer(below: number): number;
  /** Words drawn so far. */
  drawn(): number;
}
export function mersenneTwister(seed: number): MersenneTwister {
  const m = new Uint32Array(length);
  m[0] = seed;
  for (let i = 1; i < length; i++) {
    const before = m[i - 1]! ^ (m[i - 1]! >>> 30);
    m[i] = Math.imul(1812433253, before) + i;
  }
  let at = length;
  let drawn = 0;
  const refill = (): void => {
    for (let i = 0; i < length; i++) {
      const y = (m[i]! & 0x80000000) | (m[(i + 1) % length]! & 0x7fffffff);
      m[i] = m[(i + 397) % length]! ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0);
    }
    at = 0;
  };
  const word = (): number => {
    if (at === length) refill();
    drawn++;
    let y = m[at++]!;
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return (y ^ (y >>> 18)) >>> 0;
  };
  return {
    word,
    uniform: () => ((word() >>> 5) * 67108864 + (word() >>> 6)) / 9007199254740992,
    integer(below) {
      const mask = 2 ** Math.ceil(Math.log2(below)) - 1;
      for (;;) {
        const value = (word() & mask) >>> 0;
        if (value < below) return value;
      }
    },
    drawn: () => drawn,
  };
}
