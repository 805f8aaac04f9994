/** What the three dense products share: shapes, cost, and the way of a library or of our kernels. */
import type { Code } from '../wasm/assembler.js';
import type { Emission, Product } from '../wasm/emission.js';
import { plainProduct } from '../wasm/plain-products.js';
import { counts, lengths } from './verb.js';

export const checkDense = ({ weights, pre, post, batch, nPre, nPost }: Product): string | undefined =>
  counts({ batch, nPre, nPost }) ??
  lengths({ weights: [weights, nPost * nPre], pre: [pre, batch * nPre], post: [post, batch * nPost] });
export const denseMacs = ({ batch, nPre, nPost }: Product): number => batch * nPre * nPost;
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
