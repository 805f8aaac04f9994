/** The small verbs as code: elementwise passes where they are such, else calls of kernels. */
import type { Cell, FloatArray, Operand, Operation, Tree } from '@apical/core';
import { leaf, treeCall } from '@apical/equations';
import {
  f64,
  f64Ops,
  floatStore,
  get,
  i32,
  i32FromI64,
  i64,
  i64FromF64,
  i64ShiftRight,
  set,
  type Code,
} from './assembler.js';
import { emitElementwise } from './elementwise.js';
import { cellValue, type Emission } from './emission.js';
import { normals } from './normals.js';
import type { Room } from './plain-products.js';
import { addBias, addBiasRows, addSums, correlateBias, fill, sum, sumSamples, transpose } from './verbs.js';

type Other =
  'multiply' | 'multiply-transposed' | 'outer' | 'elementwise' | 'call' | 'set' | 'when' | 'every' | 'repeat';
/** Operations that are neither products nor passes and contain no others. */
export type Verb = Exclude<Operation, { readonly op: Other }>;

/** Of a verb whose arrays all live in this memory. */
export function emitVerb(operation: Verb, e: Emission, room: Room): Code {
  const { size } = e;
  const kernel = e.module.kernel.bind(e.module);
  switch (operation.op) {
    case 'fill':
      return fillWith(operation.into, operation.value, e);
    case 'add':
      return addProductOf(operation.into, [operation.from], operation.gain, e);
    case 'add-product':
      return addProductOf(operation.into, [operation.a, operation.b], operation.gain, e);
    case 'add-bias': {
      const { into, bias, area, gain } = operation;
      if (area === 1 && into.length === bias.length) return addProductOf(into, [bias], gain, e);
      const samples = into.length / (bias.length * area);
      const sizes = [samples, bias.length, area].map(i32);
      return kernel(
        area === 1 ? 'addBiasRows' : 'addBias',
        () => (area === 1 ? addBiasRows(size) : addBias(size)),
        i32(into.byteOffset),
        i32(bias.byteOffset),
        ...sizes,
        cellValue(gain),
      );
    }
    case 'correlate-bias': {
      const { into, post, area, scale, gain, by } = operation;
      const samples = post.length / (into.length * area);
      const factors = i32(by?.byteOffset ?? 0);
      const scaled = f64Ops.multiply(cellValue(gain), f64(scale));
      if (area === 1) {
        const sums = i32(room.panels(8 * into.length + 8, 0).rows);
        const [to, n] = [i32(into.byteOffset), i32(into.length)];
        return [
          kernel('sumSamples', () => sumSamples(size), sums, i32(post.byteOffset), i32(samples), n),
          kernel('addSums', () => addSums(size), to, sums, n, scaled, factors),
        ];
      }
      return kernel(
        'correlateBias',
        () => correlateBias(size),
        i32(into.byteOffset),
        i32(post.byteOffset),
        ...[samples, into.length, area].map(i32),
        scaled,
        factors,
      );
    }
    case 'transpose': {
      const { into, source, rows, cols, gain } = operation;
      const at = [into.byteOffset, source.byteOffset, rows, cols].map(i32);
      return kernel('transpose', () => transpose(size), ...at, cellValue(gain));
    }
    case 'mean-over':
      return meanOver(operation.arrays, e);
    case 'increment':
      return increment(operation.cell);
    case 'normal':
      return normal(operation, e, room);
  }
}
/** into += gain · Π factors */
function addProductOf(into: FloatArray, factors: readonly FloatArray[], gain: Cell, e: Emission): Code {
  const neuron = (data: FloatArray): Operand => ({ name: 'x', extent: 'neuron', data, units: into.length });
  const product = factors.map((_, k) => leaf(k + 2)).reduce((a, b) => treeCall('multiply', a, b), leaf(1));
  return pass(
    [neuron(into), { name: 'gain', extent: 'scalar', data: gain, units: 1 }, ...factors.map(neuron)],
    treeCall('add', leaf(0), product),
    e,
  );
}
function fillWith(into: FloatArray, value: number, e: Emission): Code {
  return pass(
    [{ name: 'into', extent: 'neuron', data: into, units: into.length }],
    { kind: 'number', value },
    e,
  );
}
/** operand 0 ← value, for every element. */
function pass(operands: readonly Operand[], value: Tree, e: Emission): Code {
  const units = operands[0]!.units;
  const body = [{ to: { operand: 0 }, value }];
  const passes = [{ kind: 'loop', over: 'neuron', units, body }] as const;
  return emitElementwise({ op: 'elementwise', where: 'verb', batch: 1, operands, passes }, e);
}
function normal(
  { key, counter, into }: Extract<Verb, { readonly op: 'normal' }>,
  { size, locals, module }: Emission,
  { spare }: Room,
): Code {
  const index = locals.of('i64');
  return [
    ...set(index, i64FromF64(cellValue(counter))),
    ...module.kernel(
      'normals',
      () => normals(size),
      i32(into.byteOffset),
      i32(into.length),
      ...key.map(i32),
      i32FromI64(get(index)),
      i32FromI64(i64ShiftRight(get(index), i64(32))),
      i32(spare),
    ),
    ...increment(counter),
  ];
}
function meanOver(arrays: readonly FloatArray[], { size, locals, module }: Emission): Code {
  const mean = locals.of('f64');
  const length = arrays.reduce((n, a) => n + a.length, 0);
  const at = (a: FloatArray): Code[] => [i32(a.byteOffset), i32(a.length)];
  const total = arrays
    .map(a => module.kernel('sum', () => sum(size), ...at(a)))
    .reduce((a, b) => f64Ops.add(a, b));
  return [
    ...set(mean, f64Ops.divide(total, f64(length))),
    ...arrays.flatMap(a => module.kernel('fill', () => fill(size), ...at(a), get(mean))),
  ];
}
/** cell += 1 */
export const increment = (cell: Cell): Code =>
  floatStore(8, i32(0), f64Ops.add(cellValue(cell), f64(1)), cell.byteOffset);
