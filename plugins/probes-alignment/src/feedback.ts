/**
 * Feedback weights against the forward weights, with and without the slopes of the activations at the two ends, in the
 * present state of the network that trains. A stochastic rule can at best find the mean of slope · Wᵀ · slope
 * (Max et al. 2024); where slopes vary much, the plain angle stays large by design.
 */
import type { FloatArray, Probe, ProbeRow } from '@apical/core';
import { checkOptions } from '@apical/core';
import { angle } from '@apical/numerics';
import { forwardOf, sourceLayer } from './feedback-matrix.js';
import { pairsOf } from './pairs.js';

const unit = 'degrees';
export const feedback: Probe = {
  name: 'feedback',
  doc: 'feedback weights against forward weights, with and without the slopes of the activations',
  options: {
    slope: {
      doc: 'slope of a unit, as an expression over its signals, for example dphi(u); empty: only weights are compared',
      value: '',
    },
    pairs: {
      doc: 'also compare these: Q{l}~Y{l}, Y{l}~W{l+1}, in which l runs over hidden layers; separated by commas',
      value: '',
    },
  },
  rows: {
    'angle-pair': {
      doc: 'between the weights of a pair, seen in one direction; layer: l, or the place of the pair in the list',
      unit,
    },
    'angle-weights': { doc: 'between B and the transposed W it stands for', unit },
    'angle-slopes': { doc: 'between B and slope · Wᵀ · slope above, mean over the samples shown last', unit },
    'angle-jacobian': {
      doc: 'between B · slope above and slope · Wᵀ, mean over the samples shown last: the feedback an error meets',
      unit,
    },
  },
  attach(run, given) {
    const { model } = run;
    const { circuit } = model;
    const options = checkOptions('probe "feedback"', feedback.options, given);
    const text = options.text('slope');
    const pairs = pairsOf(model, options.text('pairs'));
    const ends = text === '' ? [] : model.feedback.flatMap(name => Object.values(circuit.ends(name)));
    const slopes = new Map([...new Set(ends)].map(name => [name, circuit.expression(name, text)]));
    return () => [
      ...pairs.map(({ layer, angle: found }): ProbeRow => ({ name: 'angle-pair', layer, value: found() })),
      ...model.feedback.flatMap((name, k): ProbeRow[] => {
        const layer = k + 1;
        const stands = forwardOf(model, name, layer);
        if (!stands) return [];
        const own = circuit.weights(name);
        const rows: ProbeRow[] = [{ name: 'angle-weights', layer, value: angle(own, stands) }];
        const { from, to } = circuit.ends(name);
        const [below, above] = [slopes.get(to), slopes.get(from)];
        if (!below || !above || sourceLayer(model, name) !== layer + 1) return rows;
        const reversed = circuit.reversed(name);
        const [g, h] = [below(), above()];
        const both = weighted(stands, g, h, circuit.batch, reversed);
        const ofOwn = weighted(own, undefined, h, circuit.batch, reversed);
        const ofForward = weighted(stands, g, undefined, circuit.batch, reversed);
        rows.push(
          { name: 'angle-slopes', layer, value: angle(own, both) },
          { name: 'angle-jacobian', layer, value: angle(ofOwn, ofForward) },
        );
        return rows;
      }),
    ];
  },
};
/** Entry (own, above) times the slopes of its ends, mean over samples; stored `[own, above]`, or `[above, own]` where reversed. */
function weighted(
  matrix: FloatArray,
  own: FloatArray | undefined,
  above: FloatArray | undefined,
  batch: number,
  reversed: boolean,
): Float64Array {
  const out = new Float64Array(matrix.length);
  const nOwn = own ? own.length / batch : (matrix.length * batch) / above!.length;
  const nAbove = matrix.length / nOwn;
  for (let i = 0; i < nOwn; i++)
    for (let j = 0; j < nAbove; j++) {
      let factor = 0;
      for (let b = 0; b < batch; b++)
        factor += (own ? own[b * nOwn + i]! : 1) * (above ? above[b * nAbove + j]! : 1);
      const at = reversed ? j * nOwn + i : i * nAbove + j;
      out[at] = (matrix[at]! * factor) / batch;
    }
  return out;
}
