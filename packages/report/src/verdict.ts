/** What a comparison showed, in plain words: one sentence for the baseline, one clause a scheme. */
import type { ComparisonResult, ComparisonRow } from '@apical/core';
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
const significance = 0.05;

function differenceClause(row: ComparisonRow, result: ComparisonResult): string {
  const scheme = plainLine(row.scheme);
  const lost =
    row.failures > 0 ? `${row.failures} of ${row.runs} ${row.runs === 1 ? 'run' : 'runs'} failed` : '';
  const difference = row.difference;
  if (row.failures > 0 && row.failures >= row.runs) return `${scheme} gave no result: every run failed`;
  if (!difference || !Number.isFinite(difference.mean))
    return `${scheme} shares no finished seed with the baseline${lost ? ` (${lost})` : ''}`;
  const { mean, low, high, p, pHolm } = difference;
  const suffix = differenceSuffix(result.metric.unit);
  const bounds = formatBounds(difference);
  const size = bounds.mean.replace(/^−/, '');
  const worse = result.metric.better === 'lower' ? mean > 0 : mean < 0;
  const interval = Number.isFinite(low) && high > low;
  const equal =
    difference.equivalence === 'equivalent' && result.experiment.margin !== null
      ? `equal within ${significant(result.experiment.margin)}${suffix}`
      : '';
  const tested = pHolm ?? p;
  const apart = interval && (low > 0 || high < 0);
  const shown = apart && (tested === undefined || tested <= significance);
  const numbers = [
    interval ? `95 % interval ${bounds.low} to ${bounds.high}${suffix}` : '',
    tested === undefined
      ? `${difference.n} ${difference.n === 1 ? 'pair' : 'pairs'}, no test`
      : formatPEquals(tested) + (pHolm === undefined ? '' : ' after Holm'),
    lost,
  ].filter(Boolean);
  const words =
    mean === 0 && !interval
      ? `${scheme} is exactly equal to it`
      : apart
        ? `${scheme} is ${size}${suffix} ${worse ? 'worse' : 'better'}${shown ? '' : ', by its interval alone'}`
        : equal
          ? `${scheme} is ${equal}`
          : `${scheme} is not shown to differ`;
  return `${words}${apart && equal ? `, yet ${equal}` : ''} (${numbers.join(', ')})`;
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
    control && !control.beaten
      ? `; it does NOT beat the control ${plainLine(control.scheme)}, so nothing follows about learning in the hidden layers`
      : '';
  const clauses = result.rows.filter(r => r.scheme !== result.baseline).map(r => differenceClause(r, result));
  return { lead: reached + lost + controlText, clauses };
}
/** The verdict as one sentence. */
export function verdict(result: ComparisonResult): string {
  const { lead, clauses } = verdictOf(result);
  return `${[lead, ...clauses].join('; ')}.`;
}
