/** into += gain · a ∘ b. */
import { addProductOf } from '../wasm/elementwise.js';
import { lengths, type Verb } from './verb.js';

export const addProduct: Verb<'add-product'> = {
  check: ({ into, a, b }) => lengths({ a: [a, into.length], b: [b, into.length] }),
  touched: ({ into, a, b, gain }) => ({ reads: [a, b, gain], adds: [into] }),
  plain:
    ({ into, a, b, gain }) =>
    () => {
      const g = gain[0]!;
      for (let i = 0; i < into.length; i++) into[i]! += g * a[i]! * b[i]!;
    },
  emit: ({ into, a, b, gain }, e) => addProductOf(into, [a, b], gain, e),
};
