/** pre += gain · Wᵀ post. */
import type { DenseProduct, Step } from '@apical/core';
import { checkDense, denseMacs, eachProduct, emitDense } from './dense.js';
import type { Verb } from './verb.js';

/** pre += gain · Wᵀ post, for every sample; four rows of W share one pass over a sample. */
function plain(product: DenseProduct): Step {
  const { weights: W, pre: x, post: y, batch, nPre, nPost, gain } = product;
  return () => {
    const g = gain[0]!;
    for (let b = 0; b < batch; b++) {
      const x0 = b * nPre;
      const y0 = b * nPost;
      let i = 0;
      for (; i + 4 <= nPost; i += 4) {
        const v0 = g * y[y0 + i]!;
        const v1 = g * y[y0 + i + 1]!;
        const v2 = g * y[y0 + i + 2]!;
        const v3 = g * y[y0 + i + 3]!;
        const w0 = i * nPre;
        const w1 = w0 + nPre;
        const w2 = w1 + nPre;
        const w3 = w2 + nPre;
        for (let j = 0; j < nPre; j++)
          x[x0 + j]! += v0 * W[w0 + j]! + v1 * W[w1 + j]! + v2 * W[w2 + j]! + v3 * W[w3 + j]!;
      }
      for (; i < nPost; i++) {
        const v = g * y[y0 + i]!;
        const w = i * nPre;
        for (let j = 0; j < nPre; j++) x[x0 + j]! += v * W[w + j]!;
      }
    }
  };
}
export const multiplyTransposed: Verb<'multiply-transposed'> = {
  check: checkDense,
  touched: o => ({ reads: [o.weights, o.post, o.gain], adds: [o.pre] }),
  macs: denseMacs,
  plain: eachProduct(plain),
  emit: emitDense,
};
