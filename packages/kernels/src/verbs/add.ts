/** into += gain · from. */
import { addProductOf } from '../wasm/elementwise.js';
import { lengths, type Verb } from './verb.js';

export const add: Verb<'add'> = {
  check: ({ into, from }) => lengths({ from: [from, into.length] }),
  touched: ({ into, from, gain }) => ({ reads: [from, gain], adds: [into] }),
  plain:
    ({ into, from, gain }) =>
    () => {
      const g = gain[0]!;
      for (let i = 0; i < into.length; i++) into[i]! += g * from[i]!;
    },
  emit: ({ into, from, gain }, e) => addProductOf(into, [from], gain, e),
};
