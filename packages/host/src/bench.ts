/** How fast the backends of a host are on this machine. */
import { arch, availableParallelism, cpus, loadavg, platform } from 'node:os';
import {
  backpropWorkloads,
  bench,
  kernelWorkloads,
  onlineWorkloads,
  type BenchOptions,
  type BenchResult,
  type Workload,
} from '@apical/bench';
import { ApicalError } from '@apical/core';
import type { Backend, DType } from '@apical/core';
import { libraryOf } from '@apical/schemes';
import type { Workshop } from './workshop.js';

export type { BenchResult };
export interface BenchRequest {
  /** For each workload, precision and backend; default 0.3 s. */
  readonly seconds?: number;
  /** Names; default: all, and those that cannot be used are listed with the reason. */
  readonly backends?: readonly string[];
  /** Workloads whose name contains it: `gemm`, `bp-784-3x500-10`. */
  readonly only?: string;
  readonly dtypes?: readonly DType[];
  /**
   * CPU time of this process (default), which other work on the machine disturbs less; or time on the wall, which is
   * right where a library works with several threads.
   */
  readonly clock?: BenchResult['clock'];
  readonly tell?: BenchOptions['tell'];
}
/** Throws `APICAL_BACKEND` for a named backend that cannot be used, `APICAL_BENCH` where no workload is left. */
export async function benchBackends(
  { catalogues, service }: Pick<Workshop, 'catalogues' | 'service'>,
  { seconds = 0.3, backends, only = '', dtypes, clock = 'cpu', tell }: BenchRequest = {},
): Promise<BenchResult> {
  const all: readonly Workload[] = [
    ...kernelWorkloads,
    ...backpropWorkloads({
      scheme: catalogues.Scheme.get('bp'),
      optimiser: catalogues.Optimiser.get('sgd'),
      library: libraryOf(catalogues),
      initialisers: catalogues.Initialiser,
    }),
    ...onlineWorkloads,
  ];
  const workloads = all.filter(w => w.name.includes(only));
  if (workloads.length === 0)
    throw new ApicalError(
      'APICAL_BENCH',
      `no workload has "${only}" in its name; there are ${all.map(w => w.name).join(', ')}`,
    );
  const wall = service('Clock');
  return bench({
    backends: backends?.map(name => usable(catalogues.Backend.get(name))) ?? catalogues.Backend.parts(),
    workloads,
    seconds,
    clock: clock === 'wall' ? () => wall.now() / 1000 : cpuTime,
    clockIs: clock,
    machine: () => ({
      cpu: cpus()[0]?.model.trim() ?? 'unknown',
      cores: availableParallelism(),
      node: process.version,
      platform: `${platform()} ${arch()}`,
      load: loadavg()[0]!,
    }),
    ...(dtypes ? { dtypes } : {}),
    ...(tell ? { tell } : {}),
  });
}
function cpuTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}
function usable(backend: Backend): Backend {
  const why = backend.unavailable?.();
  if (why === undefined) return backend;
  throw new ApicalError('APICAL_BACKEND', `backend "${backend.name}" cannot be used here: ${why}`);
}
