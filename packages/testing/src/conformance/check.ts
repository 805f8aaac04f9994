/** A conformance check: a sentence, and a function that throws with numbers where it does not hold. */
export interface Check {
  readonly name: string;
  readonly run: () => void;
}
export class ConformanceError extends Error {
  override readonly name = 'ConformanceError';
}
export function ensure(holds: boolean, message: () => string): void {
  if (!holds) throw new ConformanceError(message());
}
/** Largest |a − b| / max(scale, |b|) is at most `tolerance`. */
export function close(
  what: string,
  got: ArrayLike<number>,
  want: ArrayLike<number>,
  tolerance: number,
  scale = 1,
): void {
  ensure(got.length === want.length, () => `${what}: ${got.length} numbers, ${want.length} are expected`);
  for (let i = 0; i < want.length; i++) {
    const [a, b] = [got[i]!, want[i]!];
    const same = Object.is(a, b) || Math.abs(a - b) <= tolerance * Math.max(scale, Math.abs(b));
    ensure(same, () => `${what}[${i}] is ${a}, expected ${b} (tolerance ${tolerance})`);
  }
}
