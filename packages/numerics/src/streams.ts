/**
 * Named random streams. A name and the seed of a run give a Philox key; adding a stream never shifts another.
 * `uniform`, `integer` and `permutation` take the words of counters (0, 0, 0, 1), (1, 0, 0, 1), … in order (word 1
 * is the high part of the count); `normal` number n is element n of block 0 of `fillNormals`. So the two never
 * disturb each other, and a stream is used either one by one or in blocks.
 */
import { ApicalError, type RandomSource, type RandomStream } from '@apical/core';
import { counterKinds, fillNormals } from './normal.js';
import { philox } from './philox.js';

const TWO_32 = 4294967296;

/**
 * Key of the stream `name`: a chained hash with Philox as its mixing function, keyed by the seed. The state
 * starts as the words of counter (byte length, 0, 0, 2); for every 16 bytes of UTF-8 (little-endian words, the
 * last padded with zeros) it becomes the words of counter (state xor bytes). The key is its words 0 and 1. This
 * definition decides every number of every run and never changes.
 */
export function streamKey(seed: number, name: string): [number, number] {
  const bytes = new TextEncoder().encode(name);
  const seedLow = seed % TWO_32;
  const seedHigh = (seed - seedLow) / TWO_32;
  const state = new Uint32Array(4);
  philox(bytes.length, 0, 0, counterKinds.key, seedLow, seedHigh, state);
  for (let at = 0; at < bytes.length; at += 16) {
    for (let i = 0; i < 16 && at + i < bytes.length; i++)
      state[i >> 2] = state[i >> 2]! ^ (bytes[at + i]! << (8 * (i & 3)));
    philox(state[0]!, state[1]!, state[2]!, state[3]!, seedLow, seedHigh, state);
  }
  return [state[0]!, state[1]!];
}

class PhiloxStream implements RandomStream {
  readonly name: string;
  readonly #key: readonly [number, number];
  readonly #words = new Uint32Array(4);
  #nextWord = 4;
  #counter = 0;
  readonly #normals = new Float64Array(32);
  #nextNormal = 0;

  constructor(name: string, key: readonly [number, number]) {
    this.name = name;
    this.#key = key;
  }
  #word(): number {
    if (this.#nextWord === 4) {
      const low = this.#counter % TWO_32;
      const high = (this.#counter - low) / TWO_32;
      philox(low, high, 0, counterKinds.words, this.#key[0], this.#key[1], this.#words);
      this.#counter++;
      this.#nextWord = 0;
    }
    return this.#words[this.#nextWord++]!;
  }
  /** 53 bits of the next two words, as a whole number. */
  #whole53(): number {
    const high = this.#word() >>> 11;
    return high * TWO_32 + this.#word();
  }
  uniform(): number {
    return this.#whole53() * 2 ** -53;
  }
  normal(): number {
    const at = this.#nextNormal % this.#normals.length;
    if (at === 0) {
      const position = this.#nextNormal % TWO_32;
      fillNormals(this.#key, (this.#nextNormal - position) / TWO_32, this.#normals, position);
    }
    this.#nextNormal++;
    return this.#normals[at]!;
  }
  integer(below: number): number {
    if (!Number.isSafeInteger(below) || below < 1)
      throw new ApicalError(
        'APICAL_RANDOM',
        `stream "${this.name}": a whole number below ${below} was asked for; give a whole number of at least 1`,
      );
    // Draws beyond the last full multiple of `below` are thrown away, so that all values are equally likely.
    const range = below <= TWO_32 ? TWO_32 : 2 ** 53;
    const limit = range - (range % below);
    for (;;) {
      const drawn = range === TWO_32 ? this.#word() : this.#whole53();
      if (drawn < limit) return drawn % below;
    }
  }
  permutation(length: number): Int32Array {
    if (!Number.isInteger(length) || length < 0 || length >= 2 ** 31)
      throw new ApicalError(
        'APICAL_RANDOM',
        `stream "${this.name}": a permutation of ${length} was asked for; give a whole number from 0 to 2^31 - 1`,
      );
    const order = Int32Array.from({ length }, (_, i) => i);
    for (let i = length - 1; i > 0; i--) {
      const other = this.integer(i + 1);
      const kept = order[i]!;
      order[i] = order[other]!;
      order[other] = kept;
    }
    return order;
  }
}

/** Every stream it gives starts at its beginning. Throws `APICAL_SEED` unless 0 ≤ seed < 2⁵³ is whole. */
export function createRandomSource(seed: number): RandomSource {
  if (!Number.isSafeInteger(seed) || seed < 0)
    throw new ApicalError('APICAL_SEED', `seed ${seed}: give a whole number from 0 to 2^53 - 1`);
  return Object.freeze({
    seed,
    key: (name: string) => streamKey(seed, name),
    stream: (name: string): RandomStream => new PhiloxStream(name, streamKey(seed, name)),
  });
}
