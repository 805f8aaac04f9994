/** Expressions as code: on numbers (float64) and on vectors; the same functions in both. */
import type { FunctionName, Operand, Tree } from '@apical/core';
import {
  demote,
  f64,
  f64FromBool,
  f64FromF32,
  f64Ops,
  f64Tests,
  get,
  select,
  set,
  v128Constant,
  v128Ops,
  vectors,
  type Code,
} from './assembler.js';
import { cellValue, type Emission } from './emission.js';
import { vectorFunctions } from './functions.js';

type Binary = 'add' | 'subtract' | 'multiply' | 'divide' | 'min' | 'max';
type Unary = 'negate' | 'abs' | 'sqrt';
type Comparison = keyof typeof f64Tests & FunctionName;
const binary: ReadonlySet<FunctionName> = new Set(['add', 'subtract', 'multiply', 'divide', 'min', 'max']);
const unary: ReadonlySet<FunctionName> = new Set(['negate', 'abs', 'sqrt']);
const isBinary = (name: FunctionName): name is Binary => binary.has(name);
const isUnary = (name: FunctionName): name is Unary => unary.has(name);
const isComparison = (name: FunctionName): name is Comparison => name in f64Tests;

/** Does it depend on numbers and scalars alone? Such a tree is worked out in float64, once. */
export function isScalar(tree: Tree, operands: readonly Operand[]): boolean {
  if (tree.kind === 'number') return true;
  if (tree.kind === 'operand') return operands[tree.index]!.extent === 'scalar';
  return tree.kind === 'call' && tree.args.every(a => isScalar(a, operands));
}

/** Gives code that leaves the float64 value of a tree over scalars; `temporary` names the locals of temporaries. */
export function scalarCode(
  tree: Tree,
  operands: readonly Operand[],
  e: Emission,
  temporary: (index: number) => number,
): Code {
  const of = (t: Tree): Code => scalarCode(t, operands, e, temporary);
  if (tree.kind === 'number') return f64(tree.value);
  if (tree.kind === 'operand') return cellValue(operands[tree.index]!.data as Float64Array);
  if (tree.kind === 'temporary') return get(temporary(tree.index));
  const { name } = tree;
  const [a = [], b = [], c = []] = tree.args.map(of);
  if (isBinary(name)) return f64Ops[name](a, b);
  if (isUnary(name)) return f64Ops[name](a);
  if (isComparison(name)) return f64FromBool(f64Tests[name](a, b));
  if (name === 'relu') return f64Ops.max(a, f64(0));
  if (name === 'clip') return f64Ops.min(f64Ops.max(a, b), c);
  if (name === 'power') return e.module.power(a, b);
  if (name === 'where') {
    const condition = e.locals.of('f64');
    // not 0, and not NaN
    const isTrue = f64Ops.abs(get(condition));
    return [...set(condition, a), ...select(b, c, f64Tests.greater(isTrue, f64(0)))];
  }
  const v = vectors[8];
  return v.lane(0, vectorFunctions[name]!(8, e.locals, v.splat(a)));
}

/** How a vector reads what is not a constant. */
export interface Readings {
  readonly operand: (index: number) => Code;
  readonly temporary: (index: number) => Code;
  /** Of a tree over scalars, in every lane. */
  readonly splat: (tree: Tree) => Code;
}
/** Gives code that leaves the vector of a tree's values. */
export function vectorCode(tree: Tree, operands: readonly Operand[], e: Emission, read: Readings): Code {
  if (isScalar(tree, operands)) return read.splat(tree);
  if (tree.kind === 'operand') return read.operand(tree.index);
  if (tree.kind !== 'call') return read.temporary((tree as { index: number }).index);
  const { name } = tree;
  const v = vectors[e.size];
  const number = (value: number): Code => v128Constant(e.size, value);
  const [a = [], b = [], c = []] = tree.args.map(t => vectorCode(t, operands, e, read));
  if (isBinary(name)) return v[name](a, b);
  if (isUnary(name)) return v[name](a);
  if (isComparison(name)) return v128Ops.and(v[name](a, b), number(1));
  if (name === 'relu') return v.upper(a, number(0));
  if (name === 'clip') return v.lower(v.upper(a, b), c);
  // not 0, and not NaN: both compare false with |c| > 0
  if (name === 'where') return v128Ops.bitselect(b, c, v.greater(v.abs(a), number(0)));
  if (name === 'power') return powerCode(a, b, e);
  return vectorFunctions[name]!(e.size, e.locals, a);
}
/** Lane by lane in the host: whole exponents and squares are products already, what is left is rare. */
function powerCode(base: Code, exponent: Code, e: Emission): Code {
  const v = vectors[e.size];
  const [x, y, out] = [e.locals.of('v128'), e.locals.of('v128'), e.locals.of('v128')];
  const wide = e.size === 8;
  const lanes = Array.from({ length: 16 / e.size }, (_, k) => {
    const lane = (from: number): Code => (wide ? v.lane(k, get(from)) : f64FromF32(v.lane(k, get(from))));
    const value = e.module.power(lane(x), lane(y));
    return set(out, v.replace(k, get(out), wide ? value : demote(value)));
  });
  return [...set(x, base), ...set(y, exponent), ...lanes.flat(), ...get(out)];
}
export const canCompile = (name: FunctionName): boolean =>
  isBinary(name) ||
  isUnary(name) ||
  isComparison(name) ||
  ['relu', 'clip', 'where', 'power'].includes(name) ||
  name in vectorFunctions;
