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
/**
 * All programs of the scheme, compiled at once and as a run wants them: cells that a program counts with belong to the
 * state. One that neither trains nor opens and cannot be compiled is an error when it is asked for.
 */
export function programsOf(
  { circuit, programs }: BuiltModel,
  { program: training = 'train' }: Pick<TrainConfig, 'program'>,
): (name: string) => Step {
  const trains = programNamed(programs, training);
  const compiled = new Map<string, Step>();
  for (const [name, program] of Object.entries(programs)) {
    const presents = name === training || name === 'evaluate';
    const opens = name === 'begin' || name === 'start';
    const after = presents ? programs.begin : opens ? undefined : trains;
    const options = { name, keepDirections: false, ...(after ? { after } : {}) };
    if (name === training || opens) compiled.set(name, circuit.compile(program, options));
    else
      try {
        compiled.set(name, circuit.compile(program, options));
      } catch (error) {
        compiled.set(name, () => {
          throw error;
        });
      }
  }
  return name => {
    const step = compiled.get(name);
    if (!step) throw unknownName('program', name, [...compiled.keys()]);
    return step;
  };
}
