/** Rows of runs → lines per scheme: one per seed, and their mean with a band (a 95 % t-interval) at every epoch. */
import type { FigureConfig, MetricRow, RunResult, SplitName } from '@apical/core';
import { mean, standardDeviation, tInterval } from '@apical/numerics';

export interface Point {
  readonly epoch: number;
  /** NaN, infinite or null where the run had no finite value. */
  readonly value: number;
}
/** One quantity of one run, by epoch. */
export interface Told {
  readonly name: string;
  readonly split: SplitName | undefined;
  readonly probe: string | undefined;
  readonly layer: number | undefined;
  readonly points: readonly Point[];
}
/** A run, its rows sorted once into quantities: runs may have many thousand rows. */
export interface ToldRun {
  readonly run: RunResult;
  readonly told: readonly Told[];
  /** What probes told of single samples. */
  readonly samples: readonly MetricRow[];
}
export function sortRows(run: RunResult): ToldRun {
  const byName = new Map<string, (Told & { readonly points: Point[] })[]>();
  const samples: MetricRow[] = [];
  for (const row of run.rows) {
    if (row.sample !== undefined) {
      samples.push(row);
      continue;
    }
    const { name, split, probe, layer } = row;
    let same = byName.get(name);
    if (!same) byName.set(name, (same = []));
    let told = same.find(t => t.layer === layer && t.split === split && t.probe === probe);
    if (!told) same.push((told = { name, split, probe, layer, points: [] }));
    // The row itself: there may be millions.
    told.points.push(row);
  }
  const all = [...byName.values()].flat();
  for (const told of all) told.points.sort((a, b) => a.epoch - b.epoch);
  return { run, told: all, samples };
}
export interface SeedLine {
  readonly seed: number;
  /** Diverged, failed or interrupted: drawn, but no part of the mean. */
  readonly failed: boolean;
  readonly points: readonly Point[];
}
export interface MeanPoint {
  readonly epoch: number;
  readonly mean: number;
  /** Absent for fewer than two seeds. */
  readonly low?: number;
  readonly high?: number;
  readonly n: number;
}
export interface Series {
  readonly scheme: string;
  readonly seeds: readonly SeedLine[];
  readonly means: readonly MeanPoint[];
}
/** Did it come to its planned end, or was it stopped by an observer? */
export const ended = (run: RunResult): boolean =>
  run.summary.status === 'finished' || run.summary.status === 'stopped';

/** First, last and evenly spread ones between, at most `count`. */
export function thin<T>(items: readonly T[], count: number): readonly T[] {
  if (items.length <= count) return items;
  return Array.from({ length: count }, (_, i) => items[Math.round((i * (items.length - 1)) / (count - 1))]!);
}
export type Band = NonNullable<FigureConfig['band']>;
const around: Readonly<Record<Band, (values: readonly number[]) => { low: number; high: number }>> = {
  interval: tInterval,
  range: values => ({ low: Math.min(...values), high: Math.max(...values) }),
  deviation(values) {
    const [centre, sd] = [mean(values), standardDeviation(values)];
    return { low: centre - sd, high: centre + sd };
  },
};
/** Mean and band over seeds; a run that stopped early counts with its last value from then on. */
function average(lines: readonly SeedLine[], epochs: readonly number[], band: Band): MeanPoint[] {
  const cursors = lines.map(() => 0);
  const means: MeanPoint[] = [];
  for (const epoch of epochs) {
    const values: number[] = [];
    lines.forEach((line, k) => {
      while (cursors[k]! + 1 < line.points.length && line.points[cursors[k]! + 1]!.epoch <= epoch)
        cursors[k]!++;
      const point = line.points[cursors[k]!];
      const exact = point?.epoch === epoch || cursors[k] === line.points.length - 1;
      if (point && point.epoch <= epoch && exact && Number.isFinite(point.value)) values.push(point.value);
    });
    if (values.length === 0) continue;
    const n = values.length;
    means.push(
      n === 1
        ? { epoch, mean: values[0]!, n }
        : { epoch, mean: mean(values), ...ends(around[band](values)), n },
    );
  }
  return means;
}
const ends = ({ low, high }: { low: number; high: number }) => ({ low, high });

/** The series of one quantity for every scheme that has it, in the order of `schemes`. */
export function collect(
  runs: readonly ToldRun[],
  schemes: readonly string[],
  wanted: (told: Told) => boolean,
  band: Band = 'interval',
): readonly Series[] {
  const result: Series[] = [];
  for (const scheme of schemes) {
    const seeds: SeedLine[] = [];
    for (const { run, told } of runs) {
      if (run.config.label !== scheme) continue;
      const points = told.find(wanted)?.points;
      if (points) seeds.push({ seed: run.config.seed, failed: !ended(run), points });
    }
    if (seeds.length === 0) continue;
    seeds.sort((a, b) => a.seed - b.seed);
    const good = seeds.filter(s => !s.failed);
    const epochs = [...new Set(good.flatMap(s => s.points.map(p => p.epoch)))].sort((a, b) => a - b);
    result.push({ scheme, seeds, means: average(good, epochs, band) });
  }
  return result;
}
/** A metric on one split: what evaluation told, not a probe. */
export const onSplit =
  (name: string, split: SplitName) =>
  (told: Told): boolean =>
    told.name === name && told.split === split && told.probe === undefined && told.layer === undefined;
/** What a probe (or this one) told of a layer, or of every layer. */
export const onLayer =
  (name: string, layer?: number, probe?: string) =>
  (told: Told): boolean =>
    told.probe !== undefined &&
    (probe === undefined || told.probe === probe) &&
    told.name === name &&
    told.layer !== undefined &&
    (layer === undefined || told.layer === layer);
