/** Fan-in and fan-out of weights, and the checks that all initialisers share. */
import { ApicalError, unknownName, type Initialiser, type RandomStream, type Shape } from '@apical/core';

export interface Fans {
  /** Synapses onto one neuron. */
  readonly fanIn: number;
  /** Synapses from one neuron. */
  readonly fanOut: number;
}
const shown = (shape: Shape): string => `[${shape.join(', ')}]`;
const product = (numbers: readonly number[]): number => numbers.reduce((a, b) => a * b, 1);

/**
 * `[post, pre]`: pre and post. `[filters, channels, rows, cols]`: channels · rows · cols and filters · rows · cols.
 * A bias `[n]` has none; undefined.
 */
export function fansOf(shape: Shape): Fans | undefined {
  if (shape.length < 2) return undefined;
  const area = product(shape.slice(2));
  return { fanIn: shape[1]! * area, fanOut: shape[0]! * area };
}

/** Parameters `fanIn` and `fanOut`, where they are not 0, else what the shape says. */
function fan(initialiser: string, which: keyof Fans, shape: Shape, given: number): number {
  const found = given > 0 ? given : fansOf(shape)?.[which];
  if (found === undefined)
    throw new ApicalError(
      'APICAL_INITIALISER',
      `initialiser "${initialiser}": a shape ${shown(shape)} does not tell the ${which} of its neurons; give the ` +
        `parameter ${which} (for a bias, that of the weights beside it), or draw zeros, constant, uniform or normal`,
    );
  if (!(found > 0))
    throw new ApicalError(
      'APICAL_INITIALISER',
      `initialiser "${initialiser}": ${which} of shape ${shown(shape)} is ${found}; it must be at least 1`,
    );
  return found;
}

export interface Draw {
  readonly into: Float64Array;
  readonly shape: Shape;
  /** Every declared parameter, defaults filled in. */
  readonly parameters: Readonly<Record<string, number>>;
  readonly stream: RandomStream;
  /** Throws `APICAL_INITIALISER` where the shape has none and no parameter gives it; so does `fanOut`. */
  readonly fanIn: () => number;
  readonly fanOut: () => number;
  readonly refuse: (why: string) => ApicalError;
}
/** An initialiser whose parameters are checked and completed before `draw` sees them. */
export function initialiser(spec: Omit<Initialiser, 'fill'>, draw: (at: Draw) => void): Initialiser {
  const refuse = (why: string): ApicalError =>
    new ApicalError('APICAL_INITIALISER', `initialiser "${spec.name}": ${why}`);
  return Object.freeze({
    ...spec,
    fill(into: Float64Array, shape: Shape, given: Readonly<Record<string, number>>, stream: RandomStream) {
      for (const name of Object.keys(given))
        if (!Object.hasOwn(spec.parameters, name))
          throw unknownName(`parameter of initialiser "${spec.name}":`, name, Object.keys(spec.parameters), {
            code: 'APICAL_INITIALISER',
          });
      const parameters: Record<string, number> = {};
      for (const [name, { value, min = -Infinity, max = Infinity }] of Object.entries(spec.parameters)) {
        const found = given[name] ?? value;
        if (!Number.isFinite(found) || found < min || found > max)
          throw refuse(`parameter ${name} is ${found}; give a number from ${min} to ${max}`);
        parameters[name] = found;
      }
      if (into.length !== product(shape))
        throw refuse(`${into.length} numbers to fill, but a shape ${shown(shape)} has ${product(shape)}`);
      draw({
        into,
        shape,
        parameters,
        stream,
        fanIn: () => fan(spec.name, 'fanIn', shape, parameters['fanIn'] ?? 0),
        fanOut: () => fan(spec.name, 'fanOut', shape, parameters['fanOut'] ?? 0),
        refuse,
      });
    },
  });
}
