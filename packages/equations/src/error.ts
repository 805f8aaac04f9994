/** An error in an equation: the line, a caret under the place, and the names that would be right. */
import { ApicalError, nearest } from '@apical/core';

export interface Place {
  /** `hidden1/forward` */
  readonly where: string;
  /** Name of the neuron model, rule or optimiser. */
  readonly block?: string | undefined;
  /** `phases.forward`, `update.terms.0.post`. */
  readonly key?: string | undefined;
  readonly line: string;
  /** 1-based, within the block. */
  readonly lineNumber: number;
  /** 0-based. */
  readonly column: number;
}
export class EquationError extends ApicalError {
  readonly place: Place;
  constructor(place: Place, why: string) {
    const text = place.line.trimEnd();
    const indent = /^\s*/.exec(text)![0].length;
    const caret = ' '.repeat(Math.max(0, Math.min(place.column, text.length) - indent));
    super('APICAL_EQUATION', `${place.where}: ${why}\n    ${text.slice(indent)}\n    ${caret}^`);
    this.place = place;
  }
}
/** `unknown name "uu"; did you mean "u"? Known: …` */
export function unknown(what: string, name: string, known: readonly string[]): string {
  const near = nearest(name, known);
  const hint = near === undefined ? '.' : `; did you mean "${near}"?`;
  return `unknown ${what} "${name}"${hint} Known: ${[...known].sort().join(', ')}`;
}
