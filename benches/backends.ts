/**
 * Backends against each other: products, and training steps of BP.
 *   node --conditions=@apical/source --import tsx benches/backends.ts
 * Medians of interleaved rounds of one run, one core.
 */
import type { Backend, DType, Operation } from '@apical/core';
import { assemble, circuitStreams } from '@apical/circuit';
import { setFlagsFromString } from 'node:v8';
import { reference, wasm, wasmFma } from '@apical/kernels';
import { createRandomSource } from '@apical/numerics';
import { libraryOf } from '@apical/testing';
import standard, { adam, sgd } from '@apical/plugin-standard';
import { bp } from '@apical/plugin-bp';

const fma = wasmFma(() => setFlagsFromString('--experimental-wasm-relaxed-simd'));
const backends = fma.unavailable?.() ? [reference, wasm] : [reference, wasm, fma];
const library = libraryOf(standard);
const median = (v: readonly number[]): number => [...v].sort((a, b) => a - b)[Math.floor(v.length / 2)]!;
/** Median calls per second of each step. */
function rates(steps: readonly (() => void)[], seconds = 0.15, rounds = 9): number[] {
  const all = steps.map((): number[] => []);
  for (let round = 0; round < rounds; round++)
    steps.forEach((step, k) => {
      const start = performance.now();
      let calls = 0;
      while (performance.now() - start < seconds * 1000) {
        step();
        calls++;
      }
      all[k]!.push((1000 * calls) / (performance.now() - start));
    });
  return all.map(median);
}
function line(name: string, steps: readonly (() => void)[], work: number, unit: string): void {
  const found = rates(steps).map(r => r * work);
  const cells = found.map((r, k) => {
    const ratio = k ? ` (${(r / found[0]!).toPrecision(3)} ×)` : '';
    return `${backends[k]!.name} ${r.toPrecision(3)}${ratio}`.padEnd(k ? 28 : 18);
  });
  console.log(`${name.padEnd(40)} ${cells.join('')} ${unit}`);
}
function product(
  backend: Backend,
  dtype: DType,
  op: 'multiply' | 'outer',
  batch: number,
  nPre: number,
  nPost: number,
): () => void {
  const memory = backend.open({ dtype });
  const filled = (n: number) => memory.allocate(n).fill(0.01);
  const operation: Operation = {
    op,
    weights: filled(nPre * nPost),
    pre: filled(batch * nPre),
    post: filled(batch * nPost),
    batch,
    nPre,
    nPost,
    gain: memory.allocateCell(1e-9),
  };
  return memory.prepare([operation], 'bench');
}
for (const dtype of ['float32', 'float64'] as const)
  for (const [op, batch, nPre, nPost] of [
    ['multiply', 100, 500, 500],
    ['multiply', 64, 784, 500],
    ['outer', 64, 784, 500],
    ['multiply', 1, 500, 500],
    ['multiply', 1, 20, 20],
    ['outer', 1, 784, 100],
  ] as const) {
    const steps = backends.map(b => product(b, dtype, op, batch, nPre, nPost));
    line(`${dtype} ${op} ${batch} × [${nPost}, ${nPre}]`, steps, (2 * batch * nPre * nPost) / 1e9, 'GFLOP/s');
  }
for (const dtype of ['float32', 'float64'] as const)
  for (const optimiser of [sgd, adam]) {
    const sizes = [784, 500, 500, 500, 10];
    const layers = sizes.map((n, l) =>
      l > 0 && l < 4 ? { shape: [n], activation: 'relu' } : { shape: [n] },
    );
    const plasticity = { forward: { optimiser: { use: optimiser, parameters: { eta: 1e-5 } } } };
    const steps = backends.map(backend => {
      const { circuit, input, target, programs } = assemble(
        bp,
        layers,
        { head: 'softmax-cross-entropy', plasticity },
        {
          memory: backend.open({ dtype }),
          batch: 64,
          library,
          streams: circuitStreams(createRandomSource(0), library.initialisers),
        },
      );
      const stream = createRandomSource(0).stream('bench/input');
      circuit.signal(input).forEach((_, i, x) => (x[i] = stream.uniform()));
      for (let b = 0; b < 64; b++) circuit.signal(target)[b * 10 + (b % 10)] = 1;
      return circuit.compile(programs.train, { keepDirections: false });
    });
    line(`BP 784-3×500-10, batch 64, ${optimiser.name}, ${dtype}`, steps, 64, 'samples/s');
  }
