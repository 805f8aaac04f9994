/** The backend `wasm`: conformance, golden cases, training as on the reference, no garbage, equal bits. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { join } from 'node:path';
import t from 'tap';
import type { Backend, DType } from '@apical/core';
import { assemble, circuitStreams, type BuiltModel } from '@apical/circuit';
import { reference, wasm, wasmFma } from '@apical/kernels';
import { createRandomSource } from '@apical/numerics';
import { backendConformance, libraryOf, schemeConformance, verifyCases } from '@apical/testing';
import standard, { adam } from '@apical/plugin-standard';
import { annReplay, bp } from '@apical/plugin-bp';
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
    const paths = [join(import.meta.dirname, '../../../plugins/bp/test/golden')];
    const { passed, failed } = await verifyCases({ paths, replays: [annReplay], library, backend });
    t.strictSame([passed, failed], [6, 0]);
    for (const { name, run } of schemeConformance(signSymmetry, { library, backend }))
      t.doesNotThrow(run, name);
  });
function build(
  backend: Backend,
  dtype: DType,
  sizes: readonly number[],
  batch: number,
): { model: BuiltModel; train: (k: number) => void } {
  const layers = sizes.map((n, l) =>
    l > 0 && l < sizes.length - 1 ? { shape: [n], activation: l % 2 ? 'relu' : 'tanh' } : { shape: [n] },
  );
  const plasticity = { forward: { optimiser: { use: adam, parameters: { eta: 0.01 } } } };
  const model = assemble(
    bp,
    layers,
    { head: 'softmax-cross-entropy', plasticity },
    {
      memory: backend.open({ dtype }),
      batch,
      library,
      streams: circuitStreams(createRandomSource(2), library.initialisers),
    },
  );
  const { circuit, input, target, programs } = model;
  const step = circuit.compile(programs.train);
  const classes = sizes.at(-1)!;
  return {
    model,
    train(k) {
      const stream = createRandomSource(k).stream('test');
      circuit.signal(input).forEach((_, i, x) => (x[i] = stream.normal()));
      circuit.signal(target).fill(0);
      for (let b = 0; b < batch; b++) circuit.signal(target)[b * classes + stream.integer(classes)] = 1;
      step();
    },
  };
}
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
      for (const name of a.model.circuit.weightNames()) {
        const [want, got] = [a.model.circuit.lent(name)!, b.model.circuit.lent(name)!];
        const off = Math.max(...Array.from(want, (v, i) => Math.abs(v - got[i]!)));
        t.ok(off < tolerance, `${dtype} ${sizes.join('-')} ${name}: ${off}`);
      }
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
