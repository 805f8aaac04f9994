/** A program as one function gives the bits that its operations give one by one, written out or by kernels. */
import t from 'tap';
import type { DType, FloatArray, Memory, Operation, Tree } from '@apical/core';
import { wasm } from '@apical/kernels';
import { createRandomSource } from '@apical/numerics';

const stream = createRandomSource(3).stream('programs');
const operand = (index: number): Tree => ({ kind: 'operand', index });
const call = (name: Extract<Tree, { kind: 'call' }>['name'], ...args: Tree[]): Tree => ({
  kind: 'call',
  name,
  args,
});
function filled(memory: Memory, length: number): FloatArray {
  const out = memory.allocate(length);
  for (let i = 0; i < length; i++) out[i] = stream.normal() / 4;
  return out;
}
/** A recurrent network that learns: every kind of product, states, reductions and control flow. */
function network(
  memory: Memory,
  sizes: readonly number[],
  batch: number,
): { operations: readonly Operation[]; arrays: readonly FloatArray[] } {
  const one = memory.allocateCell(1);
  const eta = memory.allocateCell(1e-2);
  const times = memory.allocateCell(2);
  const counter = memory.allocateCell(0);
  const draws = memory.allocateCell(0);
  const operations: Operation[] = [];
  const arrays: FloatArray[] = [];
  const array = (n: number): FloatArray => {
    const a = filled(memory, n);
    arrays.push(a);
    return a;
  };
  const r = sizes.map(n => array(n * batch));
  for (let l = 1; l < sizes.length; l++) {
    const [nPre, nPost] = [sizes[l - 1]!, sizes[l]!];
    const [W, drive, error, noise] = [
      array(nPre * nPost),
      array(nPost * batch),
      array(nPost * batch),
      array(nPost * batch),
    ];
    const sum = array(batch);
    const shape = { weights: W, batch, nPre, nPost };
    const neuron = (data: FloatArray) => ({ name: 'x', extent: 'neuron', data, units: nPost }) as const;
    operations.push(
      { op: 'fill', into: drive, value: 0 },
      { op: 'normal', key: [l, 7], counter: draws, into: noise },
      { op: 'multiply', ...shape, pre: r[l - 1]!, post: drive, gain: one },
      {
        op: 'repeat',
        times,
        body: [
          {
            op: 'elementwise',
            where: 'state',
            batch,
            operands: [
              neuron(r[l]!),
              neuron(drive),
              neuron(error),
              neuron(noise),
              { name: 'sum', extent: 'sample', data: sum, units: 1 },
              { name: 'eta', extent: 'scalar', data: eta, units: 1 },
            ],
            passes: [
              {
                kind: 'loop',
                over: 'neuron',
                units: nPost,
                body: [
                  { to: { operand: 2 }, value: call('subtract', call('tanh', operand(1)), operand(0)) },
                  {
                    to: { operand: 0 },
                    value: call(
                      'add',
                      operand(0),
                      call('multiply', operand(5), call('add', operand(2), operand(3))),
                    ),
                  },
                ],
              },
              { kind: 'reduce', by: 'sum', units: nPost, body: [], value: call('exp', operand(2)), into: 4 },
              {
                kind: 'loop',
                over: 'neuron',
                units: nPost,
                body: [{ to: { operand: 2 }, value: call('divide', operand(2), operand(4)) }],
              },
            ],
          },
        ],
      },
      {
        op: 'every',
        times,
        counter,
        body: [{ op: 'outer', ...shape, pre: r[l - 1]!, post: error, gain: eta }],
      },
      { op: 'multiply-transposed', ...shape, pre: r[l - 1]!, post: error, gain: eta },
    );
  }
  return { operations, arrays };
}
const bytes = (arrays: readonly FloatArray[]): Buffer =>
  Buffer.concat(arrays.map(a => Buffer.from(a.buffer, a.byteOffset, a.byteLength)));

for (const dtype of ['float64', 'float32'] as const)
  for (const [sizes, batch] of [
    [[5, 20, 10, 20, 5], 1],
    [[4, 30, 3], 3],
    [[7, 90, 70], 1],
    [[33, 21, 9], 6],
  ] as const)
    t.test(`${sizes.join('-')}, batch ${batch}, ${dtype}: as one function and call by call`, async t => {
      const [whole, single] = [wasm.open({ dtype }), wasm.open({ dtype })].map(memory => {
        const { operations, arrays } = network(memory, sizes, batch);
        return { memory, operations, arrays };
      }) as [Net, Net];
      single.arrays.forEach((a, k) => a.set(whole.arrays[k]!));
      const step = whole.memory.prepare(whole.operations, 'whole');
      const steps = single.operations.map(o => single.memory.prepare([o], 'single'));
      t.match(whole.memory.notes?.get('whole'), /^one WebAssembly function of \d+ operations/);
      for (let k = 0; k < 50; k++) {
        step();
        for (const s of steps) s();
      }
      t.ok(whole.arrays.every(a => a.every(Number.isFinite)));
      t.ok(bytes(whole.arrays).equals(bytes(single.arrays)));
    });
interface Net {
  readonly memory: Memory;
  readonly operations: readonly Operation[];
  readonly arrays: readonly FloatArray[];
}
t.test('sums have one order, written out and in the kernels', async t => {
  for (const dtype of ['float64', 'float32'] as const satisfies readonly DType[])
    for (const nPre of [1, 2, 3, 5, 20, 23]) {
      const memory = wasm.open({ dtype });
      const rows = 700;
      const [W, x] = [filled(memory, rows * nPre), filled(memory, nPre)];
      const gain = memory.allocateCell(0.3);
      const all = memory.allocate(rows);
      const product = (
        weights: FloatArray,
        post: FloatArray,
        op: 'multiply' | 'outer',
        pre: FloatArray,
      ): void =>
        memory.prepare([{ op, weights, pre, post, batch: 1, nPre, nPost: post.length, gain }], 'product')();
      product(W, all, 'multiply', x);
      t.match(memory.notes?.get('product'), nPre === 1 ? /./ : /by kernels/);
      const some = memory.allocate(7);
      product(W.subarray(0, 7 * nPre), some, 'multiply', x);
      t.match(memory.notes?.get('product'), /written out/);
      t.strictSame(some, all.slice(0, 7), `W x, ${nPre} columns, ${dtype}`);

      const [changed, few] = [filled(memory, rows * nPre), memory.allocate(7 * nPre)];
      few.set(changed.subarray(0, 7 * nPre));
      product(changed, all, 'outer', x);
      product(few, all.subarray(0, 7), 'outer', x);
      t.strictSame(few, changed.slice(0, 7 * nPre), `y ⊗ x, ${nPre} columns, ${dtype}`);
    }
});
t.test('what decays ends at zero, not in denormals, and NaN stays', async t => {
  for (const [dtype, tiny] of [
    ['float64', 1e-300],
    ['float32', 1e-30],
  ] as const) {
    const memory = wasm.open({ dtype });
    const u = memory.allocate(6).fill(1);
    u[5] = NaN;
    const body = [
      { to: { operand: 0 }, value: call('multiply', operand(0), { kind: 'number', value: 0.5 } as const) },
    ];
    const step = memory.prepare(
      [
        {
          op: 'elementwise',
          where: 'decay',
          batch: 1,
          operands: [{ name: 'u', extent: 'neuron', data: u, units: 6 }],
          passes: [{ kind: 'loop', over: 'neuron', units: 6, body }],
        },
      ],
      'decay',
    );
    let least = 1;
    for (let k = 0; k < 1200; k++) {
      step();
      if (u[0] !== 0) least = u[0]!;
    }
    t.strictSame([...u.subarray(0, 5)], [0, 0, 0, 0, 0]);
    t.ok(least >= tiny && least < 4 * tiny, `the last number was ${least}`);
    t.ok(Number.isNaN(u[5]));
  }
});
t.test('numbers that JSON cannot tell apart stay apart in one pass', async t => {
  const memory = wasm.open({ dtype: 'float64' });
  const arrays = [0, 1, 2, 3, 4].map(() => memory.allocate(3).fill(1));
  const number = (value: number): Tree => ({ kind: 'number', value });
  const body = [Infinity, -Infinity, NaN, 0, -0].map((value, k) => ({
    to: { operand: k },
    value: number(value),
  }));
  const operands = arrays.map(data => ({ name: 'x', extent: 'neuron', data, units: 3 }) as const);
  const passes = [{ kind: 'loop', over: 'neuron', units: 3, body }] as const;
  memory.prepare([{ op: 'elementwise', where: 'numbers', batch: 1, operands, passes }], 'numbers')();
  t.ok(Object.is(arrays[4]![2], -0) && Object.is(arrays[3]![2], 0));
  t.strictSame(
    arrays.slice(0, 3).map(a => a[0]),
    [Infinity, -Infinity, NaN],
  );
});
