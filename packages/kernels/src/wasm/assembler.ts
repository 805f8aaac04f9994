/** Instructions of WebAssembly as bytes; the helpers are named after those of the specification. */
/** Bytes; lists of them lie in one another as the code does, and are laid out once, at the end. */
export type Code = readonly (number | Code)[];
export function bytesOf(code: Code, into: number[] = []): number[] {
  for (const part of code) {
    if (typeof part === 'number') into.push(part);
    else bytesOf(part, into);
  }
  return into;
}
export const types = { i32: 0x7f, i64: 0x7e, f32: 0x7d, f64: 0x7c, v128: 0x7b } as const;
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
export const set = (local: number, value: Code): Code => [value, 0x21, ...uleb(local)];
export const i32 = (value: number): Code => [0x41, ...sleb(value)];
export const f64 = (value: number): Code => [0x44, ...f64Bytes(value)];
const plain =
  (...opcode: number[]) =>
  (...args: Code[]): Code => [...args, ...opcode];
export const add = plain(0x6a);
export const sub = plain(0x6b);
export const mul = plain(0x6c);
export const and = plain(0x71);
export const or = plain(0x72);
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
/** Comparisons and conversions of float64 scalars; conditions are i32. */
export const f64Tests = {
  equal: plain(0x61),
  notEqual: plain(0x62),
  less: plain(0x63),
  greater: plain(0x64),
  lessEqual: plain(0x65),
  greaterEqual: plain(0x66),
} as const;
export const f64FromBool = plain(0xb8);
export const f64FromF32 = plain(0xbb);
export const i64FromF64 = plain(0xfc, 0x06);
export const i32FromF64 = plain(0xfc, 0x03);
export const i64ShiftRight = plain(0x88);
export const i32FromI64 = plain(0xa7);
export const i64Remainder = plain(0x82);
export const i64IsZero = plain(0x50);
export const i64 = (value: number): Code => [0x42, ...sleb(value)];
/** The first where the condition holds, else the second. */
export const select = (yes: Code, no: Code, condition: Code): Code => [yes, no, condition, 0x1b];
export const isZero = plain(0x45);
export const f32Ops = { add: plain(0x92), multiply: plain(0x94) } as const;
const simd = (opcode: number) => plain(0xfd, ...uleb(opcode));
/** Memory operands: no alignment is promised. */
const memory = (opcode: readonly number[], offset: number): number[] => [...opcode, 0, ...uleb(offset)];
export const v128Load = (address: Code, offset = 0): Code => [address, 0xfd, ...memory([0x00], offset)];
/** 8 bytes; the others are 0. */
export const loadPair = (address: Code, offset = 0): Code => [address, 0xfd, ...memory([0x5d], offset)];
export const v128Store = (address: Code, value: Code, offset = 0): Code => [
  address,
  value,
  0xfd,
  ...memory([0x0b], offset),
];
export const floatLoad = (size: 4 | 8, address: Code, offset = 0): Code => [
  address,
  ...memory([size === 4 ? 0x2a : 0x2b], offset),
];
export const floatStore = (size: 4 | 8, address: Code, value: Code, offset = 0): Code => [
  address,
  value,
  ...memory([size === 4 ? 0x38 : 0x39], offset),
];
export const loadSplat = (size: 4 | 8, address: Code, offset = 0): Code => [
  address,
  0xfd,
  ...memory([size === 4 ? 0x09 : 0x0a], offset),
];
export const storeLane = (size: 4 | 8, address: Code, value: Code, lane: number, offset = 0): Code => [
  address,
  value,
  0xfd,
  ...memory([size === 4 ? 0x5a : 0x5b], offset),
  lane,
];
/** Copies bytes of two vectors: 0–15 of the first, 16–31 of the second. */
export const shuffleBytes = (a: Code, b: Code, bytes: readonly number[]): Code => [
  a,
  b,
  0xfd,
  0x0d,
  ...bytes,
];
/** Copies lanes of two vectors: the first has lanes 0 … n − 1, the second n … 2n − 1. */
export const shuffle = (size: 4 | 8, a: Code, b: Code, ...lanes: readonly number[]): Code =>
  shuffleBytes(
    a,
    b,
    lanes.flatMap(lane => Array.from({ length: size }, (_, byte) => lane * size + byte)),
  );
/** A vector of these 16 bytes. */
export const v128Bytes = (bytes: readonly number[]): Code => [0xfd, 0x0c, ...bytes];
/** A vector that holds the number in every lane. */
export const v128Constant = (size: 4 | 8, value: number): Code => {
  const lane = size === 4 ? Float32Array.of(value, value, value, value) : Float64Array.of(value, value);
  return v128Bytes([...new Uint8Array(lane.buffer)]);
};
export const v128Ops = {
  splatI32: simd(17),
  lessI32: simd(57),
  shiftLeftI32: simd(171),
  /** Arithmetic. */
  shiftRightI32: simd(172),
  addI32: simd(174),
  subtractI32: simd(177),
  f32FromI32: simd(250),
  /** Of the low two lanes. */
  f64FromI32: simd(254),
  and: simd(78),
  andNot: simd(79),
  or: simd(80),
  xor: simd(81),
  /** Products of unsigned 32-bit lanes 0 and 1, 2 and 3, in 64 bits. */
  productLow: simd(222),
  productHigh: simd(223),
  shiftRightUnsignedI32: simd(173),
  shiftLeftI64: simd(203),
  equalI64: simd(214),
  /** Unsigned 32-bit lanes 0 and 1. */
  f64FromU32: simd(255),
  i64FromU32: simd(201),
  /** Truncated, into lanes 0 and 1. */
  u32FromF64: simd(253),
  floor: simd(0x75),
  /** Two float64, rounded, into lanes 0 and 1. */
  narrow: simd(94),
  bitselect: simd(82),
  /** Two float32 of the low half, as float64. */
  widen: simd(0x5f),
  zero: (): Code => [0xfd, 0x0c, ...new Array<number>(16).fill(0)],
} as const;
/** Vector instructions of four float32 or two float64. */
export const vectors = {
  4: {
    splat: simd(19),
    /** a · b + c, rounded once where the processor can: relaxed SIMD. */
    fused: simd(0x105),
    lane: (k: number, v: Code): Code => [v, 0xfd, 31, k],
    replace: (k: number, v: Code, lane: Code): Code => [v, lane, 0xfd, 32, k],
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
    /** b < a ? b : a, and a < b ? b : a: NaN of the first is kept. */
    lower: simd(234),
    upper: simd(235),
    shiftLeft: simd(171),
    addInteger: simd(174),
  },
  8: {
    splat: simd(20),
    fused: simd(0x107),
    lane: (k: number, v: Code): Code => [v, 0xfd, 33, k],
    replace: (k: number, v: Code, lane: Code): Code => [v, lane, 0xfd, 34, k],
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
    lower: simd(246),
    upper: simd(247),
    shiftLeft: simd(203),
    addInteger: simd(206),
  },
} as const;
/** Runs `body` while `condition`; both may be any code. */
export const loopWhile = (condition: Code, body: Code): Code => [
  0x02,
  0x40,
  0x03,
  0x40,
  isZero(condition),
  0x0d,
  1,
  body,
  0x0c,
  0,
  0x0b,
  0x0b,
];
export const ifThen = (condition: Code, then: Code, otherwise: Code = []): Code => [
  condition,
  0x04,
  0x40,
  then,
  ...(otherwise.length ? [0x05, otherwise] : []),
  0x0b,
];

/** Leaves the value of one of two pieces of code. */
export const ifElse = (type: ValueType, condition: Code, then: Code, otherwise: Code): Code => [
  condition,
  0x04,
  types[type],
  then,
  0x05,
  otherwise,
  0x0b,
];
/** Runs `body`; `leave` in it ends the block. `depth`: blocks, loops and conditions that lie between. */
export const block = (body: Code): Code => [0x02, 0x40, body, 0x0b];
export const leave = (condition: Code, depth: number): Code => [condition, 0x0d, ...uleb(depth)];
/** Runs `body` for ever, until the block around it is left. */
export const forever = (body: Code): Code => [0x03, 0x40, body, 0x0c, 0, 0x0b];
/** Copies bytes, and fills bytes with 0. */
export const copyBytes = (to: Code, from: Code, length: Code): Code => [to, from, length, 0xfc, 10, 0, 0];
export const clearBytes = (at: Code, length: Code): Code => [at, i32(0), length, 0xfc, 11, 0];
export const call = (index: number, ...args: Code[]): Code => [...args, 0x10, ...uleb(index)];
