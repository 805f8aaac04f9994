/**
 * A list of operations → one WebAssembly function. Control flow, small products and elementwise passes are written out
 * in it; large products call kernels of the same module. One emitter: a single operation is a list of one.
 */
import type { Operation, Step } from '@apical/core';
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
  i64FromF64,
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
import { isSmall, plainProduct, type Product, type Room } from './plain-products.js';
import { emitVerb, increment, type Verb } from './verb-code.js';
import { settled } from './verbs.js';

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
  readonly #counts = { all: 0, written: 0, kernels: 0, library: 0 };

  constructor(options: ProgramOptions) {
    this.#options = options;
    const { size, fused, holds } = options;
    this.#e = { size, fused, holds, locals: this.#locals, module: this.#module };
  }
  compile(operations: readonly Operation[], memory: WebAssembly.Memory): CompiledProgram {
    const code = this.#list(operations);
    const body = bytesOf([this.#locals.constants, code]);
    const { all, written, kernels, library } = this.#counts;
    const host = this.#module.hostSteps - library;
    this.#module.add({ name: 'step', params: [], locals: this.#locals.types, body });
    const { step } = this.#module.instantiate(memory) as { step: Step };
    const products = [
      [written, 'written out'],
      [kernels, 'by kernels'],
      [library, 'by the library'],
    ] as const;
    const how = products.flatMap(([n, text]) => (n ? [`${n} ${text}`] : [])).join(', ');
    const note = [
      `one WebAssembly function of ${all} operations (${Math.ceil(body.length / 1024)} KiB)`,
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
    const { holds } = this.#options;
    switch (operation.op) {
      case 'elementwise':
        return emitElementwise(operation, this.#e);
      case 'call':
        return this.#module.run(operation.run);
      case 'set':
        return holds(operation.cell) ? this.#set(operation) : this.#plain(operation);
      case 'when': {
        const { cell, body } = operation;
        if (!holds(cell)) return this.#plain(operation);
        return ifThen(f64Tests.notEqual(cellValue(cell), f64(0)), this.#list(body));
      }
      case 'every': {
        const { counter, times, body } = operation;
        if (!holds(counter)) return this.#plain(operation);
        const due = i64IsZero(i64Remainder(i64FromF64(cellValue(counter)), i64(times)));
        return [...ifThen(due, this.#list(body)), ...increment(counter)];
      }
      case 'repeat': {
        const { times, until } = operation;
        const arrays = [times, ...(until?.watched ?? []), ...(until?.before ?? [])];
        return arrays.every(holds) ? this.#repeat(operation) : this.#plain(operation);
      }
      default:
        return viewsIn(operation).every(holds) ? this.#leaf(operation) : this.#plain(operation);
    }
  }
  /** On arrays that live elsewhere: as on the reference, with all that the operation contains. */
  #plain(operation: Operation): Code {
    return this.#module.run(prepare([operation]));
  }
  #leaf(operation: Product | Verb): Code {
    switch (operation.op) {
      case 'multiply':
      case 'multiply-transposed':
      case 'outer':
        return this.#product(operation);
      default:
        return emitVerb(operation, this.#e, this.#options.room);
    }
  }
  #product(product: Product): Code {
    const { room } = this.#options;
    const theirs = this.#options.products?.(product);
    if (theirs) {
      this.#counts.library++;
      return this.#module.run(theirs);
    }
    this.#counts[isSmall(product, this.#e.size) ? 'written' : 'kernels']++;
    return plainProduct(product, this.#e, room);
  }
  #set({ cell, value, refresh }: Extract<Operation, { readonly op: 'set' }>): Code {
    return ifThen(f64Tests.notEqual(cellValue(cell), f64(value)), [
      ...floatStore(8, i32(0), f64(value), cell.byteOffset),
      ...this.#list(refresh),
    ]);
  }
  #repeat({ times, body, until }: Extract<Operation, { readonly op: 'repeat' }>): Code {
    const { size } = this.#e;
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
}
/** All arrays and cells of an operation that contains no other. */
function viewsIn(value: unknown): ArrayBufferView[] {
  if (ArrayBuffer.isView(value)) return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(viewsIn) : [];
}
