/** Which layers of a network have weights of their own: diagnostics count these. */
import type { Activation } from './model.js';
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
/** Functions of a layer's population: as stated; pooling that states nothing is linear; else its slot says. */
export function functionsOf(
  layers: readonly LayerSpec[],
  l: number,
): { readonly functions?: { readonly phi: string | Activation } } {
  if (l === 0) return {};
  const phi = layers[l]!.activation ?? (hasWeights(layers, l) ? undefined : 'linear');
  return phi === undefined ? {} : { functions: { phi } };
}
/**
 * How errors come into layer `l` below the output: `passed` down the way that rates went up, where no weights are above;
 * through `weights` of their own; or not, where nothing below learns. Direct feedback leaps from the output over layers
 * without weights, save those above all weights, which are part of the output.
 */
export function errorWay(
  layers: readonly LayerSpec[],
  l: number,
  isDirect = false,
): 'passed' | 'weights' | undefined {
  const weighted = weightedLayers(layers);
  if (l < (weighted[0] ?? layers.length)) return undefined;
  if (l >= weighted.at(-1)! || (!isDirect && !weighted.includes(l + 1))) return 'passed';
  return isDirect && !weighted.includes(l) ? undefined : 'weights';
}
