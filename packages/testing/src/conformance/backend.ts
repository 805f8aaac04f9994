/** What every backend must do: each operation on odd sizes, against loops written here. */
import type { Backend, DType, FloatArray, Operation } from '@apical/core';
import { fillNormals } from '@apical/numerics';
import { Bench } from './bench.js';
import { close, ensure, type Check } from './check.js';
import { passChecks } from './passes.js';
import { productChecks } from './products.js';
import { untilCheck } from './until.js';

function verbs(bench: Bench): void {
  const n = 12;
  const [into, from, a, b] = [bench.array(n), bench.array(n), bench.array(n), bench.array(n)];
  const gain = bench.cell(-1.5);
  const expect = (operation: Operation, array: FloatArray, f: (i: number, old: number) => number): void => {
    const want = Array.from(array, (old, i) => f(i, old));
    bench.run(operation);
    close(operation.op, array, want, bench.tolerance);
  };
  expect({ op: 'add', into, from, gain }, into, (i, old) => old - 1.5 * from[i]!);
  expect({ op: 'add-product', into, a, b, gain }, into, (i, old) => old - 1.5 * a[i]! * b[i]!);
  const bias = bench.array(3);
  expect(
    { op: 'add-bias', into, bias, area: 2, gain },
    into,
    (i, old) => old - 1.5 * bias[Math.floor((i % 6) / 2)]!,
  );
  const by = bench.array(3);
  const sums = [0, 0, 0];
  from.forEach((v, i) => (sums[Math.floor((i % 6) / 2)]! += v));
  for (const factor of [undefined, by])
    expect(
      {
        op: 'correlate-bias',
        into: bias,
        post: from,
        area: 2,
        scale: 0.25,
        gain,
        ...(factor ? { by: factor } : {}),
      },
      bias,
      (i, old) => old - 1.5 * 0.25 * sums[i]! * (factor ? factor[i]! : 1),
    );
  expect(
    { op: 'transpose', into, source: from, rows: 3, cols: 4, gain },
    into,
    i => -1.5 * from[(i % 3) * 4 + Math.floor(i / 3)]!,
  );
  const mean =
    (Array.from(a).reduce((s, v) => s + v, 0) + Array.from(bias).reduce((s, v) => s + v, 0)) / (n + 3);
  bench.run({ op: 'mean-over', arrays: [a, bias] });
  close(
    'mean-over',
    [...a, ...bias],
    Array.from({ length: n + 3 }, () => mean),
    bench.tolerance,
  );
  expect({ op: 'fill', into, value: 0.25 }, into, () => 0.25);
}
function control(bench: Bench): void {
  const counter = bench.cell(0);
  const [on, off, times, limit] = [bench.cell(1), bench.cell(0), bench.cell(3.9999999), bench.cell(100)];
  const count: Operation = { op: 'increment', cell: counter };
  const after = (what: string, want: number, ...operations: readonly Operation[]): void => {
    counter[0] = 0;
    bench.run(...operations);
    ensure(counter[0] === want, () => `${what}: counted ${counter[0]!}, expected ${want}`);
  };
  after('when', 1, { op: 'when', cell: on, body: [count] }, { op: 'when', cell: off, body: [count] });
  after('repeat', 4, { op: 'repeat', times, body: [count] });
  const every = bench.cell(0);
  const step = bench.memory.prepare(
    [{ op: 'every', times: bench.cell(2.7), counter: every, body: [count] }],
    'every',
  );
  counter[0] = 0;
  for (let k = 0; k < 7; k++) step();
  ensure(counter[0] === 3, () => `every third of seven: ${counter[0]!}`);
  const cell = bench.cell(2);
  after('set to the value it has', 0, { op: 'set', cell, value: 2, refresh: [count] });
  after('set to another', 1, { op: 'set', cell, value: 3, refresh: [count] });
  ensure(cell[0] === 3, () => `set: ${cell[0]!}`);
  const x = bench.memory.allocate(3);
  const before = bench.memory.allocate(3);
  const one = bench.memory.allocate(3).fill(1);
  // x ← x + (1 − x) / 2: moves by 1/2, 1/4, … and is settled when a step is at most 1/16
  const halve: readonly Operation[] = [
    { op: 'add', into: x, from: x, gain: bench.cell(-0.5) },
    { op: 'add', into: x, from: one, gain: bench.cell(0.5) },
    count,
  ];
  after('repeat until settled', 4, {
    op: 'repeat',
    times: limit,
    body: halve,
    until: bench.until([x], [before], 1 / 16),
  });
  const inner = bench.cell(0);
  after('every second of four repeats, while set', 2, {
    op: 'repeat',
    times,
    body: [
      { op: 'set', cell: off, value: 1, refresh: [] },
      {
        op: 'when',
        cell: off,
        body: [{ op: 'every', times: bench.cell(2.2), counter: inner, body: [count] }],
      },
      { op: 'set', cell: off, value: 0, refresh: [] },
    ],
  });
  after('repeat of 4.4 times, rounded', 4, { op: 'repeat', times: bench.cell(4.4), body: [count] });
  after('repeat of zero times', 0, { op: 'repeat', times: bench.cell(0), body: [count] });
  after('nothing at all', 0);
  let called = 0;
  bench.run({ op: 'call', where: 'conformance', run: () => called++ });
  ensure(called === 1, () => `call: ${called}`);
}
function normals(bench: Bench): void {
  const into = bench.memory.allocate(7);
  const counter = bench.cell(3);
  const want = bench.memory.dtype === 'float64' ? new Float64Array(7) : new Float32Array(7);
  bench.run({ op: 'normal', key: [5, 9], counter, into });
  fillNormals([5, 9], 3, want);
  close('normal', into, want, 0);
  ensure(counter[0] === 4, () => `normal leaves its counter at ${counter[0]!}, expected 4`);
}
/** All checks of one backend in one dtype. */
export function backendConformance(backend: Backend, dtype: DType): Check[] {
  const bench = new Bench(backend, dtype);
  return [
    ...productChecks(bench),
    untilCheck(bench),
    { name: 'small verbs', run: () => verbs(bench) },
    { name: 'control flow', run: () => control(bench) },
    { name: 'normals are those of the stream', run: () => normals(bench) },
    ...passChecks(bench),
    {
      name: 'arrays are zero, of the dtype, and apart',
      run() {
        const [a, b] = [bench.memory.allocate(5), bench.memory.allocate(5)];
        ensure(
          a.every(v => v === 0) && a.BYTES_PER_ELEMENT === (dtype === 'float64' ? 8 : 4),
          () => 'allocate',
        );
        a.fill(1);
        ensure(
          b.every(v => v === 0),
          () => 'two arrays share memory',
        );
      },
    },
  ];
}
