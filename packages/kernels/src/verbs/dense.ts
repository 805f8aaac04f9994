/** What the three dense products share: shapes, cost, and the way of a library or of our kernels. */
import type { FloatArray, Step, Strides } from '@apical/core';
import type { Code } from '../wasm/assembler.js';
import type { Emission, Product } from '../wasm/emission.js';
import { plainProduct } from '../wasm/plain-products.js';
import { counts, lengths } from './verb.js';

const once: Strides = { count: 1, weights: 0, pre: 0, post: 0 };
export function checkDense({ strides, ...p }: Product): string | undefined {
  const { weights, pre, post, batch, nPre, nPost } = p;
  const own = { weights: nPost * nPre, pre: batch * nPre, post: batch * nPost };
  if (!strides)
    return (
      counts({ batch, nPre, nPost }) ??
      lengths({ weights: [weights, own.weights], pre: [pre, own.pre], post: [post, own.post] })
    );
  const { count } = strides;
  const wrong = counts({ batch, nPre, nPost, count });
  if (wrong !== undefined) return wrong;
  for (const name of ['weights', 'pre', 'post'] as const) {
    const stride = strides[name];
    if (!(Number.isInteger(stride) && stride >= 0))
      return `the stride of ${name} is ${stride}; it must be a whole number from 0 up`;
    const least = (count - 1) * stride + own[name];
    if (p[name].length < least) return `${name} has ${p[name].length} numbers; ${least} are needed`;
  }
  return undefined;
}
export const denseMacs = ({ batch, nPre, nPost, strides = once }: Product): number =>
  strides.count * batch * nPre * nPost;
/** The plain loops of one product, for each of several. */
export const eachProduct =
  (plain: (p: Product) => Step) =>
  ({ strides, ...p }: Product): Step => {
    if (!strides) return plain(p);
    const { weights, pre, post, batch, nPre, nPost } = p;
    const part = (array: FloatArray, from: number, length: number): FloatArray =>
      array.subarray(from, from + length);
    const steps = Array.from({ length: strides.count }, (_, k) =>
      plain({
        ...p,
        weights: part(weights, k * strides.weights, nPost * nPre),
        pre: part(pre, k * strides.pre, batch * nPre),
        post: part(post, k * strides.post, batch * nPost),
      }),
    );
    return () => {
      for (let k = 0; k < steps.length; k++) steps[k]!();
    };
  };
export function emitDense(p: Product, e: Emission): Code {
  const theirs = e.products?.(p);
  if (theirs) {
    e.count('library');
    return e.module.run(theirs);
  }
  const { how, code } = plainProduct(p, e);
  e.count(how);
  return code;
}
