/** An intervention at a given epoch: a lesion, a freeze, a jolt to the weights, another parameter or program. */
import { filter, mergeMap } from 'rxjs';
import { ApicalError, checkOptions } from '@apical/core';
import type { Command, Observer } from '@apical/core';
import { eventsOf, namesIn } from './watched.js';

/** The command for one target; `on` is false when the intervention is taken back. */
const commands = {
  freeze: (target: string, _value: number, on: boolean): Command => ({
    do: 'freeze',
    projection: target,
    frozen: on,
  }),
  silence: (target: string, _value: number, on: boolean): Command => ({
    do: 'silence',
    population: target,
    silent: on,
  }),
  perturb: (target: string, value: number): Command => ({ do: 'perturb', projection: target, std: value }),
  set: (target: string, value: number): Command => ({ do: 'set', name: target, value }),
  run: (target: string, value: number): Command => ({ do: 'run', program: target, times: value }),
  'train-with': (target: string): Command => ({ do: 'train-with', program: target }),
};
const needsValue: Readonly<Record<string, { readonly min?: number; readonly whole?: boolean } | undefined>> =
  {
    perturb: { min: 0 },
    set: {},
    run: { min: 1, whole: true },
  };
/** Done when `epoch` has ended, in the order of the targets; a freeze or silence may end with epoch `until`. */
export const intervention: Observer = {
  name: 'intervention',
  doc: 'At an epoch: freezes, perturbs, silences, sets, runs, or changes the program that trains',
  options: {
    epoch: { doc: 'the epoch after which it is done, from 1', value: null },
    do: { doc: 'what is done', value: null, allowed: Object.keys(commands) },
    target: {
      doc:
        'freeze, perturb: projections; silence: populations; set: parameters; run: programs; separated by commas; ' +
        'train-with: a program',
      value: null,
    },
    value: { doc: 'perturb: standard deviation; set: value; run: how often (1)', value: null },
    until: { doc: 'freeze, silence: the epoch after which it is taken back; null: never', value: null },
  },
  observe(events, run) {
    const what = 'observer "intervention"';
    const options = checkOptions(what, intervention.options, run.options);
    const epoch = options.number('epoch', { min: 1, whole: true });
    const action = options.text('do') as keyof typeof commands;
    const targets = namesIn(what, 'target', options.text('target'));
    const refuse = (option: string): void => {
      if (options.value(option) === undefined) return;
      throw new ApicalError(
        'APICAL_OPTION',
        `${what}, option "${option}": it has no meaning for "${action}"; leave it out`,
      );
    };
    const check = needsValue[action];
    if (check || action === 'train-with') refuse('until');
    if (!check) refuse('value');
    if (action === 'train-with' && targets.length > 1)
      throw new ApicalError(
        'APICAL_OPTION',
        `${what}, option "target": found ${targets.length} programs, ${targets.join(', ')}; one trains, give one`,
      );
    const once = action === 'run' && options.value('value') === undefined;
    const value = once ? 1 : check ? options.number('value', check) : 0;
    const until =
      options.value('until') === undefined
        ? Infinity
        : options.number('until', { min: epoch + 1, whole: true });
    return eventsOf(events, run, 'epoch-ended').pipe(
      filter(ended => ended.epoch === epoch || ended.epoch === until),
      mergeMap(ended => targets.map(target => commands[action](target, value, ended.epoch === epoch))),
    );
  },
};
