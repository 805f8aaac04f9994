/** Forward and feedback weights in a few numbers: what they are and which sign they have, over training. */
import type { FloatArray, Probe, ProbeRow } from '@apical/core';
import { checkOptions } from '@apical/core';
import { mean, norm } from '@apical/numerics';

const numbers = {
  mean: { doc: 'mean; of a single weight its value', of: (w: FloatArray) => mean(Array.from(w)) },
  rms: { doc: 'root of the mean square', of: (w: FloatArray) => norm(w) / Math.sqrt(w.length) },
  positive: {
    doc: 'share of weights above 0',
    of: (w: FloatArray) => Array.from(w).filter(v => v > 0).length / w.length,
  },
} as const;
const rows = Object.fromEntries(
  ['forward', 'feedback'].flatMap(role =>
    Object.entries(numbers).map(([name, { doc }]) => [
      `${role}-${name}`,
      { doc: `${role} weights: ${doc}`, unit: '1' },
    ]),
  ),
);
export const weights: Probe = {
  name: 'weights',
  doc: 'mean, size and sign of the forward weights and of the feedback weights, by layer',
  options: {},
  rows,
  attach(run, given) {
    checkOptions('probe "weights"', weights.options, given);
    const { circuit, forward, feedback } = run.model;
    const of = (role: string, projections: readonly string[]): ProbeRow[] =>
      projections.flatMap((projection, k) => {
        const values = circuit.lent(projection);
        if (!values) return [];
        return Object.entries(numbers).map(([name, { of: number }]) => ({
          name: `${role}-${name}`,
          layer: k + 1,
          value: number(values),
        }));
      });
    return () => [...of('forward', forward), ...of('feedback', feedback)];
  },
};
