/** Configs, experiments and results with made-up numbers. */
import type {
  Environment,
  ExperimentConfig,
  PairingHashes,
  RunConfig,
  RunResult,
  RunSummary,
} from '@apical/core';
import type { Outcome } from '../src/index.js';

export const train: RunConfig['train'] = {
  epochs: 2,
  batch: 4,
  dtype: 'float64',
  backend: 'reference',
  evaluateBatch: 10,
  evaluateEvery: 1,
  evaluateOn: ['validation'],
  checkpointSeconds: 60,
  limit: null,
};
const shared = {
  name: 'demo',
  task: { use: 'classification' },
  dataset: { use: 'clouds' },
  network: { hidden: [5], activation: 'tanh' },
  train,
  probes: {},
  observers: {},
  define: {},
  plugins: [],
};
export const runConfig = (
  label: string,
  seed: number,
  meta: Readonly<Record<string, unknown>> = {},
): RunConfig => ({ ...shared, meta, label, scheme: { use: label }, seed });
export const experiment = (
  schemes: readonly string[],
  seeds: readonly number[],
  more: Partial<ExperimentConfig> = {},
): ExperimentConfig => ({
  ...shared,
  meta: {},
  schemes: Object.fromEntries(schemes.map(s => [s, {}])),
  baseline: schemes[0]!,
  seeds,
  margin: null,
  ...more,
});
export const pairing: PairingHashes = {
  weights: { W1: 'aa11', 'W1/bias': 'bb22', W2: 'cc33' },
  data: 'dd44',
  order: 'ee55',
};
export const errorMetric = { doc: 'wrong', unit: '%', better: 'lower' } as const;
export const fakeResult = (
  label: string,
  seed: number,
  value: number,
  change: Partial<RunSummary> = {},
): RunResult => ({
  config: runConfig(label, seed),
  summary: {
    schema: 1,
    id: { experiment: 'demo', scheme: label, seed, hash: `hash-${label}` },
    status: 'finished',
    epochs: 2,
    updates: 6,
    seconds: 2 + seed,
    final: { 'validation/error': value + 1, 'test/error': value },
    headline: 'error',
    metrics: { error: errorMetric },
    pairing,
    backend: 'reference',
    dtype: 'float64',
    cost: { parameters: 9, macsPerSample: 120, stepsPerSample: 1, samplesPerSecond: 1000, memory: 4096 },
    ...change,
  },
  rows: [],
});
export const ended = (label: string, values: readonly number[]): Outcome[] =>
  values.map((value, seed) => ({
    config: runConfig(label, seed),
    result: fakeResult(label, seed, value),
    state: 'ended',
  }));
export const environment: Environment = {
  version: '0.1.0',
  node: 'v22.0.0',
  platform: 'linux x64',
  cpu: 'a processor',
  cores: 2,
};
