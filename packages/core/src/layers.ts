/** Which layers of a network have weights of their own: diagnostics count these. */
import type { LayerSpec } from './scheme.js';

/** Is layer `l` (from 1) reached through weights? Pooling has none. Throws where the connectivity refuses the shapes. */
export const hasWeights = (layers: readonly LayerSpec[], l: number): boolean => {
  const { shape, connectivity } = layers[l]!;
  return !connectivity || connectivity.shape({ pre: layers[l - 1]!.shape, post: shape }).length > 0;
};
/** Numbers of the layers that have weights, first to last; the first is 1. */
export const weightedLayers = (layers: readonly LayerSpec[]): number[] =>
  layers.flatMap((_, l) => (l > 0 && hasWeights(layers, l) ? [l] : []));
/**
 * Number of the layer into which the error of layer `l` comes down through weights, on its way to `l`: `l` itself, or the
 * uppermost of the layers without weights on it.
 */
export function entryOf(layers: readonly LayerSpec[], l: number): number {
  let top = l;
  while (top + 1 < layers.length && !hasWeights(layers, top + 1)) top++;
  return top;
}
