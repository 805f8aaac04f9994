/** Training steps of backpropagation as a circuit: what a run does between two batches. */
import { assemble, circuitStreams, type Library } from '@apical/circuit';
import { fill } from '@apical/schemes';
import type { Catalogue, Initialiser, Optimiser, Scheme } from '@apical/core';
import { createRandomSource } from '@apical/numerics';
import { fillMixed, mixed } from './values.js';
import type { Workload } from './workload.js';

/** What the workloads are made of, from whoever has it: this package knows no plugin. */
export interface ModelParts {
  /** `bp` */
  readonly scheme: Scheme;
  /** `sgd`, with a parameter `eta`. */
  readonly optimiser: Optimiser;
  readonly library: Library;
  readonly initialisers: Catalogue<Initialiser>;
}
interface Network {
  readonly name: string;
  readonly doc: string;
  readonly sizes: readonly number[];
  readonly activation: string;
  readonly head: string;
  readonly batch: number;
  readonly eta: number;
}
export function backpropWorkload(parts: ModelParts, network: Network): Workload {
  const { sizes, batch } = network;
  const weights = sizes.slice(1).reduce((n, size, l) => n + size * sizes[l]!, 0);
  const units = batch * sizes.reduce((n, size) => n + size, 0);
  const notSentBack = sizes[0]! * sizes[1]!;
  return {
    name: network.name,
    doc: network.doc,
    kind: 'training',
    rate: batch === 1 ? 'steps/s' : 'samples/s',
    amount: batch,
    flops: 2 * batch * (3 * weights - notSentBack),
    // forward and backward read all weights (but the first, backward); the update reads and writes them
    traffic: 4 * weights - notSentBack + 3 * units,
    resident: weights + 2 * units,
    build(memory) {
      const last = sizes.length - 1;
      const layers = sizes.map((n, l) =>
        l > 0 && l < last ? { shape: [n], activation: network.activation } : { shape: [n] },
      );
      const plasticity = {
        forward: { optimiser: { use: parts.optimiser, parameters: { eta: network.eta } } },
      };
      const { circuit, input, output, target, programs } = assemble(
        fill(parts.scheme, { head: network.head, plasticity }),
        layers,
        {
          memory,
          batch,
          library: parts.library,
          streams: circuitStreams(createRandomSource(0), parts.initialisers),
        },
      );
      for (const name of circuit.weightNames()) {
        const [, layer, bias] = /^W(\d+)(\/bias)?$/.exec(name)!;
        const scale = bias === undefined ? Math.sqrt(6 / sizes[Number(layer) - 1]!) : 0;
        fillMixed(circuit.lent(name)!, Number(layer), scale);
      }
      fillMixed(circuit.signal(input), 9);
      const wanted = circuit.signal(target);
      const classes = sizes[last]!;
      if (network.head === 'softmax-cross-entropy')
        for (let b = 0; b < batch; b++) wanted[b * classes + ((b * 7) % classes)] = 1;
      else for (let i = 0; i < wanted.length; i++) wanted[i] = mixed(i, 9);
      const step = circuit.compile(programs.train, { keepDirections: false }); // as runs do
      return { step, output: circuit.signal(output) };
    },
  };
}
export const backpropWorkloads = (parts: ModelParts): readonly Workload[] => [
  backpropWorkload(parts, {
    name: 'bp-784-3x500-10',
    doc: 'BP, 784-500-500-500-10, relu, softmax and cross-entropy, SGD, batch 64',
    sizes: [784, 500, 500, 500, 10],
    activation: 'relu',
    head: 'softmax-cross-entropy',
    batch: 64,
    eta: 0.05,
  }),
  backpropWorkload(parts, {
    name: 'bp-784-200-2-200-784',
    doc: 'BP of an autoencoder, 784-200-2-200-784, tanh, SGD, an update after each sample',
    sizes: [784, 200, 2, 200, 784],
    activation: 'tanh',
    head: 'linear-squared',
    batch: 1,
    eta: 1e-4,
  }),
];
