/** Is `train.before` more than a slip of the pen? Asked before anything is computed. */
import { selectedSchemes } from '@apical/config';
import { isApicalError } from '@apical/core';
import type { ExperimentConfig } from '@apical/core';
import { checkBefore, type BeforeAsked } from '@apical/run';
import { runsOf } from './composition.js';
import type { Places } from './places.js';
import { buildRun, type BuiltRun, type RunnerSettings } from './runner.js';
import type { Workshop } from './workshop.js';

export const beforeAsked = ({ run, model }: BuiltRun, { locate }: Places): BeforeAsked => ({
  label: run.config.label,
  before: run.train.before,
  programs: Object.keys(model.programs),
  at:
    locate(`schemes.${run.config.label}.train.before.program`) ??
    locate('train.before.program') ??
    locate('train.before'),
});
/**
 * Throws where no scheme of the experiment has the program that some are asked to run before the first epoch. Schemes that
 * were not selected are built only where those that were do not decide it; one that cannot be built has nothing.
 */
export async function checkBeforeOf(
  workshop: Workshop,
  selected: readonly BeforeAsked[],
  {
    experiment,
    settings,
    places,
  }: { experiment?: ExperimentConfig; settings: RunnerSettings; places: Places },
): Promise<void> {
  const lacks = ({ before }: BeforeAsked): boolean =>
    !!before && !selected.some(s => s.programs.includes(before.program));
  const all = [...selected];
  if (experiment && selected.some(lacks)) {
    const chosen = selectedSchemes(experiment);
    const select = Object.keys(experiment.schemes).filter(label => !chosen.includes(label));
    for (const config of runsOf(workshop, { ...experiment, select, seeds: experiment.seeds.slice(0, 1) }))
      try {
        all.push(beforeAsked(await buildRun(workshop, config, settings, places), places));
      } catch (error) {
        if (!isApicalError(error)) throw error;
      }
  }
  checkBefore(all);
}
