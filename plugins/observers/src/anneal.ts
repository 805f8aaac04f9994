/** Annealing of any parameter between two values: a noise level, a nudging strength, a leak. */
import { ApicalError, checkOptions } from '@apical/core';
import type { Observer } from '@apical/core';
import { scheduled } from './scheduled.js';
import { namesIn } from './watched.js';

/** From 0 at the start to 1 at the end, between the two values. */
const curves = {
  linear: (start: number, end: number, x: number) => start + (end - start) * x,
  geometric: (start: number, end: number, x: number) => start * (end / start) ** x,
  cosine: (start: number, end: number, x: number) => end + ((start - end) * (1 + Math.cos(Math.PI * x))) / 2,
};
/** Holds the start until epoch `from`, then moves to `end`, which is reached at epoch `to` and kept. */
export const anneal: Observer = {
  name: 'anneal',
  doc: 'Moves a parameter from one value to another over epochs',
  options: {
    parameters: {
      doc: 'names as a set command takes them, separated by commas: layer1.sigma, alpha',
      value: null,
    },
    curve: {
      doc: 'linear, geometric (a straight line of the logarithm) or cosine',
      value: 'linear',
      allowed: Object.keys(curves),
    },
    start: { doc: 'value at first; null: as the config has it', value: null },
    end: { doc: 'value at last', value: null },
    from: { doc: 'epoch after which it begins to move', value: 0 },
    to: { doc: 'epoch at which it has arrived; null: the last', value: null },
    every: { doc: 'set every so many epochs', value: 1 },
  },
  observe(events, run) {
    const what = 'observer "anneal"';
    const options = checkOptions(what, anneal.options, run.options);
    const curve = options.text('curve') as keyof typeof curves;
    const end = options.number('end');
    const from = options.number('from', { min: 0, whole: true });
    const to =
      options.value('to') === undefined ? undefined : options.number('to', { min: from + 1, whole: true });
    return scheduled(events, run, {
      what,
      parameters: namesIn(what, 'parameters', options.text('parameters')),
      start: options.value('start') === undefined ? undefined : options.number('start'),
      every: options.number('every', { min: 1, whole: true }),
      value(start, epoch, epochs) {
        if (curve === 'geometric' && !(start * end > 0))
          throw new ApicalError(
            'APICAL_OPTION',
            `${what}: a geometric curve from ${start} to ${end} does not exist; ` +
              'both must be of one sign and not 0, or take "linear"',
          );
        const last = to ?? epochs;
        return curves[curve](start, end, Math.min(1, Math.max(0, epoch - from) / Math.max(1, last - from)));
      },
    });
  },
};
