/**
 * What a probe told of single samples, as points: two layers of one row (`code/value/layer1` and `layer2`) are the axes, a
 * second row is the class. One panel a scheme, of the seed that comes first, at the last epoch.
 */
import type { FigureConfig, MetricRow } from '@apical/core';
import { palette } from './colours.js';
import { csv, slug } from './escape.js';
import { figureSpec, type FigurePlan, type Scene, type Spec } from './figure.js';
import { ended, type ToldRun } from './series.js';

/** Ten classes that can be told apart. */
const classColours = [...palette.slice(0, 9), '#777777'];
interface Dot {
  readonly scheme: string;
  readonly sample: number;
  readonly x: number;
  readonly y: number;
  readonly class: number | null;
}
function dotsOf({ run, samples }: ToldRun, probe: string, name: string, colour: string | undefined): Dot[] {
  const own = samples.filter(r => r.probe === probe);
  const epoch = own.reduce((last, r) => Math.max(last, r.epoch), -1);
  const bySample = new Map<number, Record<string, number>>();
  const put = (row: MetricRow, key: string): void => {
    const dot = bySample.get(row.sample!) ?? {};
    dot[key] = row.value;
    bySample.set(row.sample!, dot);
  };
  for (const row of own) {
    if (row.epoch !== epoch) continue;
    if (row.name === name && (row.layer === 1 || row.layer === 2)) put(row, row.layer === 1 ? 'x' : 'y');
    if (row.name === colour) put(row, 'class');
  }
  return [...bySample].flatMap(([sample, { x = NaN, y = NaN, class: k }]) =>
    Number.isFinite(x) && Number.isFinite(y)
      ? [{ scheme: run.config.label, sample, x, y, class: k === undefined ? null : k }]
      : [],
  );
}
/** Undefined where no run told any sample. */
export function scatterFigure(scene: Scene, figure: FigureConfig): FigurePlan | undefined {
  const [probe = '', name = ''] = figure.of.split('/');
  const shown: { readonly display: string; readonly seed: number; readonly dots: readonly Dot[] }[] = [];
  for (const { label, display } of scene.styles) {
    const runs = scene.runs
      .filter(r => r.run.config.label === label && ended(r.run))
      .sort((a, b) => a.run.config.seed - b.run.config.seed);
    for (const run of runs) {
      const dots = dotsOf(run, probe, name, figure.colour);
      if (dots.length === 0) continue;
      shown.push({ display, seed: run.run.config.seed, dots });
      break;
    }
  }
  if (shown.length === 0) return undefined;
  const classes = [...new Set(shown.flatMap(s => s.dots.flatMap(d => d.class ?? [])))].sort((a, b) => a - b);
  const panel = shown.length === 1 ? 380 : shown.length === 2 ? 290 : 220;
  const axis = (field: 'x' | 'y'): Spec => ({
    field,
    type: 'quantitative',
    title: `${figure.axis ?? 'unit'} ${field === 'x' ? 1 : 2}`,
    scale: { nice: true, zero: false },
    axis: { tickCount: 5 },
  });
  const colour: Spec =
    classes.length === 0
      ? { value: classColours[0] }
      : {
          field: 'class',
          type: 'nominal',
          scale: { domain: classes, range: classes.map((_, k) => classColours[k % classColours.length]) },
          legend: { title: null, symbolOpacity: 1, symbolType: 'circle', columns: 10 },
        };
  return {
    name: slug(`scatter-${probe}-${name}`),
    title: figure.title ?? `${figure.of}: single samples`,
    caption: [
      figure.caption ?? '',
      `One dot a sample at the last epoch, ${Math.max(...shown.map(s => s.dots.length))} samples, each panel with axes of its own; ` +
        shown.map(s => `${s.display}: seed ${s.seed}`).join(', ') +
        '.',
    ]
      .filter(Boolean)
      .join(' '),
    wide: shown.length > 1,
    csv: csv(
      ['scheme', 'sample', 'x', 'y', 'class'],
      shown.flatMap(s => s.dots.map(d => ({ ...d }))),
    ),
    spec: figureSpec({
      data: { values: shown.flatMap(s => s.dots.map(d => ({ ...d, panel: s.display }))) },
      facet: { field: 'panel', type: 'nominal', sort: shown.map(s => s.display) },
      columns: Math.min(3, shown.length),
      bounds: 'flush',
      spacing: 70,
      resolve: {
        scale: { x: 'independent', y: 'independent' },
        axis: { x: 'independent', y: 'independent' },
      },
      spec: {
        width: panel,
        height: panel,
        mark: { type: 'point', filled: true, size: 9, opacity: 0.6 },
        encoding: { x: axis('x'), y: axis('y'), color: colour },
      },
    }),
  };
}
