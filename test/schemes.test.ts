/** Rate schemes as circuits: gradients, limits, sameness across batch sizes, state. Parts from plugins, no container. */
import t from 'tap';
import { Catalogue, type LayerSpec, type Scheme, type SchemeOptions } from '@apical/core';
import { assemble, circuitStreams, type AssembleOptions, type BuiltModel } from '@apical/circuit';
import { fill } from '@apical/schemes';
import { reference } from '@apical/kernels';
import { createRandomSource } from '@apical/numerics';
import { checkGradient, libraryOf } from '@apical/testing';
import standard, { adam, sgd } from '@apical/plugin-standard';
import { bp } from '@apical/plugin-bp';
import { dfa, fa, frozen, kp, signSymmetry } from '@apical/plugin-fa';

const library = libraryOf(standard);
const memory = reference.open({ dtype: 'float64' });
interface Given {
  readonly batch?: number;
  readonly seed?: number;
  readonly options?: SchemeOptions;
  readonly weights?: NonNullable<AssembleOptions['weights']>;
  readonly lend?: (name: string) => Float64Array | Float32Array | undefined;
}
function build(
  scheme: Scheme,
  layers: readonly LayerSpec[],
  { batch = 4, seed = 7, options = {}, weights = {}, lend }: Given = {},
): BuiltModel {
  return assemble(fill(scheme, options), layers, {
    memory,
    batch,
    library,
    weights,
    streams: circuitStreams(createRandomSource(seed), library.initialisers),
    ...(lend ? { lend } : {}),
  });
}
const layersOf = (sizes: readonly number[], activation = 'tanh'): LayerSpec[] =>
  sizes.map((n, l) => (l > 0 && l < sizes.length - 1 ? { shape: [n], activation } : { shape: [n] }));
/** Samples and targets from a stream; for a softmax head the targets are one-hot. */
function show(model: BuiltModel, head: string, seed: number): void {
  const stream = createRandomSource(seed).stream('test/samples');
  const { circuit } = model;
  const x = circuit.signal(model.input);
  const target = circuit.signal(model.target);
  for (let i = 0; i < x.length; i++) x[i] = stream.normal();
  const n = target.length / circuit.batch;
  for (let b = 0; b < circuit.batch; b++) {
    const hot = stream.integer(n);
    for (let i = 0; i < n; i++)
      target[b * n + i] =
        head === 'softmax-cross-entropy' ? (i === hot ? 1 : 0) : 0.2 + 0.6 * stream.uniform();
  }
}
const sum = (a: ArrayLike<number>): number => Array.from(a).reduce((x, y) => x + y, 0);
const lossOf = (model: BuiltModel): number =>
  sum(model.circuit.signal(model.target.replace('target', 'loss'))) / model.circuit.batch;
const weightsOf = (model: BuiltModel) =>
  new Map(
    model.circuit
      .weightNames()
      .filter(n => n.startsWith('W'))
      .map(n => [n, model.circuit.lent(n)!]),
  );

const heads = ['linear-squared', 'sigmoid-squared', 'softmax-cross-entropy'];
const activations = ['linear', 'relu', 'leaky-relu', 'tanh', 'sigmoid', 'hard-sigmoid', 'softplus'];
/** Kinks of the activations: a point within ten step widths of one is drawn again. */
const kinks: Readonly<Record<string, readonly number[]>> = {
  relu: [0],
  'leaky-relu': [0],
  'hard-sigmoid': [-3, 3],
};
/** Truncation h⁴ and rounding 1e-16 / h balance here for losses of order one. */
const step = 1e-3;

t.test('the direction of BP is the negative gradient, for every head, activation and depth', async t => {
  let worst = 0;
  for (const head of heads)
    for (const activation of activations)
      for (const sizes of [
        [5, 4, 3],
        [4, 5, 6, 3],
        [3, 6, 4, 5, 2],
      ]) {
        const model = build(bp, layersOf(sizes, activation), { options: { head } });
        const train = model.circuit.compile(model.programs.train, { apply: false });
        for (let seed = 1; ; seed++) {
          show(model, head, seed);
          train();
          const near = sizes
            .slice(1, -1)
            .some((_, k) =>
              Array.from(model.circuit.signal(`layer${k + 1}.z`)).some(z =>
                (kinks[activation] ?? []).some(kink => Math.abs(z - kink) < 10 * step),
              ),
            );
          if (!near) break;
          if (seed > 400) throw new Error(`${activation}: no point away from its kinks`);
        }
        const { error, worstAt } = checkGradient(
          {
            weights: weightsOf(model),
            loss() {
              train();
              return lossOf(model);
            },
            direction: name => model.circuit.direction(name),
          },
          step,
        );
        worst = Math.max(worst, error);
        if (error > 1e-9) t.fail(`${head}, ${activation}, ${sizes.join('-')}: ${error} at ${worstAt}`);
      }
  t.ok(worst <= 1e-9, `worst relative difference ${worst.toExponential(1)}`);
});

t.test('FA whose feedback equals the forward weights is BP', async t => {
  for (const [scheme, sizes] of [
    [fa, [5, 4, 6, 3]],
    [kp, [5, 4, 6, 3]],
    [dfa, [5, 4, 3]],
  ] as const) {
    const options = { head: 'softmax-cross-entropy' };
    const a = build(bp, layersOf(sizes), { options });
    const b = build(scheme, layersOf(sizes), { options });
    for (const name of b.feedback) {
      const layer = Number(name.slice(1));
      const [rows = 0, cols = 0] = a.circuit.weightShape(`W${layer + 1}`);
      const W = a.circuit.weights(`W${layer + 1}`);
      const B = b.circuit.weights(name);
      if (b.circuit.reversed(name)) B.set(W);
      else for (let i = 0; i < rows; i++) for (let j = 0; j < cols; j++) B[j * rows + i] = W[i * cols + j]!;
    }
    for (const model of [a, b]) {
      show(model, options.head, 3);
      model.circuit.compile(model.programs.train, { apply: false })();
    }
    for (const name of a.forward) {
      const want = a.circuit.direction(name);
      const got = b.circuit.direction(name);
      // one and the same sum, in the same order but for DFA's transposed product
      const off = Math.max(...Array.from(want, (v, i) => Math.abs(v - got[i]!)));
      t.ok(off <= 1e-12, `${scheme.name} ${name}: ${off}`);
    }
  }
});

t.test('no error, no update: a target equal to the output moves nothing', async t => {
  for (const scheme of [bp, fa, dfa, kp, signSymmetry, frozen]) {
    const model = build(scheme, layersOf([5, 4, 3]), {
      options: { head: 'linear-squared', parameters: scheme === kp ? { weightDecay: 0 } : {} },
    });
    show(model, 'linear-squared', 2);
    model.circuit.compile(model.programs.evaluate)();
    model.circuit.signal(model.target).set(model.circuit.signal(model.output));
    const before = weightsOf(model).get('W1')!.slice();
    model.circuit.compile(model.programs.train)();
    t.strictSame(model.circuit.weights('W1'), before, scheme.name);
    t.ok(
      model.circuit.direction('W2').every(v => v === 0),
      `${scheme.name}: the readout too`,
    );
  }
});

t.test('a batch of one gives what its row gives in a batch, and the batch direction is the mean', async t => {
  const options = { head: 'softmax-cross-entropy' };
  const many = build(bp, layersOf([5, 4, 3]), { batch: 4, options });
  const one = build(bp, layersOf([5, 4, 3]), { batch: 1, options, lend: name => many.circuit.lent(name) });
  show(many, options.head, 5);
  many.circuit.compile(many.programs.train, { apply: false })();
  const learn = one.circuit.compile(one.programs.train, { apply: false });
  const mean = new Float64Array(many.circuit.direction('W1').length);
  for (let b = 0; b < 4; b++) {
    one.circuit.signal(one.input).set(many.circuit.signal(many.input).subarray(b * 5, b * 5 + 5));
    one.circuit.signal(one.target).set(many.circuit.signal(many.target).subarray(b * 3, b * 3 + 3));
    learn();
    t.strictSame(
      one.circuit.signal('layer2.delta'),
      many.circuit.signal('layer2.delta').slice(b * 3, b * 3 + 3),
    );
    one.circuit.direction('W1').forEach((v, i) => (mean[i]! += v / 4));
  }
  const off = Math.max(...Array.from(many.circuit.direction('W1'), (v, i) => Math.abs(v - mean[i]!)));
  t.ok(off < 1e-15, `rounding of four terms: ${off}`);
});

t.test('schemes with the same seed start from the same forward weights', async t => {
  const models = [bp, fa, dfa, kp, signSymmetry, frozen].map(s => build(s, layersOf([5, 4, 6, 3])));
  for (const model of models)
    for (const name of ['W1', 'W2', 'W3', 'W1/bias'])
      t.strictSame(model.circuit.lent(name), models[0]!.circuit.lent(name), name);
  t.notSame(models[1]!.circuit.weights('B2'), models[1]!.circuit.weights('W3'));
});

t.test(
  'Kolen-Pollack: forward and feedback weights approach each other at the rate of the decay',
  async t => {
    const model = build(kp, layersOf([5, 4, 3]), {
      options: {
        head: 'linear-squared',
        parameters: { weightDecay: 0.01 },
        plasticity: { forward: { optimiser: { use: sgd, parameters: { eta: 0.01 } } } },
      },
    });
    const gap = () => Array.from(model.circuit.weights('W2'), (w, i) => w - model.circuit.weights('B1')[i]!);
    const start = gap();
    const train = model.circuit.compile(model.programs.train);
    for (let k = 0; k < 50; k++) {
      show(model, 'linear-squared', k);
      train();
    }
    const off = Math.max(...gap().map((v, i) => Math.abs(v - start[i]! * 0.99 ** 50)));
    t.ok(off < 1e-14, `difference from exponential decay ${off}`);
  },
);

t.test('sign symmetry follows the signs of the weights after every update', async t => {
  for (const magnitude of ['uniform', 'random']) {
    const model = build(signSymmetry, layersOf([5, 4, 3]), {
      options: {
        head: 'linear-squared',
        settings: { magnitude },
        plasticity: { forward: { optimiser: { use: adam, parameters: { eta: 0.3 } } } },
      },
    });
    const train = model.circuit.compile(model.programs.train);
    const before = model.circuit.weights('B1').slice();
    for (let k = 0; k < 20; k++) {
      show(model, 'linear-squared', k);
      train();
    }
    const W = model.circuit.weights('W2');
    t.ok(
      model.circuit.weights('B1').every((b, i) => b * W[i]! > 0),
      `${magnitude}: equal signs`,
    );
    t.ok(
      model.circuit.weights('B1').some((b, i) => b * before[i]! < 0),
      `${magnitude}: some signs have turned`,
    );
  }
});

t.test('frozen, silenced and restored: interventions do what they say', async t => {
  const model = build(fa, layersOf([5, 4, 3]), { options: { head: 'linear-squared' } });
  const { circuit } = model;
  const train = circuit.compile(model.programs.train);
  const run = (k: number): void => {
    show(model, 'linear-squared', k);
    train();
  };
  circuit.setPlastic('W1', false);
  const W1 = circuit.weights('W1').slice();
  const W2 = circuit.weights('W2').slice();
  run(1);
  t.strictSame(circuit.weights('W1'), W1);
  t.notSame(circuit.weights('W2'), W2);
  circuit.setPlastic('W1', true);
  circuit.setSending('layer1', false);
  const bias = circuit.bias('W2').slice();
  run(2);
  // the bias that was added, before it learned from this sample
  t.strictSame(
    circuit.signal('layer2.z'),
    Float64Array.from({ length: 12 }, (_, i) => bias[i % 3]!),
  );
  circuit.setSending('layer1', true);
  const saved = new Map([...circuit.state()].map(([k, v]) => [k, v.slice()]));
  run(3);
  const after = circuit.weights('W1').slice();
  run(4);
  circuit.restore(saved);
  run(3);
  t.strictSame(circuit.weights('W1'), after, 'the same update from the same state');
  t.throws(() => circuit.restore(new Map()), { code: 'APICAL_STATE' });
});

t.test('names that do not exist are refused with those that do', async t => {
  const layers = layersOf([5, 4, 3]);
  t.throws(
    () => build(bp, layers, { options: { neurons: { hiden: {} } } }),
    /unknown neuron slot of scheme bp "hiden"; did you mean "hidden"\?/,
  );
  t.throws(() => build(bp, layers, { options: { head: 'softmax' } }), /unknown head of scheme bp "softmax"/);
  t.throws(() => build(bp, layers, { weights: { W9: { draw: 'zeros' } } }), /projection or role/);
  t.throws(() => build(bp, layersOf([5, 4, 3], 'tahn')), /unknown \w+ "tahn"; did you mean "tanh"\?/);
  t.throws(
    () => build(bp, layers, { options: { plasticity: { forward: { parameters: { decya: 1 } } } } }),
    /unknown parameter of delta "decya"; did you mean "decay"\?/,
  );
  t.throws(() => build(bp, layers, { options: { plasticity: { forward: { parameters: { decay: -1 } } } } }), {
    code: 'APICAL_RANGE',
  });
  t.throws(() => new Catalogue('thing').get('x'), { code: 'APICAL_UNKNOWN_NAME' });
});
