/** Compares what a replay produces with what a golden case expects, and remembers what was not compared. */
import type { GoldenCase } from '@apical/core';

export interface ScoreResult {
  readonly passed: boolean;
  /** Largest deviation as a share of the tolerance, and where. */
  readonly worst: number;
  readonly worstAt: string;
  readonly compared: number;
  readonly expected: number;
  readonly problems: readonly string[];
  /** Expected keys that only repeat what the case records as given: not among those above. */
  readonly inert: readonly string[];
}
export class Score {
  readonly #golden: GoldenCase;
  /** Key → rows of its first axis that were compared. */
  readonly #seen = new Map<string, Set<number>>();
  readonly #bad = new Map<string, string>();
  #worst = 0;
  #worstAt = '';

  readonly #inert: ReadonlySet<string>;

  constructor(golden: GoldenCase, inert: readonly string[] = []) {
    this.#golden = golden;
    this.#inert = new Set(inert);
  }
  /** A whole array, or row `row` of its first axis. Names that the case does not expect are ignored. */
  compare(name: string, got: ArrayLike<number>, row?: number): void {
    const expected = Object.hasOwn(this.#golden.expected, name) ? this.#golden.expected[name] : undefined;
    if (!expected || this.#inert.has(name)) return;
    const rows = expected.shape[0] ?? 1;
    const { data } = expected;
    const length = row === undefined ? data.length : data.length / rows;
    const seen = this.#seen.get(name) ?? new Set<number>();
    this.#seen.set(name, seen);
    for (let r = row ?? 0; r < (row === undefined ? rows : row + 1); r++) seen.add(r);
    if (got.length !== length) {
      this.#bad.set(name, `${name}: ${got.length} numbers are produced, ${length} expected`);
      return;
    }
    const { rtol, atol } = this.#golden.tolerances?.[name] ?? this.#golden.tolerance;
    const start = (row ?? 0) * length;
    for (let i = 0; i < length; i++) {
      const want = data[start + i]!;
      const off = Math.abs(got[i]! - want);
      // equal numbers agree under any tolerance, also one of zero
      const share = off === 0 ? 0 : off / (atol + rtol * Math.abs(want));
      if (share <= 1 && share <= this.#worst) continue;
      const at = `${name}${row === undefined ? '' : `@${row}`}[${i}]: ${got[i]!} for ${want}`;
      // NaN fails both comparisons, and stays the worst
      if (!(share <= this.#worst) && !Number.isNaN(this.#worst)) [this.#worst, this.#worstAt] = [share, at];
      if (!(share <= 1) && !this.#bad.has(name)) this.#bad.set(name, at);
    }
  }
  result(): ScoreResult {
    const all = Object.entries(this.#golden.expected);
    const keys = all.filter(([k]) => !this.#inert.has(k));
    const missing = keys.filter(([k, { shape, data }]) => {
      const rows = data.length === 0 ? 0 : (shape[0] ?? 1);
      return (this.#seen.get(k)?.size ?? -1) !== rows && !(rows === 0 && this.#seen.has(k));
    });
    const problems = [
      ...this.#bad.values(),
      ...missing.map(([k]) => `${k} is expected and was not produced`),
      ...(keys.length === 0 ? ['every expected key is inert: nothing is compared'] : []),
    ];
    return {
      passed: problems.length === 0,
      worst: this.#worst,
      worstAt: this.#worstAt,
      compared: keys.length - missing.length,
      expected: keys.length,
      problems,
      inert: all.flatMap(([k]) => (this.#inert.has(k) ? [k] : [])),
    };
  }
}
