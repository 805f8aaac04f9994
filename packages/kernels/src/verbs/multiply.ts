/** post += gain · W pre. */
import type { DenseProduct, Step } from '@apical/core';
import { checkDense, denseMacs, eachProduct, emitDense } from './dense.js';
import type { Verb } from './verb.js';

/** post += gain · W pre, for every sample; four samples share one pass over a row of W. */
function plain({ weights: W, pre: x, post: y, batch, nPre, nPost, gain }: DenseProduct): Step {
  return () => {
    const g = gain[0]!;
    for (let i = 0; i < nPost; i++) {
      const w = i * nPre;
      let b = 0;
      for (; b + 4 <= batch; b += 4) {
        const x0 = b * nPre;
        const x1 = x0 + nPre;
        const x2 = x1 + nPre;
        const x3 = x2 + nPre;
        let s0 = 0;
        let s1 = 0;
        let s2 = 0;
        let s3 = 0;
        for (let j = 0; j < nPre; j++) {
          const v = W[w + j]!;
          s0 += v * x[x0 + j]!;
          s1 += v * x[x1 + j]!;
          s2 += v * x[x2 + j]!;
          s3 += v * x[x3 + j]!;
        }
        y[b * nPost + i]! += g * s0;
        y[(b + 1) * nPost + i]! += g * s1;
        y[(b + 2) * nPost + i]! += g * s2;
        y[(b + 3) * nPost + i]! += g * s3;
      }
      for (; b < batch; b++) {
        let s = 0;
        for (let j = 0, k = b * nPre; j < nPre; j++, k++) s += W[w + j]! * x[k]!;
        y[b * nPost + i]! += g * s;
      }
    }
  };
}
export const multiply: Verb<'multiply'> = {
  check: checkDense,
  touched: o => ({ reads: [o.weights, o.pre, o.gain], adds: [o.post] }),
  macs: denseMacs,
  plain: eachProduct(plain),
  emit: emitDense,
};
