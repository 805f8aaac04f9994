/**
 * A list of operations → one WebAssembly function. Control flow, small products and elementwise passes are written out
 * in it; large products call kernels of the same module. One emitter: a single operation is a list of one.
 */
import type { FloatArray, Operand, Operation, Step, Tree } from '@apical/core';
import { prepare } from '../prepare.js';
import {
  block,
  bytesOf,
  f64,
  f64Ops,
  f64Tests,
  floatStore,
  forever,
  get,
  i32,
  i64,
  i32FromI64,
  i64FromF64,
  i64ShiftRight,
  i64IsZero,
  i64Remainder,
  ifThen,
  isZero,
  leave,
  set,
  type Code,
} from './assembler.js';
import { emitElementwise } from './elementwise.js';
import { cellValue, type Emission } from './emission.js';
import { Locals, type Size } from './kernel-code.js';
import { ModuleBuilder } from './module.js';
import { normals } from './normals.js';
import { isSmall, type Product, type Room } from './plain-products.js';
import { emitApplyDelayed, emitProduct, together } from './products.js';
import {
  addBias,
  addBiasRows,
  addSums,
  correlateBias,
  fill,
  settled,
  sum,
  sumSamples,
  transpose,
} from './verbs.js';

export interface ProgramOptions {
  readonly size: Size;
  readonly fused: boolean;
  readonly holds: (data: ArrayBufferView) => boolean;
  readonly room: Room;
  /** Another library's way with some products. */
  readonly products?: ((product: Product) => Step | undefined) | undefined;
}
export interface CompiledProgram {
  readonly step: Step;
  /** What was chosen, in one line. */
  readonly note: string;
}
export function compileProgram(
  operations: readonly Operation[],
  memory: WebAssembly.Memory,
  options: ProgramOptions,
): CompiledProgram {
  const emitter = new ProgramEmitter(options);
  return emitter.compile(operations, memory);
}
class ProgramEmitter {
  readonly #options: ProgramOptions;
  readonly #e: Emission;
  readonly #locals = new Locals(0);
  readonly #module = new ModuleBuilder();
  /** Operations by what became of them. */
  readonly #counts = { all: 0, written: 0, kernels: 0, library: 0, host: 0 };

  constructor(options: ProgramOptions) {
    this.#options = options;
    const { size, fused, holds } = options;
    this.#e = { size, fused, holds, locals: this.#locals, module: this.#module };
  }
  compile(operations: readonly Operation[], memory: WebAssembly.Memory): CompiledProgram {
    const body = this.#list(operations);
    const { all, written, kernels, library, host } = this.#counts;
    this.#module.add({
      name: 'step',
      params: [],
      locals: this.#locals.types,
      body: [...this.#locals.constants, ...body],
    });
    const { step } = this.#module.instantiate(memory) as { step: Step };
    const products = [
      [written, 'written out'],
      [kernels, 'by kernels'],
      [library, 'by the library'],
    ] as const;
    const how = products.flatMap(([n, text]) => (n ? [`${n} ${text}`] : [])).join(', ');
    const note = [
      `one WebAssembly function of ${all} operations (${Math.ceil(bytesOf(body).length / 1024)} KiB)`,
      ...(how ? [`products: ${how}`] : []),
      ...(host ? [`${host} steps in JavaScript`] : []),
    ].join('; ');
    return { step, note };
  }
  #list(operations: readonly Operation[]): Code {
    return operations.flatMap(o => this.#locals.scoped(() => this.#one(o)));
  }
  #one(operation: Operation): Code {
    this.#counts.all++;
    return this.#control(operation) ?? this.#leaf(operation);
  }
  #host(step: Step): Code {
    this.#counts.host++;
    return this.#module.run(step);
  }
  /** Operations whose arrays live here; others run as on the reference. */
  #leaf(operation: Operation): Code {
    if (operation.op === 'elementwise') return emitElementwise(operation, this.#e);
    if (operation.op === 'call') return this.#host(operation.run);
    const { holds } = this.#options;
    const ours = viewsIn(operation).every(holds);
    return (ours ? this.#verb(operation) : undefined) ?? this.#host(prepare([operation]));
  }
  #verb(operation: Operation): Code | undefined {
    const { size } = this.#e;
    const kernel = this.#module.kernel.bind(this.#module);
    switch (operation.op) {
      case 'multiply':
      case 'multiply-transposed':
      case 'outer':
        return this.#product(operation);
      case 'apply-delayed':
        return emitApplyDelayed(operation, this.#e);
      case 'fill':
        return this.#fill(operation.into, f64(operation.value));
      case 'add':
        return this.#sum(operation.into, [operation.from], operation.gain);
      case 'add-product':
        return this.#sum(operation.into, [operation.a, operation.b], operation.gain);
      case 'add-bias': {
        const { into, bias, area, gain } = operation;
        if (area === 1 && into.length === bias.length) return this.#sum(into, [bias], gain);
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
          const sums = i32(this.#options.room.panels(8 * into.length + 8, 0).rows);
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
        return this.#meanOver(operation.arrays);
      case 'increment':
        return increment(operation.cell);
      case 'normal':
        return this.#normal(operation);
      default:
        return undefined;
    }
  }
  #product(product: Product): Code {
    const { room } = this.#options;
    const theirs = this.#options.products?.(together(product));
    if (theirs) {
      this.#counts.library++;
      return emitProduct(product, this.#e, room, this.#module.run(theirs));
    }
    this.#counts[isSmall(product, this.#e.size) ? 'written' : 'kernels']++;
    return emitProduct(product, this.#e, room);
  }
  /** into += gain · Π factors, as an elementwise pass. */
  #sum(into: FloatArray, factors: readonly FloatArray[], gain: Float64Array): Code {
    const neuron = (data: FloatArray): Operand => ({
      name: 'x',
      extent: 'neuron',
      data,
      units: into.length,
    });
    const operand = (index: number): Tree => ({ kind: 'operand', index });
    const times = (a: Tree, b: Tree): Tree => ({ kind: 'call', name: 'multiply', args: [a, b] });
    const product = factors.map((_, k) => operand(k + 2)).reduce(times, operand(1));
    return this.#pass(
      [neuron(into), { name: 'gain', extent: 'scalar', data: gain, units: 1 }, ...factors.map(neuron)],
      { kind: 'call', name: 'add', args: [operand(0), product] },
    );
  }
  #fill(into: FloatArray, value: Code): Code {
    const written: Tree = { kind: 'number', value: 0 };
    // zero is the usual value: a pass; anything else: a kernel
    if (value.every((byte, k) => byte === f64(0)[k]))
      return this.#pass([{ name: 'into', extent: 'neuron', data: into, units: into.length }], written);
    const size = this.#e.size;
    return this.#module.kernel('fill', () => fill(size), i32(into.byteOffset), i32(into.length), value);
  }
  /** operand 0 ← value, for every element. */
  #pass(operands: readonly Operand[], value: Tree): Code {
    const units = operands[0]!.units;
    const body = [{ to: { operand: 0 }, value }];
    const passes = [{ kind: 'loop', over: 'neuron', units, body }] as const;
    return emitElementwise({ op: 'elementwise', where: 'verb', batch: 1, operands, passes }, this.#e);
  }
  #normal({ key, counter, into }: Extract<Operation, { readonly op: 'normal' }>): Code {
    const { size } = this.#e;
    const index = this.#locals.of('i64');
    return [
      ...set(index, i64FromF64(cellValue(counter))),
      ...this.#module.kernel(
        'normals',
        () => normals(size),
        i32(into.byteOffset),
        i32(into.length),
        ...key.map(i32),
        i32FromI64(get(index)),
        i32FromI64(i64ShiftRight(get(index), i64(32))),
        i32(this.#options.room.spare),
      ),
      ...increment(counter),
    ];
  }
  #meanOver(arrays: readonly FloatArray[]): Code {
    const { size } = this.#e;
    const mean = this.#locals.of('f64');
    const length = arrays.reduce((n, a) => n + a.length, 0);
    const total = arrays
      .map(a => this.#module.kernel('sum', () => sum(size), i32(a.byteOffset), i32(a.length)))
      .reduce((a, b) => f64Ops.add(a, b));
    return [
      ...set(mean, f64Ops.divide(total, f64(length))),
      ...arrays.flatMap(a => this.#fill(a, get(mean))),
    ];
  }
  #control(operation: Operation): Code | undefined {
    switch (operation.op) {
      case 'set': {
        const { cell, value, refresh } = operation;
        if (!this.#options.holds(cell)) return this.#whole(operation);
        return ifThen(f64Tests.notEqual(cellValue(cell), f64(value)), [
          ...floatStore(8, i32(0), f64(value), cell.byteOffset),
          ...this.#list(refresh),
        ]);
      }
      case 'when': {
        const { cell, body } = operation;
        if (!this.#options.holds(cell)) return this.#whole(operation);
        return ifThen(f64Tests.notEqual(cellValue(cell), f64(0)), this.#list(body));
      }
      case 'every': {
        const { counter, times, body } = operation;
        if (!this.#options.holds(counter)) return this.#whole(operation);
        const due = i64IsZero(i64Remainder(i64FromF64(cellValue(counter)), i64(times)));
        return [...ifThen(due, this.#list(body)), ...increment(counter)];
      }
      case 'repeat':
        return this.#repeat(operation);
      default:
        return undefined;
    }
  }
  #repeat(operation: Operation & { readonly op: 'repeat' }): Code {
    const { times, body, until } = operation;
    const { size } = this.#e;
    const arrays = [times, ...(until?.watched ?? []), ...(until?.before ?? [])];
    if (!arrays.every(a => this.#options.holds(a))) return this.#whole(operation);
    const k = this.#locals.of('f64');
    const settledAt = (index: number, within: number): Code =>
      this.#module.kernel(
        'settled',
        () => settled(size),
        i32(until!.watched[index]!.byteOffset),
        i32(until!.before[index]!.byteOffset),
        i32(until!.watched[index]!.length),
        f64(within),
      );
    // every array is looked at, so that each remembers its new values; NaN within: nothing is compared
    const drop = (code: Code): Code => [...code, 0x1a];
    const start = until ? until.watched.flatMap((_, a) => drop(settledAt(a, NaN))) : [];
    const all = until
      ? until.watched.map((_, a) => settledAt(a, until.within)).reduce((a, b) => [...a, ...b, 0x71], i32(1))
      : [];
    return [
      ...set(k, f64(0)),
      ...start,
      ...block(
        forever([
          ...leave(isZero(f64Tests.less(get(k), cellValue(times))), 1),
          ...this.#list(body),
          ...(until ? leave(all, 1) : []),
          ...set(k, f64Ops.add(get(k), f64(1))),
        ]),
      ),
    ];
  }
  /** An operation of the host with all that it contains. */
  #whole(operation: Operation): Code {
    return this.#host(prepare([operation]));
  }
}
function increment(cell: Float64Array): Code {
  return floatStore(8, i32(0), f64Ops.add(cellValue(cell), f64(1)), cell.byteOffset);
}
/** All arrays and cells of an operation that contains no other. */
function viewsIn(value: unknown): ArrayBufferView[] {
  if (ArrayBuffer.isView(value)) return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(viewsIn) : [];
}
