/** Observers of a run, and the commands they give: gathered while an epoch runs, carried out in order at its end. */
import type { BuiltModel } from '@apical/circuit';
import { ApicalError, isApicalError, unknownName } from '@apical/core';
import type { Bus, Command, ObservedRun, RandomSource, RunId } from '@apical/core';
import type { Programs } from './programs.js';
import type { ResolvedRun } from './resolve-run.js';

/** A command and the label of the observer it came from. */
export interface Asked {
  readonly observer: string;
  readonly command: Command;
}
const sameRun = (a: RunId, b: RunId): boolean =>
  a.hash === b.hash && a.seed === b.seed && a.scheme === b.scheme && a.experiment === b.experiment;

/** Attached before anything is restored: what they are told of parameters is what the config says. */
export function attachObservers(
  run: ResolvedRun,
  model: BuiltModel,
  bus: Bus,
  take: (asked: Asked) => void,
): () => void {
  const { metrics, headline } = run.task;
  const better = Object.fromEntries(Object.entries(metrics).map(([k, m]) => [k, m.better]));
  const detach: (() => void)[] = [];
  try {
    for (const [label, { use, options = {} }] of Object.entries(run.config.observers)) {
      const observer = run.catalogues.Observer.get(use);
      const observed: ObservedRun = {
        id: run.id,
        options,
        better,
        headline,
        initial: name => parameterOf(model, name),
      };
      detach.push(
        bus.attach(
          label,
          events => observer.observe(events, observed),
          command => take({ observer: label, command }),
          event => sameRun(event.run, run.id),
        ),
      );
    }
  } catch (error) {
    for (const end of detach) end();
    throw error;
  }
  return () => {
    for (const end of detach) end();
  };
}
/** undefined: there is no parameter of this name. */
function parameterOf({ circuit }: BuiltModel, name: string): number | undefined {
  try {
    return circuit.settable(name).data[0];
  } catch (error) {
    if (isApicalError(error)) return undefined;
    throw error;
  }
}

/** What commands have changed for good: part of every checkpoint. */
export interface Changes {
  set: Record<string, number>;
  silent: string[];
  /** Projection → how often it was perturbed: the number is part of the stream's name. */
  perturbed: Record<string, number>;
  /** Programs that train instead of the config's, each from this update on. */
  programs: { readonly from: number; readonly program: string }[];
  /** Why an observer stopped the run. */
  stopped?: string;
}
export const noChanges = (): Changes => ({ set: {}, silent: [], perturbed: {}, programs: [] });

export interface CarriedOutOn {
  readonly circuit: BuiltModel['circuit'];
  readonly programs: Programs;
  readonly random: RandomSource;
  /** Updates so far. */
  readonly updates: number;
}
/** Carries out one command on the circuit that trains. Throws `APICAL_COMMAND` for a name that does not exist. */
export function carryOut(
  { observer, command }: Asked,
  changes: Changes,
  { circuit, programs, random, updates }: CarriedOutOn,
): void {
  try {
    switch (command.do) {
      case 'stop':
        changes.stopped ??= command.why;
        return;
      case 'checkpoint':
        return; // the caller's
      case 'set':
        circuit.set(command.name, command.value);
        changes.set[command.name] = command.value;
        return;
      case 'freeze':
        circuit.setPlastic(command.projection, !(command.frozen ?? true));
        return;
      case 'silence': {
        const silent = command.silent ?? true;
        circuit.setSending(command.population, !silent);
        changes.silent = changes.silent.filter(p => p !== command.population);
        if (silent) changes.silent.push(command.population);
        return;
      }
      case 'perturb': {
        const { projection, std } = command;
        const weights = circuit.weights(projection);
        if (!circuit.lent(projection))
          throw unknownName('projection with weights that are no state', projection, circuit.weightNames());
        const times = (changes.perturbed[projection] = (changes.perturbed[projection] ?? 0) + 1);
        const stream = random.stream(`perturb/${projection}/${times}`);
        for (let i = 0; i < weights.length; i++) weights[i] = weights[i]! + std * stream.normal();
        return;
      }
      case 'run': {
        const step = programs.alone(command.program);
        for (let k = 0; k < (command.times ?? 1); k++) step();
        return;
      }
      case 'train-with':
        programs.shown(command.program); // unknown, or not to be compiled: said now
        changes.programs.push({ from: updates, program: command.program });
        return;
    }
  } catch (error) {
    if (!isApicalError(error)) throw error;
    throw new ApicalError(
      'APICAL_COMMAND',
      `observer "${observer}" asks to ${command.do.replace('-', ' ')}: ${error.message}`,
      {
        at: error.at,
        cause: error,
      },
    );
  }
}
