/** Angles between the weights of pairs of projections: feedback of two kinds, feedback and the forward weights above. */
import type { FloatArray, Model } from '@apical/core';
import { ApicalError } from '@apical/core';
import { angle } from '@apical/numerics';
import { matrixOf, transposed } from './feedback-matrix.js';

export interface Pair {
  readonly layer: number;
  /** Degrees, now. */
  readonly angle: () => number;
}
/**
 * `Q{l}~Y{l}`: one pair for every hidden layer l = 1 … that has both; without `{l}` one pair. Matrices are compared in the
 * direction of the first: the second is turned where it leads the other way. Throws naming the projections there are.
 */
export function pairsOf(model: Model, text: string): Pair[] {
  const patterns = text
    .split(',')
    .map(pattern => pattern.trim())
    .filter(pattern => pattern !== '');
  return patterns.flatMap((pattern, place) => {
    const [first, second, more] = pattern.split('~').map(name => name.trim());
    if (!first || !second || more !== undefined)
      throw wrong(pattern, 'is no pair; write two projections with ~ between them, such as Q{l}~Y{l}');
    const numbered = /\{l([+-]\d+)?\}/.test(pattern);
    const layers = numbered ? model.forward.map((_, k) => k + 1) : [place + 1];
    const found = layers.flatMap(layer => {
      const [a, b] = [first, second].map(name =>
        name.replace(/\{l([+-]\d+)?\}/g, (_, by: string | undefined) => String(layer + Number(by ?? 0))),
      );
      if (!model.circuit.lent(a!) || !model.circuit.lent(b!)) return [];
      return [{ layer, angle: angleBetween(model, a!, b!, pattern) }];
    });
    if (found.length === 0)
      throw wrong(pattern, `names no two projections with weights; there are ${namesOf(model).join(', ')}`);
    return found;
  });
}
const wrong = (pattern: string, why: string): ApicalError =>
  new ApicalError('APICAL_OPTION', `probe "feedback", option "pairs": "${pattern}" ${why}`);
const namesOf = ({ circuit }: Model): readonly string[] =>
  circuit.weightNames().filter(name => !name.includes('/'));

function angleBetween({ circuit }: Model, a: string, b: string, pattern: string): () => number {
  /** As a matrix `[to, from]`. */
  const seen = (name: string) => {
    const stored = matrixOf(circuit, name);
    return circuit.reversed(name) ? transposed(stored) : stored;
  };
  const [ends, others] = [circuit.ends(a), circuit.ends(b)];
  const isOpposite = ends.from === others.to && ends.to === others.from && ends.from !== ends.to;
  const turned = (): FloatArray => (isOpposite ? transposed(seen(b)) : seen(b)).data;
  const [one, two] = [seen(a), isOpposite ? transposed(seen(b)) : seen(b)];
  if (one.rows !== two.rows || one.cols !== two.cols)
    throw wrong(pattern, `compares ${a} [${one.rows}, ${one.cols}] with ${b} [${two.rows}, ${two.cols}]`);
  return () => angle(seen(a).data, turned());
}
