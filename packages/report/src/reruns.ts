/** What runs that were made again showed: with half the time step, on another backend. Sentences, and a table of all. */
import type { ComparisonResult, RoundingCheck, StepDifference, TimeStepCheck } from '@apical/core';
import { differenceSuffix, formatBounds, missing, signed, significant, unitSuffix } from './format.js';
import type { Scene } from './figure.js';
import { markup, section, table, type Html } from './page.js';
import { swatch } from './sections.js';

/** Relative change in per cent; undefined from zero. */
const change = ({ value, halved }: StepDifference): number | undefined =>
  value === 0 ? undefined : (100 * (halved - value)) / Math.abs(value);
const percent = (value: number | undefined): string =>
  value === undefined ? missing : `${signed(significant(value, 2))} %`;

const byChange = (a: StepDifference, b: StepDifference): number =>
  Math.abs(change(b) ?? 0) - Math.abs(change(a) ?? 0);
/** Quantities of probes in a line; all are in the table. */
const mostTold = 4;

function timeStep({ scheme, dt, halved }: TimeStepCheck, { headline, metric }: ComparisonResult): string {
  if (!halved) return `time step: ${scheme} (dt ${significant(dt)} ms) not checked: --halve-dt`;
  const [first, ...told] = halved.differences;
  const test = first?.name === `test/${headline}` ? first : undefined;
  const { mean, low, high } = formatBounds(halved.headline);
  const bounds = Number.isFinite(halved.headline.low) && low !== high ? `, interval ${low} to ${high}` : '';
  const score = test
    ? `test ${headline} ${significant(test.value, 4)} → ${significant(test.halved, 4)}${unitSuffix(metric.unit)} ` +
      `(${signed(mean)}${differenceSuffix(metric.unit)}${bounds}, ${test.n} ${test.n === 1 ? 'run' : 'runs'})`
    : 'no run with half the step has a partner';
  // of each quantity the layer in which it changes most
  const quantity = ({ name }: StepDifference): string => name.replace(/\/layer\d+$/, '');
  const largest = told
    .filter(d => change(d))
    .sort(byChange)
    .filter((d, k, all) => all.findIndex(other => quantity(other) === quantity(d)) === k);
  const more = [
    ...(halved.failed ? [`${halved.failed} with half the step failed`] : []),
    ...largest
      .slice(0, mostTold)
      .map(d => `${d.name} ${significant(d.value)} → ${significant(d.halved)} (${percent(change(d))})`),
    ...Object.entries(halved.followed).map(
      ([name, [a, b]]) => `${name} follows dt: ${significant(a)} → ${significant(b)}`,
    ),
  ];
  return [
    `time step: ${scheme} with dt ${significant(dt / 2)} instead of ${significant(dt)} ms: ${score}`,
    ...more,
  ].join('; ');
}
function rounding(checks: readonly RoundingCheck[], { metric, headline }: ComparisonResult): string[] {
  const [first] = checks;
  if (!first) return [];
  const shown = (value: number | null): string => (value === null ? 'failed' : significant(value, 4));
  const isEqual = ({ value, again }: RoundingCheck): boolean => shown(value) === shown(again);
  const suffix = differenceSuffix(metric.unit);
  const parts = checks
    .filter(c => !isEqual(c))
    .map(c => {
      const apart =
        c.value === null || c.again === null
          ? ''
          : ` (${signed(significant(c.again - c.value, 2))}${suffix})`;
      return `${c.scheme} ${shown(c.value)} → ${shown(c.again)}${apart}`;
    });
  const equal = checks.filter(isEqual).map(c => c.scheme);
  const spread = Math.max(
    ...checks.map(c => Math.abs((c.again ?? NaN) - (c.value ?? NaN))).filter(Number.isFinite),
    0,
  );
  const backends = [...new Set(checks.map(c => `${c.other} instead of ${c.backend}`))].join(', ');
  return [
    `rounding: test ${headline} of seed ${first.seed} on ${backends}: spread ${significant(spread, 2)}${suffix}; ` +
      [...parts, ...(equal.length ? [`equal in the printed digits: ${equal.join(', ')}`] : [])].join(', '),
  ];
}
/** One line for every scheme that is integrated in time, checked or not; one on rounding, where it was asked for. */
export const rerunLines = (result: ComparisonResult): string[] => [
  ...result.timeSteps.map(check => timeStep(check, result)),
  ...rounding(result.rounding ?? [], result),
];
/** All that was told with both time steps. Undefined where nothing was. */
export function timeStepSection(scene: Scene, { timeSteps }: ComparisonResult): Html | undefined {
  const rows = timeSteps.flatMap(({ scheme, dt, halved }) =>
    (halved?.differences ?? []).map(d => [
      { text: swatch(scene, scheme) },
      { text: significant(dt), value: dt },
      { text: d.name },
      { text: significant(d.value, 4), value: d.value },
      { text: significant(d.halved, 4), value: d.halved },
      { text: percent(change(d)), value: change(d) },
      { text: String(d.n), value: d.n },
    ]),
  );
  if (rows.length === 0) return undefined;
  return section(
    'time-step',
    'Half the time step',
    table(
      'Means over pairs of runs, at the end of each',
      [
        { head: 'scheme' },
        { head: 'dt (ms)', numeric: true },
        { head: 'quantity' },
        { head: 'with dt', numeric: true },
        { head: 'with dt/2', numeric: true },
        { head: 'change', numeric: true },
        { head: 'runs', numeric: true },
      ],
      rows,
    ),
    markup`<p>Everything stated in milliseconds is the same in both.</p>`,
  );
}
