/** Early stopping: ends a run that has not improved for a while (Prechelt 1998, "Early stopping, but when?"). */
import { filter, map, scan } from 'rxjs';
import { checkOptions } from '@apical/core';
import type { Observer } from '@apical/core';
import { watch } from './watched.js';

/**
 * Stops after `patience` evaluations in a row without a value that is better than the best by more than `minDelta`.
 * Which direction is better is the metric's. NaN is never better. The command is repeated at later evaluations, so
 * that a stop which was lost by an interruption is asked again.
 */
export const earlyStopping: Observer = {
  name: 'early-stopping',
  doc: 'Stops when a metric has not improved for so many evaluations',
  options: {
    metric: { doc: 'error (of the validation split), train/error; null: the headline', value: null },
    patience: { doc: 'evaluations without an improvement before the run stops', value: 10 },
    minDelta: { doc: "what counts as an improvement, in the metric's unit", value: 0 },
  },
  observe(events, run) {
    const what = 'observer "early-stopping"';
    const options = checkOptions(what, earlyStopping.options, run.options);
    const patience = options.number('patience', { min: 1, whole: true });
    const minDelta = options.number('minDelta', { min: 0 });
    const { metric, better, values } = watch(what, events, run, options);
    const sign = better === 'lower' ? 1 : -1;
    return values.pipe(
      scan(
        (sofar, { epoch, value }) =>
          sign * value < sign * sofar.best - minDelta
            ? { best: value, epoch, waited: 0 }
            : { ...sofar, waited: sofar.waited + 1 },
        { best: sign * Infinity, epoch: 0, waited: 0 },
      ),
      filter(({ waited }) => waited >= patience),
      map(({ best, epoch, waited }) => ({
        do: 'stop',
        why: Number.isFinite(best)
          ? `no better ${metric} than ${best} of epoch ${epoch} in ${waited} evaluations`
          : `no finite ${metric} in ${waited} evaluations`,
      })),
    );
  },
};
