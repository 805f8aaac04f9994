/** Short ways to write operations over the arrays of one memory. */
import type { Cell, Elementwise, FloatArray, Memory, Operation } from '@apical/core';
import { lower, parseBlock } from '@apical/equations';

type Dense = 'multiply' | 'multiply-transposed' | 'outer';
export const product = (
  op: Dense,
  weights: FloatArray,
  pre: FloatArray,
  post: FloatArray,
  gain: Cell,
  batch = 1,
): Operation => ({
  op,
  weights,
  pre,
  post,
  batch,
  nPre: pre.length / batch,
  nPost: post.length / batch,
  gain,
});
export const zero = (into: FloatArray): Operation => ({ op: 'fill', into, value: 0 });
/** Equations over arrays of equal length and scalars; what is in neither is a value of the pass. */
export function equations(
  memory: Memory,
  text: string,
  arrays: Readonly<Record<string, FloatArray>>,
  scalars: Readonly<Record<string, Cell>> = {},
): Elementwise {
  const units = Object.values(arrays)[0]!.length;
  const scope = {
    find(name: string) {
      const data = arrays[name];
      if (data) return { name, extent: 'neuron', data, units } as const;
      const cell = scalars[name];
      return cell && ({ name, extent: 'scalar', data: cell, units: 1 } as const);
    },
    names: () => [...Object.keys(arrays), ...Object.keys(scalars)],
  };
  const statements = parseBlock(text, { where: 'bench', choices: {}, functions: {} });
  return lower(statements, scope, { batch: 1, units }, 'bench', (n, extent) =>
    extent === 'scalar' ? memory.allocateCell(0) : memory.allocate(n),
  );
}
