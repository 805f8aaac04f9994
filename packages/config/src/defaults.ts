/** Values of everything a config leaves out. */
import type { ExperimentConfig, NetworkConfig, TrainConfig } from '@apical/core';

export const trainDefaults: TrainConfig = {
  epochs: 10,
  batch: 32,
  dtype: 'float64',
  backend: 'auto',
  evaluateBatch: 500,
  evaluateEvery: 1,
  evaluateOn: ['validation'],
  checkpointSeconds: 60,
  limit: null,
};
export const networkDefaults: NetworkConfig = { hidden: [100], activation: 'tanh' };
export const experimentDefaults: Omit<
  ExperimentConfig,
  'name' | 'task' | 'dataset' | 'schemes' | 'baseline'
> = {
  network: networkDefaults,
  train: trainDefaults,
  seeds: [0],
  probes: {},
  observers: {},
  define: {},
  plugins: [],
  margin: null,
  meta: {},
};
/** The keys of a complete experiment, in the order in which it is shown. */
export const experimentKeys: Readonly<Record<keyof ExperimentConfig, true>> = {
  name: true,
  doc: true,
  task: true,
  dataset: true,
  network: true,
  train: true,
  schemes: true,
  select: true,
  baseline: true,
  control: true,
  seeds: true,
  probes: true,
  observers: true,
  define: true,
  plugins: true,
  margin: true,
  rates: true,
  reference: true,
  figures: true,
  meta: true,
};
