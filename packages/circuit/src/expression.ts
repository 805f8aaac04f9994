/** What an expression over the signals of a population is worth, outside of any program: for probes. */
import { unknownName } from '@apical/core';
import type { Expression, FloatArray } from '@apical/core';
import { lower, parseAssignment } from '@apical/equations';
import { languageOf } from './built.js';
import type { Network } from './network.js';
import { scopeOf, within } from './scope.js';

/** The returned function fills and gives one array `[batch, units]`. Throws `EquationError`. */
export function expressionOf(network: Network, population: string, text: Expression): () => FloatArray {
  const p = network.populations.get(population);
  if (!p) throw unknownName('population', population, [...network.populations.keys()]);
  const { batch, memory } = network;
  const data = memory.allocate(batch * p.units);
  const into = 'value of the expression';
  const language = languageOf(p, p.choices, `${population}, "${text}"`, p.model.name, 'expression');
  const statements = parseAssignment(into, text, language);
  const result = scopeOf({ [into]: { name: into, extent: 'neuron', data, units: p.units } });
  const operation = lower(
    statements,
    within(result, p.scope),
    { batch, units: p.units },
    language,
    (n, extent) => (extent === 'scalar' ? memory.allocateCell(0) : memory.allocate(n)),
  );
  const step = memory.prepare([operation], `expression ${text} of ${population}`);
  return () => {
    step();
    return data;
  };
}
