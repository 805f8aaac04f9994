/** What every figure shares: its record, look, scales of schemes, and sensible axes. */
import type { MetricSpec } from '@apical/core';
import type { SchemeStyle } from './colours.js';
import type { ToldRun } from './series.js';

/** A Vega-Lite specification with its data inside. */
export type Spec = Readonly<Record<string, unknown>>;
export interface FigurePlan {
  /** File name without ending. */
  readonly name: string;
  readonly title: string;
  /** Says what band, line and dot mean. */
  readonly caption: string;
  readonly spec: Spec;
  /** The data behind the figure, labels in full. */
  readonly csv: string;
  /** Takes the whole width of a page. */
  readonly wide: boolean;
}
export interface Figure extends FigurePlan {
  readonly svg: string;
}
/** What figures draw from. */
export interface Scene {
  readonly runs: readonly ToldRun[];
  readonly styles: readonly SchemeStyle[];
  readonly headline: string;
  readonly metrics: Readonly<Record<string, MetricSpec>>;
}
const ink = '#222222';
const look = {
  background: 'white',
  padding: 8,
  font: 'Helvetica, Arial, sans-serif',
  aria: false,
  view: { stroke: null },
  axis: {
    grid: true,
    gridColor: '#E9E9E9',
    domainColor: '#777777',
    tickColor: '#777777',
    labelColor: ink,
    titleColor: ink,
    labelFontSize: 11,
    titleFontSize: 12,
    titleFontWeight: 'normal',
    titlePadding: 8,
    labelLimit: 0,
  },
  legend: {
    orient: 'top',
    direction: 'horizontal',
    labelFontSize: 12,
    labelLimit: 0,
    labelColor: ink,
    symbolSize: 70,
    symbolStrokeWidth: 2,
    columnPadding: 16,
    padding: 0,
    offset: 8,
  },
  header: { labelFontSize: 12, labelFontWeight: 'bold', labelColor: ink, title: null },
  text: { fontSize: 12, fill: ink },
};
/** A specification with schema and look. */
export const figureSpec = (body: Spec): Spec => ({
  $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
  ...body,
  config: look,
});
/** As many legend columns as fit a width in pixels, by the longest label. */
const legendColumns = (displays: readonly string[], width: number): number =>
  Math.max(1, Math.floor(width / (42 + 6.6 * Math.max(...displays.map(d => d.length)))));

/** Colour of the scheme; a legend where there are several and `width` is given. */
export const colourOf = (styles: readonly SchemeStyle[], width?: number): Spec => ({
  field: 'scheme',
  type: 'nominal',
  scale: { domain: styles.map(s => s.display), range: styles.map(s => s.colour) },
  ...legendOf(styles, width),
});
/** Symbol of the scheme; its legend merges with that of the colour. */
export const shapeOf = (styles: readonly SchemeStyle[], width?: number): Spec => ({
  field: 'scheme',
  type: 'nominal',
  scale: { domain: styles.map(s => s.display), range: styles.map(s => s.shape) },
  ...legendOf(styles, width),
});
const legendOf = (styles: readonly SchemeStyle[], width?: number): Spec =>
  width === undefined || styles.length < 2
    ? { legend: null }
    : {
        legend: {
          title: null,
          columns: legendColumns(
            styles.map(s => s.display),
            width,
          ),
          symbolOpacity: 1,
        },
      };
/** × of a failed run. */
export const failedShape = 'M-1,-1L1,1M1,-1L-1,1';
/** First and last of these, opened a little where they are equal. */
export function extent(values: readonly number[]): [number, number] {
  let low = Infinity;
  let high = -Infinity;
  for (const v of values) {
    if (!Number.isFinite(v)) continue;
    if (v < low) low = v;
    if (v > high) high = v;
  }
  if (low > high) return [0, 1];
  if (low < high) return [low, high];
  const room = Math.abs(low) * 0.1 || 1;
  return [low - room, high + room];
}
/** An epoch axis without ticks at half epochs. */
export const epochAxis = (epochs: readonly number[], title: string | null = 'epoch'): Spec => {
  const [low, high] = epochs.length ? [Math.min(...epochs), Math.max(...epochs)] : [0, 1];
  const single = low === high;
  return {
    field: 'epoch',
    type: 'quantitative',
    title,
    scale: { domain: single ? [low - 1, high + 1] : [low, high], nice: false, zero: false },
    axis: { grid: false, tickMinStep: 1, format: 'd', tickCount: Math.max(2, Math.min(6, high - low)) },
  };
};

/**
 * Which of these stand so far off that the others would lie in a quarter of the axis: at most one in three, the
 * farthest first. They are drawn as arrows at the edge, with their number beside them.
 */
export function farOff(
  groups: readonly { readonly label: string; readonly values: readonly number[] }[],
): ReadonlySet<string> {
  const off = new Set<string>();
  const range = (without: string | undefined): number => {
    const [low, high] = extent(
      groups.filter(g => !off.has(g.label) && g.label !== without).flatMap(g => g.values),
    );
    return high - low;
  };
  while (off.size < Math.floor(groups.length / 3)) {
    const candidates = groups
      .filter(g => !off.has(g.label))
      .map(g => ({ label: g.label, rest: range(g.label) }));
    const best = candidates.reduce((a, b) => (b.rest < a.rest ? b : a));
    if (range(undefined) < 4 * best.rest) break;
    off.add(best.label);
  }
  return off;
}
/** Arrow heads for what lies beyond an edge. */
export const beyond = { left: 'M1,-1L-1,0L1,1Z', right: 'M-1,-1L1,0L-1,1Z' };
