/**
 * Runs → the rows of a verdict table: estimates, paired differences to the baseline, exact tests corrected over the
 * table. Nothing is dropped: a run that diverged or failed keeps its place with null.
 */
import { equivalence, holm, mean, pearson, signFlipTest, tInterval } from '@apical/numerics';
import type { ComparisonResult, ComparisonRow, Interval, MetricSpec } from '@apical/core';
import type { Outcome } from './outcomes.js';

/** What the rows of one comparison have in common. */
export interface RowSettings {
  /** Labels in the order of the table. */
  readonly schemes: readonly string[];
  readonly baseline: string;
  readonly headline: string;
  /** Difference that counts as equal; null: no claim of equality. */
  readonly margin: number | null;
}
/** Fewer pairs than this have no p-value: the smallest possible with 4 is 0.125. */
export const leastPairs = 5;

/** 95 %; the bounds of fewer than two values are NaN. */
function interval(values: readonly number[]): Interval {
  if (values.length < 2) return { mean: mean(values), low: NaN, high: NaN };
  return tInterval(values);
}
/** One row a scheme. Interrupted runs and runs that were never started are left out of `values` and `runs`. */
export function comparisonRows(outcomes: readonly Outcome[], settings: RowSettings): ComparisonRow[] {
  const { schemes, baseline, headline } = settings;
  const scores = new Map(schemes.map(scheme => [scheme, scoresOf(scheme, outcomes, headline)]));
  const reference = scores.get(baseline) ?? {};
  const rows = schemes.map((scheme): ComparisonRow => {
    const values = scores.get(scheme)!;
    const ended = finite(Object.values(values));
    const summaries = outcomes.flatMap(o =>
      o.config.label === scheme && o.result ? [o.result.summary] : [],
    );
    const average = (of: (summary: (typeof summaries)[number]) => number): number =>
      summaries.length ? mean(summaries.map(of)) : NaN;
    const runs = Object.keys(values).length;
    const difference = scheme === baseline ? undefined : differenceOf(values, reference, settings.margin);
    return {
      scheme,
      values,
      runs,
      failures: runs - ended.length,
      ...(ended.length ? { estimate: interval(ended) } : {}),
      ...(difference ? { difference } : {}),
      secondsPerRun: average(s => s.seconds),
      macsPerSample: average(s => s.cost.macsPerSample),
    };
  });
  return corrected(rows);
}
const finite = (values: readonly (number | null)[]): number[] => values.filter(v => v !== null);

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

function differenceOf(own: Scores, reference: Scores, margin: number | null): ComparisonRow['difference'] {
  const pairs = Object.keys(own).flatMap((seed): [number, number][] => {
    const [a, b] = [own[seed], reference[seed]];
    return typeof a === 'number' && typeof b === 'number' ? [[a, b]] : [];
  });
  const n = pairs.length;
  if (n === 0) return undefined;
  const differences = pairs.map(([a, b]) => a - b);
  const correlation = n > 2 ? pearson(...columns(pairs)) : NaN;
  return {
    ...interval(differences),
    n,
    ...(n >= leastPairs ? { p: signFlipTest(differences).p } : {}),
    ...(Number.isFinite(correlation) ? { correlation } : {}),
    ...(margin !== null && n > 1
      ? { equivalence: equivalence(differences, margin).equivalent ? 'equivalent' : 'not shown' }
      : {}),
  };
}
const columns = (pairs: readonly [number, number][]): [number[], number[]] => [
  pairs.map(([a]) => a),
  pairs.map(([, b]) => b),
];
/** The family is every comparison that the table shows a p-value for. */
function corrected(rows: readonly ComparisonRow[]): ComparisonRow[] {
  const tested = rows.flatMap((row, k) =>
    row.difference?.p === undefined ? [] : [{ k, p: row.difference.p }],
  );
  const adjusted = holm(tested.map(({ p }) => p));
  const out = [...rows];
  tested.forEach(({ k }, i) => {
    const row = rows[k]!;
    out[k] = { ...row, difference: { ...row.difference!, pHolm: adjusted[i]! } };
  });
  return out;
}
/**
 * Does the baseline beat the control? `difference` is control minus baseline over common seeds: its 95 % interval must
 * lie on the side that is worse. Where there is no interval, nothing is shown and the control is not beaten.
 */
export function controlCheck(
  rows: readonly ComparisonRow[],
  control: string,
  better: MetricSpec['better'],
): NonNullable<ComparisonResult['control']> {
  const found = rows.find(row => row.scheme === control)?.difference;
  const difference = found
    ? { mean: found.mean, low: found.low, high: found.high }
    : { mean: NaN, low: NaN, high: NaN };
  return {
    scheme: control,
    difference,
    beaten: better === 'lower' ? difference.low > 0 : difference.high < 0,
  };
}
