/**
 * Functions of the wasm backend against `Math`: speed, and with `--exhaustive` the error at every float32 number
 * (about two minutes a function).
 *   node --conditions=@apical/source --import tsx benches/functions.ts [--exhaustive] [exp log …]
 */
import type { DType, FloatArray, FunctionName, Tree } from '@apical/core';
import { reference, wasm } from '@apical/kernels';
import { ulps } from '../packages/kernels/test/ulps.js';

const exact: Readonly<Partial<Record<FunctionName, (x: number) => number>>> = {
  exp: Math.exp,
  log: Math.log,
  tanh: Math.tanh,
  sigmoid: x => (x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x))),
  softplus: x => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
  sign: Math.sign,
};
const given = process.argv.slice(2);
const names = (Object.keys(exact) as FunctionName[]).filter(
  n => given.every(g => g.startsWith('--')) || given.includes(n),
);
interface Bench {
  readonly x: FloatArray;
  readonly y: FloatArray;
  readonly run: () => void;
}
function prepared(backend: typeof wasm, name: FunctionName, dtype: DType, length: number): Bench {
  const memory = backend.open({ dtype });
  const [x, y] = [memory.allocate(length), memory.allocate(length)];
  const operand = (data: FloatArray) => ({ name: 'x', extent: 'neuron', data, units: length }) as const;
  const value: Tree = { kind: 'call', name, args: [{ kind: 'operand', index: 0 }] };
  const body = [{ to: { operand: 1 }, value }];
  const passes = [{ kind: 'loop', over: 'neuron', units: length, body }] as const;
  const operands = [operand(x), operand(y)];
  return {
    x,
    y,
    run: memory.prepare([{ op: 'elementwise', where: name, batch: 1, operands, passes }], name),
  };
}
const median = (v: readonly number[]): number => [...v].sort((a, b) => a - b)[Math.floor(v.length / 2)]!;
function speeds(name: FunctionName, dtype: DType): void {
  const length = 10_000;
  const benches = [reference, wasm].map(b => prepared(b, name, dtype, length));
  for (const { x } of benches) x.forEach((_, i) => (x[i] = (8 * i) / length - (name === 'log' ? 0 : 4)));
  const times = benches.map((): number[] => []);
  for (let round = 0; round < 60; round++)
    benches.forEach(({ run }, k) => {
      const start = performance.now();
      for (let n = 0; n < 20; n++) run();
      times[k]!.push((performance.now() - start) / 20);
    });
  const [plain, own] = times.map(v => length / median(v) / 1e3) as [number, number];
  console.log(
    `${dtype} ${name.padEnd(9)} reference ${plain.toFixed(0).padStart(5)}   wasm ${own.toFixed(0).padStart(5)} M/s   ${(own / plain).toFixed(1)} ×`,
  );
}
function everyNumber(name: FunctionName): void {
  const length = 1 << 16;
  const { x, y, run } = prepared(wasm, name, 'float32', length);
  const bits = new Uint32Array(x.buffer, x.byteOffset, length);
  const f = exact[name]!;
  let worst = 0;
  let at = NaN;
  for (let high = 0; high < 1 << 16; high++) {
    for (let low = 0; low < length; low++) bits[low] = high * length + low;
    run();
    for (let i = 0; i < length; i++) {
      const wanted = Math.fround(f(x[i]!));
      if (Object.is(wanted, y[i])) continue;
      const off = ulps('float32', y[i]!, wanted);
      if (off > worst) [worst, at] = [off, x[i]!];
    }
  }
  console.log(`float32 ${name.padEnd(9)} every number: at most ${worst} ulp (at ${at})`);
}
for (const name of names) for (const dtype of ['float32', 'float64'] as const) speeds(name, dtype);
if (given.includes('--exhaustive')) for (const name of names) everyNumber(name);
