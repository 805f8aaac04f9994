/**
 * What one core can do at most in WebAssembly, measured with loops that do nothing else: multiply and add in registers, and
 * reading of buffers that fit into ever farther memories. No kernel is faster; the share of it that one reaches is told by
 * `apical bench`.
 */
import type { DType } from '@apical/core';
import {
  add,
  get,
  i32,
  less,
  loopWhile,
  set,
  v128Constant,
  v128Load,
  v128Ops,
  v128Store,
  vectors,
  type Code,
} from './assembler.js';
import type { Size } from './kernel-code.js';
import { assemble, type WasmFunction } from './module-format.js';

export interface Peaks {
  /** GFLOP/s of 128-bit multiply and add: the limit of plain SIMD. */
  readonly plain: Readonly<Record<DType, number>>;
  /** With both in one instruction (relaxed SIMD); undefined: the engine has it not. */
  readonly fused?: Readonly<Record<DType, number>>;
  /** GB/s of 128-bit loads from a buffer of so many bytes, the smallest buffer first. */
  readonly read: readonly { readonly bytes: number; readonly gigabytes: number }[];
}
/** Within the first, second and third cache of a usual processor, in a large third one, and beyond all of them. */
const buffers = [16 << 10, 256 << 10, 4 << 20, 16 << 20, 128 << 20];
/** Independent sums, so that none waits for the one before; with two constants they fill the registers of x86. */
const chains = 12;
const unrolled = 4;

/** `count` times `unrolled · chains` vectors of a multiply and an add. */
function arithmetic(size: Size, fused: boolean): WasmFunction {
  const v = vectors[size];
  const [i, factor, offset] = [1, 2, 3];
  const sums = Array.from({ length: chains }, (_, k) => 4 + k);
  const next = (sum: number): Code =>
    fused
      ? v.fused(get(sum), get(factor), get(offset))
      : v.add(v.multiply(get(sum), get(factor)), get(offset));
  const round = sums.flatMap(sum => set(sum, next(sum)));
  return {
    name: fused ? 'fused' : 'plain',
    params: ['i32'],
    locals: ['i32', 'v128', 'v128', ...sums.map(() => 'v128' as const)],
    body: [
      ...set(factor, v128Constant(size, 0.5)),
      ...set(offset, v128Constant(size, 0.75)),
      ...sums.flatMap(sum => set(sum, v128Constant(size, sum))),
      ...loopWhile(less(get(i), get(0)), [
        ...Array.from({ length: unrolled }, () => round).flat(),
        ...set(i, add(get(i), i32(1))),
      ]),
      ...v128Store(
        i32(0),
        sums.map(get).reduce((a, b) => v.add(a, b)),
      ),
    ],
  };
}
/** Reads so many bytes, a multiple of 128. */
function reading(): WasmFunction {
  const at = 1;
  const kept = Array.from({ length: 4 }, (_, k) => 2 + k);
  return {
    name: 'read',
    params: ['i32'],
    locals: ['i32', ...kept.map(() => 'v128' as const)],
    body: [
      ...loopWhile(less(get(at), get(0)), [
        ...Array.from({ length: 8 }, (_, k) => {
          const local = kept[k % kept.length]!;
          return set(local, v128Ops.and(get(local), v128Load(get(at), 16 * k)));
        }).flat(),
        ...set(at, add(get(at), i32(128))),
      ]),
      ...v128Store(
        i32(0),
        kept.map(get).reduce((a, b) => v128Ops.and(a, b)),
      ),
    ],
  };
}
export interface PeakOptions {
  /** Monotonic, in seconds. */
  readonly clock: () => number;
  /** For each of the figures. Default: 0.1 s. */
  readonly seconds?: number;
}
/** The best of several short rounds each: a peak is what is possible, not what is usual. */
export function measurePeaks({ clock, seconds = 0.1 }: PeakOptions): Peaks {
  const largest = buffers.at(-1)!;
  const pages = largest / 65536;
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
  new Uint8Array(memory.buffer).fill(1); // memory that was never written is one page of zeros, read from the first cache
  const load = (f: WasmFunction): ((n: number) => unknown) | undefined => {
    const bytes = assemble([f]);
    if (!WebAssembly.validate(bytes)) return undefined;
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { m: { memory } });
    return exports[f.name];
  };
  /** Most calls a second. */
  const rate = (call: () => void): number => {
    const once = (calls: number): number => {
      const start = clock();
      for (let k = 0; k < calls; k++) call();
      return (clock() - start) / calls;
    };
    let calls = 1;
    while (once(calls) * calls < seconds / 20) calls *= 2;
    let best = Infinity;
    for (const end = clock() + seconds; clock() < end;) best = Math.min(best, once(calls));
    return 1 / best;
  };
  const count = 2000;
  const compute = (fused: boolean): Record<DType, number> | undefined => {
    const gigaflops = (size: Size): number => {
      const run = load(arithmetic(size, fused));
      if (!run) return NaN;
      return (rate(() => run(count)) * count * unrolled * chains * 2 * (16 / size)) / 1e9;
    };
    const found = { float32: gigaflops(4), float64: gigaflops(8) };
    return Number.isNaN(found.float32) ? undefined : found;
  };
  const read = load(reading())!;
  const fused = compute(true);
  return {
    plain: compute(false)!,
    ...(fused ? { fused } : {}),
    read: buffers.map(bytes => ({ bytes, gigabytes: (rate(() => read(bytes)) * bytes) / 1e9 })),
  };
}
