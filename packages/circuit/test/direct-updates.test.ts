/** Weights that take outer products at once end where those end that go by way of a direction. */
import t from 'tap';
import type { DType, Operation, OptimiserUse } from '@apical/core';
import { defineOptimiser, parameter, state } from '@apical/core';
import { assemble, circuitStreams, type BuiltModel } from '@apical/circuit';
import { macs, reference, wasm } from '@apical/kernels';
import { fill } from '@apical/schemes';
import { createRandomSource } from '@apical/numerics';
import { libraryOf } from '@apical/testing';
import standard, { adam, flow, sgd } from '@apical/plugin-standard';
import { bp } from '@apical/plugin-bp';

const library = libraryOf(standard);
function build(
  optimiser: OptimiserUse | undefined,
  backend = reference,
  dtype: DType = 'float64',
  batch = 4,
): BuiltModel {
  return assemble(
    fill(bp, { head: 'linear-squared', plasticity: { forward: optimiser ? { optimiser } : {} } }),
    [{ shape: [5] }, { shape: [7], activation: 'tanh' }, { shape: [3] }],
    {
      memory: backend.open({ dtype }),
      batch,
      library,
      streams: circuitStreams(createRandomSource(1), library.initialisers),
    },
  );
}
/** Twenty updates; the weights of the second run must have no direction to go by. */
function both(make: () => BuiltModel, change?: (model: BuiltModel) => void): [BuiltModel, BuiltModel] {
  return [true, false].map(keepDirections => {
    const model = make();
    const { circuit, input, target, programs } = model;
    const step = circuit.compile(programs.train, { keepDirections });
    change?.(model);
    const stream = createRandomSource(2).stream('test');
    for (let k = 0; k < 20; k++) {
      for (const name of [input, target]) circuit.signal(name).forEach((_, i, x) => (x[i] = stream.normal()));
      step();
    }
    return model;
  }) as [BuiltModel, BuiltModel];
}
/** Outer products of a program; with `data`, those that are added to it. */
const outers = (operations: readonly Operation[], data?: unknown): number =>
  operations.reduce((n, o) => {
    const counts = o.op === 'outer' && (data === undefined || o.weights === data);
    return n + Number(counts) + ('body' in o ? outers(o.body, data) : 0);
  }, 0);
const farthest = ([a, b]: readonly [BuiltModel, BuiltModel]): number =>
  Math.max(
    ...a.circuit
      .weightNames()
      .flatMap(name => Array.from(a.circuit.lent(name)!, (v, i) => Math.abs(v - b.circuit.lent(name)![i]!))),
  );

const uses: Record<string, OptimiserUse | undefined> = {
  'added as it is': undefined,
  sgd: { use: sgd, parameters: { eta: 0.1 } },
  'sgd with weight decay': { use: sgd, parameters: { eta: 0.1, weightDecay: 0.01 } },
  flow: { use: flow, parameters: { eta: 0.1 } },
};
for (const [name, use] of Object.entries(uses))
  for (const backend of [reference, wasm])
    t.test(`${name}: outer products at once, on ${backend.name}`, async t => {
      const pair = both(() => build(use, backend));
      // twenty updates of order one, rounded otherwise
      t.ok(farthest(pair) < 1e-13, String(farthest(pair)));
      const { circuit, programs } = pair[0];
      const direct = circuit.lower(programs.train, { keepDirections: false });
      const plain = circuit.lower(programs.train);
      for (const w of ['W1', 'W2']) {
        t.equal(outers(direct, circuit.lent(w)), 1, `${w} takes its outer product`);
        t.equal(outers(plain, circuit.lent(w)), 0);
      }
    });
t.test('a decay that is switched on later counts, and frozen weights stay', async t => {
  const use: OptimiserUse = { use: sgd, parameters: { eta: 0.1, weightDecay: 0 } };
  const change = ({ circuit }: BuiltModel): void => {
    circuit.set('W1.delta.weightDecay', 0.2);
    circuit.setPlastic('W2', false);
  };
  const pair = both(() => build(use), change);
  t.ok(farthest(pair) < 1e-13, String(farthest(pair)));
  t.strictSame(pair[1].circuit.lent('W2'), build(use).circuit.lent('W2'));
  t.notSame(pair[1].circuit.lent('W1'), both(() => build(use))[1].circuit.lent('W1'));
});
t.test('an optimiser with a state of its own keeps its direction', async t => {
  const pair = both(() => build({ use: adam, parameters: { eta: 0.01 } }));
  t.equal(farthest(pair), 0);
  const { circuit, programs } = pair[0];
  t.equal(outers(circuit.lower(programs.train, { keepDirections: false }), circuit.lent('W1')), 0);
});
t.test('of single samples, any optimiser forms the outer product where it needs it', async t => {
  const later = defineOptimiser({
    name: 'later',
    doc: 'writes the weights before it reads the direction',
    parameters: { eta: parameter('rate', 0.1) },
    state: { average: state('mean direction') },
    update: `
      w += eta * average
      average += 0.5 * (g - average)`,
  });
  for (const [backend, dtype, within] of [
    [reference, 'float64', 0],
    [wasm, 'float64', 0],
    [wasm, 'float32', 0],
    [reference, 'float32', 1e-6],
  ] as const)
    for (const use of [adam, later]) {
      const name = `${use.name}, ${backend.name} ${dtype}`;
      // weights are among the terms of the direction
      const decay = ({ circuit }: BuiltModel): void => {
        circuit.set('W1.delta.decay', 0.1);
      };
      const pair = both(() => build({ use, parameters: { eta: 0.01 } }, backend, dtype, 1), decay);
      t.ok(farthest(pair) <= within, `${name}: ${farthest(pair)}`);
      const { circuit, programs } = pair[0];
      const direct = circuit.lower(programs.train, { keepDirections: false });
      t.equal(outers(direct), 0, `${name}: no outer product of its own`);
      t.equal(macs(direct), macs(circuit.lower(programs.train)), `${name}: it still counts`);
    }
});
