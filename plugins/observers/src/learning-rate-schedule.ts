/** Learning-rate schedules: step decay, exponential decay, cosine (Loshchilov & Hutter 2017, one period). */
import { checkOptions } from '@apical/core';
import type { Observer } from '@apical/core';
import { scheduled } from './scheduled.js';
import { namesIn } from './watched.js';

const curves = {
  /** start · factor^⌊epoch / every⌋ */
  step: (start: number, epoch: number, given: Given) =>
    start * given.factor ** Math.floor(epoch / given.every),
  /** start · factor^epoch */
  exponential: (start: number, epoch: number, given: Given) => start * given.factor ** epoch,
  /** end + (start − end) · (1 + cos(π · epoch / epochs)) / 2, then end */
  cosine: (start: number, epoch: number, { end, epochs }: Given) =>
    end + ((start - end) * (1 + Math.cos(Math.PI * Math.min(1, epoch / epochs)))) / 2,
};
interface Given {
  readonly factor: number;
  readonly every: number;
  readonly end: number;
  readonly epochs: number;
}
/** Multiplies learning rates down over epochs; each parameter keeps its own start unless `start` is given. */
export const learningRateSchedule: Observer = {
  name: 'learning-rate-schedule',
  doc: 'Lowers learning rates: step, exponential or cosine',
  options: {
    parameters: {
      doc: 'names as a set command takes them, separated by commas: eta, W1.sgd.eta',
      value: 'eta',
    },
    curve: { doc: 'how it falls', value: 'exponential', allowed: Object.keys(curves) },
    factor: { doc: 'step: per `every` epochs; exponential: per epoch', value: 0.95 },
    every: { doc: 'set every so many epochs', value: 1 },
    start: { doc: 'rate in the first epoch; null: as the config has it', value: null },
    end: { doc: 'cosine: rate after the last epoch', value: 0 },
    epochs: { doc: 'cosine: length; null: the whole run', value: null },
  },
  observe(events, run) {
    const what = 'observer "learning-rate-schedule"';
    const options = checkOptions(what, learningRateSchedule.options, run.options);
    const curve = options.text('curve') as keyof typeof curves;
    const factor = options.number('factor', { min: 0 });
    const every = options.number('every', { min: 1, whole: true });
    const end = options.number('end', { min: 0 });
    const given = (name: string, check: { min: number; whole?: boolean }): number | undefined =>
      options.value(name) === undefined ? undefined : options.number(name, check);
    const length = given('epochs', { min: 1, whole: true });
    return scheduled(events, run, {
      what,
      parameters: namesIn(what, 'parameters', options.text('parameters')),
      start: given('start', { min: 0 }),
      every,
      value: (start, epoch, epochs) =>
        curves[curve](start, epoch, { factor, every, end, epochs: length ?? epochs }),
    });
  },
};
