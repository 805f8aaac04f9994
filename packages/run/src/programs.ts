/** The programs of a scheme as steps. */
import type { BuiltModel } from '@apical/circuit';
import { unknownName } from '@apical/core';
import type { Program, Step, TrainConfig } from '@apical/core';

/** Throws `APICAL_UNKNOWN_NAME` where the scheme has none of this name. */
export function programNamed(programs: BuiltModel['programs'], name: string): Program {
  const program = Object.hasOwn(programs, name) ? programs[name] : undefined;
  if (!program) throw unknownName('program', name, Object.keys(programs));
  return program;
}
export interface Programs {
  /** By itself, as an observer asks for it: after what trains. `begin` and `start`: after nothing. */
  readonly alone: (name: string) => Step;
  /** With a batch shown, after `begin`: as training and what comes before it run. */
  readonly shown: (name: string) => Step;
}
/**
 * All programs of the scheme, compiled as a run wants them: cells that a program counts with belong to the state. The
 * one that trains, and those that open, are compiled at once; one of the others that cannot be compiled is an error
 * when it is asked for.
 */
export function programsOf(
  { circuit, programs }: BuiltModel,
  { program: training = 'train' }: Pick<TrainConfig, 'program'>,
): Programs {
  const compile = (name: string, after: Program | undefined): Step =>
    circuit.compile(programNamed(programs, name), {
      name,
      keepDirections: false,
      ...(after ? { after } : {}),
    });
  const once = (make: (name: string) => Step): ((name: string) => Step) => {
    const made = new Map<string, Step>();
    return name => {
      const step = made.get(name) ?? make(name);
      made.set(name, step);
      return step;
    };
  };
  const trains = programNamed(programs, training);
  const shown = once(name => compile(name, programs.begin));
  const alone = once(name => {
    const opens = name === 'begin' || name === 'start';
    const presents = name === training || name === 'evaluate';
    return presents ? shown(name) : compile(name, opens ? undefined : trains);
  });
  for (const name of Object.keys(programs)) {
    const needed = name === training || name === 'begin' || name === 'start';
    try {
      alone(name);
    } catch (error) {
      if (needed) throw error;
    }
  }
  return { alone, shown };
}
