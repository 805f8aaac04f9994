/** Per-layer quantities of probes over epochs: one small panel a layer; angles with the band that chance gives. */
import { csv, slug } from './escape.js';
import {
  colourOf,
  epochAxis,
  extent,
  figureSpec,
  shapeOf,
  type FigurePlan,
  type Scene,
  type Spec,
} from './figure.js';
import { withUnit } from './format.js';
import { collect, onLayer, thin, type Band } from './series.js';

export interface LayerQuantity {
  readonly name: string;
  readonly title: string;
  readonly axis: string;
  readonly unit: string;
  /** Row whose value is the standard deviation of the angle of random directions. */
  readonly nullBand?: string;
  readonly caption: string;
  /** Of this probe only. */
  readonly probe?: string;
  readonly band?: Band;
  readonly log?: boolean;
  /** Drawn beside the lines, with a bar of one standard deviation where it is known. */
  readonly references?: readonly ReferencePoint[];
}
export interface ReferencePoint {
  readonly scheme: string;
  readonly layer: number;
  readonly epoch: number;
  readonly mean: number;
  readonly sd?: number;
}
const bandNames: Readonly<Record<Band, string>> = {
  interval: '95 % t-interval',
  range: 'smallest to largest',
  deviation: '± 1 standard deviation',
};
export const angleToBp: LayerQuantity = {
  name: 'angle-to-bp',
  title: 'Angle between each update and that of backpropagation',
  axis: 'angle to BP',
  unit: '°',
  nullBand: 'angle-null-sd',
  caption: '0° is the direction of BP, 90° is unrelated, above 90° is against it.',
};
export const angleWeights: LayerQuantity = {
  name: 'angle-weights',
  title: 'Angle between feedback weights and transposed forward weights',
  axis: 'angle of Wᵀ and B',
  unit: '°',
  caption: '0° is weight transport, 90° is unrelated.',
};
/** Stands for the layer of what is told of the network as a whole. */
export const whole = 0;
/** The scene in which what this probe told of the whole network is on layer `whole`. */
export const asLayer = (scene: Scene, probe: string, name: string): Scene => ({
  ...scene,
  runs: scene.runs.map(run => ({
    ...run,
    told: run.told.map(t =>
      t.probe === probe && t.name === name && t.layer === undefined ? { ...t, layer: whole } : t,
    ),
  })),
});
/** So many points of mean lines in one figure. */
const pointBudget = 4000;

/** Sorted layers for which a quantity was told. */
export const layersOf = (scene: Scene, name: string, probe?: string): readonly number[] =>
  [
    ...new Set(scene.runs.flatMap(r => r.told.filter(onLayer(name, undefined, probe)).map(t => t.layer!))),
  ].sort((a, b) => a - b);

/** `layer/epoch` of a scheme at which some seed's reference was too small to mean anything. */
function flagged(scene: Scene, scheme: string, probe?: string): ReadonlySet<string> {
  const set = new Set<string>();
  for (const { run, told } of scene.runs)
    if (run.config.label === scheme)
      for (const { layer, points } of told.filter(onLayer('reference-too-small', undefined, probe)))
        for (const p of points) if (p.value === 1) set.add(`${layer}/${p.epoch}`);
  return set;
}
const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

/** Undefined where no run told the quantity. */
export function layerFigure(scene: Scene, quantity: LayerQuantity): FigurePlan | undefined {
  const { probe, band = 'interval', log = false, references = [] } = quantity;
  const layers = layersOf(scene, quantity.name, probe);
  if (layers.length === 0) return undefined;
  const angle = quantity.unit === '°';
  const display = new Map(scene.styles.map(s => [s.label, s.display]));
  const labels = scene.styles.map(s => s.label);
  const flags = new Map(labels.map(l => [l, flagged(scene, l, probe)]));
  const usesFlags = quantity.name !== 'angle-weights';
  const rows: Record<string, string | number | boolean | null>[] = [];
  const table: Record<string, string | number | null>[] = [];
  const values: number[] = [];
  const epochs: number[] = [];
  let hollow = 0;
  const perLine = Math.max(30, Math.min(100, Math.floor(pointBudget / (layers.length * labels.length))));
  const all = layers.map(layer => ({
    layer,
    series: collect(scene.runs, labels, onLayer(quantity.name, layer, probe), band),
  }));
  for (const { layer, series } of all)
    series.forEach((s, k) => {
      // A scheme all of whose runs failed has no mean: its first seed stands for it.
      const fallback = s.seeds[0]!.points.flatMap(p =>
        Number.isFinite(p.value) ? [{ epoch: p.epoch, mean: p.value, n: 1 }] : [],
      );
      const points = thin<{ epoch: number; mean: number; low?: number; high?: number; n: number }>(
        s.means.length ? s.means : fallback,
        perLine,
      );
      const every = Math.max(1, Math.round(points.length / 5));
      points.forEach((p, i) => {
        const isFlagged = usesFlags && flags.get(s.scheme)!.has(`${layer}/${p.epoch}`);
        if (isFlagged) hollow++;
        rows.push({
          kind: 'mean',
          layer,
          scheme: display.get(s.scheme)!,
          epoch: p.epoch,
          value: p.mean,
          ...(p.low === undefined ? {} : { low: p.low, high: p.high! }),
          marked: i % every === Math.floor((k * every) / series.length) || i === 0 || i === points.length - 1,
          flagged: isFlagged,
          shown: i % Math.max(1, Math.round(points.length / 16)) === 0 || i === points.length - 1,
        });
        table.push({
          scheme: s.scheme,
          layer,
          epoch: p.epoch,
          value: p.mean,
          low: p.low ?? null,
          high: p.high ?? null,
          n: p.n,
          'reference-too-small': isFlagged ? 1 : 0,
        });
        values.push(p.mean);
        if (p.low !== undefined) values.push(p.low, p.high!);
        epochs.push(p.epoch);
      });
    });
  if (rows.length === 0) return undefined;
  let banded = false;
  const ends = extent(epochs);
  if (quantity.nullBand !== undefined)
    for (const layer of layers) {
      const deviations = scene.runs
        .flatMap(r => r.told.find(onLayer(quantity.nullBand!, layer))?.points ?? [])
        .map(p => p.value)
        .filter(Number.isFinite);
      if (deviations.length === 0) continue;
      banded = true;
      const half = 2 * mean(deviations);
      values.push(Math.min(180, 90 + half));
      const from = epochs.length && Math.min(...epochs) === Math.max(...epochs) ? ends[0] - 1 : ends[0];
      rows.push({ kind: 'null', layer, epoch: from, until: ends[1], low: 90 - half, high: 90 + half });
    }
  for (const { layer, scheme, epoch, mean, sd } of references)
    if (layers.includes(layer) && display.has(scheme)) {
      const bar = sd === undefined ? {} : { low: mean - sd, high: mean + sd };
      rows.push({ kind: 'reference', layer, scheme: display.get(scheme)!, epoch, value: mean, ...bar });
      values.push(mean - (sd ?? 0), mean + (sd ?? 0));
      epochs.push(epoch);
    }
  const [low, high] = extent(log ? values.filter(v => v > 0) : values);
  const top = high > 120 ? 180 : high > 100 ? 120 : 100;
  const domain = angle ? [Math.min(0, low), top] : [low, high];
  const columns = layers.length === 4 ? 2 : layers.length > 6 ? 4 : Math.min(3, layers.length);
  const panel = layers.length === 1 ? 400 : layers.length === 2 || layers.length === 4 ? 270 : 190;
  const x: Spec = epochAxis(epochs);
  const y: Spec = {
    field: 'value',
    type: 'quantitative',
    title: withUnit(quantity.axis, quantity.unit),
    scale: log ? { type: 'log', domain, nice: true, clamp: true } : { domain, nice: !angle, zero: false },
    axis: angle
      ? { values: [0, 30, 60, 90, 120, 150, 180].filter(v => v <= top), tickCount: 20, labelOverlap: false }
      : { tickCount: 5, ...(log ? { format: '~g' } : {}) },
  };
  const only = (filter: string): Spec => ({ transform: [{ filter }] });
  const total = panel * columns;
  const { styles } = scene;
  const layer: Spec[] = [
    ...(banded
      ? [
          {
            ...only('datum.kind === "null"'),
            mark: { type: 'rect', color: '#777777', opacity: 0.22, clip: true },
            encoding: { x, x2: { field: 'until' }, y: { ...y, field: 'low' }, y2: { field: 'high' } },
          },
        ]
      : []),
    ...(angle
      ? [
          {
            mark: { type: 'rule', color: '#777777', strokeDash: [3, 3], strokeWidth: 1 },
            encoding: { y: { datum: 90 } },
          },
        ]
      : []),
    {
      ...only('datum.kind === "mean" && isValid(datum.low)'),
      mark: { type: 'area', opacity: 0.16, clip: true },
      encoding: { x, y: { ...y, field: 'low' }, y2: { field: 'high' }, color: colourOf(styles, total) },
    },
    {
      ...only('datum.kind === "mean"'),
      mark: { type: 'line', strokeWidth: 2, clip: true },
      encoding: { x, y, color: colourOf(styles, total) },
    },
    {
      ...only('datum.kind === "mean" && datum.marked && !datum.flagged && datum.shown'),
      mark: { type: 'point', filled: true, size: 42, opacity: 1 },
      encoding: { x, y, color: colourOf(styles, total), shape: shapeOf(styles, total) },
    },
    {
      ...only('datum.kind === "mean" && datum.flagged && datum.shown'),
      mark: { type: 'point', filled: false, fill: 'white', size: 42, strokeWidth: 1.5, opacity: 1 },
      encoding: { x, y, color: colourOf(styles, total), shape: shapeOf(styles, total) },
    },
    ...(references.length > 0
      ? [
          {
            ...only('datum.kind === "reference" && isValid(datum.low)'),
            mark: { type: 'rule', strokeWidth: 1.2 },
            encoding: { x, y: { ...y, field: 'low' }, y2: { field: 'high' }, color: colourOf(styles, total) },
          },
          {
            ...only('datum.kind === "reference"'),
            mark: { type: 'point', shape: 'diamond', filled: false, fill: 'white', size: 48, opacity: 1 },
            encoding: { x, y, color: colourOf(styles, total) },
          },
        ]
      : []),
  ];
  const caption = [
    quantity.caption,
    all.some(({ series }) => series.some(s => s.seeds.length > 1))
      ? `Line: mean over seeds; band in its colour: ${bandNames[band]}.`
      : 'One line a run; a single seed has no interval.',
    banded ? 'Grey: 90° ± 2 standard deviations, where random directions of that layer lie.' : '',
    hollow ? 'Hollow symbols: the reference update was too small for the value to mean anything.' : '',
    references.length
      ? 'Diamonds: reference values, with a bar of one standard deviation where it is known.'
      : '',
    log ? 'Logarithmic axis.' : '',
    'Epoch 0 is before training.',
  ];
  return {
    name: slug(`layers-${probe === undefined ? '' : `${probe}-`}${quantity.name}`),
    title: quantity.title,
    caption: caption.filter(Boolean).join(' '),
    wide: layers.length > 1,
    csv: csv(['scheme', 'layer', 'epoch', 'value', 'low', 'high', 'n', 'reference-too-small'], table),
    spec: figureSpec({
      data: { values: rows },
      facet: {
        field: 'layer',
        type: 'ordinal',
        header: { labelExpr: `datum.value == ${whole} ? "" : "layer " + datum.value` },
      },
      columns,
      spacing: 18,
      resolve: { axis: { x: 'independent', y: 'independent' } },
      spec: { width: panel, height: layers.length === 1 ? 260 : 150, layer },
    }),
  };
}
