/** What a reader must know before the table: too few seeds, schemes that were trained otherwise, runs that are missing. */
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
    ...seedNote(experiment.seeds.length, rows.length),
    ...trainNotes(experiment.train, experiment.schemes, schemes),
    ...openNote(outcomes),
    ...absent('baseline', experiment.baseline, schemes),
    ...absent('control', experiment.control, schemes),
  ];
}
const absent = (role: string, label: string | undefined, schemes: readonly string[]): string[] =>
  label === undefined || schemes.length < 2 || schemes.includes(label)
    ? []
    : [`the ${role} ${label} was not run: nothing is compared to it`];
function seedNote(seeds: number, schemes: number): string[] {
  if (seeds >= headlineSeeds || schemes < 2) return [];
  const least = 2 ** (1 - seeds);
  const why =
    seeds < leastPairs
      ? `fewer than ${leastPairs} pairs have no p-value`
      : `the smallest p that ${seeds} pairs can reach is ${Number(least.toPrecision(3))}`;
  return [
    `not for inference: ${seeds} seed${seeds === 1 ? '' : 's'} (${why}; a headline claim needs ${headlineSeeds})`,
  ];
}
function trainNotes(
  general: TrainConfig,
  schemes: Readonly<Record<string, SchemeConfig>>,
  labels: readonly string[],
): string[] {
  return labels.flatMap(label => {
    const own = Object.entries(schemes[label]?.train ?? {}).filter(
      ([key, value]) => JSON.stringify(value) !== JSON.stringify(general[key as keyof TrainConfig]),
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
const text = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

function openNote(outcomes: readonly Outcome[]): string[] {
  const open = outcomes.filter(o => o.state === 'open').length;
  return open
    ? [`incomplete: ${open} of ${outcomes.length} runs did not end; the same command goes on with them`]
    : [];
}
