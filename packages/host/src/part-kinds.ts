/** The words a user has for kinds of parts. */
import { unknownName } from '@apical/core';
import type { PartKind } from '@apical/core';

/** `rule`, `rules` → `LearningRule`. */
export const kindWords: Readonly<Record<string, PartKind>> = {
  scheme: 'Scheme',
  rule: 'LearningRule',
  neuron: 'NeuronModel',
  optimiser: 'Optimiser',
  activation: 'Activation',
  synapse: 'Connectivity',
  'weight-function': 'WeightFunction',
  initialiser: 'Initialiser',
  dataset: 'Dataset',
  task: 'Task',
  probe: 'Probe',
  observer: 'Observer',
  backend: 'Backend',
  launcher: 'Launcher',
  store: 'Store',
};
const plural = (word: string): string => (word === 'synapse' ? 'synapses' : `${word}s`);
export const kindPlurals: readonly string[] = Object.keys(kindWords).map(plural);

/** The singular of `rules`, `datasets`, …; other spellings that people type are understood. */
export function kindWord(given: string): string {
  const aliases: Readonly<Record<string, string>> = {
    optimizer: 'optimiser',
    initializer: 'initialiser',
    connectivity: 'synapse',
    connectivities: 'synapses',
    'learning-rule': 'rule',
    'neuron-model': 'neuron',
    data: 'dataset',
  };
  const word = given.toLowerCase();
  const singular = [word, word.replace(/s$/, '')]
    .map(w => aliases[w] ?? w)
    .map(w => w.replace(/^synapses$/, 'synapse'));
  const known = singular.find(w => Object.hasOwn(kindWords, w));
  if (known !== undefined) return known;
  throw unknownName('kind of part', given, kindPlurals);
}
