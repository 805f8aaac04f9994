/** weights += gain · mean over samples of post ⊗ pre. */
import type { DenseProduct, Step } from '@apical/core';
import { checkDense, denseMacs, eachProduct, emitDense } from './dense.js';
import type { Verb } from './verb.js';

/** weights += gain · mean over samples of post ⊗ pre; four samples share one pass over a row. */
function plain({ weights: W, pre: x, post: y, batch, nPre, nPost, gain }: DenseProduct): Step {
  return () => {
    const g = gain[0]! / batch;
    for (let i = 0; i < nPost; i++) {
      const w = i * nPre;
      let b = 0;
      for (; b + 4 <= batch; b += 4) {
        const v0 = g * y[b * nPost + i]!;
        const v1 = g * y[(b + 1) * nPost + i]!;
        const v2 = g * y[(b + 2) * nPost + i]!;
        const v3 = g * y[(b + 3) * nPost + i]!;
        const x0 = b * nPre;
        const x1 = x0 + nPre;
        const x2 = x1 + nPre;
        const x3 = x2 + nPre;
        for (let j = 0; j < nPre; j++)
          W[w + j]! += v0 * x[x0 + j]! + v1 * x[x1 + j]! + v2 * x[x2 + j]! + v3 * x[x3 + j]!;
      }
      for (; b < batch; b++) {
        const v = g * y[b * nPost + i]!;
        const x0 = b * nPre;
        for (let j = 0; j < nPre; j++) W[w + j]! += v * x[x0 + j]!;
      }
    }
  };
}
export const outer: Verb<'outer'> = {
  check: checkDense,
  touched: o => ({ reads: [o.pre, o.post, o.gain], adds: [o.weights] }),
  macs: denseMacs,
  plain: eachProduct(plain),
  emit: emitDense,
};
