/** Directions of a rule against central differences of the loss. */
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
  const directions = new Map<string, Float64Array>();
  model.loss();
  for (const name of model.weights.keys()) directions.set(name, Float64Array.from(model.direction(name)));
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
      if (off > worst) [worst, worstAt] = [off, `${name}[${i}]`];
    }
  model.loss();
  return { error: Math.sqrt(difference / size), worstAt };
}
