/**
 * Just enough of WebAssembly's binary format to write kernels: a module with one imported shared memory and exported
 * functions. Code is a list of bytes; the helpers below are named after the instructions of the specification.
 */
export type Code = readonly number[];
export const types = { i32: 0x7f, f32: 0x7d, f64: 0x7c, v128: 0x7b } as const;
export type ValueType = keyof typeof types;

/** Unsigned and signed LEB128. */
export function uleb(value: number): number[] {
  const out: number[] = [];
  do {
    const low = value & 0x7f;
    value >>>= 7;
    out.push(value === 0 ? low : low | 0x80);
  } while (value !== 0);
  return out;
}
export function sleb(value: number): number[] {
  const out: number[] = [];
  for (;;) {
    const low = value & 0x7f;
    value >>= 7;
    const done = (value === 0 && !(low & 0x40)) || (value === -1 && (low & 0x40) !== 0);
    out.push(done ? low : low | 0x80);
    if (done) return out;
  }
}
const f64Bytes = (value: number): number[] => [...new Uint8Array(Float64Array.of(value).buffer)];

export const get = (local: number): Code => [0x20, ...uleb(local)];
export const set = (local: number, value: Code): Code => [...value, 0x21, ...uleb(local)];
export const i32 = (value: number): Code => [0x41, ...sleb(value)];
export const f64 = (value: number): Code => [0x44, ...f64Bytes(value)];
const plain =
  (...opcode: number[]) =>
  (...args: Code[]): Code => [...args.flat(), ...opcode];
export const add = plain(0x6a);
export const sub = plain(0x6b);
export const mul = plain(0x6c);
export const and = plain(0x71);
export const less = plain(0x49);
export const demote = plain(0xb6);
export const f64Ops = {
  add: plain(0xa0),
  subtract: plain(0xa1),
  multiply: plain(0xa2),
  divide: plain(0xa3),
  negate: plain(0x9a),
  abs: plain(0x99),
  sqrt: plain(0x9f),
  min: plain(0xa4),
  max: plain(0xa5),
} as const;
export const f32Ops = { add: plain(0x92), multiply: plain(0x94) } as const;
const simd = (opcode: number) => plain(0xfd, ...uleb(opcode));
/** Memory operands: no alignment is promised. */
const memory = (opcode: Code, offset: number): number[] => [...opcode, 0, ...uleb(offset)];
export const v128Load = (address: Code, offset = 0): Code => [...address, 0xfd, ...memory([0x00], offset)];
export const v128Store = (address: Code, value: Code, offset = 0): Code => [
  ...address,
  ...value,
  0xfd,
  ...memory([0x0b], offset),
];
export const floatLoad = (size: 4 | 8, address: Code, offset = 0): Code => [
  ...address,
  ...memory([size === 4 ? 0x2a : 0x2b], offset),
];
export const floatStore = (size: 4 | 8, address: Code, value: Code, offset = 0): Code => [
  ...address,
  ...value,
  ...memory([size === 4 ? 0x38 : 0x39], offset),
];
export const loadSplat = (size: 4 | 8, address: Code, offset = 0): Code => [
  ...address,
  0xfd,
  ...memory([size === 4 ? 0x09 : 0x0a], offset),
];
export const storeLane = (size: 4 | 8, address: Code, value: Code, lane: number, offset = 0): Code => [
  ...address,
  ...value,
  0xfd,
  ...memory([size === 4 ? 0x5a : 0x5b], offset),
  lane,
];
export const v128Ops = {
  and: simd(78),
  bitselect: simd(82),
  zero: (): Code => [0xfd, 0x0c, ...new Array<number>(16).fill(0)],
} as const;
/** Vector instructions of four float32 or two float64. */
export const vectors = {
  4: {
    splat: simd(19),
    lane: (k: number, v: Code): Code => [...v, 0xfd, 31, k],
    equal: simd(65),
    notEqual: simd(66),
    less: simd(67),
    greater: simd(68),
    lessEqual: simd(69),
    greaterEqual: simd(70),
    abs: simd(224),
    negate: simd(225),
    sqrt: simd(227),
    add: simd(228),
    subtract: simd(229),
    multiply: simd(230),
    divide: simd(231),
    min: simd(232),
    max: simd(233),
  },
  8: {
    splat: simd(20),
    lane: (k: number, v: Code): Code => [...v, 0xfd, 33, k],
    equal: simd(71),
    notEqual: simd(72),
    less: simd(73),
    greater: simd(74),
    lessEqual: simd(75),
    greaterEqual: simd(76),
    abs: simd(236),
    negate: simd(237),
    sqrt: simd(239),
    add: simd(240),
    subtract: simd(241),
    multiply: simd(242),
    divide: simd(243),
    min: simd(244),
    max: simd(245),
  },
} as const;
/** Runs `body` while `condition`; both may be any code. */
export const loopWhile = (condition: Code, body: Code): Code => [
  0x02,
  0x40,
  0x03,
  0x40,
  ...condition,
  0x45,
  0x0d,
  1,
  ...body,
  0x0c,
  0,
  0x0b,
  0x0b,
];
export const ifThen = (condition: Code, then: Code, otherwise: Code = []): Code => [
  ...condition,
  0x04,
  0x40,
  ...then,
  ...(otherwise.length ? [0x05, ...otherwise] : []),
  0x0b,
];

export interface WasmFunction {
  readonly name: string;
  readonly params: readonly ValueType[];
  /** Beyond the parameters; numbered after them. */
  readonly locals: readonly ValueType[];
  readonly body: Code;
}
const section = (id: number, content: Code): number[] => [id, ...uleb(content.length), ...content];
const list = (items: readonly Code[]): number[] => [...uleb(items.length), ...items.flat()];
const text = (s: string): number[] => {
  const bytes = [...new TextEncoder().encode(s)];
  return [...uleb(bytes.length), ...bytes];
};
/** Largest shared memory: 4 GiB, reserved, not committed. */
export const maximumPages = 65536;

/** A module that imports `m.memory` (shared) and exports the functions. */
export function assemble(functions: readonly WasmFunction[]): Uint8Array<ArrayBuffer> {
  const signature = (f: WasmFunction): Code => [0x60, ...list(f.params.map(p => [types[p]])), 0];
  const body = (f: WasmFunction): Code => {
    const code = [...list(f.locals.map(l => [1, types[l]])), ...f.body, 0x0b];
    return [...uleb(code.length), ...code];
  };
  return Uint8Array.from([
    0x00,
    0x61,
    0x73,
    0x6d,
    1,
    0,
    0,
    0,
    ...section(1, list(functions.map(signature))),
    ...section(2, list([[...text('m'), ...text('memory'), 0x02, 0x03, ...uleb(1), ...uleb(maximumPages)]])),
    ...section(3, list(functions.map((_, k) => uleb(k)))),
    ...section(7, list(functions.map((f, k) => [...text(f.name), 0x00, ...uleb(k)]))),
    ...section(10, list(functions.map(body))),
  ]);
}
