/** Directions of a rule against central differences of the loss. */
import { ApicalError } from '@apical/core';
import type { FloatArray } from '@apical/core';

/** What the check needs to know of a model. */
export interface Differentiable {
  /** Weights and biases to move, by name: live arrays. */
  readonly weights: ReadonlyMap<string, FloatArray>;
  /** Mean loss over the batch with the present weights. */
  loss(): number;
  /** The proposed direction (the negative gradient) for a name, with the present weights. */
  direction(name: string): ArrayLike<number>;
}
export interface GradientCheck {
  /** ‖direction − differences‖ / ‖differences‖ over all weights. */
  readonly error: number;
  readonly worstAt: string;
}
/**
 * Fourth-order central differences with the given step; for float64 and losses of order one 1e-3 leaves an error near
 * 1e-12, truncation and rounding being balanced.
 */
export function checkGradient(model: Differentiable, step = 1e-3): GradientCheck {
  if (![...model.weights.values()].some(w => w.length > 0))
    throw new ApicalError('APICAL_CHECK', 'there are no weights to move: nothing would be checked');
  const directions = new Map<string, Float64Array>();
  model.loss();
  for (const [name, { length }] of model.weights) {
    const direction = Float64Array.from(model.direction(name));
    if (direction.length !== length)
      throw new ApicalError(
        'APICAL_CHECK',
        `the direction of ${name} has ${direction.length} numbers; its weights are ${length}`,
      );
    directions.set(name, direction);
  }
  let difference = 0;
  let size = 0;
  let worst = -1;
  let worstAt = '';
  for (const [name, w] of model.weights)
    for (let i = 0; i < w.length; i++) {
      const start = w[i]!;
      const at = (h: number): number => {
        w[i] = start + h;
        return model.loss();
      };
      const slope = (8 * (at(step) - at(-step)) - (at(2 * step) - at(-2 * step))) / (12 * step);
      w[i] = start;
      const off = Math.abs(directions.get(name)![i]! + slope);
      difference += off * off;
      size += slope * slope;
      // the first NaN is the worst of all
      if (!(off <= worst) && !Number.isNaN(worst)) [worst, worstAt] = [off, `${name}[${i}]`];
    }
  model.loss();
  return { error: difference === 0 ? 0 : Math.sqrt(difference / size), worstAt };
}
