/** Loops over the elements of arrays `[rows, units]` as vectors: written out where they are short. */
import { add, get, i32, less, loopWhile, set, type Code } from './assembler.js';
import { positionCode, writtenOut, type Emission, type Position } from './emission.js';
import { step } from './kernel-code.js';

/** Elements that one vector stands for: all lanes, or only the first `rest`. */
export interface Place {
  readonly at: Position;
  /** Within the row, for what all rows share. */
  readonly unit: Position;
  readonly rest?: number;
}
export const firstRow: Position = { offset: 0 };
/** Rows with at most so many vectors in all are written out one after the other. */
const rowsWrittenOut = 4 * writtenOut;

/** Over `count` elements from `row` on. `shared`: does anybody ask for the place within the row? */
export function overVectors(
  { size, locals }: Emission,
  count: number,
  row: Position,
  shared: boolean,
  each: (place: Place) => Code,
): Code {
  const lanes = 16 / size;
  const whole = Math.floor(count / lanes);
  const rest = count % lanes;
  if (whole <= writtenOut) {
    const place = (k: number): Place => ({
      at: { ...row, offset: row.offset + 16 * k },
      unit: { offset: 16 * k },
    });
    const vectorsOf = Array.from({ length: whole }, (_, k) => each(place(k)));
    return [...vectorsOf.flat(), ...(rest ? each({ ...place(whole), rest }) : [])];
  }
  const at = { local: locals.of('i32'), offset: 0 };
  const end = locals.of('i32');
  const unit = shared ? { local: locals.of('i32'), offset: 0 } : at;
  const here = { at, unit };
  return [
    ...set(at.local, add(positionCode(row), i32(row.offset))),
    ...(shared ? set(unit.local, i32(0)) : []),
    ...set(end, add(get(at.local), i32(16 * whole))),
    ...loopWhile(less(get(at.local), get(end)), [
      ...each(here),
      ...step(at.local, i32(16)),
      ...(shared ? step(unit.local, i32(16)) : []),
    ]),
    ...(rest ? each({ ...here, rest }) : []),
  ];
}
/** Runs `each` for every row with the places of its first element and of its own number. */
export function overRows(
  { size, locals }: Emission,
  rows: number,
  units: number,
  each: (row: Position, number: Position) => Code,
): Code {
  if (rows === 1 || rows * Math.ceil((units * size) / 16) <= rowsWrittenOut)
    return Array.from({ length: rows }, (_, k) =>
      each({ offset: k * units * size }, { offset: k * size }),
    ).flat();
  const [row, number] = [locals.of('i32'), locals.of('i32')];
  return [
    ...set(row, i32(0)),
    ...set(number, i32(0)),
    ...loopWhile(less(get(number), i32(rows * size)), [
      ...each({ local: row, offset: 0 }, { local: number, offset: 0 }),
      ...step(row, i32(units * size)),
      ...step(number, i32(size)),
    ]),
  ];
}
