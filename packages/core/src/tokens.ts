/** One symbol for every kind of part and every service, under the same name as its interface. */
const token = (name: string): symbol => Symbol.for(`apical/${name}`);

export const tokens = {
  Activation: token('Activation'),
  Backend: token('Backend'),
  Connectivity: token('Connectivity'),
  Dataset: token('Dataset'),
  Initialiser: token('Initialiser'),
  Launcher: token('Launcher'),
  LearningRule: token('LearningRule'),
  NeuronModel: token('NeuronModel'),
  Observer: token('Observer'),
  Optimiser: token('Optimiser'),
  Probe: token('Probe'),
  Scheme: token('Scheme'),
  Store: token('Store'),
  Task: token('Task'),
  WeightFunction: token('WeightFunction'),
} as const;
export const serviceTokens = {
  Bus: token('Bus'),
  Clock: token('Clock'),
  DatasetCache: token('DatasetCache'),
  Formats: token('Formats'),
  Logger: token('Logger'),
} as const;
export type PartKind = keyof typeof tokens;
export type ServiceKind = keyof typeof serviceTokens;
