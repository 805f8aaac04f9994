/** The reference backend: plain loops over ordinary typed arrays. Slow, obvious, and the truth in every test. */
import type { Backend, Memory } from '@apical/core';
import { check, prepare } from './verbs/index.js';

export const reference: Backend = {
  name: 'reference',
  doc: 'plain JavaScript loops and emitted fused loops; the truth that other backends are tested against',
  flags: {},
  preference: 0,
  open({ dtype }): Memory {
    return {
      backend: 'reference',
      dtype,
      allocate: length => (dtype === 'float64' ? new Float64Array(length) : new Float32Array(length)),
      allocateCell: value => Float64Array.of(value),
      allocateIndices: length => new Int32Array(length),
      prepare(operations, where) {
        check(operations, dtype, where);
        return prepare(operations);
      },
    };
  },
};
