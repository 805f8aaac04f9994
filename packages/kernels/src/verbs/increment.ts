/** cell += 1. */
import { incremented } from '../wasm/emission.js';
import type { Verb } from './verb.js';

export const increment: Verb<'increment'> = {
  touched: ({ cell }) => ({ adds: [cell] }),
  plain:
    ({ cell }) =>
    () => {
      cell[0]! += 1;
    },
  emit: ({ cell }) => incremented(cell),
};
