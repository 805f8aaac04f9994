/**
 * Runs → the rows of a verdict table: estimates, paired differences to the baseline, exact tests corrected over the
 * table. Nothing is dropped: a run that diverged or failed keeps its place with null, and counts in the test.
 */
import { equivalence, holm, mean, pearson, signedRanks, signFlipTest, tInterval } from '@apical/numerics';
import type { ComparisonResult, ComparisonRow, Decision, Interval, MetricSpec } from '@apical/core';
import type { Outcome } from './outcomes.js';

/** What the rows of one comparison have in common. */
export interface RowSettings {
  /** Labels in the order of the table. */
  readonly schemes: readonly string[];
  readonly baseline: string;
  readonly headline: string;
  readonly better: MetricSpec['better'];
  /** Difference that counts as equal; null: no claim of equality. */
  readonly margin: number | null;
}
/** Fewer pairs than this have no p-value and no correlation: the smallest p possible with 4 is 0.125. */
export const leastPairs = 5;
const significance = 0.05;

/** The bounds of fewer than two values are NaN. */
export function interval(values: readonly number[], level = 1 - significance): Interval {
  if (values.length < 2) return { mean: mean(values), low: NaN, high: NaN };
  return tInterval(values, level);
}
/** One row a scheme. Interrupted runs and runs that were never started are left out of `values` and `runs`. */
export function comparisonRows(outcomes: readonly Outcome[], settings: RowSettings): ComparisonRow[] {
  const { schemes, baseline, headline } = settings;
  const scores = new Map(schemes.map(scheme => [scheme, scoresOf(scheme, outcomes, headline)]));
  const reference = scores.get(baseline) ?? {};
  const chance = chanceOf(outcomes, headline);
  const flipped = new Map<string, readonly number[]>();
  const rows = schemes.map((scheme): ComparisonRow => {
    const values = scores.get(scheme)!;
    const all = Object.values(values);
    const ended = finite(all);
    const failures = all.length - ended.length;
    const summaries = outcomes.flatMap(o =>
      o.config.label === scheme && o.result ? [o.result.summary] : [],
    );
    const average = (of: (summary: (typeof summaries)[number]) => number): number =>
      summaries.length ? mean(summaries.map(of)) : NaN;
    const pairs = scheme === baseline ? [] : pairsOf(values, reference);
    const tested = testedDifferences(pairs, settings.better);
    flipped.set(scheme, tested);
    const difference = differenceOf(pairs, tested, chance, settings);
    return {
      scheme,
      values,
      runs: all.length,
      failures,
      ...(ended.length ? { estimate: interval(ended) } : {}),
      ...(failures && chance !== undefined ? { estimateAtChance: interval(all.map(v => v ?? chance)) } : {}),
      ...(difference ? { difference } : {}),
      secondsPerRun: average(s => s.seconds),
      macsPerSample: average(s => s.cost.macsPerSample),
    };
  });
  return decided(rows, flipped, settings.better);
}
const finite = (values: readonly (number | null)[]): number[] => values.filter(v => v !== null);

/** Of the headline on the test split: the same for all runs of a comparison. */
const chanceOf = (outcomes: readonly Outcome[], headline: string): number | undefined =>
  outcomes
    .map(o => o.result?.summary.chance?.[`test/${headline}`])
    .find(v => v !== undefined && Number.isFinite(v));

/** Seed → score on the test split, null for a run that has none. */
function scoresOf(
  scheme: string,
  outcomes: readonly Outcome[],
  headline: string,
): Record<string, number | null> {
  const out: Record<string, number | null> = {};
  for (const { config, state, result } of outcomes) {
    if (config.label !== scheme || state === 'open') continue;
    const value = result?.summary.final[`test/${headline}`];
    out[config.seed] = state === 'ended' && value !== undefined && Number.isFinite(value) ? value : null;
  }
  return out;
}
type Scores = Readonly<Record<string, number | null>>;
type Pair = readonly [own: number | null, reference: number | null];
type Difference = NonNullable<ComparisonRow['difference']>;

const pairsOf = (own: Scores, reference: Scores): Pair[] =>
  Object.keys(own).flatMap(seed => (Object.hasOwn(reference, seed) ? [[own[seed]!, reference[seed]!]] : []));

/** Without what needs the whole table: the corrected p and the decision. */
function differenceOf(
  pairs: readonly Pair[],
  tested: readonly number[],
  chance: number | undefined,
  { schemes, margin }: RowSettings,
): Difference | undefined {
  if (pairs.length === 0) return undefined;
  const both = pairs.filter((p): p is readonly [number, number] => p[0] !== null && p[1] !== null);
  const n = both.length;
  const failed = pairs.length - n;
  // intervals of a table hold together (Bonferroni)
  const level = 1 - significance / Math.max(1, schemes.length - 1);
  const differences = both.map(([a, b]) => a - b);
  const correlation =
    n >= leastPairs
      ? pearson(
          both.map(([a]) => a),
          both.map(([, b]) => b),
        )
      : NaN;
  return {
    ...interval(differences, level),
    n,
    failed,
    ...(failed && chance !== undefined
      ? {
          atChance: interval(
            pairs.map(([a, b]) => (a ?? chance) - (b ?? chance)),
            level,
          ),
        }
      : {}),
    ...(pairs.length < leastPairs ? {} : { p: signFlipTest(tested).p }),
    decision: 'not shown',
    ...(Number.isFinite(correlation) ? { correlation } : {}),
    ...(margin !== null && n > 1
      ? { equivalence: !failed && equivalence(differences, margin).equivalent ? 'equivalent' : 'not shown' }
      : {}),
  };
}
/** What the test flips: the differences; where a run failed, their ranks, failures being worse than all that ended. */
function testedDifferences(pairs: readonly Pair[], better: MetricSpec['better']): number[] {
  const worst = better === 'lower' ? Infinity : -Infinity;
  const differences = pairs.map(([a, b]) => (a === null && b === null ? 0 : (a ?? worst) - (b ?? worst)));
  return differences.every(Number.isFinite) ? differences : signedRanks(differences);
}
/** The family is every comparison that the table shows a p-value for. */
function decided(
  rows: readonly ComparisonRow[],
  flipped: ReadonlyMap<string, readonly number[]>,
  better: MetricSpec['better'],
): ComparisonRow[] {
  const tested = rows.filter(row => row.difference?.p !== undefined);
  const adjusted = holm(tested.map(({ difference }) => difference!.p!));
  return rows.map((row): ComparisonRow => {
    const { difference, scheme } = row;
    if (!difference) return row;
    const pHolm = adjusted[tested.indexOf(row)];
    const decision = decisionOf(difference, pHolm, flipped.get(scheme)!, tested.length, better);
    return { ...row, difference: { ...difference, ...(pHolm === undefined ? {} : { pHolm }), decision } };
  });
}
/** `flipped`: what the test saw; `comparisons`: how many the correction is over. */
function decisionOf(
  { mean: leftOut, failed, atChance }: Difference,
  pHolm: number | undefined,
  flipped: readonly number[],
  comparisons: number,
  better: MetricSpec['better'],
): Decision {
  // the smallest p that n pairs can reach
  if (pHolm === undefined || comparisons * 2 ** (1 - flipped.length) > significance) return 'too few';
  const sum = flipped.reduce((a, b) => a + b, 0);
  const known = [sum, ...(failed ? [leftOut, atChance?.mean ?? NaN] : [])].filter(v => v < 0 || v > 0);
  if (new Set(known.map(Math.sign)).size > 1) return 'bounds disagree';
  if (pHolm > significance) return 'not shown';
  return sum < 0 === (better === 'lower') ? 'better' : 'worse';
}
/** Does the baseline beat the control? By the test of the table, and never where the control is as good on average. */
export function controlCheck(
  rows: readonly ComparisonRow[],
  control: string,
  better: MetricSpec['better'],
): NonNullable<ComparisonResult['control']> {
  const found = rows.find(row => row.scheme === control)?.difference;
  const { mean: centre, low, high } = found ?? { mean: NaN, low: NaN, high: NaN };
  const worse = better === 'lower' ? centre > 0 : centre < 0;
  const beaten =
    !found || !worse
      ? 'no'
      : found.decision === 'too few'
        ? 'too few'
        : found.decision === 'worse'
          ? 'yes'
          : 'no';
  return { scheme: control, difference: { mean: centre, low, high }, beaten };
}
