/** Prints hashes of numbers that the backend `wasm` makes; started by `bits.test.ts` under other conditions. */
import { createHash } from 'node:crypto';
import type { FloatArray, FunctionName, Operation } from '@apical/core';
import { assemble, circuitStreams } from '@apical/circuit';
import { fill } from '@apical/schemes';
import { wasm } from '@apical/kernels';
import { createRandomSource } from '@apical/numerics';
import { libraryOf } from '@apical/testing';
import standard, { adam } from '@apical/plugin-standard';
import { fa } from '@apical/plugin-fa';

const hash = (arrays: readonly FloatArray[]): string => {
  const all = createHash('sha256');
  for (const a of arrays) all.update(new Uint8Array(a.buffer, a.byteOffset, a.byteLength));
  return all.digest('hex');
};
const library = libraryOf(standard);
for (const dtype of ['float64', 'float32'] as const) {
  const memory = wasm.open({ dtype });
  const stream = createRandomSource(9).stream('bits');
  const filled = (n: number): FloatArray => {
    const out = memory.allocate(n);
    for (let i = 0; i < n; i++) out[i] = stream.normal();
    return out;
  };
  const shape = { batch: 13, nPre: 67, nPost: 45 };
  const [weights, pre, post] = [filled(67 * 45), filled(13 * 67), filled(13 * 45)];
  const gain = memory.allocateCell(0.7);
  const products = (['multiply', 'outer', 'multiply-transposed'] as const).map((op): Operation => ({
    op,
    ...shape,
    weights,
    pre,
    post,
    gain,
  }));
  memory.prepare(products, 'products')();
  console.log(`products ${hash([weights, pre, post])}`);

  const [x, y] = [filled(1001), memory.allocate(1001)];
  const values = (['exp', 'log', 'tanh', 'sigmoid', 'softplus'] as const satisfies FunctionName[]).map(
    name => {
      const operand = (data: FloatArray) => ({ name: 'x', extent: 'neuron', data, units: 1001 }) as const;
      const value = { kind: 'call', name, args: [{ kind: 'operand', index: 0 }] } as const;
      const passes = [
        { kind: 'loop', over: 'neuron', units: 1001, body: [{ to: { operand: 1 }, value }] },
      ] as const;
      memory.prepare(
        [{ op: 'elementwise', where: name, batch: 1, operands: [operand(x), operand(y)], passes }],
        name,
      )();
      return y.slice();
    },
  );
  console.log(`functions ${hash(values)}`);

  const counter = memory.allocateCell(5);
  memory.prepare([{ op: 'normal', key: [3, 4], counter, into: y }], 'normals')();
  console.log(`normals ${hash([y])}`);

  const model = assemble(
    fill(fa, {
      head: 'softmax-cross-entropy',
      plasticity: { forward: { optimiser: { use: adam, parameters: { eta: 0.01 } } } },
    }),
    [
      { shape: [5] },
      { shape: [20], activation: 'tanh' },
      { shape: [7], activation: 'sigmoid' },
      { shape: [3] },
    ],
    { memory, batch: 1, library, streams: circuitStreams(createRandomSource(2), library.initialisers) },
  );
  const { circuit, input, target, programs } = model;
  const step = circuit.compile(programs.train, { keepDirections: false });
  for (let k = 0; k < 1000; k++) {
    circuit.signal(input).forEach((_, i, a) => (a[i] = stream.normal()));
    circuit.signal(target).fill(0)[k % 3] = 1;
    step();
  }
  console.log(`training ${hash(circuit.weightNames().map(name => circuit.lent(name)!))}`);
}
