/** Dense products as calls of BLAS over the bytes that the WebAssembly kernels work on: nothing is copied. */
import type { Product, Products } from '@apical/kernels';
import { plain, rowMajor, transposed, type Functions } from './functions.js';
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
    const size = dtype === 'float64' ? 8 : 4;
    // a shared memory grows in place
    const base = address(new Uint8Array(memory.buffer));
    const addressOf = (array: ArrayBufferView): number => base + array.byteOffset;
    return (product: Product) => {
      const { op, batch, nPre, nPost, strides } = product;
      const single = op === 'outer' ? batch === 1 : batch < few;
      if ((single ? 1 : batch) * nPre * nPost < least) return undefined;
      const W = addressOf(product.weights);
      const x = addressOf(product.pre);
      const y = addressOf(product.post);
      const one = oneProduct(product, functions[dtype], size, single);
      // every step reads its gain through `product`, which keeps the arrays, and with them the memory, alive
      if (!strides) return () => one(product.gain[0]!, W, x, y);
      const [stepW, stepX, stepY] = [strides.weights, strides.pre, strides.post].map(n => n * size) as Three;
      return () => {
        const gain = product.gain[0]!;
        for (let k = 0; k < strides.count; k++) one(gain, W + k * stepW, x + k * stepX, y + k * stepY);
      };
    };
  };
type Three = [number, number, number];
type OneProduct = (gain: number, W: number, x: number, y: number) => void;
function oneProduct(
  { op, batch, nPre, nPost }: Product,
  { gemm, gemv, ger }: Functions,
  size: number,
  single: boolean,
): OneProduct {
  if (op === 'outer') {
    if (single) return (gain, W, x, y) => ger(rowMajor, nPost, nPre, gain, y, 1, x, 1, W, nPre);
    const share = 1 / batch;
    return (gain, W, x, y) =>
      gemm(rowMajor, transposed, plain, nPost, nPre, batch, gain * share, y, nPost, x, nPre, 1, W, nPre);
  }
  const back = op === 'multiply-transposed';
  const [nFrom, nInto] = back ? [nPost, nPre] : [nPre, nPost];
  const [trans, transW] = back ? [transposed, plain] : [plain, transposed];
  return (gain, W, x, y) => {
    const [from, into] = back ? [y, x] : [x, y];
    if (!single)
      return gemm(rowMajor, plain, transW, batch, nInto, nFrom, gain, from, nFrom, W, nPre, 1, into, nInto);
    for (let b = 0; b < batch; b++) {
      const [source, result] = [from + b * nFrom * size, into + b * nInto * size];
      gemv(rowMajor, trans, nPost, nPre, gain, W, nPre, source, 1, 1, result, 1);
    }
  };
}
