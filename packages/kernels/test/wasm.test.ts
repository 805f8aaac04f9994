/** The backend `wasm`: conformance, golden cases, training as on the reference, no garbage, equal bits. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { join } from 'node:path';
import t from 'tap';
import type { Backend, DType } from '@apical/core';
import { reference, wasm, wasmFma } from '@apical/kernels';
import {
  backendConformance,
  libraryOf,
  schemeConformance,
  smallTraining,
  verifyCases,
  weightsApart,
  type TrainedModel,
} from '@apical/testing';
import standard, { adam } from '@apical/plugin-standard';
import { bp } from '@apical/plugin-bp';
import replays from '@apical/plugin-bp/golden';
import { signSymmetry } from '@apical/plugin-fa';

const library = libraryOf(standard);
const fma = wasmFma(() => setFlagsFromString('--experimental-wasm-relaxed-simd'));
for (const backend of [wasm, fma])
  for (const dtype of ['float64', 'float32'] as const)
    t.test(`${backend.name}, ${dtype}: the suite of every backend`, async t => {
      t.equal(backend.unavailable?.(), undefined);
      for (const { name, run } of backendConformance(backend, dtype)) t.doesNotThrow(run, name);
    });
for (const backend of [wasm, fma])
  t.test(`golden cases and the suite of every scheme on ${backend.name}`, async t => {
    const paths = [join(import.meta.dirname, '../../../plugins/bp/golden')];
    const { passed, failed } = await verifyCases({ paths, replays, library, backend });
    t.strictSame([passed, failed], [6, 0]);
    for (const { name, run } of schemeConformance(signSymmetry, { library, backend }))
      t.doesNotThrow(run, name);
  });
const build = (backend: Backend, dtype: DType, sizes: readonly number[], batch: number): TrainedModel =>
  smallTraining({ backend, dtype, scheme: bp, optimiser: adam, library, sizes, batch });
t.test('training agrees with the reference on sizes that fill no vector', async t => {
  // twenty updates of Adam amplify rounding; float32 rounds every product of up to 300 terms
  for (const [dtype, tolerance] of [
    ['float64', 1e-10],
    ['float32', 5e-3],
  ] as const)
    for (const [sizes, batch] of [
      [[7, 5, 6, 3], 1],
      [[37, 29, 11], 6],
      [[300, 65, 10], 9],
    ] as const) {
      const [a, b] = [build(reference, dtype, sizes, batch), build(wasm, dtype, sizes, batch)];
      for (let k = 0; k < 20; k++) for (const { train } of [a, b]) train(k);
      for (const [name, off] of weightsApart(a, b))
        t.ok(off < tolerance, `${dtype} ${sizes.join('-')} ${name}: ${off}`);
    }
});
t.test('two memories give equal bits, and a step leaves no garbage', async t => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const [a, b] = [build(wasm, 'float32', [33, 20, 7], 5), build(wasm, 'float32', [33, 20, 7], 5)];
  for (let k = 0; k < 5; k++) for (const { train } of [a, b]) train(k);
  for (const name of a.model.circuit.weightNames())
    t.strictSame(a.model.circuit.lent(name), b.model.circuit.lent(name), name);
  const step = a.model.circuit.compile(a.model.programs.train);
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
