/** What a score costs: test score against seconds per run and multiply-accumulates per sample. */
import type { ComparisonResult } from '@apical/core';
import { csv } from './escape.js';
import { colourOf, extent, figureSpec, shapeOf, type FigurePlan, type Scene, type Spec } from './figure.js';
import { withUnit } from './format.js';

/** Undefined for fewer than two schemes with a score. */
export function costFigure(scene: Scene, result: ComparisonResult): FigurePlan | undefined {
  const points = scene.styles.flatMap(style => {
    const row = result.rows.find(r => r.scheme === style.label);
    const e = row?.estimate;
    if (!row || !e || !Number.isFinite(e.mean)) return [];
    const interval = Number.isFinite(e.low) && e.high > e.low ? { low: e.low, high: e.high } : undefined;
    return [
      {
        label: style.label,
        scheme: style.display,
        value: e.mean,
        ...interval,
        seconds: row.secondsPerRun,
        macs: row.macsPerSample,
      },
    ];
  });
  if (points.length < 2) return undefined;
  const values = points.map(p => p.value);
  const [low0, high0] = extent(values);
  const room = (high0 - low0) / 2;
  const [low, high] = extent(
    points.flatMap(p =>
      p.low === undefined
        ? [p.value]
        : [p.value, Math.max(p.low, low0 - room), Math.min(p.high!, high0 + room)],
    ),
  );
  const y: Spec = {
    field: 'value',
    type: 'quantitative',
    title: withUnit(`test ${result.headline}`, result.metric.unit),
    scale: { domain: [low - (high - low) * 0.05, high + (high - low) * 0.05], nice: true, zero: false },
    axis: { tickCount: 5 },
  };
  const panel = (field: 'seconds' | 'macs', title: string): Spec[] => {
    const costs = points.map(p => p[field]).filter(v => Number.isFinite(v) && v > 0);
    if (costs.length < points.length) return [];
    const [least, most] = extent(costs);
    const log = least > 0 && most / least > 8;
    const x: Spec = {
      field,
      type: 'quantitative',
      title: title + (log ? ', log scale' : ''),
      scale: log
        ? { type: 'log', domain: [least / 1.3, most * 1.3], nice: false }
        : { domain: [0, most * 1.08], nice: true },
      axis: { grid: true, tickCount: 5, labelExpr: 'datum.value === 0 ? "0" : format(datum.value, "~s")' },
    };
    return [
      {
        width: 215,
        height: 220,
        layer: [
          {
            transform: [{ filter: 'isValid(datum.low)' }],
            mark: { type: 'rule', strokeWidth: 2, clip: true },
            encoding: {
              x,
              y: { ...y, field: 'low' },
              y2: { field: 'high' },
              color: colourOf(scene.styles, 480),
            },
          },
          {
            mark: { type: 'point', filled: true, size: 110, opacity: 1 },
            encoding: { x, y, color: colourOf(scene.styles, 480), shape: shapeOf(scene.styles, 480) },
          },
        ],
      },
    ];
  };
  const panels = [
    ...panel('seconds', 'wall time per run (s)'),
    ...panel('macs', 'multiply-accumulates per sample'),
  ];
  if (panels.length === 0) return undefined;
  return {
    name: 'cost',
    title: `Test ${result.headline} against cost`,
    caption:
      'Symbol and bar: mean over seeds and 95 % t-interval. Left: wall time of training and evaluation on this machine; ' +
      'right: multiply-accumulates of dense products per trained sample, which do not depend on the machine.',
    wide: false,
    csv: csv(
      ['scheme', 'value', 'low', 'high', 'seconds', 'macs'],
      points.map(({ label, ...p }) => ({ ...p, scheme: label })),
    ),
    spec: figureSpec({ data: { values: points }, hconcat: panels, spacing: 24 }),
  };
}
