/**
 * Online training of an autoencoder, with and without outer products that wait (`train.delayUpdates`).
 *   node --conditions=@apical/source --import tsx benches/delayed.ts
 * Medians of the CPU time of interleaved rounds of one run.
 */
import type { Backend, DType } from '@apical/core';
import { interleaved } from '@apical/bench';
import { assemble, circuitStreams } from '@apical/circuit';
import { setFlagsFromString } from 'node:v8';
import { wasm, wasmFma } from '@apical/kernels';
import { createRandomSource } from '@apical/numerics';
import { libraryOf } from '@apical/testing';
import { blas } from '@apical/plugin-backend-blas';
import standard, { sgd } from '@apical/plugin-standard';
import { bp } from '@apical/plugin-bp';

const library = libraryOf(standard);
const sizes = [784, 200, 2, 200, 784];
function training(backend: Backend, dtype: DType, waiting: number): () => void {
  const layers = sizes.map((n, l) => (l > 0 && l < 4 ? { shape: [n], activation: 'tanh' } : { shape: [n] }));
  const plasticity = { forward: { optimiser: { use: sgd, parameters: { eta: 1e-4 } } } };
  const { circuit, input, target, programs } = assemble(
    bp,
    layers,
    { head: 'linear-squared', plasticity },
    {
      memory: backend.open({ dtype }),
      batch: 1,
      library,
      streams: circuitStreams(createRandomSource(0), library.initialisers),
    },
  );
  const stream = createRandomSource(0).stream('bench/input');
  for (const name of [input, target]) circuit.signal(name).forEach((_, i, x) => (x[i] = stream.uniform()));
  if (waiting > 1) circuit.delayUpdates(programs.train, waiting);
  return circuit.compile(programs.train, { keepDirections: false });
}
const cpuSeconds = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};
const counts = [1, 4, 8, 16, 32];
const fma = wasmFma(() => setFlagsFromString('--experimental-wasm-relaxed-simd'));
const backends = [wasm, fma, blas].filter(b => b.unavailable?.() === undefined);
for (const backend of backends)
  for (const dtype of ['float32', 'float64'] as const) {
    const steps = counts.map(n => training(backend, dtype, n));
    const times = interleaved(steps, { clock: cpuSeconds, seconds: 2, rounds: 15 });
    const [plain, ...others] = times.map(t => 1 / t.median) as [number, ...number[]];
    console.log(`${backend.name} ${dtype} none waits: ${plain.toFixed(0)} steps/s`);
    others.forEach((r, k) =>
      console.log(
        `  ${String(counts[k + 1]).padStart(2)} wait: ${r.toFixed(0)} steps/s, ${(r / plain).toFixed(2)} ×`,
      ),
    );
  }
