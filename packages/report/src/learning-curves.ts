/** Learning curves: thin lines of seeds, their mean, and its 95 % t-interval as a band; one figure a metric. */
import type { SplitName } from '@apical/core';
import { csv } from './escape.js';
import {
  colourOf,
  epochAxis,
  extent,
  failedShape,
  figureSpec,
  shapeOf,
  type FigurePlan,
  type Scene,
  type Spec,
} from './figure.js';
import { withUnit } from './format.js';
import { collect, onSplit, thin, type Series } from './series.js';
import { slug } from './escape.js';

const width = 480;
const height = 300;
/** So many points of seed lines in one figure, whatever the number of runs and epochs. */
const pointBudget = 8000;

interface Range {
  readonly domain: [number, number];
  readonly log: boolean;
}
/** From what ended; a band may widen it by half, so that three seeds do not flatten every line. */
function valueRange(all: readonly Series[], lowerIsBetter: boolean): Range {
  const good = all.flatMap(s => s.seeds.filter(l => !l.failed));
  const lines = good.length ? good : all.flatMap(s => s.seeds);
  const values = lines.flatMap(l => l.points.flatMap(p => (Number.isFinite(p.value) ? [p.value] : [])));
  // Where every run diverged the last values say nothing but "infinite".
  const sorted = [...values].sort((a, b) => a - b);
  const kept = good.length ? values : sorted.slice(0, Math.max(1, Math.ceil(0.9 * sorted.length)));
  const [low, high] = extent(kept);
  if (lowerIsBetter && sorted.length > 0 && low > 0 && high / low >= 20) {
    const room = (high / low) ** 0.04;
    return { domain: [low / room, high * room], log: true };
  }
  const room = (high - low) / 2;
  const bands = all.flatMap(s => s.means.flatMap(m => (m.low === undefined ? [] : [m.low, m.high!])));
  const [bandLow, bandHigh] = bands.length ? extent([...bands, low, high]) : [low, high];
  return { domain: [Math.max(bandLow, low - room), Math.min(bandHigh, high + room)], log: false };
}
const finiteOrNull = (value: number): number | null => (Number.isFinite(value) ? value : null);
/** Panels of one metric: validation with train dashed, or two figures where many schemes would make a thicket. */
export function learningCurves(scene: Scene, metric: string): readonly FigurePlan[] {
  const found = (['validation', 'train'] as const).filter(split =>
    scene.runs.some(r => r.told.some(onSplit(metric, split))),
  );
  const together = found.length === 2 && scene.styles.length <= 4;
  return together
    ? [curves(scene, metric, found)]
    : found.map(split => curves(scene, metric, [split], found.length > 1));
}
function curves(scene: Scene, metric: string, splits: readonly SplitName[], nameSplit = false): FigurePlan {
  const spec = scene.metrics[metric];
  const labels = scene.styles.map(s => s.label);
  const display = new Map(scene.styles.map(s => [s.label, s.display]));
  const bySplit = splits.map(split => ({
    split,
    series: collect(scene.runs, labels, onSplit(metric, split)),
  }));
  const all = bySplit.flatMap(s => s.series);
  const { domain, log } = valueRange(all, spec?.better !== 'higher');
  const lineCount = Math.max(
    1,
    all.reduce((n, s) => n + s.seeds.length, 0),
  );
  const perLine = Math.max(24, Math.min(160, Math.floor(pointBudget / lineCount)));
  const inDomain = (v: number) => (log ? Math.max(v, domain[0]) : v);

  const seeds: Record<string, string | number | boolean | null>[] = [];
  const means: Record<string, string | number | boolean | null>[] = [];
  const crosses: Record<string, string | number>[] = [];
  const table: Record<string, string | number | null>[] = [];
  for (const { split, series } of bySplit)
    series.forEach((s, k) => {
      const scheme = display.get(s.scheme)!;
      for (const line of s.seeds) {
        for (const p of thin(line.points, perLine)) {
          seeds.push({ scheme, split, seed: line.seed, epoch: p.epoch, value: finiteOrNull(p.value) });
          table.push({
            scheme: s.scheme,
            split,
            seed: line.seed,
            epoch: p.epoch,
            value: finiteOrNull(p.value),
          });
        }
        const last = line.failed ? line.points.findLast(p => Number.isFinite(p.value)) : undefined;
        if (last && split === splits[0])
          crosses.push({
            scheme,
            epoch: last.epoch,
            value: Math.min(domain[1], Math.max(domain[0], last.value)),
          });
      }
      const points = thin(s.means, 160);
      const every = Math.max(1, Math.round(points.length / 6));
      points.forEach((p, i) => {
        const band = p.low === undefined ? {} : { low: inDomain(p.low), high: inDomain(p.high!) };
        const inside = p.mean >= domain[0] && p.mean <= domain[1];
        const marked =
          inside && (i % every === Math.floor((k * every) / series.length) || points.length === 1);
        means.push({ scheme, split, epoch: p.epoch, value: p.mean, ...band, marked });
        table.push({
          scheme: s.scheme,
          split,
          epoch: p.epoch,
          value: p.mean,
          low: p.low ?? null,
          high: p.high ?? null,
          n: p.n,
        });
      });
    });

  // Twenty thin lines would hide the band behind them.
  const faint = Math.max(0.12, Math.min(0.45, 2.2 / Math.max(1, ...all.map(s => s.seeds.length))));
  const manySeeds = all.some(s => s.seeds.length > 1);
  const x = epochAxis(all.flatMap(s => s.seeds.flatMap(l => [l.points[0]!.epoch, l.points.at(-1)!.epoch])));
  const splitText = splits.length === 1 ? `${splits[0]} ` : '';
  const y: Spec = {
    field: 'value',
    type: 'quantitative',
    title: withUnit(splitText + metric, spec?.unit ?? '') + (log ? ', log scale' : ''),
    scale: log ? { type: 'log', domain, nice: false } : { domain, nice: true, zero: false },
    axis: log ? { format: '~g', tickCount: 6 } : { tickCount: 6 },
  };
  const dash: Spec =
    splits.length > 1
      ? {
          strokeDash: {
            field: 'split',
            type: 'nominal',
            scale: { domain: splits, range: [[], [5, 3]] },
            legend: {
              title: null,
              symbolType: 'stroke',
              symbolSize: 500,
              symbolOpacity: 1,
              symbolStrokeColor: '#222222',
            },
          },
        }
      : {};
  const { styles } = scene;
  const layer: Spec[] = [
    {
      data: { name: 'means' },
      transform: [{ filter: `datum.split === "${splits[0]!}" && isValid(datum.low)` }],
      mark: { type: 'area', opacity: 0.16, clip: true },
      encoding: { x, y: { ...y, field: 'low' }, y2: { field: 'high' }, color: colourOf(styles, width) },
    },
    ...(manySeeds || all.every(s => s.means.length === 0)
      ? [
          {
            data: { name: 'seeds' },
            mark: { type: 'line', strokeWidth: 0.7, opacity: faint, clip: true },
            encoding: {
              x,
              y,
              color: colourOf(styles, width),
              detail: [{ field: 'seed' }, { field: 'split' }],
              ...dash,
            },
          },
        ]
      : []),
    {
      data: { name: 'means' },
      mark: { type: 'line', strokeWidth: 2.2, clip: true },
      encoding: { x, y, color: colourOf(styles, width), detail: { field: 'split' }, ...dash },
    },
    {
      data: { name: 'means' },
      transform: [{ filter: 'datum.marked' }],
      mark: { type: 'point', filled: true, size: 55, opacity: 1 },
      encoding: { x, y, color: colourOf(styles, width), shape: shapeOf(styles, width) },
    },
    {
      data: { name: 'failed' },
      mark: { type: 'point', shape: failedShape, size: 90, strokeWidth: 2.2, opacity: 1 },
      encoding: { x, y, color: colourOf(styles, width) },
    },
  ];
  const isHeadline = metric === scene.headline;
  const caption = [
    manySeeds
      ? 'Thick line: mean over seeds; thin lines: single seeds' +
        (means.some(m => 'low' in m)
          ? `; band: 95 % t-interval of the mean${splits.length > 1 ? ` (${splits[0]!})` : ''}.`
          : '.')
      : 'One line a run; a single seed has no interval.',
    splits.length > 1 ? 'Solid: validation; dashed: train.' : '',
    crosses.length
      ? 'Crosses: where a diverged or failed run ended (at the edge when beyond the axis); no part of the mean.'
      : '',
    scene.runs.some(r => r.run.summary.status === 'stopped')
      ? 'A run that was stopped early counts with its last value afterwards.'
      : '',
    log ? 'Logarithmic axis.' : '',
  ];
  return {
    name: slug(`learning-curves${isHeadline ? '' : `-${metric}`}${nameSplit ? `-${splits[0]!}` : ''}`),
    title: `Learning curves: ${metric}${splits.length === 1 ? ` on the ${splits[0]!} split` : ''}`,
    caption: caption.filter(Boolean).join(' '),
    wide: false,
    csv: csv(['scheme', 'split', 'epoch', 'seed', 'value', 'low', 'high', 'n'], table),
    spec: figureSpec({
      width,
      height,
      datasets: { seeds, means, failed: crosses },
      layer,
    }),
  };
}
/** The headline first, then the loss where it is another metric. */
export const curveMetrics = (scene: Scene): readonly string[] => {
  const told = new Set(
    scene.runs.flatMap(r => r.told.filter(t => t.split !== undefined && t.split !== 'test').map(t => t.name)),
  );
  return [...new Set([scene.headline, 'loss'])].filter(name => told.has(name));
};
