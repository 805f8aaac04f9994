/** An error in an equation: the line, a caret under the place, and the names that would be right. */
import { ApicalError, nearest } from '@apical/core';
import type { SourceLine, SyntaxNode } from './syntax.js';

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
    const text = line.trimEnd();
    const indent = /^\s*/.exec(text)![0].length;
    // tabs stay tabs, so that the caret stands under the place whatever their width
    const before = text.slice(indent, column).replace(/[^\t]/g, ' ');
    super('APICAL_EQUATION', `${where}: ${why}\n    ${text.slice(indent)}\n    ${before}^`);
    this.where = where;
    this.block = block;
    this.key = key;
    this.line = line;
    this.lineNumber = lineNumber;
    this.column = column;
  }
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
/** `unknown name "uu"; did you mean "u"? Known: …` */
export function unknown(what: string, name: string, known: readonly string[]): string {
  const near = nearest(name, known);
  const hint = near === undefined ? '.' : `; did you mean "${near}"?`;
  const list = known.length ? `Known: ${[...new Set(known)].sort().join(', ')}` : 'There are none.';
  return `unknown ${what} "${name}"${hint} ${list}`;
}
