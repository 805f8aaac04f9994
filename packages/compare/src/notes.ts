/** What a reader must know before the table: too few seeds, schemes that were trained otherwise, runs that are missing. */
import { programsSaid } from '@apical/core';
import type { ComparisonRow, ExperimentConfig, SchemeConfig, TrainConfig } from '@apical/core';
import type { Outcome } from './outcomes.js';
import { leastPairs } from './statistics.js';

/** Seeds that a headline claim needs. */
export const headlineSeeds = 10;

export function comparisonNotes(
  experiment: ExperimentConfig,
  rows: readonly ComparisonRow[],
  outcomes: readonly Outcome[],
): string[] {
  const schemes = rows.map(row => row.scheme);
  return [
    ...pairNote(rows),
    ...failureNotes(rows),
    ...warningNotes(outcomes),
    ...trainNotes(experiment.train, experiment.schemes, schemes),
    ...programNotes(outcomes),
    ...openNote(outcomes),
    ...absent('baseline', experiment.baseline, schemes),
    ...absent('control', experiment.control, schemes),
  ];
}
const absent = (role: string, label: string | undefined, schemes: readonly string[]): string[] =>
  label === undefined || schemes.length < 2 || schemes.includes(label)
    ? []
    : [`the ${role} ${label} was not run: nothing is compared to it`];
/** Pairs that there are, not seeds that were declared. */
function pairNote(rows: readonly ComparisonRow[]): string[] {
  const compared = rows.flatMap(({ difference }) => (difference ? [difference.n + difference.failed] : []));
  const pairs = Math.min(...compared);
  if (compared.length === 0 || pairs >= headlineSeeds) return [];
  const why =
    pairs < leastPairs
      ? `fewer than ${leastPairs} pairs have no p-value`
      : `the smallest p that ${pairs} pairs can reach is ${Number((2 ** (1 - pairs)).toPrecision(3))}`;
  return [
    `not for inference: ${pairs} pair${pairs === 1 ? '' : 's'} (${why}; a headline claim needs ${headlineSeeds})`,
  ];
}
function failureNotes(rows: readonly ComparisonRow[]): string[] {
  return rows.flatMap(({ scheme, failures, runs, estimateAtChance }) =>
    failures === 0
      ? []
      : [
          `${scheme}: ${failures} of ${runs} runs failed; its mean is over those that ended` +
            (estimateAtChance
              ? `, with the others at chance it is ${text(rounded(estimateAtChance.mean))}`
              : ''),
        ],
  );
}
const rounded = (value: number): number => Number(value.toPrecision(3));
function warningNotes(outcomes: readonly Outcome[]): string[] {
  return outcomes.flatMap(({ config, result }) =>
    (result?.summary.warnings ?? []).map(w => `${config.label}, seed ${config.seed}: ${w}`),
  );
}
/** What the fairness card shows is not said twice. */
const onTheCard = ['epochs', 'batch', 'eta', 'optimiser', 'dtype', 'backend', 'dt', 'program', 'limit'];

function trainNotes(
  general: TrainConfig,
  schemes: Readonly<Record<string, SchemeConfig>>,
  labels: readonly string[],
): string[] {
  return labels.flatMap(label => {
    const own = Object.entries(schemes[label]?.train ?? {}).filter(
      ([key, value]) =>
        !onTheCard.includes(key) &&
        JSON.stringify(value) !== JSON.stringify(general[key as keyof TrainConfig]),
    );
    if (own.length === 0) return [];
    const shown = own.map(([key, value]) => {
      const usual = general[key as keyof TrainConfig];
      const instead = usual === undefined ? '' : ` instead of ${text(usual)}`;
      return `${key} ${text(value)}${instead}`;
    });
    return [`${label} was trained with its own ${shown.join(', ')}`];
  });
}
/** Once for all seeds of a scheme that say the same. */
const programNotes = (outcomes: readonly Outcome[]): string[] => [
  ...new Set(
    outcomes.flatMap(({ config, result }) =>
      result ? programsSaid(result.summary).map(said => `${config.label} ${said}`) : [],
    ),
  ),
];
const text = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

function openNote(outcomes: readonly Outcome[]): string[] {
  const open = outcomes.filter(o => o.state === 'open').length;
  return open
    ? [`incomplete: ${open} of ${outcomes.length} runs did not end; the same command goes on with them`]
    : [];
}
