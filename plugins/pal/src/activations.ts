/** Activations whose slopes are those of the paper's code, where they differ from the plugin `standard`. */
import type { Activation } from '@apical/core';
import { freeze } from '@apical/core';
import { hardSigmoid } from '@apical/plugin-standard';
import { source } from './common.js';

export const unitSlopeHardSigmoid: Activation = freeze({
  name: 'hard-sigmoid-unit-slope',
  doc: 'hard-sigmoid whose slope counts as 1, not 1/6, where it is not flat',
  source,
  value: (hardSigmoid as { readonly value: string }).value,
  slope: 'where(abs(x) < 3, 1, 0)',
});
export const clippedLinear: Activation = freeze({
  name: 'clipped-linear',
  doc: 'x between 0 and 1; slope 1 also at the ends',
  source,
  value: 'clip(x, 0, 1)',
  slope: 'where(x >= 0, where(x <= 1, 1, 0), 0)',
});
export const activations: readonly Activation[] = [unitSlopeHardSigmoid, clippedLinear];
