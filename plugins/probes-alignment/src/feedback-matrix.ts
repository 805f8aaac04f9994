/** The forward weights that a feedback projection stands for, as matrices. */
import type { CircuitView, FloatArray, Model } from '@apical/core';

export interface Rows {
  readonly rows: number;
  readonly cols: number;
  readonly data: FloatArray;
}
export function matrixOf(circuit: CircuitView, name: string): Rows {
  const data = circuit.weights(name);
  const rows = circuit.weightShape(name)[0] ?? 0;
  return { rows, cols: data.length / rows, data };
}
export function times(a: Rows, b: Rows): Rows {
  const data = new Float64Array(a.rows * b.cols);
  for (let i = 0; i < a.rows; i++)
    for (let k = 0; k < a.cols; k++) {
      const v = a.data[i * a.cols + k]!;
      for (let j = 0; j < b.cols; j++) data[i * b.cols + j]! += v * b.data[k * b.cols + j]!;
    }
  return { rows: a.rows, cols: b.cols, data };
}
export function transposed({ rows, cols, data }: Rows): Rows {
  const out = new Float64Array(data.length);
  for (let i = 0; i < rows; i++) for (let j = 0; j < cols; j++) out[j * rows + i] = data[i * cols + j]!;
  return { rows: cols, cols: rows, data: out };
}
/** The forward projection (counted from 1) whose post end feedback comes from: that of the layer above, or farther up. */
export function sourceLayer({ circuit, forward }: Model, feedback: string): number {
  const { from } = circuit.ends(feedback);
  return forward.findIndex(name => circuit.ends(name).to === from) + 1;
}
/**
 * In the layout of the feedback projection into layer `layer`: `W{top} … W{layer + 1}`, transposed where it is stored as
 * feedback, with the sign in which the scheme's feedback acts. What an error at the source would be multiplied with on its
 * way down. Undefined where shapes do not fit.
 */
export function forwardOf(model: Model, feedback: string, layer: number): FloatArray | undefined {
  const { circuit, forward } = model;
  const top = sourceLayer(model, feedback);
  if (top <= layer) return undefined;
  let product = matrixOf(circuit, forward[layer]!);
  for (let l = layer + 1; l < top; l++) product = times(matrixOf(circuit, forward[l]!), product);
  if (circuit.lent(feedback)?.length !== product.data.length) return undefined;
  const { data } = circuit.reversed(feedback) ? product : transposed(product);
  return model.feedbackSign === -1 ? data.map(v => -v) : data;
}
