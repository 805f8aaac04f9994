/** An error in an equation: the line, a caret under the place, and the names that would be right. */
import { ApicalError, nearest } from '@apical/core';
import type { SourceLine, SyntaxNode } from './syntax.js';
import { isCallable, isReduction } from './vocabulary.js';

export interface Place extends SourceLine {
  /** From 1, within the block. */
  readonly lineNumber: number;
  /** From 0, within the line. */
  readonly column: number;
}
/** Code `APICAL_EQUATION`. */
export class EquationError extends ApicalError implements Place {
  readonly where: string;
  readonly block: string | undefined;
  readonly key: string | undefined;
  readonly line: string;
  readonly lineNumber: number;
  readonly column: number;

  constructor({ where, block, key, line, lineNumber, column }: Place, why: string) {
    super('APICAL_EQUATION', `${where}: ${why}\n${pointed(line.trimEnd(), column)}`);
    this.where = where;
    this.block = block;
    this.key = key;
    this.line = line;
    this.lineNumber = lineNumber;
    this.column = column;
  }
}
/** Characters of a long line that are shown on either side of the place. */
const shown = 70;
/** The line without its indent, and a caret under the place. */
function pointed(line: string, column: number): string {
  const indent = /^\s*/.exec(line)![0].length;
  const isLong = line.length - indent > 2 * shown;
  const from = isLong ? Math.max(indent, column - shown) : indent;
  const end = isLong ? column + shown : line.length;
  const [left, right] = [from > indent ? '…' : '', end < line.length ? '…' : ''];
  // tabs stay tabs, so that the caret stands under the place whatever their width
  const before = (left + line.slice(from, column)).replace(/[^\t]/g, ' ');
  return `    ${left}${line.slice(from, end)}${right}\n    ${before}^`;
}
/** Throws at a column of a line. */
export function fail(source: SourceLine, column: number, why: string): never {
  const { where, block, key, line, lineNumber = 1 } = source;
  throw new EquationError({ where, block, key, line, lineNumber, column }, why);
}
/** Throws at a node, in the line where it was written. */
export function failAt(node: SyntaxNode, line: SourceLine, why: string): never {
  return fail(node.source ?? line, node.at, why);
}
/** `unknown name "uu"; did you mean "u"? Known: …`, or what to write `instead`. */
export function unknown(what: string, name: string, known: readonly string[], instead?: string): string {
  const near = nearest(name, known);
  // any letter is near to any other
  const isNear = near !== undefined && (name.length > 1 || near.toLowerCase() === name.toLowerCase());
  const guess = isNear ? `; did you mean "${near}"?` : '.';
  const hint = instead === undefined ? guess : `; write ${instead}.`;
  const list = known.length ? `Known: ${[...new Set(known)].sort().join(', ')}` : 'There are none.';
  return `unknown ${what} "${name}"${hint} ${list}`;
}
/** The same for a name that should have a value. */
export function unknownValue(name: string, known: readonly string[]): string {
  const called = isCallable(name) || isReduction(name) ? `${name}(…), it is a function` : undefined;
  return unknown('name', name, known, called);
}
