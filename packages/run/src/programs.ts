/** The programs of a scheme as steps. */
import type { BuiltModel } from '@apical/circuit';
import { unknownName } from '@apical/core';
import type { Step } from '@apical/core';

/**
 * All programs of the scheme, compiled at once: cells that a program counts with belong to the state. One that cannot be
 * compiled is an error when it is asked for.
 */
export function programsOf({ circuit, programs }: BuiltModel): (name: string) => Step {
  const compiled = new Map<string, Step>();
  for (const [name, program] of Object.entries(programs)) {
    const after =
      name === 'train' || name === 'evaluate'
        ? programs.begin
        : name === 'begin' || name === 'start'
          ? undefined
          : programs.train;
    const options = { keepDirections: false, ...(after ? { after } : {}) };
    if (name === 'train' || name === 'begin' || name === 'start')
      compiled.set(name, circuit.compile(program, options));
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
