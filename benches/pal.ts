/**
 * Steps of Phaseless Alignment Learning, in steps a second, beside what the authors' code makes at its best on another
 * machine (numpy in float64, torch in float32; 2.5 GHz, one core).
 *   OPENBLAS_NUM_THREADS=1 node --conditions=@apical/source --import tsx benches/pal.ts
 * The best of nine rounds, in processor time: other work on the machine lowers it less than the clock's. Learning rates
 * are tiny, so that numbers stay as in a trained network; a step does the same work with any rate.
 */
import { cpus, loadavg } from 'node:os';
import { setFlagsFromString } from 'node:v8';
import type { Backend, DType, LayerSpec, Optimiser, Scheme, SchemeOptions } from '@apical/core';
import { assemble, circuitStreams } from '@apical/circuit';
import { macs, measurePeaks, reference, wasm, wasmFma } from '@apical/kernels';
import { fill } from '@apical/schemes';
import { createRandomSource } from '@apical/numerics';
import { libraryOf } from '@apical/testing';
import { blas } from '@apical/plugin-backend-blas';
import standard, { flow } from '@apical/plugin-standard';
import pal, {
  classification,
  latentEquilibrium,
  lowpass,
  lowpassDelayed,
  microcircuit,
} from '@apical/plugin-pal';
import { cpuSeconds } from './parts.js';

const library = libraryOf(standard, pal);
const fma = wasmFma(() => setFlagsFromString('--experimental-wasm-relaxed-simd'));
const peaks = measurePeaks({ clock: cpuSeconds });

interface Workload {
  readonly name: string;
  readonly scheme: Scheme;
  readonly sizes: readonly number[];
  readonly options: SchemeOptions;
  /** Default: train. */
  readonly program?: string;
  readonly batch?: number;
  /** Steps a second of the authors' code at its best, and the number format that it works in. */
  readonly authors?: readonly [number, DType];
}
/** Steps a second, and GFLOP/s of the products alone. */
function measured(w: Workload, backend: Backend, dtype: DType): { rate: number; gigaflops: number } {
  const { batch = 1, program = 'train' } = w;
  const layers: LayerSpec[] = w.sizes.map(n => ({ shape: [n] }));
  const { circuit, programs, input, target } = assemble(fill(w.scheme, w.options), layers, {
    memory: backend.open({ dtype }),
    batch,
    dt: batch === 1 ? 0.01 : 0.1,
    library,
    streams: circuitStreams(createRandomSource(1), library.initialisers),
  });
  circuit.signal(input).forEach((_, i, a) => (a[i] = ((i * 7) % 10) / 10));
  circuit.signal(target).fill(0.5);
  const options = { keepDirections: false };
  const step = circuit.compile(programs[program]!, options);
  let rate = 0;
  for (let round = 0; round < 9; round++) {
    const start = cpuSeconds();
    let calls = 0;
    while (cpuSeconds() - start < 0.2) {
      for (let k = 0; k < 8; k++) step();
      calls += 8;
    }
    rate = Math.max(rate, calls / (cpuSeconds() - start));
  }
  if (!circuit.weightNames().every(name => circuit.lent(name)!.every(Number.isFinite)))
    throw new Error(`${w.name}: weights are lost`);
  return { rate, gigaflops: (2 * rate * macs(circuit.lower(programs[program]!, options))) / 1e9 };
}
const by = (use: Optimiser, parameters: Readonly<Record<string, number | string>> = {}) => ({
  optimiser: { use, parameters: { eta: 1e-6, ...parameters } },
});
const inTime = (settings: SchemeOptions['settings'] = {}): SchemeOptions => ({
  settings: { membrane: 'cancelled', ...settings },
  plasticity: { forward: by(lowpass), IP: by(flow), feedback: by(flow), PI: by(flow) },
});
const atOnce = by(lowpassDelayed, { tau: 'dt' });
const inPhases: SchemeOptions = {
  plasticity: { forward: by(lowpassDelayed), IP: atOnce, feedback: by(flow), PI: atOnce },
};
const layered: SchemeOptions = {
  head: 'linear-squared',
  settings: { membrane: 'cancelled', errorInSoma: true },
  neurons: { output: { choose: { renewed: 'none' } } },
  plasticity: { forward: by(flow), feedback: by(flow) },
};
const inCircuit = (
  sizes: readonly number[],
  program: string,
  rate: number,
  settings?: SchemeOptions['settings'],
): Workload => ({
  name: `microcircuit ${sizes.join('-')}, ${program}${settings ? `, ${JSON.stringify(settings)}` : ''}`,
  scheme: microcircuit,
  sizes,
  options: inTime(settings),
  program,
  authors: [rate, 'float64'],
});
const classifying = (sizes: readonly number[]): Workload => ({
  name: `classification ${sizes.join('-')}`,
  scheme: classification,
  sizes,
  options: inPhases,
});
const fig3 = [5, 20, 10, 20, 5];
const image = [784, 100, 10];
const workloads: readonly Workload[] = [
  inCircuit(fig3, 'train', 1552, { membrane: 'integrated' }),
  inCircuit(fig3, 'train', 1552),
  inCircuit(fig3, 'align', 1701),
  inCircuit([1, 1, 1], 'train', 4454),
  inCircuit(image, 'train', 1439),
  classifying(image),
  classifying([4, 30, 3]),
  {
    name: 'layers 784-200-2-200-784, batch 32',
    scheme: latentEquilibrium,
    sizes: [784, 200, 2, 200, 784],
    options: layered,
    batch: 32,
    authors: [113, 'float32'],
  },
];
const [{ model } = { model: 'unknown' }] = cpus();
const dtypes = ['float64', 'float32'] as const;
console.log(`${model.trim()}, load ${loadavg()[0]!.toFixed(1)}, Node ${process.version}`);
for (const dtype of dtypes)
  console.log(`peak of plain SIMD in ${dtype}: ${peaks.plain[dtype].toFixed(1)} GFLOP/s`);
for (const w of workloads) {
  console.log(w.name);
  for (const dtype of dtypes) {
    const usable = [reference, wasm, fma, blas].filter(b => b.unavailable?.() === undefined);
    const cells = usable.map(backend => {
      const { rate, gigaflops } = measured(w, backend, dtype);
      const ratio = w.authors?.[1] === dtype ? ` (${(rate / w.authors[0]).toFixed(1)} × theirs)` : '';
      const share = Math.round((100 * gigaflops) / peaks.plain[dtype]);
      return `${backend.name} ${rate.toPrecision(3)}${ratio}${backend === wasm ? ` ${share} % of peak` : ''}`;
    });
    console.log(`  ${dtype}   ${cells.join('   ')}`);
  }
}
