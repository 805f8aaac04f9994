/** Walks the trees of an elementwise operation: what every emitter is tested against. */
import type { Assignment, Elementwise, Step, Tree } from '@apical/core';
import { builtins } from './builtins.js';

export function interpret(op: Elementwise): Step {
  const { operands, passes, batch } = op;
  const temporaries: number[] = [];
  const place = (operand: number, b: number, i: number): number =>
    ({ scalar: 0, sample: b, neuron: i })[operands[operand]!.extent];
  const value = (tree: Tree, b: number, i: number): number => {
    switch (tree.kind) {
      case 'number':
        return tree.value;
      case 'temporary':
        return temporaries[tree.index]!;
      case 'operand':
        return operands[tree.index]!.data[place(tree.index, b, i)]!;
      case 'call':
        return builtins[tree.name].evaluate(...tree.args.map(a => value(a, b, i)));
    }
  };
  const run = (body: readonly Assignment[], b: number, i: number): void => {
    for (const { to, value: tree } of body) {
      const v = value(tree, b, i);
      if ('temporary' in to) temporaries[to.temporary] = v;
      else operands[to.operand]!.data[place(to.operand, b, i)] = v;
    }
  };
  return () => {
    for (const pass of passes) {
      const n = pass.units;
      const samples = pass.kind === 'loop' && pass.over === 'scalar' ? 1 : batch;
      for (let b = 0; b < samples; b++) {
        if (pass.kind === 'loop') {
          for (let i = 0; i < n; i++) run(pass.body, b, b * n + i);
          continue;
        }
        let sum = pass.by === 'largest' ? -Infinity : 0;
        for (let i = b * n; i < (b + 1) * n; i++) {
          run(pass.body, b, i);
          const v = value(pass.value, b, i);
          if (pass.by !== 'largest') sum += v;
          else if (v > sum || Number.isNaN(v)) sum = v;
        }
        operands[pass.into]!.data[b] = pass.by === 'mean' ? sum / n : sum;
      }
    }
  };
}
