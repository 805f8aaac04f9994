/** The programs of a scheme as steps. */
import type { BuiltModel } from '@apical/circuit';
import { unknownName } from '@apical/core';
import type { Program, Step } from '@apical/core';

/** Throws `APICAL_UNKNOWN_NAME` where the scheme has none of this name. */
export function programNamed(programs: BuiltModel['programs'], name: string): Program {
  const program = Object.hasOwn(programs, name) ? programs[name] : undefined;
  if (!program) throw unknownName('program', name, Object.keys(programs));
  return program;
}
/**
 * All programs of the scheme, compiled at once: cells that a program counts with belong to the state. `training` is
 * the one that trains. One of the others that cannot be compiled is an error when it is asked for.
 */
export function programsOf({ circuit, programs }: BuiltModel, training = 'train'): (name: string) => Step {
  const trains = programNamed(programs, training);
  const compiled = new Map<string, Step>();
  for (const [name, program] of Object.entries(programs)) {
    const presents = name === training || name === 'evaluate';
    const opens = name === 'begin' || name === 'start';
    const after = presents ? programs.begin : opens ? undefined : trains;
    const options = { keepDirections: false, ...(after ? { after } : {}) };
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
