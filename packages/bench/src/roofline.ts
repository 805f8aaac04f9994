/** Which of arithmetic and memory limits a step, and how much of that limit is reached. */
import type { DType } from '@apical/core';
import type { Peaks } from '@apical/kernels';
import type { Roofline } from './results.js';
import type { Workload } from './workload.js';

/** undefined where the cost of the step is not counted. */
export function roofline(
  { flops, traffic, resident }: Pick<Workload, 'flops' | 'traffic' | 'resident'>,
  dtype: DType,
  seconds: number,
  { plain, read }: Peaks,
): Roofline | undefined {
  const size = dtype === 'float64' ? 8 : 4;
  if (flops === 0 && traffic === 0) return undefined;
  // the smallest memory that holds everything a step touches
  const home = read.find(r => r.bytes >= resident * size) ?? read.at(-1)!;
  const least = { compute: flops / 1e9 / plain[dtype], memory: (traffic * size) / 1e9 / home.gigabytes };
  const bound = least.compute >= least.memory ? 'compute' : 'memory';
  const peak = bound === 'compute' ? plain[dtype] : home.gigabytes;
  return { bound, reached: (peak * least[bound]) / seconds, peak, share: least[bound] / seconds };
}
