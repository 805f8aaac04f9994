/**
 * Backends against each other: products, and training steps of BP.
 *   node --conditions=@apical/source --import tsx benches/backends.ts
 * Medians of the processor time of rounds that take turns in one run.
 */
import { setFlagsFromString } from 'node:v8';
import type { Step } from '@apical/core';
import { interleaved } from '@apical/bench';
import { reference, wasm, wasmFma } from '@apical/kernels';
import { adam, sgd } from '@apical/plugin-standard';
import { cpuSeconds, productStep, trainingModel } from './parts.js';

const fma = wasmFma(() => setFlagsFromString('--experimental-wasm-relaxed-simd'));
const backends = fma.unavailable?.() ? [reference, wasm] : [reference, wasm, fma];
function line(name: string, steps: readonly Step[], work: number, unit: string): void {
  const found = interleaved(steps, { clock: cpuSeconds, seconds: 1.35 }).map(t => work / t.median);
  const cells = found.map((r, k) => {
    const ratio = k ? ` (${(r / found[0]!).toPrecision(3)} ×)` : '';
    return `${backends[k]!.name} ${r.toPrecision(3)}${ratio}`.padEnd(k ? 28 : 18);
  });
  console.log(`${name.padEnd(40)} ${cells.join('')} ${unit}`);
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
    const steps = backends.map(b => productStep(b, dtype, op, batch, nPre, nPost));
    line(`${dtype} ${op} ${batch} × [${nPost}, ${nPre}]`, steps, (2 * batch * nPre * nPost) / 1e9, 'GFLOP/s');
  }
for (const dtype of ['float32', 'float64'] as const)
  for (const optimiser of [sgd, adam]) {
    const steps = backends.map(backend => {
      const { circuit, target, programs } = trainingModel({
        backend,
        dtype,
        sizes: [784, 500, 500, 500, 10],
        activation: 'relu',
        head: 'softmax-cross-entropy',
        batch: 64,
        optimiser,
        eta: 1e-5,
      });
      for (let b = 0; b < 64; b++) circuit.signal(target)[b * 10 + (b % 10)] = 1;
      return circuit.compile(programs.train, { keepDirections: false });
    });
    line(`BP 784-3×500-10, batch 64, ${optimiser.name}, ${dtype}`, steps, 64, 'samples/s');
  }
