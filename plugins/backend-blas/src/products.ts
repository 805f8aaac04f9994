/** Dense products as calls of BLAS over the bytes that the WebAssembly kernels work on: nothing is copied. */
import type { Product, Products } from '@apical/kernels';
import { plain, rowMajor, transposed } from './functions.js';
import type { Blas } from './find.js';

/**
 * The smallest products that are worth a call, in multiply-accumulates: `matrices` for several samples, `vectors` for one.
 * Smaller ones stay with the kernels.
 */
export interface Smallest {
  readonly matrices: number;
  readonly vectors: number;
}
/**
 * `benches/blas.ts` found both equally fast at 10³ to 2·10³ for matrices and for W x, at 10³ (float64) and 8·10³ (float32) for
 * outer products; on another processor it was 10⁴. The kernels are taken where it is not clear.
 */
export const smallest: Smallest = { matrices: 4e3, vectors: 1e4 };

/** A call costs about 0.3 µs and leaves 16 bytes of garbage that do not last. */
export const productsOf =
  ({ functions, address }: Blas, from: Smallest = smallest): Products =>
  ({ memory, dtype }) => {
    const { gemm, gemv, ger } = functions[dtype];
    const { matrices, vectors } = from;
    // a shared memory grows in place
    const base = address(new Uint8Array(memory.buffer));
    return (product: Product) => {
      const { op, batch, nPre, nPost } = product;
      if (batch * nPre * nPost < (batch === 1 ? vectors : matrices)) return undefined;
      const [W, x, y] = [product.weights, product.pre, product.post].map(a => base + a.byteOffset) as [
        number,
        number,
        number,
      ];
      // each step reads its gain through `product`, which keeps the arrays, and with them the memory, alive
      if (batch === 1)
        switch (op) {
          case 'multiply':
            return () => gemv(rowMajor, plain, nPost, nPre, product.gain[0]!, W, nPre, x, 1, 1, y, 1);
          case 'multiply-transposed':
            return () => gemv(rowMajor, transposed, nPost, nPre, product.gain[0]!, W, nPre, y, 1, 1, x, 1);
          case 'outer':
            return () => ger(rowMajor, nPost, nPre, product.gain[0]!, y, 1, x, 1, W, nPre);
        }
      switch (op) {
        case 'multiply':
          return () =>
            gemm(
              rowMajor,
              plain,
              transposed,
              batch,
              nPost,
              nPre,
              product.gain[0]!,
              x,
              nPre,
              W,
              nPre,
              1,
              y,
              nPost,
            );
        case 'multiply-transposed':
          return () =>
            gemm(rowMajor, plain, plain, batch, nPre, nPost, product.gain[0]!, y, nPost, W, nPre, 1, x, nPre);
        case 'outer': {
          const share = 1 / batch;
          return () =>
            gemm(
              rowMajor,
              transposed,
              plain,
              nPost,
              nPre,
              batch,
              product.gain[0]! * share,
              y,
              nPost,
              x,
              nPre,
              1,
              W,
              nPre,
            );
        }
      }
    };
  };
