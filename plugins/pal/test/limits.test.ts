/** Limits in which the outcome is known without a simulation. */
import t from 'tap';
import type { Connectivity, Scheme, SchemeOptions } from '@apical/core';
import type { BuiltModel } from '@apical/circuit';
import { bp } from '@apical/plugin-bp';
import { dense } from '@apical/plugin-standard';
import {
  classification,
  classificationStep,
  latentEquilibrium,
  latentUpdate,
  microcircuit,
  microcircuitStep,
  palLayers,
} from '../src/index.js';
import { apart, build, largest, layersOf, show, times } from './parts.js';

const layers = layersOf(4, 5, 3, 2);
/** A few sums of numbers of order one. */
const rounding = 1e-12;
const silent = { parameters: { sigma: 0 } };
const quiet: Readonly<Record<string, SchemeOptions>> = {
  [palLayers.name]: { head: 'linear-squared', neurons: { hidden: silent } },
  [latentEquilibrium.name]: { head: 'linear-squared', neurons: { hidden: silent } },
  [microcircuit.name]: { neurons: { pyramidal: silent } },
  [classification.name]: { neurons: { pyramidal: silent }, settings: { interneurons: 'scaled' } },
};
const schemes: readonly Scheme[] = [palLayers, microcircuit, classification, latentEquilibrium];
const flowOf = (scheme: Scheme) => scheme.plasticity.feedback!.optimiser!.use;
const ready = (model: BuiltModel): BuiltModel => {
  show(model, model.input);
  const { start } = model.programs;
  if (start) model.circuit.compile(start)();
  return model;
};

t.test('zero noise leaves feedback weights decaying exponentially', async t => {
  for (const scheme of schemes) {
    const [alpha, eta, dt] = [0.2, 30, 0.01];
    const model = ready(
      build(
        scheme,
        layers,
        {
          ...quiet[scheme.name],
          plasticity: {
            feedback: { parameters: { alpha }, optimiser: { use: flowOf(scheme), parameters: { eta } } },
          },
        },
        { dt },
      ),
    );
    const { circuit, feedback, programs } = model;
    const first = feedback.map(name => Float64Array.from(circuit.weights(name)));
    times(50, circuit.compile(programs.untaught!));
    feedback.forEach((name, k) => {
      const wanted = first[k]!.map(b => b * (1 - dt * eta * alpha) ** 50);
      t.ok(apart(circuit.weights(name), wanted) < rounding, `${scheme.name} ${name}`);
    });
  }
});
t.test('a self-predicting circuit has no apical potential and proposes nothing without a target', async t => {
  for (const feedback of ['pal', 'fa', 'bp']) {
    const model = ready(build(microcircuit, layers, { ...quiet[microcircuit.name], settings: { feedback } }));
    const { circuit, programs, forward } = model;
    // noise-free loops between layers die out at a rate of their own
    times(60, circuit.compile(programs.evaluate));
    for (const l of [1, 2]) {
      t.ok(largest(circuit.signal(`pyr${l}.vApi`)) < rounding, `${feedback}, apical potential of layer ${l}`);
      t.ok(
        apart(circuit.signal(`int${l}.r`), circuit.signal(`pyr${l + 1}.r`)) < rounding,
        'interneurons imitate',
      );
    }
    times(3, circuit.compile(programs.untaught!, { apply: false }));
    for (const name of forward) t.ok(largest(circuit.direction(name)) < rounding, `${feedback}, ${name}`);
  }
});
t.test('without a target the forward update is zero in the mean, with one it is not', async t => {
  const mean = (taught: boolean): { value: number; error: number } => {
    const model = ready(build(microcircuit, layersOf(3, 4, 2), {}, { batch: 50, fast: true }));
    const { circuit } = model;
    circuit.signal(model.target).fill(1);
    const step = { taught, noisy: true, learning: ['forward'] };
    const settings = { feedback: 'pal', membrane: 'integrated', noiseCount: 'layer' };
    const run = circuit.compile(microcircuitStep(step, 3, settings), { apply: false });
    times(100, run);
    // blocks much longer than the correlation of the noise, 10 steps
    const blocks = Array.from({ length: 20 }, () => {
      let sum = 0;
      times(200, () => {
        run();
        sum += circuit.direction('W1')[0]!;
      });
      return sum / 200;
    });
    const value = blocks.reduce((a, b) => a + b) / blocks.length;
    const variance = blocks.reduce((a, b) => a + (b - value) ** 2, 0) / (blocks.length - 1);
    return { value, error: Math.sqrt(variance / blocks.length) };
  };
  const free = mean(false);
  t.ok(Math.abs(free.value) < 4 * free.error, `${free.value} ± ${free.error}`);
  const taught = mean(true);
  t.ok(Math.abs(taught.value) > 10 * taught.error, `${taught.value} ± ${taught.error}`);
});
t.test('a target equal to the output proposes no forward update', async t => {
  for (const scheme of schemes) {
    const model = ready(build(scheme, layers, quiet[scheme.name]));
    const { circuit, programs, forward, output, target } = model;
    const free = circuit.compile(programs.evaluate);
    times(80, free);
    // potentials of the microcircuits settle at once with their rates
    circuit.signal(target).set(circuit.signal(output));
    const train = circuit.compile(programs.train, { apply: false });
    times(80, train);
    for (const name of forward) t.ok(largest(circuit.direction(name)) < rounding, `${scheme.name} ${name}`);
    circuit.signal(target).fill(2);
    times(10, train);
    for (const name of forward) t.ok(largest(circuit.direction(name)) > 1e-9, `${scheme.name} ${name}`);
  }
});
t.test(
  'feedback of bp is the transpose of the forward weights, one step behind in microcircuits',
  async t => {
    for (const scheme of [microcircuit, classification]) {
      const options = { settings: { feedback: 'bp' }, plasticity: { PI: null } };
      const model = ready(build(scheme, layers, { ...quiet[scheme.name], ...options }));
      const { circuit, programs, target } = model;
      circuit.signal(target).fill(1);
      const train = circuit.compile(programs.train);
      times(5, train);
      const before = Float64Array.from(circuit.weights('W2'));
      train();
      t.notSame(circuit.weights('W2'), before);
      const [rows, cols] = [3, 5];
      const B = circuit.weights('B1');
      t.strictSame(
        Array.from(before),
        Array.from({ length: rows * cols }, (_, k) => B[(k % cols) * rows + Math.floor(k / cols)]!),
        scheme.name,
      );
      t.strictSame(
        Array.from(circuit.weights('BPI1'), v => v + 0),
        Array.from(B, v => -v + 0),
        `${scheme.name}: inhibition is the opposite`,
      );
    }
  },
);
t.test(
  'settled latent-equilibrium layers propose the nudged gradient, for every head and both error forms',
  async t => {
    for (const head of Object.keys(latentEquilibrium.heads))
      for (const errorInSoma of [false, true])
        for (const feedback of ['bp', 'fa']) {
          // the error of the soma shifts the rates it is computed from: only to first order in beta
          const beta = errorInSoma ? 1e-6 : 0.1;
          const settings = { feedback, errorInSoma };
          const model = ready(build(latentEquilibrium, layers, { head, settings, parameters: { beta } }));
          const { circuit, input, target, forward } = model;
          const reference = build(bp, layers, {
            head,
            neurons: { hidden: { model: bp.neurons.hidden!.model, functions: { phi: 'sigmoid' } } },
          });
          for (const name of reference.circuit.weightNames())
            reference.circuit.lent(name)!.set(circuit.lent(name)!);
          if (feedback === 'fa')
            for (const l of [1, 2]) circuit.weights(`B${l}`).set(circuit.weights(`W${l + 1}`));
          show(model, target, 2);
          reference.circuit.signal(reference.input).set(circuit.signal(input));
          reference.circuit.signal(reference.target).set(circuit.signal(target));
          const update = latentUpdate({ taught: true, learning: true, noisy: false }, settings);
          times(40, circuit.compile(update, { apply: false }));
          reference.circuit.compile(reference.programs.train, { apply: false })();
          for (const name of forward) {
            const wanted = reference.circuit.direction(name).map(g => beta * g);
            const off = apart(circuit.direction(name), wanted);
            t.ok(off < (errorInSoma ? 1e-4 : rounding), `${head} ${feedback} ${errorInSoma} ${name}: ${off}`);
          }
        }
  },
);
t.test('what cancels may be left out: the membrane changes no rate and no weight', async t => {
  const cases: readonly [Scheme, SchemeOptions][] = [
    [microcircuit, { neurons: { pyramidal: { choose: { amplitude: 'uP' } } } }],
    [latentEquilibrium, { head: 'softmax-cross-entropy' }],
  ];
  for (const [scheme, options] of cases) {
    const [whole, short] = ['integrated', 'cancelled'].map(membrane => {
      const model = ready(build(scheme, layers, { ...options, settings: { membrane } }));
      show(model, model.target, 3);
      times(200, model.circuit.compile(model.programs.train));
      return model;
    });
    // 200 steps, each dividing a difference of potentials by dt / tau = 0.002
    for (const name of [...whole!.forward, ...whole!.feedback])
      t.ok(
        apart(short!.circuit.weights(name), whole!.circuit.weights(name)) < 1e-10,
        `${scheme.name} ${name}`,
      );
    t.ok(apart(short!.circuit.signal(short!.output), whole!.circuit.signal(whole!.output)) < 1e-10);
    if (scheme === microcircuit)
      t.ok(apart(short!.circuit.signal('pyr1.u'), whole!.circuit.signal('pyr1.u')) < 1e-10, 'u is reported');
  }
});
t.test('settings that contradict each other are refused', async t => {
  t.throws(
    () =>
      build(microcircuit, layers, { settings: { membrane: 'cancelled' }, parameters: { prospectivity: 0 } }),
    { code: 'APICAL_SETTING', message: /only where prospectivity is 1; it is 0/ },
  );
  const { circuit, programs } = build(microcircuit, layers, { parameters: { hold: 0.015 } });
  t.throws(() => circuit.compile(programs.train), /hold \/ dt/);
  t.throws(() => build(microcircuit, layers, { parameters: { settle: -1 } }), /settle of .* is -1/);
});
t.test('circuits say where errors are, and refuse synapses that they do not have', async t => {
  const sparse = { ...dense, name: 'sparse' };
  const of = (connectivity: Connectivity) =>
    layers.map((layer, l) => (l === 2 ? { ...layer, connectivity } : layer));
  for (const scheme of [microcircuit, classification]) {
    t.strictSame(build(scheme, layers).errors, ['pyr1.vApi', 'pyr2.vApi']);
    t.throws(() => build(scheme, of(sparse)), {
      code: 'APICAL_SHAPE',
      message: `${scheme.name}: layer 2 is reached by "sparse"; its cells are connected all to all: take "dense", or the scheme "pal"`,
    });
    t.doesNotThrow(() => build(scheme, of(dense)));
  }
});
t.test('a circuit settles before it learns where it is asked to', async t => {
  const settled = (settle: number): Float64Array => {
    const { circuit, output } = ready(build(microcircuit, layers, { parameters: { settle: settle * 0.01 } }));
    return Float64Array.from(circuit.signal(output));
  };
  t.ok(apart(settled(20), settled(40)) < rounding);
  t.ok(apart(settled(0), settled(20)) > 0.1);
});
t.test('the classification circuit learns only while it is told to', async t => {
  const model = ready(build(classification, layers));
  const { circuit } = model;
  const before = Float64Array.from(circuit.weights('W2'));
  times(5, circuit.compile(classificationStep({ taught: true, learning: false }, { feedback: 'pal' })));
  t.strictSame(circuit.weights('W2'), before);
});
t.test('a cancelled membrane is not read, an integrated one is', async t => {
  const cases: readonly [Scheme, string, string][] = [
    [microcircuit, 'pyr1.u', 'pyr1.r'],
    [latentEquilibrium, 'layer1.v', 'layer1.r'],
  ];
  for (const [scheme, potential, rate] of cases)
    for (const membrane of ['integrated', 'cancelled']) {
      const [left, moved] = [0, 1e6].map(by => {
        const { circuit, programs } = ready(
          build(scheme, layers, { ...quiet[scheme.name], settings: { membrane } }),
        );
        times(3, circuit.compile(programs.evaluate));
        circuit.signal(potential).forEach((v, i, into) => (into[i] = v + by));
        circuit.compile(programs.evaluate)();
        return Float64Array.from(circuit.signal(rate));
      });
      const off = apart(moved!, left!);
      // looking ahead undoes what integrates in layers, but for the rounding of a large potential
      if (membrane === 'cancelled') t.equal(off, 0, scheme.name);
      else t.ok(off > 0, `${scheme.name}: ${off}`);
    }
});
t.test('the output of layers is that of the update just made, as the head says', async t => {
  const shown = { 'linear-squared': 'u', 'sigmoid-squared': 'r' };
  for (const [head, signal] of Object.entries(shown)) {
    const { circuit, programs, output } = ready(build(palLayers, layers, { head }));
    // the input arrives in the third update
    times(3, circuit.compile(programs.evaluate));
    t.strictSame(circuit.signal(output), circuit.signal(`layer3.${signal}`), head);
    t.notSame(circuit.signal(output), circuit.signal('layer3.uOld'), head);
  }
});
t.test('noise reaches potentials in evaluation only where the setting says so', async t => {
  const potentials = (evaluationNoise: boolean): Float64Array => {
    const { circuit, programs } = ready(build(palLayers, layers, { settings: { evaluationNoise } }));
    times(4, circuit.compile(programs.evaluate));
    const [u, basal] = ['u', 'basal'].map(name => circuit.signal(`layer1.${name}`));
    return Float64Array.from(u!, (v, i) => v - basal![i]!);
  };
  t.equal(largest(potentials(false)), 0);
  t.ok(largest(potentials(true)) > 1e-3);
});
t.test('which synapses a circuit teaches: by the kind of feedback, and in the program `align`', async t => {
  const plastic = (scheme: Scheme, feedback: string): string[] => {
    const { circuit } = build(scheme, layers, { settings: { feedback } });
    return ['W1', 'WIP1', 'B1', 'BPI1'].filter(name => circuit.plastic(name));
  };
  for (const feedback of ['fa', 'bp']) {
    t.strictSame(plastic(microcircuit, feedback), ['W1', 'WIP1', 'BPI1']);
    t.strictSame(plastic(classification, feedback), ['W1', 'WIP1'], 'fixed feedback needs no inhibition');
  }
  for (const scheme of [microcircuit, classification])
    t.strictSame(plastic(scheme, 'pal'), ['W1', 'WIP1', 'B1', 'BPI1']);
  const { circuit, programs } = ready(build(microcircuit, layers));
  const names = ['W1', 'WIP1', 'B1', 'BPI1'];
  const before = names.map(name => Float64Array.from(circuit.weights(name)));
  times(5, circuit.compile(programs.align!));
  t.strictSame(
    names.filter((name, k) => apart(circuit.weights(name), before[k]!) > 0),
    ['WIP1', 'B1', 'BPI1'],
  );
});
t.test('inhibition that is drawn beside tied feedback is its opposite from the first step on', async t => {
  const settings = { feedback: 'bp', selfPredicting: false };
  const { circuit, programs } = ready(build(microcircuit, layers, { settings, plasticity: { PI: null } }));
  const opposite = (): number =>
    apart(
      circuit.weights('BPI1'),
      circuit.weights('B1').map(b => -b),
    );
  t.ok(opposite() > 0.1, 'drawn');
  circuit.compile(programs.train)();
  t.equal(opposite(), 0);
});
t.test(
  'fixed and tied feedback of the classification circuit are learned feedback held by hand, bit for bit',
  t => {
    const made = (feedback: string, plasticity: SchemeOptions['plasticity'] = {}): BuiltModel =>
      build(classification, layersOf(4, 5, 3), {
        settings: { feedback },
        neurons: { pyramidal: silent },
        plasticity,
      });
    const still = { optimiser: { parameters: { eta: 0 } } };
    const weights = ['W1', 'W2', 'WIP1', 'B1', 'BPI1'];
    /** Trains two circuits side by side; `before` may look after the second one. */
    const equal = (one: BuiltModel, other: BuiltModel, before: () => void = () => undefined): void => {
      const first = Array.from(one.circuit.weights('W2'));
      const steps = [one, other].map(model => {
        const { circuit, programs, input, target } = model;
        show(model, input);
        show(model, target, 2);
        circuit.compile(programs.start!)();
        return circuit.compile(programs.train);
      });
      for (let k = 0; k < 200; k++) {
        before();
        for (const step of steps) step();
      }
      for (const name of weights) t.strictSame(one.circuit.weights(name), other.circuit.weights(name), name);
      t.ok(apart(first, one.circuit.weights('W2')) > 1e-4, 'something was learned');
    };
    equal(made('fa'), made('pal', { feedback: still, PI: still }));
    const held = made('fa');
    const [W, B, I] = ['W2', 'B1', 'BPI1'].map(name => held.circuit.weights(name));
    equal(made('bp'), held, () => {
      for (let i = 0; i < 3; i++)
        for (let j = 0; j < 5; j++) {
          B![j * 3 + i] = W![i * 5 + j]!;
          I![j * 3 + i] = -W![i * 5 + j]!;
        }
    });
    t.end();
  },
);
