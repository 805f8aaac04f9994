/** Stops once a metric is good enough: for "epochs to criterion" instead of "error after so many epochs". */
import { filter, map } from 'rxjs';
import { checkOptions } from '@apical/core';
import type { Observer } from '@apical/core';
import { watch } from './watched.js';

/** Stops at the first evaluation in which the metric is at `value` or better. */
export const stopAt: Observer = {
  name: 'stop-at',
  doc: 'Stops when a metric reaches a value',
  options: {
    metric: { doc: 'error (of the validation split), train/error; null: the headline', value: null },
    value: { doc: "the criterion, in the metric's unit", value: null },
  },
  observe(events, run) {
    const what = 'observer "stop-at"';
    const options = checkOptions(what, stopAt.options, run.options);
    const criterion = options.number('value');
    const { metric, better, values } = watch(what, events, run, options);
    return values.pipe(
      filter(({ value }) => (better === 'lower' ? value <= criterion : value >= criterion)),
      map(({ epoch, value }) => ({
        do: 'stop',
        why: `${metric} reached ${criterion}: ${value} in epoch ${epoch}`,
      })),
    );
  },
};
