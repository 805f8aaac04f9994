/**
 * The same workloads here and in numpy (benches/numpy_workloads.py), one thread each, in rounds that take turns in one run; first it
 * is checked that both compute the same numbers.
 *   node --conditions=@apical/source --import tsx benches/against-numpy.ts [--seconds 2] [--only microcircuit]
 * Medians of CPU time of one process each: what else runs on the machine enters only through caches and clock rates.
 */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import type { Backend, DType } from '@apical/core';
import {
  backpropWorkloads,
  callsFor,
  kernelWorkloads,
  median,
  onlineWorkloads,
  open,
  type Work,
  type Workload,
} from '@apical/bench';
import { wasm, wasmFma } from '@apical/kernels';
import { libraryOf } from '@apical/testing';
import { blas } from '@apical/plugin-backend-blas';
import { bp } from '@apical/plugin-bp';
import standard, { sgd } from '@apical/plugin-standard';
import { cpuSeconds } from './parts.js';

const { values: given } = parseArgs({
  options: { seconds: { type: 'string', default: '2' }, only: { type: 'string', default: '' } },
});
const seconds = Number(given.seconds);
const rounds = 21;

/** A numpy process that answers questions one after the other. */
class Numpy {
  readonly #process = spawn('python3', [`${import.meta.dirname}/numpy_workloads.py`], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1', MKL_NUM_THREADS: '1' },
  });
  readonly #lines = createInterface({ input: this.#process.stdout })[Symbol.asyncIterator]();
  async answer(): Promise<Record<string, unknown>> {
    const line = await this.#lines.next();
    if (line.done === true) throw new Error('numpy_workloads.py has ended; python3 with numpy is needed');
    return JSON.parse(line.value) as Record<string, unknown>;
  }
  ask(question: object): Promise<Record<string, unknown>> {
    this.#process.stdin.write(`${JSON.stringify(question)}\n`);
    return this.answer();
  }
  end(): void {
    this.#process.stdin.end();
  }
}
/** Throws where the numbers of both differ: then they do not measure the same. */
function same(what: string, ours: ArrayLike<number>, theirs: readonly number[], tolerance: number): void {
  theirs.forEach((want, k) => {
    if (!(Math.abs(ours[k]! - want) <= tolerance * Math.max(1, Math.abs(want))))
      throw new Error(`${what}: output ${k} is ${ours[k]!}, in numpy ${want}`);
  });
}

const library = libraryOf(standard);
const parts = { scheme: bp, optimiser: sgd, library, initialisers: library.initialisers };
const all = [...kernelWorkloads, ...backpropWorkloads(parts), ...onlineWorkloads];
/** Ratios to reach, apical / numpy. */
const goals: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  'gemm-100x500x500 float32': { blas: 0.9 },
  'gemv-500x500 float64': { wasm: 1 / 1.6 },
  'bp-784-3x500-10 float32': { wasm: 0.3, 'wasm-fma': 0.45, blas: 1 },
  'bp-784-3x500-10 float64': { wasm: 0.3, 'wasm-fma': 0.45, blas: 1 },
  'leaky-784-200-2-200-784 float32': { wasm: 1.9 },
  'leaky-784-200-2-200-784 float64': { wasm: 2.5 },
  'microcircuit-5-20-10-20-5 float32': { wasm: 90 },
  'microcircuit-5-20-10-20-5 float64': { wasm: 30 },
};
const cases: readonly (readonly [name: string, ...dtypes: DType[]])[] = [
  ['gemm-100x500x500', 'float32'],
  ['gemv-20x20', 'float32', 'float64'],
  ['gemv-500x500', 'float32', 'float64'],
  ['bp-784-3x500-10', 'float32', 'float64'],
  ['leaky-784-200-2-200-784', 'float32', 'float64'],
  ['microcircuit-5-20-10-20-5', 'float32', 'float64'],
];
const why = blas.unavailable?.();
const fma = wasmFma(() => setFlagsFromString('--experimental-wasm-relaxed-simd'));
const backends: readonly Backend[] = [wasm, fma, blas].filter(b => b.unavailable?.() === undefined);
const numpy = new Numpy();
const about = await numpy.answer();
console.log(`${cpus()[0]!.model.trim()}, node ${process.version}, load ${loadavg()[0]!.toFixed(2)}`);
console.log(`numpy ${String(about['numpy'])} on ${String(about['blas'])}`);
console.log(why === undefined ? `blas ${JSON.stringify(blas.flags)}` : `blas is left out: ${why}`);
console.log('\nrates a second; ratio to numpy: median of rounds (range)');

async function compare(workload: Workload, dtype: DType): Promise<void> {
  const what = `${workload.name} ${dtype}`;
  const works = backends.map(b => open(b, dtype, workload));
  const { id } = await numpy.ask({ do: 'open', workload: workload.name, dtype });
  const steps = workload.kind === 'kernel' ? 1 : 5;
  const { values } = await numpy.ask({ do: 'check', id, steps });
  works.forEach(({ step, output }, k) => {
    for (let n = 0; n < steps; n++) step();
    same(`${what}, ${backends[k]!.name}`, output, values as number[], dtype === 'float64' ? 1e-9 : 1e-4);
  });
  const share = seconds / rounds;
  const theirs = async (calls: number): Promise<number> =>
    (await numpy.ask({ do: 'time', id, calls }))['seconds'] as number;
  let calls = 1;
  for (let each = await theirs(1); each * calls < share / 2; each = await theirs(calls)) calls *= 2;
  const counts = works.map(({ step }) => callsFor(step, share, cpuSeconds));
  const once = ({ step }: Work, n: number): number => {
    const start = cpuSeconds();
    for (let k = 0; k < n; k++) step();
    return (cpuSeconds() - start) / n;
  };
  const times: number[][] = [[], ...works.map((): number[] => [])];
  for (let round = 0; round < rounds; round++) {
    times[0]!.push(await theirs(calls));
    works.forEach((work, k) => times[k + 1]!.push(once(work, counts[k]!)));
  }
  const rate = (k: number): string => (workload.amount / median(times[k]!)).toPrecision(3);
  console.log(`${what}: numpy ${rate(0)} ${workload.rate}`);
  backends.forEach(({ name }, k) => {
    const ratios = times[0]!.map((t, round) => t / times[k + 1]![round]!);
    const goal = goals[what]?.[name];
    const text = (x: number): string => x.toPrecision(3);
    console.log(
      `  ${name.padEnd(5)} ${rate(k + 1).padStart(8)}   ratio ${text(median(ratios))} ` +
        `(${text(Math.min(...ratios))} to ${text(Math.max(...ratios))})` +
        (goal === undefined
          ? ''
          : `   goal ${text(goal)}${median(ratios) >= goal ? ', reached' : ', not reached'}`),
    );
  });
}
for (const [name, ...dtypes] of cases)
  if (name.includes(given.only))
    for (const dtype of dtypes)
      await compare(
        all.find(w => w.name === name)!,
        dtype,
      );
numpy.end();
console.log(`load ${loadavg()[0]!.toFixed(2)}`);
