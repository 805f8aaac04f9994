/** into ← value. */
import { emitElementwise, overAll } from '../wasm/elementwise.js';
import type { Verb } from './verb.js';

export const fill: Verb<'fill'> = {
  touched: ({ into }) => ({ writes: [into] }),
  plain:
    ({ into, value }) =>
    () =>
      void into.fill(value),
  emit: ({ into, value }, e) => emitElementwise(overAll(into, [], { kind: 'number', value }), e),
};
