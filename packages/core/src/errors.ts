/** Errors that users can mend: a stable code and a message that says what was asked, found, and would be right. */
export class ApicalError extends Error {
  /** `APICAL_UNKNOWN_NAME`, `APICAL_DATA_DIGEST`, … */
  readonly code: string;
  /** `file:line` of the cause, where it is known. */
  readonly at: string | undefined;
  constructor(code: string, message: string, options: { at?: string | undefined; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'ApicalError';
    this.code = code;
    this.at = options.at;
  }
}
/** Is it one, also when it comes from another copy of this package? */
export const isApicalError = (e: unknown): e is ApicalError =>
  e instanceof Error && typeof (e as Partial<ApicalError>).code === 'string' && e.name === 'ApicalError';

/** Edit distance in which two neighbours that changed places count once. */
function distance(a: string, b: string): number {
  const rows = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const above = rows[i - 1]!;
      const same = a[i - 1] === b[j - 1];
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      row.push(
        Math.min(
          above[j]! + 1,
          row[j - 1]! + 1,
          above[j - 1]! + (same ? 0 : 1),
          swapped ? rows[i - 2]![j - 2]! + 1 : Infinity,
        ),
      );
    }
    rows.push(row);
  }
  return rows[a.length]![b.length]!;
}
/** The known name nearest to a wrong one, or undefined where none is near. */
export function nearest(wrong: string, known: Iterable<string>): string | undefined {
  let best: string | undefined;
  let least = Math.max(1, Math.floor(wrong.length / 3)) + 1;
  for (const name of known) {
    const d = distance(wrong.toLowerCase(), name.toLowerCase());
    if (d < least) [best, least] = [name, d];
  }
  return best;
}
/** `unknown scheme "pb"; did you mean "bp"? Known: bp, fa` */
export function unknownName(
  what: string,
  wrong: string,
  known: readonly string[],
  options: { code?: string; at?: string } = {},
): ApicalError {
  const near = nearest(wrong, known);
  const hint = near === undefined ? '' : `; did you mean "${near}"?`;
  const list = known.length ? ` Known: ${[...known].sort().join(', ')}` : ' There are none.';
  return new ApicalError(
    options.code ?? 'APICAL_UNKNOWN_NAME',
    `unknown ${what} "${wrong}"${hint || '.'}${list}`,
    { at: options.at },
  );
}
/** Names that every JavaScript object answers to: a look into a table would find its own. */
export const isTaken = (name: string): boolean => name in Object.prototype;
/** Throws for names such as `constructor` and `toString`. `what`: `parameter of delta`. */
export function checkOwnName(what: string, name: string, at?: string): void {
  if (!isTaken(name)) return;
  throw new ApicalError(
    'APICAL_NAME',
    `${what} cannot be called "${name}": every JavaScript object has something of that name; call it something else`,
    { at },
  );
}
