/** Random numbers of a circuit from named streams. */
import type { Catalogue, Initialiser, RandomSource, Streams } from '@apical/core';
import { unknownName } from '@apical/core';

/**
 * `prefix` keeps circuits apart that must not share noise: '' for training, `evaluate/`, `probe/<name>/`.
 * Initial weights are drawn in float64 and rounded to the dtype of the run.
 */
export function circuitStreams(
  random: RandomSource,
  initialisers: Catalogue<Initialiser>,
  prefix = '',
): Streams {
  return {
    normal: (stream, into, counter) => ({ op: 'normal', key: random.key(prefix + stream), counter, into }),
    initial(stream, { draw, parameters: given = {}, fanIn }, into, shape) {
      const initialiser = initialisers.get(draw);
      const known = Object.keys(initialiser.parameters);
      for (const name of Object.keys(given))
        if (!known.includes(name))
          throw unknownName(`parameter of initialiser ${draw} (${stream})`, name, known);
      const parameters: Record<string, number> = {};
      for (const [name, spec] of Object.entries(initialiser.parameters))
        parameters[name] =
          given[name] ?? (name === 'fanIn' && shape.length === 1 ? fanIn : undefined) ?? spec.value;
      const values = new Float64Array(into.length);
      initialiser.fill(values, shape, parameters, random.stream(prefix + stream));
      into.set(values);
    },
  };
}
