/** Dense products of a backend, alone and in batches of strides, against loops written here. */
import type { FloatArray, Strides } from '@apical/core';
import type { Bench } from './bench.js';
import { close, ensure, type Check } from './check.js';

/** batch, nPre, nPost: below, at and above vector widths and tiles. */
const sizes = [
  [1, 1, 1],
  [1, 5, 3],
  [2, 4, 7],
  [3, 8, 8],
  [4, 3, 5],
  [5, 17, 9],
  [6, 7, 2],
  [7, 12, 16],
  [9, 33, 21],
  [8, 64, 10],
] as const;

const products = ['multiply', 'multiply-transposed', 'outer'] as const;
interface Shape {
  readonly op: (typeof products)[number];
  readonly batch: number;
  readonly nPre: number;
  readonly nPost: number;
}
const once: Strides = { count: 1, weights: 0, pre: 0, post: 0 };
/** `offset`: where the arrays begin in larger ones, whose other numbers must stay as they are. */
function product(bench: Bench, shape: Shape, offset: number, strides?: Strides): void {
  const { op, batch, nPre, nPost } = shape;
  const { count, ...step } = strides ?? once;
  const view = (n: number): { all: FloatArray; part: FloatArray } => {
    const all = bench.array(n + 2 * offset);
    return { all, part: all.subarray(offset, offset + n) };
  };
  const W = view((count - 1) * step.weights + nPost * nPre);
  const x = view((count - 1) * step.pre + batch * nPre);
  const y = view((count - 1) * step.post + batch * nPost);
  const before = [W, x, y].map(v => v.all.slice());
  const gain = bench.cell(0.7);
  const want = { weights: Array.from(W.part), pre: Array.from(x.part), post: Array.from(y.part) };
  for (let k = 0; k < count; k++)
    for (let b = 0; b < batch; b++)
      for (let i = 0; i < nPost; i++)
        for (let j = 0; j < nPre; j++) {
          const w = k * step.weights + i * nPre + j;
          const [p, q] = [k * step.pre + b * nPre + j, k * step.post + b * nPost + i];
          if (op === 'multiply') want.post[q]! += 0.7 * W.part[w]! * x.part[p]!;
          else if (op === 'outer') want.weights[w]! += (0.7 / batch) * y.part[q]! * x.part[p]!;
          else want.pre[p]! += 0.7 * W.part[w]! * y.part[q]!;
        }
  const arrays = { weights: W.part, pre: x.part, post: y.part };
  bench.run({ ...shape, ...arrays, gain, ...(strides ? { strides } : {}) });
  const what = `${nameOf(shape)}${strides ? ` ${JSON.stringify(strides)}` : ''}`;
  for (const name of ['weights', 'pre', 'post'] as const)
    close(`${what}, ${name}`, arrays[name], want[name], bench.tolerance);
  [W, x, y].forEach((v, k) => {
    for (let i = 0; i < offset; i++)
      for (const at of [i, v.all.length - 1 - i])
        ensure(v.all[at] === before[k]![at], () => `${what} writes beside array ${k}, at ${at}`);
  });
}
const nameOf = ({ op, batch, nPre, nPost }: Shape): string => `${op} of ${batch} × [${nPost}, ${nPre}]`;
/** count, batch, nPre, nPost: written out, by kernels, packed. */
const strided = [
  [1, 2, 3, 2],
  [3, 1, 5, 3],
  [2, 2, 7, 5],
  [3, 5, 9, 7],
  [5, 1, 70, 33],
  [2, 3, 90, 41],
  [2, 6, 120, 30],
] as const;
/** Numbers apart, with a gap, shared; all in which any of the three is shared. */
function stridesOf(count: number, batch: number, nPre: number, nPost: number): Strides[] {
  const apart = { weights: nPost * nPre, pre: batch * nPre, post: batch * nPost };
  const gaps = { weights: apart.weights + 3, pre: apart.pre + 1, post: apart.post + 2 };
  const shared = [
    { weights: 0 },
    { pre: 0 },
    { post: 0 },
    { weights: 0, pre: 0 },
    { weights: 0, pre: 0, post: 0 },
  ];
  return [apart, gaps, ...shared.map(none => ({ ...apart, ...none }))].map(s => ({ count, ...s }));
}
export const productChecks = (bench: Bench): Check[] =>
  products.flatMap(op => [
    ...sizes.map(([batch, nPre, nPost]) => ({
      name: nameOf({ op, batch, nPre, nPost }),
      run: () => [0, 1, 3].forEach(offset => product(bench, { op, batch, nPre, nPost }, offset)),
    })),
    ...strided.map(([count, batch, nPre, nPost]) => ({
      name: `${count} times ${nameOf({ op, batch, nPre, nPost })}, of any stride`,
      run: () => {
        for (const strides of stridesOf(count, batch, nPre, nPost))
          for (const offset of [0, 1, 3]) product(bench, { op, batch, nPre, nPost }, offset, strides);
      },
    })),
  ]);
