/** Dense products in plain loops: the truth that every other backend is tested against. */
import type { DenseProduct, Step } from '@apical/core';

/** post += gain · W pre, for every sample; four samples share one pass over a row of W. */
export function multiply({ weights: W, pre: x, post: y, batch, nPre, nPost, gain }: DenseProduct): Step {
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
/** pre += gain · Wᵀ post, for every sample; four rows of W share one pass over a sample. */
export function multiplyTransposed(product: DenseProduct): Step {
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
/** weights += gain · mean over samples of post ⊗ pre; four samples share one pass over a row. */
export function outer({ weights: W, pre: x, post: y, batch, nPre, nPost, gain }: DenseProduct): Step {
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
