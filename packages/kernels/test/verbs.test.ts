/** What verbs say of themselves: shapes that do not fit are refused at their place, and nothing else is touched. */
import t from 'tap';
import type { Cell, FloatArray, Memory, Operation, Until } from '@apical/core';
import { arraysOf, changes, insideOf, macs, reference, touches, verbOf, wasm } from '@apical/kernels';

const memory = reference.open({ dtype: 'float64' });
const [cell, one, two]: Cell[] = [1, 1, 2].map(v => memory.allocateCell(v));
const array = (n: number, from: Memory = memory): FloatArray => from.allocate(n).fill(0.5);
type Make = (at: (n: number) => FloatArray, cell: (v: number) => Cell) => Operation;
const dense = (at: (n: number) => FloatArray) => ({
  weights: at(6),
  pre: at(4),
  post: at(6),
  ...{ batch: 2, nPre: 2, nPost: 3 },
});
const neuron = (name: string, data: FloatArray) => ({ name, extent: 'neuron', data, units: 3 }) as const;
/** One of each verb. */
const examples: readonly Make[] = [
  (at, c) => ({ op: 'multiply', ...dense(at), gain: c(2) }),
  (at, c) => ({ op: 'multiply-transposed', ...dense(at), gain: c(2) }),
  (at, c) => ({ op: 'outer', ...dense(at), gain: c(2) }),
  at => ({
    op: 'elementwise',
    where: 'x',
    batch: 2,
    operands: [
      neuron('a', at(6)),
      neuron('b', at(6)),
      { name: 's', extent: 'sample', data: at(2), units: 1 },
    ],
    passes: [
      {
        kind: 'loop',
        over: 'neuron',
        units: 3,
        body: [{ to: { operand: 0 }, value: { kind: 'call', name: 'add', args: [leaf(0), leaf(1)] } }],
      },
      { kind: 'reduce', by: 'sum', units: 3, body: [], value: leaf(1), into: 2 },
    ],
  }),
  at => ({ op: 'fill', into: at(3), value: 7 }),
  (at, c) => ({ op: 'add', into: at(3), from: at(3), gain: c(2) }),
  (at, c) => ({ op: 'add-product', into: at(3), a: at(3), b: at(3), gain: c(2) }),
  (at, c) => ({ op: 'add-bias', into: at(12), bias: at(3), area: 2, gain: c(2) }),
  (at, c) => ({
    op: 'correlate-bias',
    into: at(3),
    post: at(12),
    area: 2,
    scale: 0.5,
    gain: c(2),
    by: at(3),
  }),
  (at, c) => ({ op: 'transpose', into: at(6), source: at(6), rows: 2, cols: 3, gain: c(2) }),
  at => ({ op: 'mean-over', arrays: [at(2), at(3)] }),
  (at, c) => ({ op: 'normal', key: [1, 2], counter: c(0), into: at(3) }),
  (_, c) => ({ op: 'increment', cell: c(0) }),
  (at, c) => ({ op: 'set', cell: c(0), value: 4, refresh: [{ op: 'fill', into: at(2), value: 1 }] }),
  (at, c) => ({ op: 'when', cell: c(1), body: [{ op: 'fill', into: at(2), value: 1 }] }),
  (at, c) => ({ op: 'every', times: c(2), counter: c(0), body: [{ op: 'fill', into: at(2), value: 1 }] }),
  (at, c) => ({
    op: 'repeat',
    times: c(3),
    until: {
      ...{ watched: [at(2)], before: [at(2)], within: c(0.1), samples: 2, held: [at(4)], kept: [at(4)] },
      ...{ passes: at(2), settled: at(2), made: c(0), of: c(0) },
    },
    body: [{ op: 'fill', into: at(2), value: 1 }],
  }),
];
function leaf(index: number): { readonly kind: 'operand'; readonly index: number } {
  return { kind: 'operand', index };
}
t.test(
  'an operation changes what it says it changes, reads what it says it reads, on both backends',
  async t => {
    for (const backend of [reference, wasm])
      for (const make of examples) {
        const own = backend.open({ dtype: 'float64' });
        const made: FloatArray[] = [];
        const keep = <A extends FloatArray>(a: A): A => {
          made.push(a);
          return a;
        };
        let next = 0;
        const at = (n: number): FloatArray => {
          const a = keep(own.allocate(n));
          for (let i = 0; i < n; i++) a[i] = Math.sin(++next);
          return a;
        };
        const operation = make(at, v => keep(own.allocateCell(v)));
        const before = made.map(a => a.slice());
        own.prepare([operation], 'verbs')();
        made.forEach((a, k) => {
          const moved = a.some((v, i) => v !== before[k]![i]);
          const name = `${operation.op}, array ${k} on ${backend.name}`;
          // what it watches is remembered: there the numbers are the same as before
          if (moved) t.ok(changes(operation, a), `${name} moved`);
          t.ok(touches(operation, a), `${name} is touched`);
        });
        const inside = insideOf(operation).flatMap(o => arraysOf(verbOf(o).touched(o)));
        const all = new Set([...arraysOf(verbOf(operation).touched(operation)), ...inside]);
        t.equal(all.size, made.length, `${operation.op} says all it works on`);
        t.notOk(touches(operation, own.allocate(1)));
      }
  },
);
t.test('what a pass has among its operands and does not use, it does not touch', async t => {
  const [x, y, w] = [array(3), array(3), array(3)];
  const operation: Operation = {
    op: 'elementwise',
    where: 'scaled',
    batch: 1,
    operands: [neuron('x', x), neuron('y', y), neuron('w', w)],
    passes: [{ kind: 'loop', over: 'neuron', units: 3, body: [{ to: { operand: 0 }, value: leaf(1) }] }],
  };
  t.strictSame(
    [x, y, w].map(a => [touches(operation, a), changes(operation, a)]),
    [
      [true, true],
      [true, false],
      [false, false],
    ],
  );
});
t.test('code of a part touches everything, unless it says what', async t => {
  const [x, y, z] = [array(3), array(3), array(3)];
  const run = (): void => undefined;
  const silent: Operation = { op: 'call', where: 'part', run };
  const says: Operation = { op: 'call', where: 'part', run, reads: [x], writes: [y] };
  t.ok(changes(silent, z) && touches(silent, z));
  const inner: Operation = { op: 'when', cell: one!, body: [says] };
  t.strictSame(
    [x, y, z].map(a => [touches(inner, a), changes(inner, a)]),
    [
      [true, false],
      [true, true],
      [false, false],
    ],
  );
  t.ok(changes({ op: 'repeat', times: two!, body: [silent] }, z));
});
t.test('sizes that do not fit are refused at their place, before anything runs', async t => {
  const gain = cell!;
  const shape = { batch: 2, nPre: 2, nPost: 3, gain };
  const until = (more: Partial<Until>): Until => ({
    ...{ watched: [array(2)], before: [array(2)], within: one!, samples: 1, held: [], kept: [] },
    ...{ passes: array(1), settled: array(1), made: one!, of: two! },
    ...more,
  });
  const wrong: readonly (readonly [Operation, string])[] = [
    [
      { op: 'multiply', weights: array(5), pre: array(4), post: array(6), ...shape },
      'weights has 5 numbers; 6 are needed',
    ],
    [
      { op: 'outer', weights: array(6), pre: array(5), post: array(6), ...shape },
      'pre has 5 numbers; 4 are needed',
    ],
    [
      { op: 'multiply-transposed', weights: array(6), pre: array(4), post: array(7), ...shape },
      'post has 7 numbers; 6 are needed',
    ],
    [
      { op: 'multiply', weights: array(6), pre: array(4), post: array(6), ...shape, batch: 0.5 },
      'batch is 0.5; it must be a whole number from 1 up',
    ],
    [{ op: 'add', into: array(3), from: array(2), gain }, 'from has 2 numbers; 3 are needed'],
    [{ op: 'add-product', into: array(3), a: array(3), b: array(4), gain }, 'b has 4 numbers; 3 are needed'],
    [
      { op: 'add-bias', into: array(7), bias: array(3), area: 1, gain },
      'into has 7 numbers; 3 biases over 1 units each fill 3 a sample',
    ],
    [
      { op: 'correlate-bias', into: array(3), post: array(7), area: 2, scale: 1, gain },
      'post has 7 numbers; 3 biases over 2 units each take 6 a sample',
    ],
    [
      { op: 'correlate-bias', into: array(3), post: array(6), area: 2, scale: 1, gain, by: array(2) },
      'by has 2 numbers; 3 are needed',
    ],
    [
      { op: 'transpose', into: array(6), source: array(6), rows: 2, cols: 2, gain },
      'source has 6 numbers; 4 are needed',
    ],
    [{ op: 'every', times: memory.allocateCell(0.2), counter: one!, body: [] }, 'it is due every 0.2 times'],
    [
      { op: 'repeat', times: two!, body: [], until: until({ before: [array(3)] }) },
      'copy 0 has 3 numbers; 2 are needed',
    ],
    [
      { op: 'repeat', times: two!, body: [], until: until({ passes: array(2) }) },
      'passes has 2 numbers; 1 are needed',
    ],
    [
      { op: 'repeat', times: two!, body: [], until: until({ samples: 3 }) },
      'an array of 2 numbers does not fall into 3 samples',
    ],
    [
      {
        op: 'elementwise',
        where: 'hidden/forward',
        batch: 2,
        operands: [neuron('u', array(5))],
        passes: [],
      },
      '(hidden/forward): "u" has 5 numbers; 6 are needed',
    ],
    [
      {
        op: 'elementwise',
        where: 'x',
        batch: 1,
        operands: [neuron('u', array(3)), neuron('v', array(3))],
        passes: [{ kind: 'reduce', by: 'sum', units: 2, body: [], value: leaf(0), into: 1 }],
      },
      '"u" has 3 units; its pass has 2',
    ],
    [{ op: 'fill', into: new Float32Array(3), value: 0 }, 'an array is Float32Array; this run is in float64'],
  ];
  for (const backend of [reference, wasm])
    for (const [operation, message] of wrong) {
      const own = backend.open({ dtype: 'float64' });
      const body: readonly Operation[] = [{ op: 'when', cell: one!, body: [operation] }];
      const place = `train, 1 when, 1 ${operation.op}`;
      t.throws(() => own.prepare(body, 'train'), { code: 'APICAL_OPERATION', message });
      t.throws(() => own.prepare(body, 'train'), { message: place });
    }
});
t.test('cost is that of one sample, whatever is inside', async t => {
  const shape = { ...dense(array), gain: cell! };
  const product: Operation = { op: 'multiply', ...shape };
  t.equal(macs([product], 2), 6);
  t.equal(macs([{ op: 'repeat', times: memory.allocateCell(2.9999), body: [product, product] }], 2), 36);
  t.equal(macs([{ op: 'every', times: two!, counter: one!, body: [product] }], 2), 3);
  t.equal(macs([{ op: 'fill', into: array(2), value: 0 }]), 0);
  const [made, of] = [7, 2].map(v => memory.allocateCell(v)) as [Cell, Cell];
  const until: Until = {
    ...{ watched: [], before: [], within: one!, samples: 2, held: [], kept: [] },
    ...{ passes: array(2), settled: array(2), made, of },
  };
  const settling: Operation = { op: 'repeat', times: memory.allocateCell(100), body: [product], until };
  t.equal(macs([settling], 2), 21, 'three and a half passes a sample, as they were made');
  of[0] = 0;
  t.equal(macs([settling], 2), 600, 'before the first run: as many as there may be');
});
