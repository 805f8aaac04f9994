/** The verdict table as text for a terminal and as Markdown. Both are built from the same columns. */
import type { ComparisonResult, ComparisonRow } from '@apical/core';
import { escapeMarkdown, plainLine, shorten, shortenAll } from './escape.js';
import { cardOfComparison, fairnessText } from './fairness-section.js';
import {
  differenceSuffix,
  formatCount,
  formatDifference,
  formatEstimate,
  formatP,
  formatSeconds,
  missing,
  significant,
  withUnit,
} from './format.js';
import { rerunLines } from './reruns.js';

export interface Column {
  readonly head: string;
  /** What the head means, where it is short. */
  readonly doc: string;
  readonly cell: (row: ComparisonRow) => string;
  /** To sort by; absent for text. */
  readonly sort?: (row: ComparisonRow) => number | undefined;
}
const tableWidth = 100;

/** Columns after the scheme's name; those that would be empty in every row are left out. */
export function columnsOf(result: ComparisonResult, full: boolean): readonly Column[] {
  const { rows, baseline, metric, headline } = result;
  const isBase = (r: ComparisonRow) => r.scheme === baseline;
  const has = (test: (r: ComparisonRow) => unknown) => rows.some(test);
  const differs = has(r => r.difference);
  const unit = differenceSuffix(metric.unit).trim();
  const optional = (wanted: unknown, ...columns: Column[]): Column[] => (wanted ? columns : []);
  const margin = result.experiment.margin;
  return [
    {
      head: 'n',
      doc: 'Runs that ended, of those started where some did not.',
      cell: r => (r.failures > 0 ? `${r.runs - r.failures}/${r.runs}` : String(r.runs)),
      sort: r => r.runs - r.failures,
    },
    {
      head: withUnit(`test ${headline}`, metric.unit),
      doc: `Mean over seeds ± half of its 95 % t-interval. ${metric.better === 'lower' ? 'Lower' : 'Higher'} is better.`,
      cell: r => formatEstimate(r.estimate),
      sort: r => r.estimate?.mean,
    },
    ...optional(
      has(r => r.estimateAtChance),
      {
        head: 'failed at chance',
        doc: 'The same with runs that failed counted as an answer that knows nothing.',
        cell: r => (r.failures ? formatEstimate(r.estimateAtChance) : ''),
        sort: r => r.estimateAtChance?.mean,
      },
    ),
    ...optional(differs, {
      head: `minus ${plainLine(baseline)}${unit ? ` (${unit})` : ''}`,
      doc: 'Mean difference over common seeds in which both runs ended; the t-intervals of the table hold together at 95 %.',
      cell: r => (isBase(r) ? 'baseline' : formatDifference(r.difference)),
      sort: r => (isBase(r) ? 0 : r.difference?.mean),
    }),
    ...optional(
      has(r => r.difference?.p !== undefined),
      {
        head: 'p',
        doc: 'Exact sign-flip test of the paired differences, two-sided; where runs failed, of ranks, failures being the worst.',
        cell: r => formatP(r.difference?.p),
        sort: r => r.difference?.p,
      },
    ),
    ...optional(
      has(r => r.difference?.pHolm !== undefined),
      {
        head: 'Holm p',
        doc: 'The same, corrected for the number of comparisons in this table.',
        cell: r => formatP(r.difference?.pHolm),
        sort: r => r.difference?.pHolm,
      },
    ),
    ...optional(full && has(r => r.difference?.correlation !== undefined), {
      head: 'correlation',
      doc: 'Correlation with the baseline over seeds: what pairing gains.',
      cell: r =>
        r.difference?.correlation === undefined ? missing : significant(r.difference.correlation, 2),
      sort: r => r.difference?.correlation,
    }),
    ...optional(margin !== null && has(r => r.difference?.equivalence), {
      head: full ? `equal within ${significant(margin ?? 0)}` : `±${significant(margin ?? 0)}`,
      doc: 'Two one-sided tests at 5 %: is the difference within the margin?',
      cell: r =>
        r.difference?.equivalence === undefined
          ? missing
          : r.difference.equivalence === 'equivalent'
            ? full
              ? 'yes'
              : 'equal'
            : 'not shown',
    }),
    ...optional(full, {
      head: 'failed',
      doc: 'Runs that diverged or failed; they have no score and are not in the mean.',
      cell: r => String(r.failures),
      sort: r => r.failures,
    }),
    {
      head: 'time/run',
      doc: 'Wall time of training and evaluation, mean over runs.',
      cell: r => formatSeconds(r.secondsPerRun),
      sort: r => r.secondsPerRun,
    },
    ...optional(full, {
      head: 'MACs/sample',
      doc: 'Multiply-accumulates of dense products per trained sample.',
      cell: r => formatCount(r.macsPerSample),
      sort: r => r.macsPerSample,
    }),
  ];
}
export const controlWords = {
  yes: 'beaten',
  no: 'NOT beaten',
  'too few': 'too few pairs to say whether beaten',
} as const;
const length = (text: string): number => Array.from(text).length;
const spaces = (n: number): string => ' '.repeat(Math.max(0, n));

function wrap(text: string, indent = '  '): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of plainLine(text).split(' ')) {
    const limit = tableWidth - (lines.length ? indent.length : 0);
    if (line && length(line) + 1 + length(word) > limit) {
      lines.push((lines.length ? indent : '') + line);
      line = word;
    } else line = line ? `${line} ${word}` : word;
  }
  return [...lines, (lines.length ? indent : '') + line];
}
/**
 * For a terminal: aligned, at most 100 characters wide (long labels lose their middle, then the columns of time and
 * p without correction are left out), with what a reader must know below it.
 */
export function comparisonTable(result: ComparisonResult): string {
  let columns = columnsOf(result, false);
  const body = (use: readonly Column[]) => {
    const cells = use.map(c => {
      const head = length(c.head) > 34 ? shorten(c.head, 34) : c.head;
      return [head, ...result.rows.map(c.cell)];
    });
    return { cells, widths: cells.map(c => Math.max(...c.map(length))) };
  };
  const rest = (use: readonly Column[]) => body(use).widths.reduce((sum, w) => sum + w + 2, 0);
  for (const drop of ['time/run', 'p']) {
    if (tableWidth - rest(columns) >= 12) break;
    columns = columns.filter(c => c.head !== drop);
  }
  const room = Math.max(8, Math.min(40, tableWidth - rest(columns)));
  const labels = [
    'scheme',
    ...shortenAll(
      result.rows.map(r => r.scheme),
      room,
    ),
  ];
  const { cells, widths } = body(columns);
  const labelWidth = Math.max(...labels.map(length));
  const lines = labels.map((label, i) =>
    [
      label + spaces(labelWidth - length(label)),
      ...cells.map((c, k) => spaces(widths[k]! - length(c[i]!)) + c[i]!),
    ].join('  '),
  );
  lines.splice(1, 0, '─'.repeat(length(lines[0]!)));
  const below = [
    `paired: ${result.paired.yes ? 'yes' : 'NO'}${result.paired.yes ? '' : ` (${result.paired.evidence.join('; ')})`}`,
    ...(result.control
      ? [
          `control ${result.control.scheme}: ${controlWords[result.control.beaten]} by ${result.baseline} (control minus baseline ${formatDifference(result.control.difference)})`,
        ]
      : []),
    ...result.notes,
    ...fairnessText(
      cardOfComparison(result),
      result.rows.map(r => r.scheme),
    ),
    ...rerunLines(result),
    ...result.failed.map(f => `failed: ${f.id.scheme} seed ${f.id.seed}: ${f.message}`),
  ];
  return [...lines, '', ...below.flatMap(t => wrap(t))].join('\n') + '\n';
}
/** A table for documents, with the hash that made it. */
export function markdownTable(result: ComparisonResult): string {
  const columns = columnsOf(result, true);
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return (
    [
      line(['scheme', ...columns.map(c => escapeMarkdown(c.head))]),
      line(['---', ...columns.map(() => '---:')]),
      ...result.rows.map(r =>
        line([escapeMarkdown(r.scheme), ...columns.map(c => escapeMarkdown(c.cell(r)))]),
      ),
      '',
      [
        `Mean ± half of the 95 % t-interval over seeds; differences over common seeds, with intervals that hold together at 95 %; paired: ${result.paired.yes ? 'yes' : 'no'}.`,
        ...[...rerunLines(result), ...result.notes].map(n => `${escapeMarkdown(n)}.`),
        `Config ${escapeMarkdown(result.hash)}, version ${escapeMarkdown(result.environment.version)}.`,
      ].join(' '),
    ].join('\n') + '\n'
  );
}
