/** Numbers of a publication beside ours: what the table of a reproduction is made of. */
import type { ExperimentConfig, ReferenceConfig } from '@apical/core';
import { mean, standardDeviation } from '@apical/numerics';
import type { Scene } from './figure.js';
import { formatCount, missing, significant } from './format.js';
import type { ReferencePoint } from './layers.js';
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
    const layer = column.startsWith(`${of}/layer`) ? Number(column.slice(of.length + 6)) : NaN;
    if (!Number.isInteger(layer) || epoch === 'last') return [];
    return [{ scheme, layer, epoch, mean: average, ...(sd === undefined ? {} : { sd }) }];
  });
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
      'Mean ± standard deviation over runs (runs). Ours has the divisor n − 1; "within" asks whether our mean lies within one ' +
        'standard deviation of theirs',
      [
        { head: 'scheme' },
        { head: 'quantity' },
        { head: 'epoch', numeric: true },
        { head: 'reference', numeric: true },
        { head: 'ours', numeric: true },
        { head: 'difference', numeric: true, doc: 'Ours minus reference.' },
        {
          head: 'in its sd',
          numeric: true,
          doc: 'The difference over the standard deviation of the reference.',
        },
        { head: 'within' },
        { head: 'source' },
      ],
      references.map(r => {
        const values = measured(scene, r);
        const ours = values.length ? mean(values) : NaN;
        const own = values.length > 1 ? standardDeviation(values) : undefined;
        const difference = ours - r.mean;
        const ratio = r.sd !== undefined && r.sd > 0 ? difference / r.sd : NaN;
        const within =
          !Number.isFinite(ours) || r.sd === undefined
            ? missing
            : Math.abs(difference) <= r.sd
              ? 'yes'
              : markup`<span class="bad">no</span>`;
        return [
          { text: swatch(scene, r.scheme) },
          { text: markup`<span style="white-space:nowrap">${r.column}</span>` },
          { text: String(r.epoch), ...(r.epoch === 'last' ? {} : { value: r.epoch }) },
          { text: spread(r.mean, r.sd, r.n), value: r.mean },
          {
            text: values.length ? spread(ours, own, values.length) : missing,
            value: Number.isFinite(ours) ? ours : undefined,
          },
          { text: Number.isFinite(difference) ? significant(difference, 2) : missing, value: difference },
          { text: Number.isFinite(ratio) ? significant(ratio, 2) : missing, value: ratio },
          { text: within },
          { text: String(sources.indexOf(r.source) + 1) },
        ];
      }),
    ),
    markup`<ol>
      ${sources.map(s => markup`<li>${s}</li>`)}
    </ol>`,
  );
}
