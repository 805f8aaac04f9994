/** A WebAssembly module in the making: kernels enter it once and by name, programs call them. */
import type { Step } from '@apical/core';
import { power } from '@apical/numerics';
import { call, i32, type Code } from './assembler.js';
import { assemble, type WasmFunction, type WasmImport } from './module-format.js';

/** Functions of the host that generated code may call, in the order of their numbers. */
const host: readonly WasmImport[] = [
  { name: 'run', params: ['i32'] },
  { name: 'power', params: ['f64', 'f64'], result: 'f64' },
];

export class ModuleBuilder {
  readonly #functions: WasmFunction[] = [];
  readonly #kernels = new Map<string, number>();
  readonly #steps: Step[] = [];

  /** Calls a step of the host. */
  run(step: Step): Code {
    return call(0, i32(this.#steps.push(step) - 1));
  }
  /** base to the power of exponent, both float64, within 2 ulp. */
  power(base: Code, exponent: Code): Code {
    return call(1, base, exponent);
  }
  /** Calls a kernel, which `make` writes when it is called for the first time in this module. */
  kernel(name: string, make: () => WasmFunction, ...args: Code[]): Code {
    let index = this.#kernels.get(name);
    if (index === undefined) {
      index = this.add(make());
      this.#kernels.set(name, index);
    }
    return call(index, ...args);
  }
  add(f: WasmFunction): number {
    return host.length + this.#functions.push(f) - 1;
  }
  /** How many steps of the host are called. */
  get hostSteps(): number {
    return this.#steps.length;
  }
  instantiate(memory: WebAssembly.Memory): WebAssembly.Exports {
    const steps = this.#steps;
    const run = (k: number): void => steps[k]!();
    const module = new WebAssembly.Module(assemble(this.#functions, host));
    return new WebAssembly.Instance(module, { m: { memory, run, power } }).exports;
  }
}
