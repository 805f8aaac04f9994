/** The backend `blas` on the library of this machine: conformance, golden cases, training as on the reference, equal bits. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { join } from 'node:path';
import t from 'tap';
import type { Backend, DType, Operation } from '@apical/core';
import { reference } from '@apical/kernels';
import { createRandomSource } from '@apical/numerics';
import {
  backendConformance,
  libraryOf,
  smallTraining,
  verifyCases,
  weightsApart,
  type TrainedModel,
} from '@apical/testing';
import standard, { adam } from '@apical/plugin-standard';
import { bp } from '@apical/plugin-bp';
import replays from '@apical/plugin-bp/golden';
import { blas, blasBackend } from '@apical/plugin-backend-blas';

const library = libraryOf(standard);
const why = blas.unavailable?.();
const options = why === undefined ? {} : { skip: `no BLAS here: ${why}` };
if (why !== undefined) console.error(`skipped: the backend blas is not tested here: ${why}`);
/** Every product, however small, goes to the library. */
const always = blasBackend({ smallest: 0 });

for (const dtype of ['float64', 'float32'] as const)
  t.test(`blas, ${dtype}: the suite of every backend, with and without small products`, options, async t => {
    for (const backend of [always, blas])
      for (const { name, run } of backendConformance(backend, dtype)) t.doesNotThrow(run, name);
  });
t.test('golden cases hold where every product is the library’s', options, async t => {
  const paths = [join(import.meta.dirname, '../../bp/golden')];
  const { passed, failed } = await verifyCases({
    paths,
    replays,
    library,
    backend: always,
  });
  t.strictSame([passed, failed], [6, 0]);
});

const build = (backend: Backend, dtype: DType, sizes: readonly number[], batch: number): TrainedModel =>
  smallTraining({ backend, dtype, scheme: bp, optimiser: adam, library, sizes, batch });
t.test('training agrees with the reference, for one sample and for several', options, async t => {
  // twenty updates of Adam amplify rounding; float32 rounds every product of up to 300 terms
  for (const [dtype, tolerance] of [
    ['float64', 1e-10],
    ['float32', 5e-3],
  ] as const)
    for (const [sizes, batch] of [
      [[37, 29, 11], 1],
      [[300, 65, 10], 1],
      [[300, 65, 10], 9],
    ] as const) {
      const [a, b] = [build(reference, dtype, sizes, batch), build(always, dtype, sizes, batch)];
      for (let k = 0; k < 20; k++) for (const { train } of [a, b]) train(k);
      for (const [name, off] of weightsApart(a, b))
        t.ok(off < tolerance, `${dtype} ${sizes.join('-')} ${name}: ${off}`);
    }
});
t.test('two memories give equal bits', options, async t => {
  const [a, b] = [build(always, 'float32', [90, 50, 7], 5), build(always, 'float32', [90, 50, 7], 5)];
  for (let k = 0; k < 10; k++) for (const { train } of [a, b]) train(k);
  for (const name of a.model.circuit.weightNames())
    t.strictSame(a.model.circuit.lent(name), b.model.circuit.lent(name), name);
});

const large = { op: 'multiply', batch: 1, nPre: 200, nPost: 100 } as const;
t.test('a step keeps its memory alive, and leaves nothing that lasts', options, async t => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const prepared = () => {
    const memory = blas.open({ dtype: 'float64' });
    const operation: Operation = {
      ...large,
      weights: memory.allocate(large.nPre * large.nPost).fill(1),
      pre: memory.allocate(large.nPre).fill(1),
      post: memory.allocate(large.nPost),
      gain: Float64Array.of(1), // of another memory: it holds nothing
    };
    return memory.prepare([operation], 'test');
  };
  const step = prepared();
  // a memory that was let go of would be unmapped by now, and the step would end the process
  for (let k = 0; k < 4; k++) collect();
  let bytes = Infinity;
  for (let window = 0; window < 4 && bytes >= 1; window++) {
    collect();
    const before = process.memoryUsage().heapUsed;
    for (let k = 0; k < 10_000; k++) step();
    collect();
    bytes = (process.memoryUsage().heapUsed - before) / 10_000;
  }
  t.ok(bytes < 1, `${bytes} bytes a step`);
});
t.test('large products are the library’s, small ones bit for bit those of wasm', options, async t => {
  const run = (backend: Backend, n: number): Float32Array | Float64Array => {
    const memory = backend.open({ dtype: 'float32' });
    const stream = createRandomSource(5).stream('test');
    const filled = (length: number) => memory.allocate(length).map(() => stream.normal());
    const into = (length: number) => {
      const array = memory.allocate(length);
      array.set(filled(length));
      return array;
    };
    const post = memory.allocate(n);
    const [weights, pre] = [into(n * n), into(n)];
    const gain = memory.allocateCell(1);
    memory.prepare([{ op: 'multiply', batch: 1, nPre: n, nPost: n, weights, pre, post, gain }], 'test')();
    return post.slice();
  };
  const { wasm } = await import('@apical/kernels');
  t.strictSame(run(blas, 99), run(wasm, 99), 'below 10⁴');
  t.notSame(run(blas, 300), run(wasm, 300), 'above: another order of summation');
});
