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
import { series } from './functions.js';

/** A function of numbers as code: of float64 scalars, and of vectors of the run's dtype. */
interface FunctionCode {
  readonly scalar: (e: Emission, a: Code, b: Code, c: Code) => Code;
  readonly vector: (e: Emission, a: Code, b: Code, c: Code) => Code;
}
const number = ({ size }: Emission, value: number): Code => v128Constant(size, value);
const instruction = (
  name: 'add' | 'subtract' | 'multiply' | 'divide' | 'min' | 'max' | 'negate' | 'abs' | 'sqrt',
): FunctionCode => {
  const unary = name === 'negate' || name === 'abs' || name === 'sqrt';
  return {
    scalar: (_, a, b) => (unary ? f64Ops[name](a) : f64Ops[name](a, b)),
    vector: ({ size }, a, b) => (unary ? vectors[size][name](a) : vectors[size][name](a, b)),
  };
};
const comparison = (name: 'less' | 'greater' | 'lessEqual' | 'greaterEqual' | 'equal'): FunctionCode => ({
  scalar: (_, a, b) => f64FromBool(f64Tests[name](a, b)),
  vector: (e, a, b) => v128Ops.and(vectors[e.size][name](a, b), number(e, 1)),
});
/** The same series in both. */
const serial = (name: keyof typeof series): FunctionCode => ({
  scalar: ({ locals }, a) => vectors[8].lane(0, series[name](8, locals, vectors[8].splat(a))),
  vector: ({ size, locals }, a) => series[name](size, locals, a),
});
const functions: Readonly<Record<FunctionName, FunctionCode>> = {
  add: instruction('add'),
  subtract: instruction('subtract'),
  multiply: instruction('multiply'),
  divide: instruction('divide'),
  negate: instruction('negate'),
  min: instruction('min'),
  max: instruction('max'),
  abs: instruction('abs'),
  sqrt: instruction('sqrt'),
  less: comparison('less'),
  greater: comparison('greater'),
  lessEqual: comparison('lessEqual'),
  greaterEqual: comparison('greaterEqual'),
  equal: comparison('equal'),
  exp: serial('exp'),
  log: serial('log'),
  tanh: serial('tanh'),
  sigmoid: serial('sigmoid'),
  softplus: serial('softplus'),
  sign: serial('sign'),
  relu: {
    scalar: (_, a) => f64Ops.max(a, f64(0)),
    vector: (e, a) => vectors[e.size].upper(a, number(e, 0)),
  },
  clip: {
    scalar: (_, a, b, c) => f64Ops.min(f64Ops.max(a, b), c),
    vector: ({ size }, a, b, c) => vectors[size].lower(vectors[size].upper(a, b), c),
  },
  where: {
    scalar({ locals }, a, b, c) {
      const condition = locals.of('f64');
      // not 0, and not NaN
      const isTrue = f64Ops.abs(get(condition));
      return [...set(condition, a), ...select(b, c, f64Tests.greater(isTrue, f64(0)))];
    },
    // not 0, and not NaN: both compare false with |c| > 0
    vector: (e, a, b, c) =>
      v128Ops.bitselect(b, c, vectors[e.size].greater(vectors[e.size].abs(a), number(e, 0))),
  },
  power: { scalar: (e, a, b) => e.module.power(a, b), vector: powerCode },
};

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
  const [a = [], b = [], c = []] = tree.args.map(of);
  return functions[tree.name].scalar(e, a, b, c);
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
  const [a = [], b = [], c = []] = tree.args.map(t => vectorCode(t, operands, e, read));
  return functions[tree.name].vector(e, a, b, c);
}
/** Lane by lane in the host: whole exponents and squares are products already, what is left is rare. */
function powerCode(e: Emission, base: Code, exponent: Code): Code {
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
