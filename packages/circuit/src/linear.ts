/** Expressions that are linear in two operands, with scalar factors. */
import type { Elementwise, Tree } from '@apical/core';
import { treeCall } from '@apical/equations';

/** value = weights · w + direction · g; a missing factor is 0. */
export interface LinearUpdate {
  readonly weights?: Tree;
  readonly direction?: Tree;
}
const number = (value: number): Tree => ({ kind: 'number', value });
const isNumber = (t: Tree, value: number): boolean => t.kind === 'number' && t.value === value;
const negative = (t: Tree): Tree => treeCall('negate', t);
const product = (a: Tree, b: Tree): Tree =>
  isNumber(a, 1) ? b : isNumber(b, 1) ? a : treeCall('multiply', a, b);

/** undefined where the tree is anything else. `w` and `g` are the operands' numbers. */
export function linear(
  tree: Tree,
  { operands }: Elementwise,
  w: number,
  g: number,
): LinearUpdate | undefined {
  const isScalar = (t: Tree): boolean =>
    t.kind === 'number' ||
    (t.kind === 'operand' && operands[t.index]!.extent === 'scalar') ||
    (t.kind === 'call' && t.args.every(isScalar));
  const map = (a: LinearUpdate, f: (t: Tree) => Tree): LinearUpdate => ({
    ...(a.weights ? { weights: f(a.weights) } : {}),
    ...(a.direction ? { direction: f(a.direction) } : {}),
  });
  const sum = (a: LinearUpdate, b: LinearUpdate): LinearUpdate => {
    const both = (x?: Tree, y?: Tree): Tree | undefined => (x && y ? treeCall('add', x, y) : (x ?? y));
    const weights = both(a.weights, b.weights);
    const direction = both(a.direction, b.direction);
    return { ...(weights ? { weights } : {}), ...(direction ? { direction } : {}) };
  };
  const of = (t: Tree): LinearUpdate | undefined => {
    if (t.kind === 'operand' && t.index === w) return { weights: number(1) };
    if (t.kind === 'operand' && t.index === g) return { direction: number(1) };
    if (t.kind !== 'call') return undefined;
    const [x, y] = t.args as [Tree, Tree?];
    if (t.name === 'negate') {
      const inner = of(x);
      return inner && map(inner, negative);
    }
    if (t.name === 'multiply') {
      const [scalar, other] = isScalar(x) ? [x, y!] : [y!, x];
      const inner = isScalar(scalar) ? of(other) : undefined;
      return inner && map(inner, f => product(scalar, f));
    }
    if (t.name === 'divide') {
      const inner = isScalar(y!) ? of(x) : undefined;
      return inner && map(inner, f => treeCall('divide', f, y!));
    }
    if (t.name !== 'add' && t.name !== 'subtract') return undefined;
    const [a, b] = [of(x), of(y!)];
    return a && b && sum(a, t.name === 'add' ? b : map(b, negative));
  };
  return of(tree);
}
