/**
 * How much two directions agree. The cosine is signed, so that an angle above 90° (an update that raises the loss
 * to first order) is seen; the |a·b| in the 2014 text of Lillicrap et al. hides it.
 */
import { ApicalError, type FloatArray } from '@apical/core';
import { dot, norm } from './linear-algebra.js';
import { tQuantile } from './t-distribution.js';

type Numbers = FloatArray | readonly number[];
const degrees = 180 / Math.PI;

function sameLength(a: Numbers, b: Numbers): void {
  if (a.length !== b.length)
    throw new ApicalError(
      'APICAL_ANGLE',
      `directions of ${a.length} and ${b.length} numbers; give equal lengths`,
    );
}
/** In [−1, 1]; NaN where a norm is 0 or a number is not finite. Allocates nothing. */
export function cosine(a: Numbers, b: Numbers): number {
  sameLength(a, b);
  const normA = norm(a);
  const normB = norm(b);
  let product = dot(a, b);
  let size = normA * normB;
  // Only where the plain product over- or underflows: the entries over their norms.
  if (!(size > 1e-280 && size < Infinity) && normA > 0 && normB > 0) {
    product = 0;
    for (let i = 0; i < a.length; i++) product += (a[i]! / normA) * (b[i]! / normB);
    size = 1;
  }
  const value = product / size;
  return value > 1 ? 1 : value < -1 ? -1 : value;
}
/** In degrees, 0 to 180; NaN where a norm is 0. */
export const angle = (a: Numbers, b: Numbers): number => Math.acos(cosine(a, b)) * degrees;
/** ‖a‖ / ‖b‖; NaN where both are 0. */
export function normRatio(a: Numbers, b: Numbers): number {
  sameLength(a, b);
  return norm(a) / norm(b);
}
/** Share of equal signs among the entries where neither is 0; NaN where there are none. */
export function signAgreement(a: Numbers, b: Numbers): number {
  sameLength(a, b);
  let equal = 0;
  let counted = 0;
  for (let i = 0; i < a.length; i++) {
    const product = Math.sign(a[i]!) * Math.sign(b[i]!);
    if (product === 1) equal++;
    if (product === 1 || product === -1) counted++;
  }
  return equal / counted;
}

export interface NullBand {
  /** Degrees: 57.3° / √dimensions, the standard deviation to first order in 1 / √dimensions. */
  readonly sd: number;
  /** Degrees: the central 95 % (or `level`) of angles, exact. */
  readonly low: number;
  readonly high: number;
}
/**
 * Angles between a fixed direction and one uniform over the sphere in that many dimensions, centred on 90°.
 * √(d − 1) cos / √(1 − cos²) has a t distribution with d − 1 degrees of freedom, as a correlation of d + 1 pairs has
 * where there is none (Fisher 1915, Biometrika 10).
 */
export function nullBand(dimensions: number, level = 0.95): NullBand {
  if (!Number.isInteger(dimensions) || dimensions < 1 || !(level > 0 && level < 1))
    throw new ApicalError(
      'APICAL_ANGLE',
      `null band of level ${level} in ${dimensions} dimensions; give a level between 0 and 1 and at least 1 dimension`,
    );
  const sd = degrees / Math.sqrt(dimensions);
  if (dimensions === 1) return { sd, low: 0, high: 180 };
  const half = Math.atan(tQuantile((1 + level) / 2, dimensions - 1) / Math.sqrt(dimensions - 1)) * degrees;
  return { sd, low: 90 - half, high: 90 + half };
}
/**
 * Is a reference update too small to compare with? An angle to an update whose norm is below 1e-8 of the norm of
 * the weights says nothing about credit.
 */
export const flagReference = (norm: number, weightNorm: number): boolean => !(norm >= 1e-8 * weightNorm);
