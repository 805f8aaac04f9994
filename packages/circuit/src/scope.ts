/** Names of equations → operands. */
import type { Cell, FloatArray, Operand } from '@apical/core';

export interface Scope {
  find(name: string): Operand | undefined;
  names(): readonly string[];
}
export const scalarOperand = (name: string, data: Cell): Operand => ({
  name,
  extent: 'scalar',
  data,
  units: 1,
});
/** All of an array at once, as an optimiser sees weights: one sample of so many units. */
export const arrayOperand = (name: string, data: FloatArray): Operand => ({
  name,
  extent: 'neuron',
  data,
  units: data.length,
});
export const scopeOf = (operands: Readonly<Record<string, Operand>>): Scope => ({
  find: name => (Object.hasOwn(operands, name) ? operands[name] : undefined),
  names: () => Object.keys(operands),
});
/** Looks in each scope in turn. */
export const within = (...scopes: readonly Scope[]): Scope => ({
  find(name) {
    for (const scope of scopes) {
      const found = scope.find(name);
      if (found) return found;
    }
    return undefined;
  },
  names: () => [...new Set(scopes.flatMap(s => s.names()))],
});
export const count = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);
