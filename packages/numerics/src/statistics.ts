/** Descriptive statistics, intervals, correlation and lines. Tests are in `paired-tests.ts`. */
import { ApicalError, type Interval, type RandomStream } from '@apical/core';
import { tQuantile } from './t-distribution.js';

type Numbers = ArrayLike<number>;

/** Throws `APICAL_STATISTICS` where there are too few values or one is not finite. */
export function checkValues(what: string, values: Numbers, least: number): void {
  if (values.length < least)
    throw new ApicalError(
      'APICAL_STATISTICS',
      `${what} of ${values.length} value${values.length === 1 ? '' : 's'}; give at least ${least}`,
    );
  for (let i = 0; i < values.length; i++)
    if (!Number.isFinite(values[i]))
      throw new ApicalError('APICAL_STATISTICS', `${what}: value ${i} is ${values[i]!}; all must be finite`);
}
export function checkLevel(what: string, level: number): void {
  if (!(level > 0 && level < 1))
    throw new ApicalError('APICAL_STATISTICS', `${what} ${level}; give a number between 0 and 1, as 0.95`);
}
function checkPairs(what: string, a: Numbers, b: Numbers, least: number): void {
  if (a.length !== b.length)
    throw new ApicalError('APICAL_STATISTICS', `${what} of ${a.length} and ${b.length} values; give pairs`);
  checkValues(what, a, least);
  checkValues(what, b, least);
}

/** NaN of nothing. */
export function mean(values: Numbers): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum / values.length;
}
/** Σ (a − ā)(b − b̄). */
function comoment(a: Numbers, b: Numbers): number {
  const meanA = mean(a);
  const meanB = mean(b);
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i]! - meanA) * (b[i]! - meanB);
  return sum;
}
/** Unbiased (over n − 1); NaN for fewer than two values. */
export const variance = (values: Numbers): number =>
  values.length < 2 ? NaN : comoment(values, values) / (values.length - 1);
/** Square root of the unbiased variance. */
export const standardDeviation = (values: Numbers): number => Math.sqrt(variance(values));

const sorted = (values: Numbers): Float64Array => Float64Array.from(values).sort();
function sortedQuantile(inOrder: Float64Array, p: number): number {
  const at = (inOrder.length - 1) * p;
  const below = Math.floor(at);
  const low = inOrder[below]!;
  return low + (at - below) * (inOrder[Math.min(below + 1, inOrder.length - 1)]! - low);
}
/** Linear between order statistics: definition 7 of Hyndman & Fan 1996, the default of numpy and R. */
export function quantile(values: Numbers, p: number): number {
  checkValues('quantile', values, 1);
  if (!(p >= 0 && p <= 1))
    throw new ApicalError('APICAL_STATISTICS', `quantile ${p}; give a number from 0 to 1`);
  return sortedQuantile(sorted(values), p);
}
export const median = (values: Numbers): number => quantile(values, 0.5);
/**
 * Mean of what is left without the ⌊n / 4⌋ smallest and largest values, as in Agarwal et al. 2021, "Deep
 * reinforcement learning at the edge of the statistical precipice", NeurIPS.
 */
export function interquartileMean(values: Numbers): number {
  checkValues('interquartile mean', values, 1);
  const cut = Math.floor(values.length / 4);
  return mean(sorted(values).subarray(cut, values.length - cut));
}

/** Mean ± t · sd / √n: Student 1908. At least two values. */
export function tInterval(values: Numbers, level = 0.95): Interval {
  checkLevel('confidence level', level);
  checkValues('t-interval', values, 2);
  const centre = mean(values);
  const half =
    (tQuantile((1 + level) / 2, values.length - 1) * standardDeviation(values)) / Math.sqrt(values.length);
  return { mean: centre, low: centre - half, high: centre + half };
}

/** Product-moment correlation; NaN where one side does not vary. At least two pairs. */
export function pearson(a: Numbers, b: Numbers): number {
  checkPairs('correlation', a, b, 2);
  const value = comoment(a, b) / (Math.sqrt(comoment(a, a)) * Math.sqrt(comoment(b, b)));
  return value > 1 ? 1 : value < -1 ? -1 : value;
}
export interface Line {
  readonly slope: number;
  readonly intercept: number;
  /** Share of the variance of y explained; NaN where y does not vary. */
  readonly r2: number;
}
/** Ordinary least squares of y on x. Throws where x does not vary. */
export function linearFit(x: Numbers, y: Numbers): Line {
  checkPairs('line', x, y, 2);
  const spread = comoment(x, x);
  if (spread === 0)
    throw new ApicalError('APICAL_STATISTICS', `line through ${x.length} points with equal x; x must vary`);
  const together = comoment(x, y);
  const slope = together / spread;
  const r = together / (Math.sqrt(spread) * Math.sqrt(comoment(y, y)));
  return { slope, intercept: mean(y) - slope * mean(x), r2: r * r };
}

export interface BootstrapOptions {
  /** Default 0.95. */
  readonly level?: number;
}
/**
 * Percentile bootstrap (Efron 1979) stratified over groups: within each, values are drawn with replacement and
 * `statistic` sees all groups. `mean` is the statistic of the values as given. For fewer than about 20 values it
 * is too narrow: at 10, a 95 % interval of a mean covers about 90 %; prefer `tInterval` there.
 */
export function stratifiedBootstrapInterval(
  groups: readonly Numbers[],
  statistic: (resampled: readonly Float64Array[]) => number,
  stream: RandomStream,
  repetitions = 10000,
  { level = 0.95 }: BootstrapOptions = {},
): Interval {
  checkLevel('confidence level', level);
  if (groups.length === 0)
    throw new ApicalError('APICAL_STATISTICS', 'bootstrap of no groups; give at least one');
  if (!Number.isInteger(repetitions) || repetitions < 1)
    throw new ApicalError('APICAL_STATISTICS', `bootstrap with ${repetitions} repetitions; give at least 1`);
  for (const group of groups) checkValues('bootstrap', group, 1);
  const given = groups.map(group => Float64Array.from(group));
  const drawn = groups.map(group => new Float64Array(group.length));
  const results = new Float64Array(repetitions);
  for (let k = 0; k < repetitions; k++) {
    for (const [g, into] of drawn.entries())
      for (let i = 0; i < into.length; i++) into[i] = given[g]![stream.integer(into.length)]!;
    results[k] = statistic(drawn);
  }
  results.sort();
  return {
    mean: statistic(given),
    low: sortedQuantile(results, (1 - level) / 2),
    high: sortedQuantile(results, (1 + level) / 2),
  };
}
/** Percentile bootstrap of one group; see `stratifiedBootstrapInterval`. */
export const bootstrapInterval = (
  values: Numbers,
  statistic: (resampled: Float64Array) => number,
  stream: RandomStream,
  repetitions = 10000,
  options: BootstrapOptions = {},
): Interval =>
  stratifiedBootstrapInterval([values], ([only]) => statistic(only!), stream, repetitions, options);
