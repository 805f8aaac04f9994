/**
 * Elementwise passes as SIMD loops. A pass qualifies when it runs over neurons, reads no value per sample, and calls only
 * functions that are one or a few vector instructions; the others stay fused JavaScript.
 */
import type { Elementwise, FunctionName, Operand, Pass, Tree } from '@apical/core';
import {
  add,
  demote,
  f64,
  f64Ops,
  get,
  i32,
  less,
  loopWhile,
  set,
  storeLane,
  v128Load,
  v128Ops,
  v128Store,
  vectors,
  type Code,
  type WasmFunction,
} from './assembler.js';
import type { Size } from './kernel-code.js';

type Loop = Extract<Pass, { readonly kind: 'loop' }>;
type Vector = (typeof vectors)[Size];
type Binary = 'add' | 'subtract' | 'multiply' | 'divide' | 'min' | 'max';
type Unary = 'negate' | 'abs' | 'sqrt';
type Comparison = 'less' | 'greater' | 'lessEqual' | 'greaterEqual' | 'equal';
const binary: ReadonlySet<FunctionName> = new Set(['add', 'subtract', 'multiply', 'divide', 'min', 'max']);
const unary: ReadonlySet<FunctionName> = new Set(['negate', 'abs', 'sqrt']);
const comparisons: ReadonlySet<FunctionName> = new Set([
  'less',
  'greater',
  'lessEqual',
  'greaterEqual',
  'equal',
]);
const others: ReadonlySet<FunctionName> = new Set(['relu', 'clip', 'where']);

function visit(tree: Tree, see: (tree: Tree) => void): void {
  see(tree);
  if (tree.kind === 'call') for (const a of tree.args) visit(a, see);
}
/** Of operands that are scalars or numbers, by + − × ÷ and the like: worked out in float64 before the loop. */
function isScalar(tree: Tree, operands: readonly Operand[]): boolean {
  if (tree.kind === 'number') return true;
  if (tree.kind === 'operand') return operands[tree.index]!.extent === 'scalar';
  if (tree.kind === 'temporary') return false;
  return (binary.has(tree.name) || unary.has(tree.name)) && tree.args.every(a => isScalar(a, operands));
}
export function qualifies(
  pass: Pass,
  { operands }: Elementwise,
  holds: (data: ArrayBufferView) => boolean,
): pass is Loop {
  if (pass.kind !== 'loop' || pass.over !== 'neuron') return false;
  let fits = true;
  const see = (t: Tree): void => {
    if (t.kind === 'operand') {
      const { extent, data } = operands[t.index]!;
      if (extent === 'sample' || (extent === 'neuron' && !holds(data))) fits = false;
    } else if (
      t.kind === 'call' &&
      !binary.has(t.name) &&
      !unary.has(t.name) &&
      !comparisons.has(t.name) &&
      !others.has(t.name)
    )
      fits = false;
  };
  for (const { to, value } of pass.body) {
    visit(value, see);
    if ('operand' in to) see({ kind: 'operand', index: to.operand });
  }
  return fits;
}
export interface CompiledPass {
  readonly code: WasmFunction;
  /** Operands whose scalars are the arguments, in order. */
  readonly scalars: readonly number[];
}
/** `count`: elements of the pass, over all samples. */
export function compilePass(
  pass: Loop,
  op: Elementwise,
  count: number,
  size: Size,
  name: string,
): CompiledPass {
  return new PassCompiler(op, count, size).compile(pass, name);
}
class PassCompiler {
  readonly #op: Elementwise;
  readonly #count: number;
  readonly #size: Size;
  readonly #v: Vector;
  readonly #scalars: number[] = [];
  /** Scalar subtrees that are splatted before the loop, by their text. */
  readonly #splats = new Map<string, { readonly local: number; readonly value: Tree }>();
  readonly #temporaries = new Map<number, number>();
  #vectors = 0;

  constructor(op: Elementwise, count: number, size: Size) {
    this.#op = op;
    this.#count = count;
    this.#size = size;
    this.#v = vectors[size];
  }
  /** Locals: scalars (parameters), then the byte offset and its end, then vectors. */
  compile(pass: Loop, name: string): CompiledPass {
    for (const a of pass.body)
      visit(a.value, t => {
        if (
          t.kind === 'operand' &&
          this.#op.operands[t.index]!.extent === 'scalar' &&
          !this.#scalars.includes(t.index)
        )
          this.#scalars.push(t.index);
      });
    const lanes = 16 / this.#size;
    const whole = Math.floor(this.#count / lanes) * 16;
    const rest = this.#count % lanes;
    const loop = this.#body(pass, undefined);
    const tail = rest ? this.#body(pass, rest) : [];
    const at = this.#offset();
    const splats = [...this.#splats.values()].flatMap(({ local, value }) =>
      set(local, this.#v.splat(this.#size === 4 ? demote(this.#scalar(value)) : this.#scalar(value))),
    );
    const body = [
      ...splats,
      ...set(at, i32(0)),
      ...loopWhile(less(get(at), i32(whole)), [...loop, ...set(at, add(get(at), i32(16)))]),
      ...tail,
    ];
    const locals = ['i32' as const, ...Array.from({ length: this.#vectors }, () => 'v128' as const)];
    return {
      code: { name, params: this.#scalars.map(() => 'f64' as const), locals, body },
      scalars: this.#scalars,
    };
  }
  #offset(): number {
    return this.#scalars.length;
  }
  #vector(): number {
    return this.#offset() + 1 + this.#vectors++;
  }
  #address(operand: number): number {
    return this.#op.operands[operand]!.data.byteOffset;
  }
  /** `rest`: so many lanes of the last vector belong to the array. */
  #body(pass: Loop, rest: number | undefined): Code {
    const code: number[] = [];
    for (const { to, value } of pass.body) {
      const v = this.#tree(value, code);
      if ('temporary' in to) {
        const local = this.#temporaries.get(to.temporary) ?? this.#vector();
        this.#temporaries.set(to.temporary, local);
        code.push(...set(local, v));
        continue;
      }
      const offset = this.#address(to.operand);
      if (rest === undefined) {
        code.push(...v128Store(get(this.#offset()), v, offset));
        continue;
      }
      const whole = this.#vector();
      code.push(...set(whole, v));
      for (let lane = 0; lane < rest; lane++)
        code.push(
          ...storeLane(this.#size, get(this.#offset()), get(whole), lane, offset + lane * this.#size),
        );
    }
    return code;
  }
  /** `before` receives what must be computed first. */
  #tree(tree: Tree, before: number[]): Code {
    if (isScalar(tree, this.#op.operands)) return this.#splat(tree);
    if (tree.kind === 'temporary') return get(this.#temporaries.get(tree.index)!);
    if (tree.kind !== 'call')
      return v128Load(get(this.#offset()), this.#address((tree as { index: number }).index));
    const { name, args } = tree;
    const v = this.#v;
    const of = (k: number): Code => this.#tree(args[k]!, before);
    if (binary.has(name)) return v[name as Binary](of(0), of(1));
    if (unary.has(name)) return v[name as Unary](of(0));
    if (comparisons.has(name))
      return v128Ops.and(v[name as Comparison](of(0), of(1)), this.#splat({ kind: 'number', value: 1 }));
    if (name === 'relu') return v.max(of(0), this.#splat({ kind: 'number', value: 0 }));
    if (name === 'clip') return v.min(v.max(of(0), of(1)), of(2));
    // where: NaN is true in a vector comparison with 0, and false in JavaScript
    const condition = this.#vector();
    before.push(...set(condition, of(0)));
    const isTrue = v128Ops.and(
      v.notEqual(get(condition), this.#splat({ kind: 'number', value: 0 })),
      v.equal(get(condition), get(condition)),
    );
    return v128Ops.bitselect(of(1), of(2), isTrue);
  }
  #splat(value: Tree): Code {
    const text = JSON.stringify(value);
    const known = this.#splats.get(text);
    if (known) return get(known.local);
    const local = this.#vector();
    this.#splats.set(text, { local, value });
    return get(local);
  }
  #scalar(tree: Tree): Code {
    if (tree.kind === 'number') return f64(tree.value);
    if (tree.kind === 'call')
      return f64Ops[tree.name as Binary | Unary](...tree.args.map(a => this.#scalar(a)));
    return get(this.#scalars.indexOf((tree as { index: number }).index));
  }
}
