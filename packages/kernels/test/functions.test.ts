/** Functions on vectors against `Math`: at most 4 units in the last place, everywhere. */
import t from 'tap';
import type { DType, FloatArray, FunctionName } from '@apical/core';
import { wasm } from '@apical/kernels';
import { createRandomSource } from '@apical/numerics';
import { ulps } from './ulps.js';

const functions = {
  exp: Math.exp,
  log: Math.log,
  tanh: Math.tanh,
  sigmoid: (x: number) => (x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x))),
  softplus: (x: number) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
  sign: Math.sign,
} as const satisfies Partial<Record<FunctionName, (x: number) => number>>;
const memories = { float32: wasm.open({ dtype: 'float32' }), float64: wasm.open({ dtype: 'float64' }) };
const length = 1 << 14;

/** y ← f(x) over whole arrays. */
function compiled(name: FunctionName, dtype: DType): { x: FloatArray; y: FloatArray; run: () => void } {
  const memory = memories[dtype];
  const [x, y] = [memory.allocate(length), memory.allocate(length)];
  const operand = (data: FloatArray) => ({ name: 'x', extent: 'neuron', data, units: length }) as const;
  const run = memory.prepare(
    [
      {
        op: 'elementwise',
        where: name,
        batch: 1,
        operands: [operand(x), operand(y)],
        passes: [
          {
            kind: 'loop',
            over: 'neuron',
            units: length,
            body: [
              { to: { operand: 1 }, value: { kind: 'call', name, args: [{ kind: 'operand', index: 0 }] } },
            ],
          },
        ],
      },
    ],
    name,
  );
  return { x, y, run };
}
const edges = [
  0, 5e-324, 1e-310, 2.3e-308, 1e-45, 1.2e-38, 1e-30, 0.25, 0.414, 0.5, 0.7071, 1, 1.5, 9, 19, 20, 37,
];
const far = [
  87.3,
  88.7,
  88.73,
  103.9,
  104.1,
  708.3,
  709.7,
  709.8,
  744.4,
  745.2,
  1e4,
  3.4e38,
  1.7e308,
  Infinity,
];

for (const [name, f] of Object.entries(functions) as [keyof typeof functions, (x: number) => number][])
  for (const dtype of ['float32', 'float64'] as const)
    t.test(`${name} in ${dtype} is within 4 ulp`, async t => {
      const { x, y, run } = compiled(name, dtype);
      const stream = createRandomSource(5).stream(`functions/${name}`);
      let worst = { ulps: 0, at: NaN };
      const look = (): void => {
        run();
        for (let i = 0; i < length; i++) {
          const off = ulps(dtype, y[i]!, f(x[i]!));
          if (!(off <= worst.ulps)) worst = { ulps: off, at: x[i]! };
        }
      };
      [NaN, ...edges, ...far, ...[...edges, ...far].map(v => -v)].forEach((v, i) => (x[i] = v));
      look();
      // evenly over the exponents of the whole range, then where the functions bend
      const decades = dtype === 'float32' ? 44 : 320;
      for (const scale of [0, 1, 20, 120, 800]) {
        for (let i = 0; i < length; i++) {
          const u = 2 * stream.uniform() - 1;
          x[i] = scale ? u * scale : Math.sign(u) * 10 ** (u * decades);
        }
        look();
      }
      t.ok(worst.ulps <= 4, `${worst.ulps} ulp at ${worst.at}`);
    });
t.test('zeros keep their sign where the function has one', async t => {
  for (const dtype of ['float32', 'float64'] as const)
    for (const name of ['tanh', 'sign'] as const) {
      const { x, y, run } = compiled(name, dtype);
      x[0] = -0;
      run();
      t.ok(Object.is(y[0], -0), `${name} of −0 in ${dtype}`);
    }
});
t.test('a number alone gets the value that it gets in a vector', async t => {
  const memory = memories.float64;
  for (const name of ['exp', 'log', 'tanh', 'sigmoid', 'softplus', 'sign'] as const) {
    const { x, y, run } = compiled(name, 'float64');
    const [cell, out] = [memory.allocateCell(0.37), memory.allocateCell(0)];
    x[0] = 0.37;
    run();
    const scalar = (data: Float64Array) => ({ name: 'c', extent: 'scalar', data, units: 1 }) as const;
    memory.prepare(
      [
        {
          op: 'elementwise',
          where: name,
          batch: 1,
          operands: [scalar(cell), scalar(out)],
          passes: [
            {
              kind: 'loop',
              over: 'scalar',
              units: 1,
              body: [
                { to: { operand: 1 }, value: { kind: 'call', name, args: [{ kind: 'operand', index: 0 }] } },
              ],
            },
          ],
        },
      ],
      name,
    )();
    t.equal(out[0], y[0], name);
  }
});
