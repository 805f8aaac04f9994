import t from 'tap';
import type { DType, Memory, Operation } from '@apical/core';
import { macs, reference, wasm, type Peaks } from '@apical/kernels';
import { libraryOf } from '@apical/testing';
import standard, { sgd } from '@apical/plugin-standard';
import { bp } from '@apical/plugin-bp';
import {
  backpropWorkloads,
  bench,
  fillMixed,
  interleaved,
  kernelWorkloads,
  median,
  mixed,
  onlineWorkloads,
  open,
  roofline,
  type Workload,
} from '../src/index.js';

const library = libraryOf(standard);
const parts = { scheme: bp, optimiser: sgd, library, initialisers: library.initialisers };
const workloads = [...kernelWorkloads, ...backpropWorkloads(parts), ...onlineWorkloads];
t.test('values are a hash of place and seed, as numpy computes it', async t => {
  t.strictSame(
    Array.from({ length: 4 }, (_, k) => mixed(k, 0)),
    [-1, -0.3648022753186524, -0.6175304623320699, 0.046408194582909346],
  );
  t.strictSame([...fillMixed(new Float64Array(2), 7, 2)], [2 * 0.13550988398492336, 2 * 0.08772827638313174]);
});

t.test('a workload computes the same on the reference and on wasm', async t => {
  // float32 rounds sums of up to 1000 terms
  for (const [dtype, tolerance, flops] of [
    ['float64', 1e-12, 1e8],
    ['float32', 1e-4, 1e6],
  ] as const)
    for (const workload of workloads.filter(w => w.flops < flops)) {
      const [a, b] = [reference, wasm].map(backend => open(backend, dtype, workload)) as [
        ReturnType<typeof open>,
        ReturnType<typeof open>,
      ];
      for (const { step } of [a, b]) for (let k = 0; k < 2; k++) step();
      const off = Math.max(...Array.from(a.output, (v, k) => Math.abs(v - b.output[k]!)));
      t.ok(off <= tolerance, `${workload.name} ${dtype}: ${off}`);
      t.ok(
        a.output.some(v => v !== 0),
        `${workload.name} computes something`,
      );
    }
});
/** The operations that a workload prepares. */
function operationsOf(workload: Workload, dtype: DType): readonly Operation[] {
  const memory = wasm.open({ dtype });
  let found: readonly Operation[] = [];
  const watched: Memory = {
    backend: memory.backend,
    dtype,
    allocate: n => memory.allocate(n),
    allocateCell: v => memory.allocateCell(v),
    allocateIndices: n => memory.allocateIndices(n),
    prepare: operations => {
      found = operations;
      return () => undefined;
    },
  };
  workload.build(watched);
  return found;
}
t.test('counted operations are those of the products', async t => {
  for (const workload of workloads) {
    const operations = operationsOf(workload, 'float32');
    t.equal(2 * macs(operations), workload.flops, workload.name);
  }
});

t.test('steps take turns, medians are of rounds, and a slow step runs three times', async t => {
  let now = 0;
  const order: string[] = [];
  const step = (name: string, seconds: number) => () => {
    now += seconds;
    order.push(name);
  };
  const [fast, slow] = interleaved([step('fast', 0.01), step('slow', 2)], {
    clock: () => now,
    seconds: 1,
    rounds: 9,
  });
  t.ok(Math.abs(fast!.median - 0.01) < 1e-9);
  t.match([fast!.rounds, slow!.rounds], [9, 3]);
  t.ok(Math.abs(slow!.median - 2) < 1e-9);
  const after = order.lastIndexOf('slow');
  t.equal(order.slice(after).filter(name => name === 'fast').length % 6, 0, 'the fast one goes on alone');
  t.strictSame([median([3, 1, 2]), median([4, 1, 2, 3])], [2, 2.5]);
});

const peaks: Peaks = {
  plain: { float32: 20, float64: 10 },
  read: [
    { bytes: 1000, gigabytes: 40 },
    { bytes: 1_000_000, gigabytes: 10 },
  ],
};
t.test('the limit is what takes longest at the peak', async t => {
  const compute = roofline({ flops: 2e9, traffic: 100, resident: 100 }, 'float32', 0.2, peaks)!;
  t.strictSame(compute, { bound: 'compute', reached: 10, peak: 20, share: 0.5 });
  // 800 kB from the second memory at 10 GB/s: 80 µs
  const memory = roofline({ flops: 1000, traffic: 1e5, resident: 1e5 }, 'float64', 160e-6, peaks)!;
  t.match(memory, { bound: 'memory', peak: 10 });
  t.ok(Math.abs(memory.share - 0.5) < 1e-9 && Math.abs(memory.reached - 5) < 1e-9);
  const small = roofline({ flops: 1, traffic: 125, resident: 125 }, 'float64', 1, peaks)!;
  t.equal(small.peak, 40, 'what fits into the first memory is held against that');
  t.equal(roofline({ flops: 1, traffic: 1e7, resident: 1e7 }, 'float64', 1, peaks)!.peak, 10);
  t.equal(roofline({ flops: 0, traffic: 0, resident: 0 }, 'float32', 1, peaks), undefined);
});

t.test('a bench lists what cannot be used, and measures the others', async t => {
  let asked = 0;
  const told: string[] = [];
  const absent = { ...reference, name: 'absent', unavailable: () => 'it is not installed' };
  const result = await bench({
    backends: [absent, wasm],
    workloads: kernelWorkloads.filter(w => /^gemv-20|^normals/.test(w.name)),
    dtypes: ['float32'],
    seconds: 0.01,
    clock: () => performance.now() / 1000,
    clockIs: 'wall',
    machine: () => ({ cpu: 'a', cores: 2, node: 'v', platform: 'p', load: ++asked }),
    tell: ({ done, total, what }) => told.push(`${done}/${total} ${what}`),
  });
  t.strictSame(told, ['0/3 peaks of this machine', '1/3 gemv-20x20 float32', '2/3 normals-10000 float32']);
  t.match(result.backends, [{ name: 'absent', unavailable: 'it is not installed' }, { name: 'wasm' }]);
  t.strictSame(result.machine.load, [1, 2]);
  t.strictSame(
    result.results.map(r => [r.workload, r.backend, r.rate.unit, r.roofline !== undefined]),
    [
      ['gemv-20x20', 'wasm', 'GFLOP/s', true],
      ['normals-10000', 'wasm', 'M elements/s', false],
    ],
  );
  for (const { rate, seconds } of result.results) t.ok(rate.value > 0 && seconds.least <= seconds.median);
});
