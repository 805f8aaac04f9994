/** What a comparison showed, in plain words: one sentence for the baseline, one clause a scheme. */
import type { ComparisonResult, ComparisonRow, Interval } from '@apical/core';
import { plainLine } from './escape.js';
import {
  differenceSuffix,
  formatBounds,
  formatEstimate,
  formatPEquals,
  significant,
  unitSuffix,
} from './format.js';

export interface Verdict {
  /** The baseline, and what must be known before anything else is believed. */
  readonly lead: string;
  /** One clause for each other scheme. */
  readonly clauses: readonly string[];
}
const runsOf = (n: number): string => `${n} ${n === 1 ? 'run' : 'runs'}`;

function differenceClause(row: ComparisonRow, result: ComparisonResult): string {
  const scheme = plainLine(row.scheme);
  const lost = row.failures > 0 ? `${row.failures} of ${runsOf(row.runs)} failed` : '';
  const { difference } = row;
  if (row.failures > 0 && row.failures >= row.runs) return `${scheme} gave no result: every run failed`;
  if (!difference || !Number.isFinite(difference.mean))
    return `${scheme} shares no finished seed with the baseline${lost ? ` (${lost})` : ''}`;
  const { low, high, p, pHolm, atChance } = difference;
  const suffix = differenceSuffix(result.metric.unit);
  const bounds = formatBounds(difference);
  const interval = Number.isFinite(low) && high > low;
  const tested = pHolm ?? p;
  const pairs = difference.n + difference.failed;
  const numbers = [
    interval ? `interval ${bounds.low} to ${bounds.high}${suffix}` : '',
    tested === undefined
      ? `${pairs} ${pairs === 1 ? 'pair' : 'pairs'}, no test`
      : formatPEquals(tested) + (pHolm === undefined ? '' : ' after Holm'),
    lost,
  ].filter(Boolean);
  const equal =
    difference.equivalence === 'equivalent' && result.experiment.margin !== null
      ? `equal within ${significant(result.experiment.margin)}${suffix}`
      : '';
  const yet = equal ? `, yet ${equal}` : '';
  const apart = (by: Interval): string => {
    const worse = result.metric.better === 'lower' ? by.mean > 0 : by.mean < 0;
    return `${formatBounds(by).mean.replace(/^−/, '')}${suffix} ${worse ? 'worse' : 'better'}`;
  };
  const words: Readonly<Record<typeof difference.decision, () => string>> = {
    better: () => `${scheme} is ${apart(difference)}${yet}`,
    worse: () => `${scheme} is ${apart(difference)}${yet}`,
    'not shown': () => `${scheme} is ${equal || 'not shown to differ'}`,
    'too few': () =>
      `${scheme} is ${difference.mean === 0 ? 'equal' : apart(difference)} on average${yet}; ` +
      `${pairs} ${pairs === 1 ? 'pair is' : 'pairs are'} too few to decide`,
    'bounds disagree': () =>
      `of ${scheme} nothing follows: without the runs that failed it is ${apart(difference)}` +
      (atChance ? `, with them at chance ${apart(atChance)}` : ', and the failures point the other way'),
  };
  return `${words[difference.decision]()} (${numbers.join(', ')})`;
}
export function verdictOf(result: ComparisonResult): Verdict {
  const base = result.rows.find(r => r.scheme === result.baseline);
  const name = plainLine(result.baseline);
  const reached =
    base?.estimate && Number.isFinite(base.estimate.mean)
      ? `${name} reaches ${formatEstimate(base.estimate)}${unitSuffix(result.metric.unit)} test ${result.headline}`
      : `${name}, the baseline, gave no result`;
  const lost = base && base.failures > 0 ? ` (${base.failures} of ${base.runs} runs failed)` : '';
  const control = result.control;
  const controlText =
    control?.beaten === 'no'
      ? `; it does NOT beat the control ${plainLine(control.scheme)}, so nothing follows about learning in the hidden layers`
      : control?.beaten === 'too few'
        ? `; so few pairs cannot say whether it beats the control ${plainLine(control.scheme)}`
        : '';
  const clauses = result.rows.filter(r => r.scheme !== result.baseline).map(r => differenceClause(r, result));
  return { lead: reached + lost + controlText, clauses };
}
/** The verdict as one sentence. */
export function verdict(result: ComparisonResult): string {
  const { lead, clauses } = verdictOf(result);
  return `${[lead, ...clauses].join('; ')}.`;
}
