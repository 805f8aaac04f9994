/** Public names of `@apical/bench`. */
export { bench, type BenchOptions } from './measure.js';
export type { BenchResult, Machine, Measurement, Roofline } from './results.js';
export { roofline } from './roofline.js';
export { callsFor, interleaved, median, timingOf, type Timing, type TimingOptions } from './timing.js';
export { open, type Rate, type Work, type Workload } from './workload.js';
export { kernelWorkloads } from './kernels.js';
export { onlineWorkloads } from './online.js';
export { backpropWorkloads, type ModelParts } from './backprop.js';
export { fillMixed, mixed } from './values.js';
export { product } from './operations.js';
