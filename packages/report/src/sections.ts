/** Parts that reports of runs and of comparisons share: alignment, cost, environment, config. */
import type { Environment, RunResult } from '@apical/core';
import { tInterval } from '@apical/numerics';
import type { Scene } from './figure.js';
import {
  fixed,
  formatBytes,
  formatCount,
  formatEstimate,
  formatSeconds,
  missing,
  significant,
} from './format.js';
import { definitions, Html, markup, section, table, type TableCell } from './page.js';
import { ended, onLayer, type ToldRun } from './series.js';

/** `3.1 ± 0.4` of values over seeds. */
export function estimateOf(values: readonly number[]): string {
  const finite = values.filter(Number.isFinite);
  if (finite.length === 0) return missing;
  return finite.length === 1 ? significant(finite[0]!, 4) : formatEstimate(tInterval(finite));
}
/** A coloured square before a label; the symbol of figures is not needed to know which row is which. */
export const swatch = (scene: Scene, label: string): Html => {
  const style = scene.styles.find(s => s.label === label);
  const square = markup`<span class="swatch" style="background:${style?.colour ?? 'none'}"></span>`;
  return markup`<span class="key">${scene.styles.length > 1 ? square : ''}<span>${label}</span></span>`;
};
interface LayerRow {
  readonly layer: number;
  readonly values: ReadonlyMap<string, readonly number[]>;
}
/** Names of all that probes told by layer, in order of appearance. */
export const probeNames = (runs: readonly ToldRun[]): readonly string[] => [
  ...new Set(
    runs.flatMap(r => r.told.filter(t => t.probe !== undefined && t.layer !== undefined).map(t => t.name)),
  ),
];
/** Values at the last probed epoch, one a run. */
function lastValues(runs: readonly ToldRun[]): readonly LayerRow[] {
  const layers = new Map<number, Map<string, number[]>>();
  for (const { told } of runs)
    for (const { layer, name, probe, points } of told) {
      if (probe === undefined || layer === undefined) continue;
      const names = layers.get(layer) ?? new Map<string, number[]>();
      layers.set(layer, names);
      names.set(name, [...(names.get(name) ?? []), points.at(-1)?.value ?? NaN]);
    }
  return [...layers].sort((a, b) => a[0] - b[0]).map(([layer, values]) => ({ layer, values }));
}
export const knownQuantities: Readonly<
  Record<string, readonly [name: string, doc: string, decimals?: number]>
> = {
  'angle-to-bp': [
    'angle to BP (°)',
    'Between the update and that of backpropagation; signed cosine, so up to 180°.',
    1,
  ],
  'angle-weights': ['angle of Wᵀ and B (°)', 'Between feedback weights and transposed forward weights.', 1],
  'cosine-to-bp': ['cosine to BP', 'Signed cosine of the same angle.', 3],
  'norm-ratio': ['norm ratio', 'Length of the update over that of backpropagation.', 3],
  'sign-agreement': ['sign agreement', 'Share of weights whose update has the sign of backpropagation.', 3],
  'reference-norm': ['BP norm', 'Length of the reference update.'],
  'angle-null-sd': ['chance (°)', 'Band around 90° in which random directions lie: ± 2 standard deviations.'],
};
/** An estimate no finer than so many decimals: an angle of 1e-7° is rounding, not a measurement. */
function estimateTo(values: readonly number[], average: number, decimals: number | undefined): string {
  const spread = Math.max(...values.map(v => Math.abs(v - average)));
  const isFiner = decimals !== undefined && spread < 0.5 * 10 ** -decimals;
  return isFiner ? fixed(average, decimals) : estimateOf(values);
}
/** Undefined where no probe told anything by layer. */
export function layerSection(scene: Scene): Html | undefined {
  const names = probeNames(scene.runs).filter(n => n !== 'reference-too-small');
  if (names.length === 0) return undefined;
  const order = [
    ...Object.keys(knownQuantities).filter(n => names.includes(n)),
    ...names.filter(n => !(n in knownQuantities)),
  ];
  const rows = scene.styles.flatMap(style => {
    const own = scene.runs.filter(r => r.run.config.label === style.label);
    const good = own.filter(r => ended(r.run));
    return lastValues(good.length ? good : own).map(({ layer, values }): TableCell[] => {
      const flagged = values.get('reference-too-small')?.some(v => v === 1);
      return [
        { text: swatch(scene, style.label) },
        { text: String(layer), value: layer },
        ...order.map(name => {
          const v = values.get(name);
          const finite = v?.filter(Number.isFinite) ?? [];
          const average = finite.reduce((a, b) => a + b, 0) / finite.length;
          return {
            text: !v
              ? missing
              : name === 'angle-null-sd'
                ? finite.length
                  ? `90 ± ${significant(2 * average, 2)}`
                  : missing
                : estimateTo(v, average, knownQuantities[name]?.[2]),
            value: finite.length ? average : undefined,
          };
        }),
        { text: flagged ? markup`<span class="bad">reference too small</span>` : '' },
      ];
    });
  });
  const anyFlag = scene.runs.some(r =>
    r.told.some(t => onLayer('reference-too-small')(t) && t.points.some(p => p.value === 1)),
  );
  return section(
    'layers',
    'Per layer, at the last epoch',
    table(
      'Mean over the seeds that ended ± half of the 95 % t-interval',
      [
        { head: 'scheme' },
        { head: 'layer', numeric: true },
        ...order.map(n => ({
          head: knownQuantities[n]?.[0] ?? n,
          doc: knownQuantities[n]?.[1] ?? '',
          numeric: true,
        })),
        { head: anyFlag ? 'flag' : '' },
      ].slice(0, anyFlag ? undefined : -1),
      anyFlag ? rows : rows.map(r => r.slice(0, -1)),
    ),
    anyFlag
      ? markup`<p class="note">
          Where the reference update is too small, angle, cosine, sign agreement and norm ratio mean nothing.
        </p>`
      : '',
  );
}
/** `pre: 15 updates, 84 MACs/sample, 2 s` */
function beforeText(runs: readonly RunResult[]): string {
  const told = runs.flatMap(({ summary: { before } }) => (before && !('skipped' in before) ? [before] : []));
  const [first] = told;
  if (!first) return '';
  const seconds = told.reduce((sum, { seconds }) => sum + seconds, 0) / told.length;
  const macs = formatCount(first.macsPerSample);
  return `${first.program}: ${first.updates} updates, ${macs} MACs/sample, ${formatSeconds(seconds)}`;
}
/** Sizes and speed, one row a scheme. */
export function costSection(scene: Scene): Html {
  const rows = scene.styles.flatMap(style => {
    const own = scene.runs.map(r => r.run).filter(r => r.config.label === style.label);
    const first = own[0];
    if (!first) return [];
    const { cost } = first.summary;
    const mean = (pick: (r: RunResult) => number) => {
      const values = own.map(pick).filter(Number.isFinite);
      return values.length ? values.reduce((a, b) => a + b, 0) / values.length : NaN;
    };
    const seconds = mean(r => r.summary.seconds);
    const speed = mean(r => r.summary.cost.samplesPerSecond);
    return [
      [
        { text: swatch(scene, style.label) },
        { text: formatSeconds(seconds), value: seconds },
        { text: formatCount(speed), value: speed },
        { text: formatCount(cost.macsPerSample), value: cost.macsPerSample },
        { text: formatCount(cost.stepsPerSample), value: cost.stepsPerSample },
        { text: formatCount(cost.parameters), value: cost.parameters },
        { text: formatBytes(cost.memory), value: cost.memory },
        { text: beforeText(own) },
      ],
    ];
  });
  const anyBefore = rows.some(row => row.at(-1)!.text !== '');
  return section(
    'cost-table',
    'Cost',
    table(
      'Times are means over runs on the machine below; the other numbers do not depend on it',
      [
        { head: 'scheme' },
        { head: 'time/run', numeric: true, doc: 'Wall time of training and evaluation.' },
        { head: 'samples/s', numeric: true, doc: 'Trained samples per second.' },
        {
          head: 'MACs/sample',
          numeric: true,
          doc: 'Multiply-accumulates of dense products per trained sample.',
        },
        { head: 'steps/sample', numeric: true, doc: 'Simulated steps per trained sample.' },
        { head: 'parameters', numeric: true },
        { head: 'memory', numeric: true, doc: 'All arrays of the training circuit.' },
        {
          head: 'before the first epoch',
          doc: 'Updates there, not in the other numbers but the time of the run.',
        },
      ].slice(0, anyBefore ? undefined : -1),
      anyBefore ? rows : rows.map(row => row.slice(0, -1)),
    ),
  );
}
const unique = (values: readonly string[]): string => [...new Set(values)].join(', ');
export function environmentItems(
  runs: readonly RunResult[],
  environment?: Environment,
): readonly (readonly [string, string | undefined])[] {
  const git = environment?.git;
  return [
    ['version', environment && `apical ${environment.version}`],
    ['git', git && git.sha + (git.dirty ? ' with uncommitted changes' : '')],
    ['backend', unique(runs.map(r => r.summary.backend))],
    ['number format', unique(runs.map(r => r.summary.dtype))],
    ['Node', environment?.node],
    ['platform', environment?.platform],
    [
      'processor',
      environment && `${environment.cpu}, ${environment.cores} ${environment.cores === 1 ? 'core' : 'cores'}`,
    ],
    ['dependencies', environment?.lock],
  ];
}
export const pairingItems = (run: RunResult): Html =>
  definitions([
    ...Object.entries(run.summary.pairing.weights).map(
      ([name, hash]) => [`first weights ${name}`, markup`<code>${hash}</code>`] as const,
    ),
    ['data', markup`<code>${run.summary.pairing.data}</code>`],
    ['order', markup`<code>${run.summary.pairing.order}</code>`],
  ]);
/** JSON is YAML: what is shown can be saved as a config file. */
export const configSection = (config: unknown): Html =>
  section(
    'config',
    'Resolved config',
    markup`<details>
      <summary>Every value the runs had (JSON, which is valid YAML)</summary>
      <pre>${JSON.stringify(config, null, 2)}</pre>
    </details>`,
  );
