/** A small network with noise, momentum and tied feedback, a data set of three clouds, and what a run is given. */
import ndarray from 'ndarray';
import { createBus } from '@apical/bus';
import {
  Catalogue,
  defineNeuron,
  defineOptimiser,
  defineRule,
  defineScheme,
  derived,
  input,
  noise,
  parameter,
  stimulus,
} from '@apical/core';
import type {
  Activation,
  Bundle,
  Clock,
  Connectivity,
  Dataset,
  DataSplit,
  Initialiser,
  Observer,
  Probe,
  RunConfig,
  Scheme,
  Shape,
  SplitName,
  Store,
  Task,
  WeightFunction,
} from '@apical/core';
import { reference } from '@apical/kernels';
import { createRandomSource } from '@apical/numerics';
import type { RunCatalogues } from '@apical/schemes';
import type { TrainDependencies } from '../src/index.js';
import { memoryStore } from '../src/index.js';

const source = { paper: 'a test' };
const rate = { source, parameters: {} };
export const inputUnit = defineNeuron({
  ...rate,
  name: 'mini/input',
  signals: { r: stimulus('rate') },
  phases: {},
});
export const hiddenUnit = defineNeuron({
  ...rate,
  name: 'mini/hidden',
  parameters: { sigma: parameter('noise', 0.05) },
  signals: {
    z: input('input'),
    feedback: input('error from above'),
    xi: noise('noise'),
    r: derived('rate'),
    delta: derived('error'),
  },
  functions: { phi: 'tanh' },
  phases: { forward: 'r = phi(z) + sigma * xi', backward: 'delta = dphi(z) * feedback' },
});
export const outputUnit = defineNeuron({
  ...rate,
  name: 'mini/output',
  signals: { z: input('input'), target: stimulus('target'), r: derived('rate'), delta: derived('error') },
  functions: { phi: 'linear' },
  phases: { forward: 'r = phi(z)', backward: 'delta = target - r' },
});
export const delta = defineRule({
  name: 'delta',
  source,
  parameters: { decay: parameter('weight decay', 0, '1') },
  update: {
    terms: [
      { post: 'delta', pre: 'r' },
      { gain: '-decay', times: 'W' },
    ],
  },
});
export const sgd = defineOptimiser({
  name: 'sgd',
  parameters: { eta: { doc: 'rate', unit: '1', value: 0.1, min: 0 } },
  update: 'w += eta * g',
});
export const momentum = defineOptimiser({
  name: 'momentum',
  parameters: { eta: { doc: 'rate', unit: '1', value: 0.1, min: 0 }, mu: parameter('momentum', 0.9) },
  state: { v: { role: 'state', doc: 'velocity', unit: '1' } },
  update: 'v = mu * v + g\nw += eta * v',
});
export const mini: Scheme = defineScheme({
  name: 'mini',
  doc: 'backpropagation in miniature',
  source,
  parameters: {},
  neurons: { input: { model: inputUnit }, hidden: { model: hiddenUnit }, output: { model: outputUnit } },
  plasticity: {
    forward: { rule: delta, optimiser: { use: momentum, parameters: { eta: 0.05, mu: 0.8 } } },
    extra: null,
  },
  settings: { depth: { doc: 'a choice', value: 'usual', allowed: ['usual', 'other'] } },
  heads: { 'linear-squared': { activation: 'linear', slot: 'output' } },
  phases: { forward: 'up', backward: 'down', learn: 'weights change' },
  assemble(net, layers) {
    const last = layers.length - 1;
    for (const [l, { shape, activation }] of layers.entries())
      net.population(`layer${l}`, l === 0 ? 'input' : l === last ? 'output' : 'hidden', {
        shape,
        depth: l,
        ...(l > 0 && activation !== undefined ? { functions: { phi: activation } } : {}),
        layer: Math.max(0, l - 1),
      });
    for (let l = 1; l <= last; l++)
      net.project(`W${l}`, {
        from: `layer${l - 1}.r`,
        to: `layer${l}.z`,
        phase: 'forward',
        role: 'forward',
        weights: { draw: 'small' },
        bias: true,
        plasticity: 'forward',
        layer: l - 1,
      });
    for (let l = 1; l < last; l++)
      net.project(`B${l}`, {
        from: `layer${l + 1}.delta`,
        to: `layer${l}.feedback`,
        phase: 'backward',
        role: 'feedback',
        along: `W${l + 1}`,
        reversed: true,
      });
    return {
      input: 'layer0.r',
      output: `layer${last}.r`,
      target: `layer${last}.target`,
      forward: Array.from({ length: last }, (_, k) => `W${k + 1}`),
      feedback: Array.from({ length: last - 1 }, (_, k) => `B${k + 1}`),
      programs: {
        train: [{ phase: 'forward', sweep: 'up' }, { phase: 'backward', sweep: 'down' }, { phase: 'learn' }],
        evaluate: [{ phase: 'forward', sweep: 'up' }],
        spare: [{ every: 2, stages: [{ phase: 'forward', sweep: 'up' }] }],
      },
    };
  },
});
const activations: Activation[] = [
  { name: 'tanh', value: 'tanh(x)' },
  { name: 'linear', value: 'x', slope: '1' },
];
export const small: Initialiser = {
  name: 'small',
  doc: 'normal',
  parameters: { std: { doc: 'standard deviation', value: 0.5 } },
  fill(into, _shape, { std = 1 }, stream) {
    for (let i = 0; i < into.length; i++) into[i] = std * stream.normal();
  },
};
const size = (shape: Shape): number => shape.reduce((a, b) => a * b, 1);
const product = (at: Bundle) => ({
  weights: at.weights,
  batch: at.batch,
  nPre: size(at.pre),
  nPost: size(at.post),
});
const dense: Connectivity = {
  name: 'dense',
  doc: 'all to all',
  shape: ({ pre, post }) => [size(post), size(pre)],
  transmit: (at, pre, into, gain) => [{ op: 'multiply', ...product(at), pre, post: into, gain }],
  transmitBack: (at, post, into, gain) => [
    { op: 'multiply-transposed', ...product(at), post, pre: into, gain },
  ],
  correlate: (at, into, post, pre, gain) => [{ op: 'outer', ...product(at), weights: into, post, pre, gain }],
};
const zeros: Initialiser = { name: 'zeros', doc: 'nothing', parameters: {}, fill: into => void into.fill(0) };

const counts = { train: 50, validation: 23, test: 17 };
export const clouds: Dataset = {
  name: 'clouds',
  doc: 'three clouds in the plane',
  source,
  options: {},
  async load() {
    const split = (name: SplitName): DataSplit => {
      const stream = createRandomSource(7).stream(`clouds/${name}`);
      const count = counts[name];
      const labels = Int32Array.from({ length: count }, (_, k) => k % 3);
      const inputs = new Float64Array(count * 2);
      labels.forEach((c, k) => {
        inputs[2 * k] = Math.cos(2.1 * c) + 0.3 * stream.normal();
        inputs[2 * k + 1] = Math.sin(2.1 * c) + 0.3 * stream.normal();
      });
      return { inputs: ndarray(inputs, [count, 2]), labels: ndarray(labels, [count]) };
    };
    return {
      name: 'clouds',
      shape: [2],
      classes: ['a', 'b', 'c'],
      splits: { train: split('train'), validation: split('validation'), test: split('test') },
      digest: 'c10d5',
    };
  },
};
export const sorting: Task = {
  name: 'sorting',
  doc: 'which cloud?',
  options: {},
  prepare(data, { dtype }) {
    const make = (n: number) => (dtype === 'float32' ? new Float32Array(n) : new Float64Array(n));
    const prepare = ({ inputs, labels }: DataSplit) => {
      const count = inputs.shape[0]!;
      const own = Int32Array.from(labels!.data);
      const targets = make(count * 3);
      own.forEach((c, k) => (targets[3 * k + c] = 1));
      const all = make(count * 2);
      all.set(inputs.data);
      return { count, inputs: all, targets, labels: own };
    };
    const { train, validation, test } = data.splits;
    const splits = { train: prepare(train), validation: prepare(validation), test: prepare(test) };
    return {
      inputShape: [2],
      outputShape: [3],
      head: 'linear-squared',
      splits,
      metrics: {
        loss: { doc: 'squared error', unit: '1', better: 'lower' },
        error: { doc: 'wrong', unit: '%', better: 'lower' },
      },
      headline: 'error',
      evaluation(split) {
        const { labels } = splits[split];
        let [loss, wrong, seen] = [0, 0, 0];
        return {
          add(outputs, targets, count, first) {
            for (let b = 0; b < count; b++) {
              let best = 0;
              for (let i = 0; i < 3; i++) {
                loss += 0.5 * (outputs[3 * b + i]! - targets[3 * b + i]!) ** 2;
                if (outputs[3 * b + i]! > outputs[3 * b + best]!) best = i;
              }
              if (best !== labels[first + b]) wrong++;
            }
            seen += count;
          },
          result: () => ({ loss: loss / seen, error: (100 * wrong) / seen }),
        };
      },
    };
  },
};

const catalogue = <T extends { readonly name: string }>(kind: string, ...parts: T[]): Catalogue<T> =>
  new Catalogue(
    kind,
    parts.map(part => ({ part, origin: 'test' })),
  );
export const catalogues = (
  more: {
    observers?: Observer[];
    probes?: Probe[];
    schemes?: Scheme[];
    weightFunctions?: WeightFunction[];
  } = {},
): RunCatalogues => ({
  Activation: catalogue('activation', ...activations),
  Backend: catalogue('backend', reference),
  Connectivity: catalogue<Connectivity>('connectivity', dense),
  Dataset: catalogue('data set', clouds),
  Initialiser: catalogue('initialiser', small, zeros),
  LearningRule: catalogue('learning rule', delta),
  NeuronModel: catalogue('neuron model', inputUnit, hiddenUnit, outputUnit),
  Observer: catalogue('observer', ...(more.observers ?? [])),
  Optimiser: catalogue('optimiser', sgd, momentum),
  Probe: catalogue('probe', ...(more.probes ?? [])),
  Scheme: catalogue('scheme', mini, ...(more.schemes ?? [])),
  Task: catalogue('task', sorting),
  WeightFunction: catalogue<WeightFunction>('weight function', ...(more.weightFunctions ?? [])),
});
type Change = Partial<Omit<RunConfig, 'train'>> & { readonly train?: Partial<RunConfig['train']> };
export const runConfig = ({ train, ...change }: Change = {}): RunConfig => ({
  name: 'mini',
  task: { use: 'sorting' },
  dataset: { use: 'clouds' },
  network: { hidden: [5, 4], activation: 'tanh' },
  train: {
    epochs: 3,
    batch: 4,
    dtype: 'float32',
    backend: 'reference',
    evaluateBatch: 10,
    evaluateEvery: 1,
    evaluateOn: ['train', 'validation'],
    checkpointSeconds: 1e9,
    limit: null,
    ...train,
  },
  probes: {},
  observers: {},
  define: {},
  plugins: [],
  meta: {},
  label: 'mini',
  scheme: { use: 'mini' },
  seed: 3,
  ...change,
});
/** Every look at it finds `step` ms gone by: with 60, a run pauses and tells its progress after every update. */
export function steppingClock(step: number): Clock {
  let now = 0;
  return { now: () => (now += step), date: () => new Date(1.8e12 + now).toISOString() };
}
export function dependencies(change: Partial<TrainDependencies> & { store?: Store } = {}): TrainDependencies {
  return {
    catalogues: catalogues(),
    random: createRandomSource,
    bus: createBus(),
    clock: steppingClock(0.01),
    logger: { info: () => undefined, warn: () => undefined },
    store: memoryStore(),
    ...change,
  };
}
