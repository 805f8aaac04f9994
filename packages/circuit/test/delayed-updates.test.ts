/** Outer products that wait change the rounding only, and nobody sees weights without them. */
import t from 'tap';
import type { DType, FloatArray, Operation } from '@apical/core';
import { assemble, circuitStreams, type BuiltModel } from '@apical/circuit';
import { reference, wasm } from '@apical/kernels';
import { createRandomSource } from '@apical/numerics';
import { libraryOf } from '@apical/testing';
import standard, { sgd } from '@apical/plugin-standard';
import { bp } from '@apical/plugin-bp';
import { fa } from '@apical/plugin-fa';

const library = libraryOf(standard);
/** W1 is large enough to wait, W2 is not. */
function build(backend: typeof wasm, dtype: DType, scheme = bp, weightDecay = 0): BuiltModel {
  return assemble(
    scheme,
    [
      { shape: [150] },
      { shape: [130], activation: 'tanh' },
      { shape: [129], activation: 'tanh' },
      { shape: [3] },
    ],
    {
      head: 'linear-squared',
      plasticity: { forward: { optimiser: { use: sgd, parameters: { eta: 0.01, weightDecay } } } },
    },
    {
      memory: backend.open({ dtype }),
      batch: 1,
      library,
      streams: circuitStreams(createRandomSource(1), library.initialisers),
    },
  );
}
function train(model: BuiltModel, updates: number, from = 0): void {
  const { circuit, input, target, programs } = model;
  const step = circuit.compile(programs.train, { keepDirections: false });
  for (let k = from; k < from + updates; k++) {
    const stream = createRandomSource(k).stream('test');
    for (const name of [input, target]) circuit.signal(name).forEach((_, i, x) => (x[i] = stream.normal()));
    step();
  }
}
const farthest = (a: BuiltModel, b: BuiltModel): number =>
  Math.max(
    ...a.circuit
      .weightNames()
      .flatMap(name => Array.from(a.circuit.lent(name)!, (v, i) => Math.abs(v - b.circuit.lent(name)![i]!))),
  );
const count = (operations: readonly Operation[], which: (o: Operation) => boolean): number =>
  operations.reduce((n, o) => n + Number(which(o)) + ('body' in o ? count(o.body, which) : 0), 0);

for (const backend of [reference, wasm])
  for (const dtype of ['float64', 'float32'] as const)
    for (const [scheme, decay] of [
      [bp, 0],
      [fa, 0],
      [bp, 0.001],
    ] as const)
      t.test(`${scheme.name} on ${backend.name} in ${dtype}, weight decay ${decay}`, async t => {
        const [plain, waiting] = [build(backend, dtype, scheme, decay), build(backend, dtype, scheme, decay)];
        waiting.circuit.delayUpdates(waiting.programs.train, 4);
        const direct = waiting.circuit.lower(waiting.programs.train, { keepDirections: false });
        // the decay reads the weights: what waits is applied before it
        t.ok(count(direct, o => o.op === 'outer' && o.delayed !== undefined) >= 1);
        train(plain, 11);
        train(waiting, 11);
        const [W, before] = [waiting.circuit.lent('W1')!, waiting.circuit.lent('W1')!.slice() as FloatArray];
        waiting.circuit.settle();
        t.ok(
          W.some((v, i) => v !== before[i]),
          'what waited came in',
        );
        // eleven updates of order 0.01, in another order
        const off = farthest(plain, waiting);
        t.ok(off < (dtype === 'float64' ? 1e-15 : 1e-6), String(off));
        waiting.circuit.settle();
        t.equal(farthest(plain, waiting), off, 'nothing waits any more');
      });
t.test('a run that goes on from saved state ends with the same bits', async t => {
  const build1 = (): BuiltModel => {
    const model = build(wasm, 'float32');
    model.circuit.delayUpdates(model.programs.train, 4);
    return model;
  };
  const whole = build1();
  train(whole, 11);
  const first = build1();
  train(first, 6);
  const state = new Map([...first.circuit.state()].map(([name, data]) => [name, data.slice()]));
  const second = build1();
  second.circuit.restore(state);
  train(second, 5, 6);
  for (const { circuit } of [whole, second]) circuit.settle();
  t.equal(farthest(whole, second), 0);
});
t.test('evaluation in the same circuit counts what waits', async t => {
  const [plain, waiting] = [build(wasm, 'float64'), build(wasm, 'float64')];
  waiting.circuit.delayUpdates(waiting.programs.train, 16);
  const outputs = [plain, waiting].map(model => {
    train(model, 5);
    model.circuit.compile(model.programs.evaluate)();
    return Array.from(model.circuit.signal(model.output));
  });
  const off = Math.max(...outputs[0]!.map((v, i) => Math.abs(v - outputs[1]![i]!)));
  t.ok(off < 1e-13, String(off));
});
