/** Forest plot: paired differences to the baseline, seed by seed and with their interval. */
import type { ComparisonResult } from '@apical/core';
import { csv } from './escape.js';
import {
  beyond,
  colourOf,
  farOff,
  figureSpec,
  shapeOf,
  type FigurePlan,
  type Scene,
  type Spec,
} from './figure.js';
import { differenceSuffix, formatDifference, formatPEquals } from './format.js';

const width = 290;
const rowHeight = 40;

/** Seed by seed, over the seeds both have. */
export function seedDifferences(
  result: ComparisonResult,
  scheme: string,
): readonly { seed: string; value: number }[] {
  const base = result.rows.find(r => r.scheme === result.baseline);
  const row = result.rows.find(r => r.scheme === scheme);
  if (!base || !row) return [];
  return Object.keys(row.values)
    .sort((a, b) => Number(a) - Number(b))
    .flatMap(seed => {
      const value = row.values[seed];
      const other = base.values[seed];
      return value == null || other == null || !Number.isFinite(value - other)
        ? []
        : [{ seed, value: value - other }];
    });
}
/** Undefined where there is nothing to compare. */
export function differences(scene: Scene, result: ComparisonResult): FigurePlan | undefined {
  const styles = scene.styles.filter(s => s.label !== result.baseline);
  const dots: Record<string, string | number>[] = [];
  const bars: Record<string, string | number>[] = [];
  const table: Record<string, string | number | null>[] = [];
  for (const style of styles) {
    const difference = result.rows.find(r => r.scheme === style.label)?.difference;
    if (!difference || !Number.isFinite(difference.mean)) continue;
    const scheme = style.display;
    const { mean, low, high } = difference;
    const interval = Number.isFinite(low) && high > low;
    const p = difference.pHolm ?? difference.p;
    bars.push({
      scheme,
      mean,
      ...(interval ? { low, high } : {}),
      text: `${formatDifference(difference)}${p === undefined ? '' : `\u00a0\u00a0\u00a0${formatPEquals(p)}`}`,
    });
    table.push({
      scheme: style.label,
      seed: 'mean',
      difference: mean,
      low,
      high,
      p: difference.p ?? null,
      pHolm: difference.pHolm ?? null,
    });
    for (const d of seedDifferences(result, style.label)) {
      dots.push({ scheme, value: d.value });
      table.push({ scheme: style.label, seed: d.seed, difference: d.value });
    }
  }
  if (bars.length === 0) return undefined;
  const shown = styles.filter(s => bars.some(b => b['scheme'] === s.display));
  const margin = result.experiment.margin;
  const valuesOf = (scheme: unknown) => [
    ...dots.filter(d => d['scheme'] === scheme).map(d => d['value'] as number),
    ...bars.filter(b => b['scheme'] === scheme).map(b => b['mean'] as number),
  ];
  const off = farOff([
    { label: '\u0000zero', values: [0] },
    ...bars.map(b => ({ label: b['scheme'] as string, values: [0, ...valuesOf(b['scheme'])] })),
  ]);
  const near = bars.filter(b => !off.has(b['scheme'] as string));
  const centre = [0, ...near.flatMap(b => valuesOf(b['scheme']))];
  const low0 = Math.min(...centre);
  const high0 = Math.max(...centre);
  const room = (high0 - low0) / 2 || 1;
  const bounds = near.flatMap(b => ('low' in b ? [b['low'] as number, b['high'] as number] : []));
  const wanted = [...bounds, ...(margin ? [-margin, margin] : [])];
  const low = Math.max(low0 - room, Math.min(low0, ...wanted));
  const high = Math.min(high0 + room, Math.max(high0, ...wanted));
  const better = result.metric.better === 'lower' ? '← better · worse →' : '← worse · better →';
  const unit = differenceSuffix(result.metric.unit).trim();
  const y: Spec = {
    field: 'scheme',
    type: 'nominal',
    title: null,
    sort: shown.map(s => s.display),
    scale: { domain: shown.map(s => s.display) },
    axis: { grid: false, ticks: false, domain: false, labelFontSize: 12, labelPadding: 8 },
  };
  const x: Spec = {
    field: 'mean',
    type: 'quantitative',
    title: [
      `difference in test ${result.headline} to ${scene.styles.find(s => s.label === result.baseline)?.display ?? 'baseline'}` +
        (unit ? ` (${unit})` : ''),
      better,
    ],
    scale: { domain: [low - (high - low) * 0.05, high + (high - low) * 0.05], nice: true, zero: false },
    axis: { tickCount: 5 },
  };
  const inside = bars.map(b => ({ ...b, inside: !off.has(b['scheme'] as string) }));
  const arrow = (side: 'left' | 'right'): Spec[] =>
    bars.some(b => off.has(b['scheme'] as string) && (b['mean'] as number) < 0 === (side === 'left'))
      ? [
          {
            data: { name: 'differences' },
            transform: [{ filter: `!datum.inside && datum.mean ${side === 'left' ? '<' : '>='} 0` }],
            mark: { type: 'point', shape: beyond[side], filled: true, size: 70, opacity: 1, yOffset: 4 },
            encoding: { x: { value: side === 'left' ? 4 : width - 4 }, y, color: colourOf(scene.styles) },
          },
        ]
      : [];
  const layer: Spec[] = [
    ...(margin
      ? [
          {
            data: { values: [{ low: -margin, high: margin }] },
            mark: { type: 'rect', color: '#009E73', opacity: 0.13, clip: true },
            encoding: { x: { ...x, field: 'low' }, x2: { field: 'high' } },
          },
        ]
      : []),
    {
      data: { values: [{ zero: 0 }] },
      mark: { type: 'rule', color: '#222222', strokeWidth: 1.2 },
      encoding: { x: { ...x, field: 'zero' } },
    },
    {
      data: { name: 'seeds' },
      mark: { type: 'tick', thickness: 1.2, size: 11, opacity: 0.6, clip: true, yOffset: -10 },
      encoding: { x: { ...x, field: 'value' }, y, color: colourOf(scene.styles) },
    },
    {
      data: { name: 'differences' },
      transform: [{ filter: 'isValid(datum.low)' }],
      mark: { type: 'rule', strokeWidth: 2.5, clip: true, yOffset: 4 },
      encoding: { x: { ...x, field: 'low' }, x2: { field: 'high' }, y, color: colourOf(scene.styles) },
    },
    {
      data: { name: 'differences' },
      mark: { type: 'point', filled: true, size: 110, opacity: 1, yOffset: 4 },
      transform: [{ filter: 'datum.inside' }],
      encoding: { x, y, color: colourOf(scene.styles), shape: shapeOf(scene.styles) },
    },
    ...arrow('left'),
    ...arrow('right'),
    {
      data: { name: 'differences' },
      mark: { type: 'text', align: 'left', baseline: 'middle', dy: 4 },
      encoding: { x: { value: width + 12 }, y, text: { field: 'text' } },
    },
  ];
  const tested = bars.some(b => String(b['text']).includes('p '));
  return {
    name: 'differences',
    title: `Differences to ${result.baseline}, ${result.paired.yes ? 'paired by seed' : 'same seeds, not paired'}`,
    caption: [
      'Symbol and bar: mean difference over common seeds and its t-interval (all together at 95 %), also in numbers at the right',
      tested ? ' with the p of the exact sign-flip test (two-sided, Holm-corrected)' : '',
      '; short ticks: the difference of each seed. Vertical line: no difference',
      margin ? `; green: the margin of ±${margin} within which schemes count as equal` : '',
      off.size ? '; arrow: beyond the axis' : '',
      '.',
    ].join(''),
    wide: false,
    csv: csv(['scheme', 'seed', 'difference', 'low', 'high', 'p', 'pHolm'], table),
    spec: figureSpec({
      width,
      height: { step: rowHeight },
      datasets: { differences: inside, seeds: dots },
      layer,
    }),
  };
}
