/** Tests of paired differences, equivalence, and correction for many of them. */
import { ApicalError, type Interval } from '@apical/core';
import { checkValues, mean, standardDeviation, tInterval } from './statistics.js';
import { createRandomSource } from './streams.js';
import { tCdf } from './t-distribution.js';

type Numbers = ArrayLike<number>;

export interface SignFlip {
  /** Two-sided. */
  readonly p: number;
  /** Were all 2ⁿ sign patterns counted? */
  readonly exact: boolean;
  readonly n: number;
}
const largestExact = 20;
const flips = 100_000;

/** Sums of all 2ⁿ sign patterns of `values`; pattern k has a minus where bit i of k is set. */
function allSums(values: readonly number[]): Float64Array {
  let sums = Float64Array.of(0);
  for (const value of values) {
    const next = new Float64Array(2 * sums.length);
    for (let k = 0; k < sums.length; k++) {
      next[k] = sums[k]! + value;
      next[sums.length + k] = sums[k]! - value;
    }
    sums = next;
  }
  return sums;
}
/**
 * Sign-flip (one-sample permutation) test of mean 0, two-sided: the share of sign patterns whose sum is at least as
 * large as the one found (Fisher 1935, The Design of Experiments, section 21). Exact up to n = 20; beyond, 100 000
 * patterns from the stream `statistics/sign-flip` of `seed`, p = (k + 1) / (100 001) (Phipson & Smyth 2010). Sums that
 * differ by less than 1e-12 of Σ|d| are ties and count. Smallest p for n: 2 / 2ⁿ, so 0.0625 for 5.
 */
export function signFlipTest(differences: Numbers, seed = 0): SignFlip {
  checkValues('sign-flip test', differences, 1);
  const n = differences.length;
  const values = Array.from(differences);
  let found = 0;
  let size = 0;
  for (const d of values) {
    found += d;
    size += Math.abs(d);
  }
  const least = Math.abs(found) - 1e-12 * size;
  let count = 0;
  if (n <= largestExact) {
    const first = allSums(values.slice(0, n >> 1));
    const second = allSums(values.slice(n >> 1));
    for (const a of first) for (const b of second) if (Math.abs(a + b) >= least) count++;
    return { p: count / 2 ** n, exact: true, n };
  }
  const stream = createRandomSource(seed).stream('statistics/sign-flip');
  for (let k = 0; k < flips; k++) {
    let sum = 0;
    let bits = 0;
    for (let i = 0; i < n; i++) {
      if (i % 32 === 0) bits = stream.integer(2 ** 32);
      sum += (bits & 1) === 1 ? -values[i]! : values[i]!;
      bits >>>= 1;
    }
    if (Math.abs(sum) >= least) count++;
  }
  return { p: (count + 1) / (flips + 1), exact: false, n };
}

/**
 * Differences as ranks of their sizes with their signs; equal sizes share a rank, 0 stays 0. Infinite ones are the largest:
 * so a run that failed is worse than any that ended, by no invented number. NaN is refused.
 */
export function signedRanks(differences: Numbers): number[] {
  const values = Array.from(differences);
  const wrong = values.findIndex(Number.isNaN);
  if (wrong >= 0) throw new ApicalError('APICAL_STATISTICS', `ranks: value ${wrong} is NaN; give numbers`);
  const sizes = values.map(Math.abs);
  return values.map((value, i) => {
    if (value === 0) return 0;
    const below = sizes.filter(s => s > 0 && s < sizes[i]!).length;
    const equal = sizes.filter(s => s === sizes[i]).length;
    return Math.sign(value) * (below + (equal + 1) / 2);
  });
}

/** Step-down corrected p-values in the order given: Holm 1979, Scandinavian Journal of Statistics 6. */
export function holm(pValues: readonly number[]): number[] {
  for (const [i, p] of pValues.entries())
    if (!(p >= 0 && p <= 1))
      throw new ApicalError('APICAL_STATISTICS', `p-value ${i} is ${p}; give numbers from 0 to 1`);
  const order = pValues.map((_, i) => i).sort((a, b) => pValues[a]! - pValues[b]! || a - b);
  const corrected = new Array<number>(pValues.length).fill(1);
  let least = 0;
  for (const [rank, i] of order.entries()) {
    least = Math.max(least, Math.min(1, (pValues.length - rank) * pValues[i]!));
    corrected[i] = least;
  }
  return corrected;
}

export interface Equivalence {
  readonly equivalent: boolean;
  /** The larger of the two one-sided p-values. */
  readonly p: number;
  /** Of level 1 − 2 alpha: within ±margin exactly where `equivalent`. */
  readonly interval: Interval;
}
/**
 * Two one-sided t-tests of |mean difference| ≥ margin, each at `alpha`: Schuirmann 1987, Journal of
 * Pharmacokinetics and Biopharmaceutics 15. At least two differences; margin in their unit, above 0.
 */
export function equivalence(differences: Numbers, margin: number, alpha = 0.05): Equivalence {
  checkValues('equivalence test', differences, 2);
  if (!(alpha > 0 && alpha < 0.5))
    throw new ApicalError(
      'APICAL_STATISTICS',
      `equivalence at ${alpha}; give a number between 0 and 0.5, as 0.05`,
    );
  if (!(margin > 0))
    throw new ApicalError('APICAL_STATISTICS', `equivalence margin ${margin}; give a number above 0`);
  const interval = tInterval(differences, 1 - 2 * alpha);
  const centre = mean(differences);
  const error = standardDeviation(differences) / Math.sqrt(differences.length);
  const df = differences.length - 1;
  // Without spread the test statistic is 0 / 0 at the margin itself; that is not evidence of equivalence.
  const oneSided = (distance: number): number =>
    error === 0 ? (distance > 0 ? 0 : 1) : tCdf(-distance / error, df);
  const p = Math.max(oneSided(centre + margin), oneSided(margin - centre));
  return { equivalent: p < alpha, p, interval };
}
