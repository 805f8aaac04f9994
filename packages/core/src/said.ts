/** What reports of runs and of comparisons say alike. */
import type { RunSummary } from './results.js';

const count = (n: number): string => `${n} update${n === 1 ? '' : 's'}`;

/** What trained beside the program that the config names, each to follow the name of the scheme. */
export function programsSaid({ before, programs }: Pick<RunSummary, 'before' | 'programs'>): string[] {
  const said: string[] = [];
  if (before && 'skipped' in before)
    said.push(`has no program ${before.program}: nothing ran before its first epoch`);
  else if (before)
    said.push(
      `ran ${before.program} for ${count(before.updates)} before its first epoch; updates, speed and cost ` +
        'of training do not hold them',
    );
  if (programs)
    said.push(`was trained with ${programs.map(p => `${p.program} for ${count(p.updates)}`).join(' and ')}`);
  return said;
}
