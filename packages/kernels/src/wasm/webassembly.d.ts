/** The part of the WebAssembly interface that is used here; the `dom` library, which has all of it, is not wanted. */
declare namespace WebAssembly {
  type Exports = Record<string, (...args: number[]) => unknown>;
  class Memory {
    constructor(descriptor: { initial: number; maximum: number; shared: boolean });
    readonly buffer: SharedArrayBuffer;
    grow(pages: number): number;
  }
  type Module = object;
  const Module: new (bytes: Uint8Array) => Module;
  class Instance {
    constructor(
      module: Module,
      imports: { m: { memory: Memory } & Record<string, Memory | ((...args: number[]) => unknown)> },
    );
    readonly exports: Exports;
  }
  function validate(bytes: Uint8Array): boolean;
}
