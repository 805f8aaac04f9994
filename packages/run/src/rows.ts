/** Metric rows as lines of JSON, as columns of a table, and as the record an `epoch-ended` event carries. */
import { ApicalError } from '@apical/core';
import type { MetricRow } from '@apical/core';

/** `validation/error`, `alignment/angle-to-bp/layer1` */
export const columnOf = ({ split, probe, name, layer }: Omit<MetricRow, 'value'>): string =>
  [split ?? probe, name, layer === undefined ? undefined : `layer${layer}`]
    .filter(p => p !== undefined)
    .join('/');

/** Without those of single samples. */
export const metricsOf = (rows: readonly MetricRow[]): Readonly<Record<string, number>> =>
  Object.fromEntries(rows.flatMap(r => (r.sample === undefined ? [[columnOf(r), r.value]] : [])));

/** One line a row, NaN as null. */
export const linesOf = (rows: readonly MetricRow[]): string =>
  rows.map(r => `${JSON.stringify(r)}\n`).join('');
/** Throws `APICAL_METRICS` naming file and line. */
export function rowsOf(text: string, file: string): MetricRow[] {
  return text
    .split('\n')
    .slice(0, -1)
    .map((line, k) => {
      try {
        const row = JSON.parse(line) as Omit<MetricRow, 'value'> & { readonly value: number | null };
        return { ...row, value: row.value ?? NaN };
      } catch (error) {
        throw new ApicalError(
          'APICAL_METRICS',
          `${file}:${k + 1} is not a line of JSON: ${line.slice(0, 80)}`,
          {
            at: `${file}:${k + 1}`,
            cause: error,
          },
        );
      }
    });
}
/** Wide: one line an epoch, an empty field where nothing was measured. Rows of single samples are left out. */
export function tableOf(all: readonly MetricRow[]): string {
  const rows = all.filter(r => r.sample === undefined);
  const columns = [...new Set(rows.map(columnOf))];
  const epochs = new Map<number, { update: number; values: Map<string, number> }>();
  for (const row of rows) {
    const line = epochs.get(row.epoch) ?? { update: row.update, values: new Map<string, number>() };
    line.update = Math.max(line.update, row.update);
    line.values.set(columnOf(row), row.value);
    epochs.set(row.epoch, line);
  }
  const field = (value: number | undefined): string =>
    value === undefined || Number.isNaN(value) ? '' : String(value);
  const quoted = (name: string): string => (/[",\n]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name);
  const lines = [...epochs].map(([epoch, { update, values }]) =>
    [epoch, update, ...columns.map(c => field(values.get(c)))].join(','),
  );
  return `${[['epoch', 'update', ...columns.map(quoted)].join(','), ...lines].join('\n')}\n`;
}
