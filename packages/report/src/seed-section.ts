/** The score of every run, and the epochs at which validation was best. */
import type { ComparisonResult } from '@apical/core';
import type { Scene } from './figure.js';
import { missing, significant, unitSuffix } from './format.js';
import { markup, section, table, type Html } from './page.js';
import { estimateOf, swatch } from './sections.js';

export function seedSection(scene: Scene, result: ComparisonResult): Html {
  const seeds = [...new Set(result.rows.flatMap(r => Object.keys(r.values)))].sort(
    (a, b) => Number(a) - Number(b),
  );
  const bestOf = (scheme: string) =>
    result.runs.filter(r => r.config.label === scheme).flatMap(r => (r.summary.best ? [r.summary.best] : []));
  const validation = `validation/${result.headline}`;
  const hasBest = result.rows.some(r => bestOf(r.scheme).length > 0);
  return section(
    'seeds',
    'Every run',
    table(
      `Test ${result.headline}${unitSuffix(result.metric.unit) ? ` in${unitSuffix(result.metric.unit)}` : ''}, by seed, at the end of the run`,
      [{ head: 'scheme' }, ...seeds.map(s => ({ head: `seed ${s}`, numeric: true }))],
      result.rows.map(row => [
        { text: swatch(scene, row.scheme) },
        ...seeds.map(seed => {
          const value = row.values[seed];
          const run = result.runs.find(r => r.config.label === row.scheme && String(r.config.seed) === seed);
          return value == null || !Number.isFinite(value)
            ? {
                text:
                  value === undefined
                    ? missing
                    : markup`<span class="bad">${run?.summary.status ?? 'failed'}</span>`,
              }
            : { text: significant(value, 4), value };
        }),
      ]),
    ),
    hasBest
      ? table(
          'Epoch with the best validation score, for information: test scores above are from the end of each run',
          [
            { head: 'scheme' },
            { head: `best validation ${result.headline}`, numeric: true },
            { head: 'reached at epoch (mean)', numeric: true },
            { head: 'epochs run', numeric: true },
          ],
          result.rows.map(row => {
            const best = bestOf(row.scheme);
            const epochs = result.runs.filter(r => r.config.label === row.scheme).map(r => r.summary.epochs);
            const mean = best.reduce((sum, b) => sum + b.epoch, 0) / best.length;
            return [
              { text: swatch(scene, row.scheme) },
              { text: estimateOf(best.map(b => b.metrics[validation] ?? b.metrics[result.headline] ?? NaN)) },
              { text: best.length ? significant(mean, 3) : missing, value: mean },
              {
                text:
                  epochs.length === 0
                    ? missing
                    : [...new Set([Math.min(...epochs), Math.max(...epochs)])].join(' to '),
                value: Math.max(...epochs),
              },
            ];
          }),
        )
      : '',
  );
}
