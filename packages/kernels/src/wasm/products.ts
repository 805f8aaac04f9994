/** Dense products, and outer products that wait: what waits is added to every product with the weights. */
import type { Delayed, FloatArray, Operation } from '@apical/core';
import {
  add,
  f64,
  f64Ops,
  floatStore,
  get,
  i32,
  i32FromF64,
  ifThen,
  less,
  loopWhile,
  mul,
  set,
  type Code,
} from './assembler.js';
import { cellValue, type Emission } from './emission.js';
import { step } from './kernel-code.js';
import { plainProduct, type Product, type Room } from './plain-products.js';
import { callRows } from './rows.js';
import { fill, scaledCopy } from './verbs.js';

/** `base`: the product with the weights alone, or of all that waits; default: ours. */
export function emitProduct(p: Product, e: Emission, room: Room, base?: Code): Code {
  const { delayed } = p;
  if (!delayed) return base ?? plainProduct(p, e, room);
  if (p.op === 'outer') return emitDelay({ ...p, delayed }, e, base ?? plainProduct(together(p), e, room));
  return [...(base ?? plainProduct(p, e, room)), ...addDelayed({ ...p, delayed }, e)];
}
type DelayedProduct = Product & { readonly delayed: Delayed };
const pendingIn = ({ pending }: Delayed): Code => i32FromF64(cellValue(pending));
/** y += gain · post[k] (pre[k] · x) for what waits, or the same with the ends exchanged. */
function addDelayed(p: DelayedProduct, e: Emission): Code {
  const { delayed, pre, post } = p;
  const forward = p.op === 'multiply';
  const [from, to] = forward ? [pre, post] : [post, pre];
  const [read, written] = forward ? [delayed.pre, delayed.post] : [delayed.post, delayed.pre];
  const n = e.locals.of('i32');
  const at = (a: FloatArray): Code => i32(a.byteOffset);
  const [scratch, gain] = [at(delayed.scratch), cellValue(p.gain)];
  return [
    ...set(n, pendingIn(delayed)),
    ...ifThen(get(n), [
      ...e.module.kernel('fill', () => fill(e.size), scratch, get(n), f64(0)),
      ...callRows('multiply', e, at(read), at(from), scratch, i32(from.length), get(n), f64(1)),
      ...callRows('multiply-transposed', e, at(written), at(to), scratch, i32(to.length), get(n), gain),
    ]),
  ];
}
/** All that waits as one product of as many samples, whose gain makes up for the mean; others stay as they are. */
export function together(p: Product): Product {
  const { delayed, ...rest } = p;
  if (!delayed || p.op !== 'outer') return p;
  const { pre, post, most, whole } = delayed;
  return { ...rest, pre, post, batch: most, gain: whole };
}
function emitDelay(p: DelayedProduct, e: Emission, flush: Code): Code {
  const { delayed, pre, post } = p;
  const n = e.locals.of('i32');
  const append = (into: FloatArray, from: FloatArray, gain: Code): Code =>
    e.module.kernel(
      'scaledCopy',
      () => scaledCopy(e.size),
      add(i32(into.byteOffset), mul(get(n), i32(from.length * e.size))),
      i32(from.byteOffset),
      i32(from.length),
      gain,
    );
  return [
    ...set(n, pendingIn(delayed)),
    ...append(delayed.post, post, cellValue(p.gain)),
    ...append(delayed.pre, pre, f64(1)),
    ...floatStore(8, i32(0), f64Ops.add(cellValue(delayed.pending), f64(1)), delayed.pending.byteOffset),
    ...ifThen(less(i32(delayed.most - 2), get(n)), [
      ...flush,
      ...floatStore(8, i32(0), f64(0), delayed.pending.byteOffset),
    ]),
  ];
}
/** What waits enters the weights, one after the other. */
export function emitApplyDelayed(
  { weights, nPre, nPost, delayed }: Extract<Operation, { readonly op: 'apply-delayed' }>,
  e: Emission,
): Code {
  const [n, k] = [e.locals.of('i32'), e.locals.of('i32')];
  const row = (rows: FloatArray, length: number): Code =>
    add(i32(rows.byteOffset), mul(get(k), i32(length * e.size)));
  return [
    ...set(n, pendingIn(delayed)),
    ...set(k, i32(0)),
    ...loopWhile(less(get(k), get(n)), [
      ...callRows(
        'outer',
        e,
        i32(weights.byteOffset),
        row(delayed.pre, nPre),
        row(delayed.post, nPost),
        i32(nPre),
        i32(nPost),
        f64(1),
      ),
      ...step(k, i32(1)),
    ]),
    ...floatStore(8, i32(0), f64(0), delayed.pending.byteOffset),
  ];
}
