/** Final scores on the test split: every seed a dot, mean and 95 % t-interval; one row a scheme. */
import type { ComparisonResult } from '@apical/core';
import { csv } from './escape.js';
import {
  beyond,
  colourOf,
  extent,
  failedShape,
  farOff,
  figureSpec,
  shapeOf,
  type FigurePlan,
  type Scene,
  type Spec,
} from './figure.js';
import { formatEstimate, withUnit } from './format.js';

const width = 330;
/** Room for the numbers at the right. */
const textWidth = 84;
const rowHeight = 44;

/** Spread over [-1, 1] where values lie close, in order of value, so that dots do not hide one another. */
function spread(values: readonly number[], range: number): readonly number[] {
  const near = range / 40;
  const order = values.map((_, i) => i).sort((a, b) => values[a]! - values[b]! || a - b);
  const offsets = values.map(() => 0);
  const lanes = [0, -1, 1, -0.5, 0.5];
  const lastInLane = lanes.map(() => -Infinity);
  for (const i of order) {
    const free = lastInLane.findIndex(v => values[i]! - v >= near);
    const lane = free >= 0 ? free : lastInLane.indexOf(Math.min(...lastInLane));
    lastInLane[lane] = values[i]!;
    offsets[i] = lanes[lane]!;
  }
  return offsets;
}
export function finalScores(scene: Scene, result: ComparisonResult): FigurePlan {
  const dots: Record<string, string | number>[] = [];
  const means: Record<string, string | number>[] = [];
  const failed: Record<string, string | number>[] = [];
  const table: Record<string, string | number | null>[] = [];
  const groups = result.rows
    .map(r => ({
      label: r.scheme,
      values: Object.values(r.values).filter((v): v is number => v !== null && Number.isFinite(v)),
    }))
    .filter(g => g.values.length > 0);
  const off = farOff(groups);
  const finite = groups.filter(g => !off.has(g.label)).flatMap(g => g.values);
  const [low, high] = extent(finite);
  const room = (high - low) / 2;
  const seen: number[] = [...finite];
  for (const style of scene.styles) {
    const row = result.rows.find(r => r.scheme === style.label);
    if (!row) continue;
    const scheme = style.display;
    const seeds = Object.entries(row.values).sort((a, b) => Number(a[0]) - Number(b[0]));
    const good = seeds.filter((s): s is [string, number] => s[1] !== null && Number.isFinite(s[1]));
    const offsets = spread(
      good.map(s => s[1]),
      high - low,
    );
    good.forEach(([seed, value], i) => dots.push({ scheme, seed, value, offset: -9 + 5 * offsets[i]! }));
    for (const [seed, value] of seeds) table.push({ scheme: style.label, seed, value });
    // Extra failures are runs that left no value at all.
    const lost = Math.max(seeds.length - good.length, row.failures);
    for (let i = 0; i < lost; i++) {
      failed.push({ scheme, shift: 14 + 11 * Math.min(i, 6) });
    }
    if (row.estimate && Number.isFinite(row.estimate.mean)) {
      const { mean } = row.estimate;
      const interval = Number.isFinite(row.estimate.low) && row.estimate.high > row.estimate.low;
      const place = !off.has(style.label) ? 'inside' : mean < low ? 'left' : 'right';
      means.push({
        scheme,
        mean,
        place,
        text: formatEstimate(row.estimate),
        ...(interval ? { low: row.estimate.low, high: row.estimate.high } : {}),
      });
      if (interval && place === 'inside')
        seen.push(Math.max(row.estimate.low, low - room), Math.min(row.estimate.high, high + room));
      table.push({
        scheme: style.label,
        seed: 'mean',
        value: mean,
        low: interval ? row.estimate.low : null,
        high: interval ? row.estimate.high : null,
      });
    }
  }
  const [from, to] = extent(seen);
  const y: Spec = {
    field: 'scheme',
    type: 'nominal',
    title: null,
    sort: scene.styles.map(s => s.display),
    scale: { domain: scene.styles.map(s => s.display) },
    axis: { grid: false, ticks: false, domain: false, labelFontSize: 12, labelPadding: 8 },
  };
  const x: Spec = {
    field: 'value',
    type: 'quantitative',
    title: withUnit(`test ${result.headline}`, result.metric.unit),
    scale: { domain: [from - (to - from) * 0.03, to + (to - from) * 0.03], nice: true, zero: false },
    axis: { tickCount: 5 },
  };
  const { styles } = scene;
  const bar: Spec = { y, color: colourOf(styles), yOffset: { value: 32 } };
  // One row per scheme, dots in its upper and the interval in its lower half.
  const layer: Spec[] = [
    {
      data: { name: 'dots' },
      mark: { type: 'point', filled: true, size: 34, opacity: 0.6, clip: off.size > 0 },
      encoding: {
        x,
        y,
        yOffset: {
          field: 'offset',
          type: 'quantitative',
          scale: { domain: [-22, 22], range: [0, rowHeight], nice: false },
        },
        color: colourOf(styles),
        shape: shapeOf(styles),
      },
    },
    {
      data: { name: 'means' },
      transform: [{ filter: 'isValid(datum.low)' }],
      mark: { type: 'rule', strokeWidth: 2.5, clip: true },
      encoding: { ...bar, x: { ...x, field: 'low' }, x2: { field: 'high' } },
    },
    {
      data: { name: 'means' },
      transform: [{ filter: 'datum.place === "inside"' }],
      mark: { type: 'point', filled: true, size: 110, opacity: 1 },
      encoding: { ...bar, x: { ...x, field: 'mean' }, shape: shapeOf(styles) },
    },
    {
      data: { name: 'means' },
      mark: { type: 'text', align: 'left', baseline: 'middle' },
      encoding: { y, x: { value: width + 12 }, text: { field: 'text' } },
    },
    ...(['left', 'right'] as const).flatMap(side =>
      means.some(m => m['place'] === side)
        ? [
            {
              data: { name: 'means' },
              transform: [{ filter: `datum.place === "${side}"` }],
              mark: { type: 'point', shape: beyond[side], filled: true, size: 70, opacity: 1 },
              encoding: { ...bar, x: { value: side === 'left' ? 4 : width - 4 } },
            },
          ]
        : [],
    ),
    ...(failed.length
      ? [
          {
            data: { name: 'failed' },
            mark: { type: 'point', shape: failedShape, size: 60, strokeWidth: 2, opacity: 1 },
            encoding: {
              y,
              x: { value: width + textWidth },
              xOffset: {
                field: 'shift',
                type: 'quantitative',
                scale: { domain: [0, 100], range: [0, 100], nice: false },
              },
              color: colourOf(styles),
            },
          },
        ]
      : []),
  ];
  return {
    name: 'final-scores',
    title: `Test ${result.headline} of every seed`,
    caption:
      'Small symbols: one seed each, at the end of its run; large symbol and bar: mean and 95 % t-interval, also in numbers' +
      (off.size ? '; arrow: beyond the axis' : '') +
      (failed.length ? '; crosses at the right: runs that diverged or failed and have no score.' : '.') +
      ` ${result.metric.better === 'lower' ? 'Lower' : 'Higher'} is better.`,
    wide: false,
    csv: csv(['scheme', 'seed', 'value', 'low', 'high'], table),
    spec: figureSpec({
      width,
      height: { step: rowHeight },
      datasets: { dots, means, failed },
      layer,
    }),
  };
}
