/** Two small populations and what joins them, for the tests of this package. */
import type { LearningRule, NeuronModel, Program, Projection } from '@apical/core';
import { input, state, stimulus } from '@apical/core';
import { Circuit, circuitStreams, type CircuitOptions } from '@apical/circuit';
import { reference } from '@apical/kernels';
import { createRandomSource } from '@apical/numerics';
import { libraryOf } from '@apical/testing';
import standard from '@apical/plugin-standard';

export const library = libraryOf(standard);
const source = { paper: 'test' };
export const given = (more: Partial<CircuitOptions> = {}): CircuitOptions => ({
  memory: reference.open({ dtype: 'float64' }),
  batch: 1,
  library,
  streams: circuitStreams(createRandomSource(5), library.initialisers),
  ...more,
});
export const neuron = (phases: NeuronModel['phases'], more: Partial<NeuronModel> = {}): NeuronModel => ({
  name: 'cell',
  source,
  parameters: {},
  signals: { x: stimulus('given'), z: input('drive'), r: state('rate'), s: state('another') },
  phases,
  ...more,
});
export const rule = (
  terms: LearningRule['update']['terms'],
  more: Partial<LearningRule> = {},
): LearningRule => ({ name: 'rule', source, parameters: {}, update: { terms }, ...more });
/** dW = s ⊗ x */
export const hebb = rule([{ post: 's', pre: 'x' }], { name: 'hebb' });
export const values = (...v: number[]) => ({ values: v });
/** Populations a (2 units) and b (3), projection W with weights 1 … 6, and whatever `more` declares. */
export function pair(
  projection: Partial<Projection> = {},
  model = neuron({ go: 'r = z' }),
  options: Partial<CircuitOptions> = {},
  more: (circuit: Circuit) => void = () => undefined,
): Circuit {
  const circuit = new Circuit(given(options));
  circuit.population({ name: 'a', shape: [2], depth: 0, model });
  circuit.population({ name: 'b', shape: [3], depth: 1, model });
  circuit.project({
    name: 'W',
    from: 'a.x',
    to: 'b.z',
    phase: 'go',
    weights: values(1, 2, 3, 4, 5, 6),
    ...projection,
  });
  more(circuit);
  return circuit.build();
}
export const run = (circuit: Circuit, ...program: Program): void => circuit.compile(program)();
export const list = (numbers: ArrayLike<number>): number[] => Array.from(numbers);
