/** Expressions of the equation language as numpy: signals are `[batch, units]`, values per sample `[batch, 1]`. */
import type { FunctionName } from '@apical/core';
import type { SyntaxNode } from '@apical/equations';

/** Over what `sum`, `mean` and `largest` go: the units of each sample, or the whole array. */
export type Reduced = 'units' | 'all';

const binary: Readonly<Partial<Record<FunctionName, string>>> = {
  add: '+',
  subtract: '-',
  multiply: '*',
  divide: '/',
  power: '**',
};
const comparison: Readonly<Partial<Record<FunctionName, string>>> = {
  less: '<',
  greater: '>',
  lessEqual: '<=',
  greaterEqual: '>=',
  equal: '==',
};
const functions: Readonly<Partial<Record<string, (...args: string[]) => string>>> = {
  negate: a => `(-${a})`,
  exp: a => `np.exp(${a})`,
  log: a => `np.log(${a})`,
  tanh: a => `np.tanh(${a})`,
  sigmoid: a => `sigmoid(${a})`,
  softplus: a => `np.logaddexp(0, ${a})`,
  relu: a => `np.maximum(${a}, 0)`,
  sqrt: a => `np.sqrt(${a})`,
  abs: a => `np.abs(${a})`,
  sign: a => `np.sign(${a})`,
  min: (a, b) => `np.minimum(${a}, ${b})`,
  max: (a, b) => `np.maximum(${a}, ${b})`,
  clip: (x, low, high) => `np.minimum(np.maximum(${x}, ${low}), ${high})`,
  where: (c, a, b) => `np.where(${c} != 0, ${a}, ${b})`,
};
const reductions: Readonly<Record<string, string>> = { sum: 'sum', mean: 'mean', largest: 'max' };

/** Every digit of a number, as Python writes it. */
export function numberText(value: number): string {
  if (Number.isNaN(value)) return 'np.nan';
  if (!Number.isFinite(value)) return value > 0 ? 'np.inf' : '-np.inf';
  const text = Object.is(value, -0) ? '-0.0' : String(value);
  return value < 0 || text.startsWith('-') ? `(${text})` : text;
}
/** `name` gives the Python of a name. */
export function numpyOf(node: SyntaxNode, name: (n: string) => string, over: Reduced): string {
  const of = (n: SyntaxNode): string => numpyOf(n, name, over);
  if (node.kind === 'number') return numberText(node.value);
  if (node.kind === 'name') return name(node.name);
  const args = node.args.map(of);
  const called = node.name as FunctionName;
  const sign = binary[called];
  if (sign !== undefined) return `(${args[0]!} ${sign} ${args[1]!})`;
  const comparing = comparison[called];
  if (comparing !== undefined) return `(1.0 * (${args[0]!} ${comparing} ${args[1]!}))`;
  const reduction = Object.hasOwn(reductions, node.name) ? reductions[node.name] : undefined;
  if (reduction !== undefined)
    return `np.${reduction}(${args[0]!}${over === 'units' ? ', axis=1, keepdims=True' : ''})`;
  return functions[node.name]!(...args);
}
/** Without the parentheses around the whole. */
export function bare(text: string): string {
  if (!text.startsWith('(') || !text.endsWith(')')) return text;
  let depth = 0;
  for (let k = 0; k < text.length - 1; k++) {
    if (text[k] === '(') depth++;
    if (text[k] === ')' && --depth === 0) return text;
  }
  return text.slice(1, -1);
}
