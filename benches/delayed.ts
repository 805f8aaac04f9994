/**
 * Online training of an autoencoder, with and without outer products that wait (`train.delayUpdates`).
 *   node --conditions=@apical/source --import tsx benches/delayed.ts
 * Medians of the CPU time of interleaved rounds of one run.
 */
import { setFlagsFromString } from 'node:v8';
import type { Backend, DType, Step } from '@apical/core';
import { interleaved } from '@apical/bench';
import { wasm, wasmFma } from '@apical/kernels';
import { blas } from '@apical/plugin-backend-blas';
import { sgd } from '@apical/plugin-standard';
import { cpuSeconds, trainingModel } from './parts.js';

function training(backend: Backend, dtype: DType, waiting: number): Step {
  const { circuit, input, target, programs } = trainingModel({
    backend,
    dtype,
    sizes: [784, 200, 2, 200, 784],
    activation: 'tanh',
    head: 'linear-squared',
    batch: 1,
    optimiser: sgd,
    eta: 1e-4,
  });
  circuit.signal(target).set(circuit.signal(input));
  if (waiting > 1) circuit.delayUpdates(programs.train, waiting);
  return circuit.compile(programs.train, { keepDirections: false });
}
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
