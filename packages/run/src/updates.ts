/** What the updates of a run are: those before the first epoch, and those of an epoch. */
import type { BuiltModel } from '@apical/circuit';
import type { Step } from '@apical/core';
import { batchesBefore, epochBatches } from './order.js';
import { presenter } from './presenter.js';
import type { Programs } from './programs.js';
import type { Progress } from './progress.js';
import type { ResolvedRun } from './resolve-run.js';
import type { Stretch } from './stretch.js';
import type { Teller } from './teller.js';

export interface Updates {
  /** Of `train.before`, from where it stands; the scheme has its program. */
  before(p: Progress): Stretch;
  /** Of the epoch that is open, from where it stands. */
  epoch(p: Progress): Stretch;
}
export function updatesOf(run: ResolvedRun, model: BuiltModel, programs: Programs, tell: Teller): Updates {
  const { train, task, random, samples, updatesPerEpoch, steps } = run;
  const { batch } = train;
  const present = presenter(model, task.splits.train, batch);
  const show = epochBatches(random, { samples, batch }, present);
  const opening = (name: 'start' | 'begin'): Step | undefined => model.programs[name] && programs.alone(name);
  const start = opening('start');
  const begin = opening('begin');
  const repeated = (name: string): Step => {
    const step = programs.shown(name);
    return () => {
      for (let k = 0; k < steps.training; k++) step();
    };
  };
  return {
    before(p) {
      const { program = '', updates: length = 0 } = train.before ?? {};
      const showBefore = batchesBefore(random, { samples, batch }, present);
      const step = repeated(program);
      return {
        length,
        from: p.before.updates,
        update(k) {
          showBefore(k);
          if (k === 0) start?.();
          begin?.();
          step();
          return ++p.before.updates;
        },
        spent: seconds => (p.before.seconds += seconds),
        tell: () => tell.progressBefore(p, batch),
        moment: updates => `update ${updates} of ${program}, before epoch 1`,
      };
    },
    epoch(p) {
      const step = repeated(p.changes.programs.at(-1)?.program ?? train.program ?? 'train');
      const started = p.before.updates > 0;
      return {
        length: updatesPerEpoch,
        from: p.batch,
        update() {
          show(p.updates);
          if (p.updates === 0 && !started) start?.();
          begin?.();
          step();
          p.batch++;
          return ++p.updates;
        },
        spent: seconds => (p.trainSeconds += seconds),
        tell: () => tell.progress(p, batch),
        moment: updates => `update ${updates}, epoch ${p.epoch + 1}`,
      };
    },
  };
}
