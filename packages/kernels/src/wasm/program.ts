/**
 * A list of operations → one WebAssembly function. Control flow, small products and elementwise passes are written out
 * in it; large products call kernels of the same module. One emitter: a single operation is a list of one.
 */
import type { Operation, Step } from '@apical/core';
import { arraysOf, prepare, verbOf } from '../verbs/index.js';
import { bytesOf, type Code } from './assembler.js';
import type { Emission, How } from './emission.js';
import { Locals } from './kernel-code.js';
import { ModuleBuilder } from './module.js';

export type ProgramOptions = Pick<Emission, 'size' | 'fused' | 'holds' | 'room' | 'products'>;
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
  const locals = new Locals(0);
  const module = new ModuleBuilder();
  const counts: Record<How, number> = { written: 0, kernels: 0, library: 0 };
  let all = 0;
  const one = (o: Operation): Code => {
    all++;
    const verb = verbOf(o);
    // on arrays that live elsewhere: as on the reference, with all that the operation contains
    if (!arraysOf(verb.touched(o)).every(options.holds)) return module.run(prepare([o]));
    return locals.scoped(() => verb.emit(o, e));
  };
  const e: Emission = {
    ...options,
    locals,
    module,
    count: how => counts[how]++,
    list: list => list.flatMap(one),
  };
  const code = e.list(operations);
  const body = bytesOf([locals.constants, code]);
  module.add({ name: 'step', params: [], locals: locals.types, body });
  const { step } = module.instantiate(memory) as { step: Step };
  return { step, note: noteOf(all, body.length, counts, module.hostSteps) };
}
function noteOf(all: number, bytes: number, counts: Record<How, number>, hostSteps: number): string {
  const products = [
    [counts.written, 'written out'],
    [counts.kernels, 'by kernels'],
    [counts.library, 'by the library'],
  ] as const;
  const how = products.flatMap(([n, text]) => (n ? [`${n} ${text}`] : [])).join(', ');
  const host = hostSteps - counts.library;
  return [
    `one WebAssembly function of ${all} operations (${Math.ceil(bytes / 1024)} KiB)`,
    ...(how ? [`products: ${how}`] : []),
    ...(host ? [`${host} steps in JavaScript`] : []),
  ].join('; ');
}
