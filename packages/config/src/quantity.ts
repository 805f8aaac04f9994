/** Numbers that carry a unit: `10 ms`. */
import { ApicalError, isApicalError } from '@apical/core';

/** From `@apical/equations`; throws `APICAL_UNIT`. */
export type Convert = (text: string, unit: string) => number;

const quantity =
  /^\s*[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?(?![eE][-+]?\d)\s*([A-Za-z][\w/*^().\s-]*|1\/[A-Za-z(][\w/*^().\s-]*)$/;
/** Is the text a number followed by a unit? */
export const isQuantity = (text: string): boolean => quantity.test(text);
export const unitOf = (text: string): string | undefined => quantity.exec(text)?.[1]?.trim();
/** Throws where the text is no quantity of this unit's dimension; `at` is told. */
export function toNumber(text: string, unit: string, convert: Convert, at?: string): number {
  try {
    return convert(text, unit);
  } catch (e) {
    if (!isApicalError(e)) throw e;
    throw new ApicalError(e.code, e.message, { at });
  }
}
