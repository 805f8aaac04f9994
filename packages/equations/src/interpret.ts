/** Walks the trees of an elementwise operation: what every emitter is tested against. And single numbers. */
import type { Assignment, Elementwise, Expression, Step, Tree } from '@apical/core';
import { parseAssignment } from './expand.js';
import { builtins } from './builtins.js';
import { failAt, unknownValue } from './error.js';
import { reductionForms } from './reductions.js';
import type { Origin, SyntaxNode } from './syntax.js';
import { isCallable, isOperator } from './vocabulary.js';

export function interpret(op: Elementwise): Step {
  const { operands, passes, batch } = op;
  const temporaries: number[] = [];
  const place = (operand: number, b: number, i: number): number => {
    const { extent, shared, units } = operands[operand]!;
    return { scalar: 0, sample: b, neuron: shared ? i % units : i }[extent];
  };
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
        const form = reductionForms[pass.by];
        let sum = form.start;
        for (let i = b * n; i < (b + 1) * n; i++) {
          run(pass.body, b, i);
          sum = form.add(sum, value(pass.value, b, i));
        }
        operands[pass.into]!.data[b] = form.end(sum, n);
      }
    }
  };
}
/**
 * Value of an expression of single numbers, as parameters of a config are: `evaluateScalar('2 * tau', { tau: 5 },
 * 'tauLong')` is 10. Throws `EquationError`.
 */
export function evaluateScalar(
  text: Expression,
  values: Readonly<Record<string, number>>,
  origin: string | Origin,
): number {
  const from: Origin = typeof origin === 'string' ? { where: origin } : origin;
  const [statement] = parseAssignment('value', text, { ...from, choices: {}, functions: {} });
  return evaluateNode(statement!.value, values, { ...from, line: text });
}
function evaluateNode(
  node: SyntaxNode,
  values: Readonly<Record<string, number>>,
  line: Origin & { readonly line: string },
): number {
  if (node.kind === 'number') return node.value;
  if (node.kind === 'name') {
    if (Object.hasOwn(values, node.name)) return values[node.name]!;
    return failAt(node, line, unknownValue(node.name, Object.keys(values)));
  }
  if (!isOperator(node.name) && !isCallable(node.name))
    return failAt(node, line, `${node.name} needs a value per neuron; here are only single numbers`);
  const args = node.args.map(a => evaluateNode(a, values, line));
  const exponent = node.args[1];
  // as in equations: a square is a product
  if (node.name === 'power' && exponent?.kind === 'number' && exponent.value === 2)
    return args[0]! * args[0]!;
  return builtins[node.name].evaluate(...args);
}
