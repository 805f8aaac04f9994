/** What of this computer decides which BLAS is used; tests give another. */
import { createRequire } from 'node:module';
import { cpus, release } from 'node:os';

/** The part of koffi that is used: calls of functions in shared libraries. */
export interface Koffi {
  /** By path, or by name as the system's loader finds it. Throws `Error` with the loader's reason. */
  load(library: string): SharedLibrary;
  /** Where the bytes of a view lie. */
  address(view: ArrayBufferView): bigint;
}
export interface SharedLibrary {
  /** Types as C names them; 'str' is text. Throws where the library has no such function. */
  func(name: string, result: string, parameters: readonly string[]): (...given: unknown[]) => unknown;
}
export interface Machine {
  /** `APICAL_BLAS`, `APICAL_BLAS_THREADS`; the threads of libraries are set in it while they are loaded. */
  readonly env: Record<string, string | undefined>;
  /** `linux`, `darwin`, `win32`, … */
  readonly platform: string;
  /** Of the operating system. */
  readonly release: string;
  /** Model of the processor. */
  readonly processor: string;
  /** Throws where koffi is not installed, or has nothing built for this platform. */
  koffi(): Koffi;
}
export const thisMachine: Machine = {
  env: process.env,
  platform: process.platform,
  get release() {
    return release();
  },
  get processor() {
    return cpus()[0]?.model.trim() ?? 'unknown';
  },
  koffi: () => createRequire(import.meta.url)('koffi') as Koffi,
};
