/** Dense products as calls of BLAS over the bytes that the WebAssembly kernels work on: nothing is copied. */
import type { Product, Products } from '@apical/kernels';
import { plain, rowMajor, transposed } from './functions.js';
import type { Blas } from './find.js';

/**
 * Multiply-accumulates from which on a call is made; smaller products stay with the kernels. `benches/blas.ts` found both
 * equally fast at 10³ (32 samples) to 10⁴ (one to four).
 */
export const smallest = 1e4;
/** Fewer samples than these go one by one: a matrix of so few rows gains nothing. */
const few = 4;

/** A call costs about 0.3 µs and leaves 16 bytes of garbage that do not last. */
export const productsOf =
  ({ functions, address }: Blas, least = smallest): Products =>
  ({ memory, dtype }) => {
    const { gemm, gemv, ger } = functions[dtype];
    const size = dtype === 'float64' ? 8 : 4;
    // a shared memory grows in place
    const base = address(new Uint8Array(memory.buffer));
    const addressOf = (array: ArrayBufferView): number => base + array.byteOffset;
    return (product: Product) => {
      const { op, batch, nPre, nPost } = product;
      const single = op === 'outer' ? batch === 1 : batch < few;
      if ((single ? 1 : batch) * nPre * nPost < least) return undefined;
      const W = addressOf(product.weights);
      const x = addressOf(product.pre);
      const y = addressOf(product.post);
      // every step reads its gain through `product`, which keeps the arrays, and with them the memory, alive
      switch (op) {
        case 'multiply':
        case 'multiply-transposed': {
          const back = op === 'multiply-transposed';
          const [from, into] = back ? [y, x] : [x, y];
          const [nFrom, nInto] = back ? [nPost, nPre] : [nPre, nPost];
          const trans = back ? transposed : plain;
          if (single)
            return () => {
              const gain = product.gain[0]!;
              for (let b = 0; b < batch; b++) {
                const source = from + b * nFrom * size;
                const result = into + b * nInto * size;
                gemv(rowMajor, trans, nPost, nPre, gain, W, nPre, source, 1, 1, result, 1);
              }
            };
          const transW = back ? plain : transposed;
          return () => {
            const gain = product.gain[0]!;
            gemm(rowMajor, plain, transW, batch, nInto, nFrom, gain, from, nFrom, W, nPre, 1, into, nInto);
          };
        }
        case 'outer': {
          if (single) return () => ger(rowMajor, nPost, nPre, product.gain[0]!, y, 1, x, 1, W, nPre);
          const share = 1 / batch;
          return () => {
            const gain = product.gain[0]! * share;
            gemm(rowMajor, transposed, plain, nPost, nPre, batch, gain, y, nPost, x, nPre, 1, W, nPre);
          };
        }
      }
    };
  };
