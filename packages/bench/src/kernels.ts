/** Single operations: products, passes, random numbers. */
import { equations, product } from './operations.js';
import { fillMixed } from './values.js';
import type { Workload } from './workload.js';

/** C [batch, nPost] += A [batch, nPre] Wᵀ: a layer's drive for a batch. One sample: a matrix times a vector. */
function multiply(batch: number, nPre: number, nPost: number): Workload {
  const macs = batch * nPre * nPost;
  const resident = nPre * nPost + batch * (nPre + nPost);
  return {
    name: batch === 1 ? `gemv-${nPost}x${nPre}` : `gemm-${batch}x${nPost}x${nPre}`,
    doc:
      batch === 1
        ? `y += W x, W [${nPost}, ${nPre}]`
        : `Y += X Wᵀ, X [${batch}, ${nPre}], W [${nPost}, ${nPre}]`,
    kind: 'kernel',
    rate: 'GFLOP/s',
    amount: (2 * macs) / 1e9,
    flops: 2 * macs,
    traffic: resident + batch * nPost,
    resident,
    build(memory) {
      const weights = fillMixed(memory.allocate(nPost * nPre), 1, 0.1);
      const pre = fillMixed(memory.allocate(batch * nPre), 2);
      const output = memory.allocate(batch * nPost);
      const gain = memory.allocateCell(1);
      return {
        output,
        step: memory.prepare([product('multiply', weights, pre, output, gain, batch)], 'bench'),
      };
    },
  };
}
/** W [nPost, nPre] += gain · y xᵀ: an update of the weights after one sample. */
function outer(nPost: number, nPre: number): Workload {
  const resident = nPost * nPre + nPost + nPre;
  return {
    name: `ger-${nPost}x${nPre}`,
    doc: `W += y xᵀ, W [${nPost}, ${nPre}]`,
    kind: 'kernel',
    rate: 'GFLOP/s',
    amount: (2 * nPost * nPre) / 1e9,
    flops: 2 * nPost * nPre,
    traffic: resident + nPost * nPre,
    resident,
    build(memory) {
      const output = fillMixed(memory.allocate(nPost * nPre), 1, 0.1);
      const pre = fillMixed(memory.allocate(nPre), 2);
      const post = fillMixed(memory.allocate(nPost), 3);
      const gain = memory.allocateCell(1e-3);
      return { output, step: memory.prepare([product('outer', output, pre, post, gain)], 'bench') };
    },
  };
}
function pass(name: 'tanh' | 'exp', length: number): Workload {
  return {
    name: `${name}-${length}`,
    doc: `y = ${name}(x), ${length} numbers`,
    kind: 'kernel',
    rate: 'M elements/s',
    amount: length / 1e6,
    flops: 0,
    traffic: 2 * length,
    resident: 2 * length,
    build(memory) {
      const x = fillMixed(memory.allocate(length), 1, 4);
      const output = memory.allocate(length);
      const operation = equations(memory, `y = ${name}(x)`, { x, y: output });
      return { output, step: memory.prepare([operation], 'bench') };
    },
  };
}
function normals(length: number): Workload {
  return {
    name: `normals-${length}`,
    doc: `${length} standard normals of a stream`,
    kind: 'kernel',
    rate: 'M elements/s',
    amount: length / 1e6,
    flops: 0,
    traffic: 0,
    resident: 0,
    build(memory) {
      const into = memory.allocate(length);
      const counter = memory.allocateCell(0);
      return { output: into, step: memory.prepare([{ op: 'normal', key: [1, 2], counter, into }], 'bench') };
    },
  };
}
export const kernelWorkloads: readonly Workload[] = [
  multiply(100, 500, 500),
  multiply(32, 784, 500),
  multiply(1, 20, 20),
  multiply(1, 500, 500),
  multiply(1, 1000, 1000),
  outer(100, 784),
  pass('tanh', 10_000),
  pass('exp', 10_000),
  normals(10_000),
];
