/** What W·x, Wᵀ·y and y ⊗ x mean: dense, and one-to-one. */
import { ApicalError } from '@apical/core';
import type { Bundle, Cell, Connectivity, FloatArray, Operation, Shape } from '@apical/core';

const count = (shape: Shape): number => shape.reduce((a, b) => a * b, 1);
type Verb = 'multiply' | 'multiply-transposed' | 'outer';

/** One product of all samples, or one for each where every sample has weights of its own. */
function products(
  op: Verb,
  at: Bundle,
  weights: FloatArray,
  pre: FloatArray,
  post: FloatArray,
  gain: Cell,
): readonly Operation[] {
  const nPre = count(at.pre);
  const nPost = count(at.post);
  const product = { op, weights, pre, post, nPre, nPost, gain };
  if (!at.perSample) return [{ ...product, batch: at.batch }];
  const strides = { count: at.batch, weights: nPost * nPre, pre: nPre, post: nPost };
  return [{ ...product, batch: 1, strides }];
}
export const dense: Connectivity = {
  name: 'dense',
  doc: 'every unit to every unit; weights [post, pre]',
  shape: ({ post, pre }) => [count(post), count(pre)],
  biasShape: post => [count(post)],
  transmit: (at, pre, into, gain) => products('multiply', at, at.weights, pre, into, gain),
  transmitBack: (at, post, into, gain) => products('multiply-transposed', at, at.weights, into, post, gain),
  correlate: (at, into, post, pre, gain) => products('outer', at, into, pre, post, gain),
};
export const oneToOne: Connectivity = {
  name: 'one-to-one',
  doc: 'unit to partner, without weights',
  shape({ post, pre }) {
    if (count(post) !== count(pre))
      throw new ApicalError(
        'APICAL_SHAPE',
        `one-to-one synapses join equal populations; these have ${count(pre)} and ${count(post)} units`,
      );
    return [];
  },
  transmit: (_at, pre, into, gain) => [{ op: 'add', into, from: pre, gain }],
  transmitBack: (_at, post, into, gain) => [{ op: 'add', into, from: post, gain }],
};
export const connectivities: readonly Connectivity[] = [dense, oneToOne];
