/** Measures workloads on backends, in both precisions; steps of one workload take turns. */
import type { Backend, DType } from '@apical/core';
import { measurePeaks } from '@apical/kernels';
import type { BenchResult, Machine, Measurement } from './results.js';
import { roofline } from './roofline.js';
import { interleaved, type Timing } from './timing.js';
import { open, type Workload } from './workload.js';

export interface BenchOptions {
  /** Those that can be used are measured, the others are listed with the reason. */
  readonly backends: readonly Backend[];
  readonly workloads: readonly Workload[];
  /** Default: both. */
  readonly dtypes?: readonly DType[];
  /** For each workload, precision and backend. */
  readonly seconds: number;
  /** Monotonic, in seconds. */
  readonly clock: () => number;
  readonly clockIs: BenchResult['clock'];
  /** Asked before and after. */
  readonly machine: () => Omit<Machine, 'load'> & { readonly load: number };
  /** Told before each workload: how many of how many are done. */
  readonly tell?: (progress: {
    readonly done: number;
    readonly total: number;
    readonly what: string;
  }) => void;
}
/** Lets progress be drawn and interrupts be heard. */
const breathe = (): Promise<void> => new Promise(resolve => setTimeout(resolve, 0));

export async function bench(options: BenchOptions): Promise<BenchResult> {
  const { backends, workloads, dtypes = ['float32', 'float64'], seconds, clock, machine } = options;
  const before = machine();
  const listed = backends.map(backend => {
    const unavailable = backend.unavailable?.();
    const { name, flags } = backend;
    return { name, flags, ...(unavailable === undefined ? {} : { unavailable }) };
  });
  const usable = backends.filter((_, k) => listed[k]!.unavailable === undefined);
  const total = workloads.length * dtypes.length + 1;
  let done = 0;
  const tell = async (what: string): Promise<void> => {
    options.tell?.({ done: done++, total, what });
    await breathe();
  };
  await tell('peaks of this machine');
  const peaks = measurePeaks({ clock, seconds: Math.min(0.1, seconds) });
  const results: Measurement[] = [];
  for (const workload of workloads)
    for (const dtype of dtypes) {
      await tell(`${workload.name} ${dtype}`);
      const works = usable.map(backend => open(backend, dtype, workload));
      const timings = interleaved(
        works.map(work => work.step),
        { clock, seconds },
      );
      const measured = (backend: Backend, { rounds, ...times }: Timing): Measurement => {
        const limit = roofline(workload, dtype, times.median, peaks);
        const { name, doc, kind } = workload;
        return {
          ...{ workload: name, doc, kind, dtype, backend: backend.name },
          seconds: times,
          rounds,
          rate: { value: workload.amount / times.median, unit: workload.rate },
          ...(limit ? { roofline: limit } : {}),
        };
      };
      results.push(...usable.map((backend, k) => measured(backend, timings[k]!)));
    }
  const { load, ...about } = before;
  return {
    schema: 1,
    clock: options.clockIs,
    machine: { ...about, load: [load, machine().load] },
    backends: listed,
    peaks,
    results,
  };
}
