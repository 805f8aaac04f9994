/**
 * From which size on a product is worth a call of the system's BLAS: `wasm` against `blas` without a smallest size, and
 * the garbage that a call leaves.
 *   node --conditions=@apical/source --import tsx benches/blas.ts
 * Medians of CPU time over rounds that take turns, one core; above 1 the library is faster.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { interleaved } from '@apical/bench';
import { wasm } from '@apical/kernels';
import { blasBackend } from '@apical/plugin-backend-blas';
import { cpuSeconds, productStep, type DenseOp } from './parts.js';

const blas = blasBackend({ smallest: 0 });
const why = blas.unavailable?.();
if (why !== undefined) {
  console.log(`skipped: ${why}`);
  process.exit();
}
console.log(JSON.stringify(blas.flags));
/** Seconds a call of each. */
const times = (steps: readonly (() => void)[]): number[] =>
  interleaved(steps, { clock: cpuSeconds, seconds: 0.1 }).map(t => t.median);
const operations: readonly DenseOp[] = ['multiply', 'multiply-transposed', 'outer'];
for (const dtype of ['float32', 'float64'] as const)
  for (const [batch, lengths] of [
    [1, [10, 20, 32, 50, 75, 100, 150, 200, 300, 500, 1000]],
    [2, [5, 10, 20, 30, 50, 100, 300]],
    [4, [5, 10, 15, 20, 30, 50, 100, 300]],
    [32, [3, 5, 10, 20, 30, 50, 100, 300]],
  ] as const)
    for (const op of operations) {
      const ratios = lengths.map(n => {
        const [a = 0, b = 0] = times([wasm, blas].map(x => productStep(x, dtype, op, batch, n, n)));
        return `${n}: ${(a / b).toFixed(2)} (${(b * 1e6).toFixed(1)} µs)`;
      });
      console.log(`${dtype} ${op} ${batch} × [n, n]   ${ratios.join('  ')}`);
    }

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
for (const op of operations) {
  const step = productStep(blas, 'float64', op, 4, 4, 4);
  const calls = 50_000;
  for (let k = 0; k < calls; k++) step();
  collect();
  const before = process.memoryUsage().heapUsed;
  for (let k = 0; k < calls; k++) step();
  const after = process.memoryUsage().heapUsed;
  collect();
  const kept = process.memoryUsage().heapUsed - before;
  console.log(
    `garbage of ${op}: ${((after - before) / calls).toFixed(1)} bytes a call, ${(kept / calls).toFixed(2)} kept`,
  );
}
