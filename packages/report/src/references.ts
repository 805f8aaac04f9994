/** Numbers of a publication beside ours: what the table of a reproduction is made of. */
import type { ExperimentConfig, ReferenceConfig } from '@apical/core';
import { mean, standardDeviation } from '@apical/numerics';
import type { Scene } from './figure.js';
import { formatCount, missing, significant } from './format.js';
import { whole, type ReferencePoint } from './layers.js';
import { markup, section, table, type Html } from './page.js';
import { swatch } from './sections.js';
import { ended, type Told } from './series.js';

export interface Reference {
  readonly scheme: string;
  /** As in `metrics.csv`. */
  readonly column: string;
  readonly epoch: number | 'last';
  readonly mean: number;
  readonly sd?: number;
  readonly n?: number;
  readonly source: string;
}
export function referencesOf({ reference = [] }: Pick<ExperimentConfig, 'reference'>): readonly Reference[] {
  const one = (given: ReferenceConfig): Reference[] =>
    Object.entries(given.values).flatMap(([column, byEpoch]) =>
      Object.entries(byEpoch).map(([epoch, value]): Reference => {
        const [average = NaN, sd] = typeof value === 'number' ? [value] : value;
        const { scheme, source, n } = given;
        return {
          scheme,
          column,
          epoch: epoch === 'last' ? epoch : Number(epoch),
          mean: average,
          ...(sd === undefined ? {} : { sd }),
          ...(n === undefined ? {} : { n }),
          source,
        };
      }),
    );
  return reference.flatMap(one);
}
const columnOf = ({ split, probe, name, layer }: Told): string =>
  [split ?? probe, name, ...(layer === undefined ? [] : [`layer${layer}`])].join('/');

/** Ours, one value a run that ended. */
export function measured(scene: Scene, { scheme, column, epoch }: Reference): readonly number[] {
  return scene.runs.flatMap(({ run, told }) => {
    if (run.config.label !== scheme || !ended(run)) return [];
    const points = told.find(t => columnOf(t) === column)?.points ?? [];
    const point = epoch === 'last' ? points.at(-1) : points.find(p => p.epoch === epoch);
    return point && Number.isFinite(point.value) ? [point.value] : [];
  });
}
/** Those of one row of a probe, for its figure; `last` has no place there. */
export function referencePoints(
  experiment: Pick<ExperimentConfig, 'reference'>,
  of: string,
): readonly ReferencePoint[] {
  return referencesOf(experiment).flatMap(({ scheme, column, epoch, mean: average, sd }) => {
    const layer =
      column === of ? whole : Number(column.startsWith(`${of}/layer`) ? column.slice(of.length + 6) : NaN);
    if (!Number.isInteger(layer) || epoch === 'last') return [];
    return [{ scheme, layer, epoch, mean: average, ...(sd === undefined ? {} : { sd }) }];
  });
}
interface Compared {
  /** NaN where no run told it. */
  readonly ours: number;
  readonly sd?: number;
  readonly n: number;
  readonly difference: number;
  /** Undefined where one of the two sides is missing. */
  readonly within?: boolean;
}
function compared(scene: Scene, r: Reference): Compared {
  const values = measured(scene, r);
  const n = values.length;
  const ours = n ? mean(values) : NaN;
  const difference = ours - r.mean;
  return {
    ours,
    n,
    difference,
    ...(n > 1 ? { sd: standardDeviation(values) } : {}),
    ...(n && r.sd !== undefined ? { within: Math.abs(difference) <= r.sd } : {}),
  };
}
/** `27 of 31 reference values are met within one standard deviation`; undefined where there is nothing to compare. */
export function referenceVerdict(
  scene: Scene,
  experiment: Pick<ExperimentConfig, 'reference'>,
): string | undefined {
  const met = referencesOf(experiment).flatMap(r => compared(scene, r).within ?? []);
  if (met.length === 0) return undefined;
  const number = met.filter(Boolean).length;
  return `${number} of ${met.length} reference values are met within one standard deviation`;
}
const spread = (average: number, sd: number | undefined, n: number | undefined): string =>
  significant(average, 4) +
  (sd === undefined ? '' : ` ± ${significant(sd, 2)}`) +
  (n === undefined ? '' : ` (${formatCount(n)})`);

/** Undefined where the experiment has no reference. */
export function referenceSection(
  scene: Scene,
  experiment: Pick<ExperimentConfig, 'reference'>,
): Html | undefined {
  const references = referencesOf(experiment);
  if (references.length === 0) return undefined;
  const sources = [...new Set(references.map(r => r.source))];
  return section(
    'reference',
    'Against reference values',
    table(
      'Mean ± standard deviation over runs (number of runs)',
      [
        { head: 'scheme' },
        { head: 'quantity' },
        { head: 'epoch', numeric: true },
        { head: 'reference', numeric: true },
        { head: 'ours', numeric: true },
        { head: 'difference', numeric: true, doc: 'Ours minus reference.' },
        { head: 'in sd', numeric: true, doc: 'The difference over the standard deviation of the reference.' },
        { head: 'within 1 sd', doc: 'Does our mean lie within one standard deviation of the reference?' },
        { head: 'source', numeric: true },
      ],
      references.map(r => {
        const { ours, sd, n, difference, within } = compared(scene, r);
        const ratio = r.sd !== undefined && r.sd > 0 ? difference / r.sd : NaN;
        return [
          { text: swatch(scene, r.scheme) },
          { text: markup`<span style="white-space:nowrap">${r.column}</span>` },
          { text: String(r.epoch), ...(r.epoch === 'last' ? {} : { value: r.epoch }) },
          { text: spread(r.mean, r.sd, r.n), value: r.mean },
          { text: n ? spread(ours, sd, n) : missing, value: ours },
          { text: significant(difference, 2), value: difference },
          { text: significant(ratio, 2), value: ratio },
          {
            text: within === undefined ? missing : within ? 'yes' : markup`<span class="bad">no</span>`,
          },
          { text: String(sources.indexOf(r.source) + 1) },
        ];
      }),
    ),
    markup`<p>Standard deviations of ours have the divisor n − 1. Sources:</p>`,
    markup`<ol>
      ${sources.map(s => markup`<li>${s}</li>`)}
    </ol>`,
  );
}
