/** The noise, when held noise is renewed, and where the noise drives the feedback weights. */
import t from 'tap';
import type { Program, Scheme, SchemeOptions } from '@apical/core';
import type { BuiltModel } from '@apical/circuit';
import {
  classification,
  classificationStep,
  latentEquilibrium,
  latentUpdate,
  microcircuit,
  microcircuitStep,
} from '../src/index.js';
import { flow } from '@apical/plugin-standard';
import { build, layersOf, show, times } from './parts.js';

const align = { taught: false, noisy: true, learning: ['feedback'] };
const defaults = { feedback: 'pal', membrane: 'integrated', noiseCount: 'layer' };

t.test('the noise has the stated stationary variance and autocorrelation', async t => {
  const [sigma, dt, tauNoise] = [0.3, 0.01, 0.05];
  const a = dt / tauNoise;
  const model = build(
    microcircuit,
    layersOf(2, 40, 2),
    { neurons: { pyramidal: { parameters: { sigma, tauNoise } } } },
    { batch: 10, dt, fast: true },
  );
  const { circuit } = model;
  const step = circuit.compile(microcircuitStep({ ...align, learning: [] }, 3, defaults));
  times(100, step);
  const xi = circuit.signal('pyr1.xi');
  const lags = [0, 1, 3, 6];
  const kept: Float64Array[] = [];
  const sums = lags.map(() => 0);
  const count = 1000;
  for (let k = 0; k < count + 6; k++) {
    step();
    kept.push(Float64Array.from(xi));
    if (k < 6) continue;
    lags.forEach((lag, j) => {
      const before = kept[k - lag]!;
      for (let i = 0; i < xi.length; i++) sums[j]! += (xi[i]! * before[i]!) / (count * xi.length);
    });
  }
  const variance = sigma ** 2 / (2 - a);
  lags.forEach((lag, j) => {
    // 400 neurons, 1000 steps, correlated over about 2 / a of them: 0.7 % of standard error
    const off = sums[j]! / (variance * (1 - a) ** lag) - 1;
    t.ok(Math.abs(off) < 0.03, `lag ${lag}: off by ${off}`);
  });
});
t.test('noise of a layer that counts for itself is held for as many steps as stated', async t => {
  const { circuit } = build(microcircuit, layersOf(2, 3, 4, 2), {
    parameters: { hold: 0.03 },
    neurons: { pyramidal: { choose: { renewed: 'white' } } },
  });
  const step = circuit.compile(microcircuitStep(align, 4, defaults));
  for (const renewed of renewals(circuit, step, 12))
    t.strictSame(renewed, [1, 0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0]);
});
/** For both hidden layers, in which steps the noise changed. */
function renewals(circuit: BuiltModel['circuit'], step: () => void, steps: number): number[][] {
  const layers = ['pyr1.xi', 'pyr2.xi'].map(ref => circuit.signal(ref));
  const out: number[][] = [[], []];
  times(steps, () => {
    const before = layers.map(xi => xi.slice());
    step();
    layers.forEach((xi, l) => out[l]!.push(xi.every((v, i) => v === before[l]![i]) ? 0 : 1));
  });
  return out;
}
t.test('with one count for all layers, a renewal in one delays the other', async t => {
  for (const hold of [2, 3, 4, 5]) {
    const settings = { noiseCount: 'shared' };
    const { circuit } = build(microcircuit, layersOf(2, 3, 4, 2), {
      settings,
      parameters: { hold: hold * 0.01 },
      neurons: { pyramidal: { choose: { renewed: 'white' } } },
    });
    const step = circuit.compile(microcircuitStep(align, 4, { ...defaults, ...settings }));
    // as the reference counts: one number for all layers, zero noise always being due
    const wanted: number[][] = [[], []];
    const isZero = [true, true];
    let count = 0;
    times(20, () => {
      for (const l of [0, 1]) {
        const due = isZero[l]! || count % hold === 0;
        if (due) count = 0;
        count++;
        isZero[l] = false;
        wanted[l]!.push(due ? 1 : 0);
      }
    });
    t.strictSame(renewals(circuit, step, 20), wanted, `hold ${hold}`);
  }
});

/** What differs between the variants: steps from the noise to the trace of its feedback synapse, gains, units of time. */
interface Variant {
  readonly scheme: Scheme;
  /** Slot and first name of the populations with noise. */
  readonly slot: string;
  readonly cells: string;
  readonly potential: string;
  readonly lag: number;
  readonly dt: number;
  /** From noise to the potential of its own neuron; from a rate to a potential of a hidden layer, and of the output. */
  readonly gains: readonly [own: number, hidden: number, output: number];
  readonly stages: Program;
}
const tau = 1 / 0.19;
const circuitGains = [0.06 * tau, 0.1 * tau, 0.1 / 0.13] as const;
const onlyFeedback = { phase: 'learn', on: ['feedback'] };
const variants: readonly Variant[] = [
  {
    scheme: microcircuit,
    slot: 'pyramidal',
    cells: 'pyr',
    potential: 'uBreve',
    lag: 4,
    dt: 0.01,
    gains: circuitGains,
    stages: microcircuitStep(align, 4, defaults),
  },
  {
    scheme: classification,
    slot: 'pyramidal',
    cells: 'pyr',
    potential: 'uBreve',
    lag: 2,
    dt: 0.01,
    gains: circuitGains,
    stages: [onlyFeedback, ...classificationStep({ taught: false, learning: false }, defaults)],
  },
  {
    scheme: latentEquilibrium,
    slot: 'hidden',
    cells: 'layer',
    potential: 'u',
    lag: 1,
    dt: 0.1,
    gains: [1, 1, 1],
    stages: [...latentUpdate({ taught: false, learning: false, noisy: true }, defaults), onlyFeedback],
  },
];
const [sigma, alpha, samples] = [0.05, 1e-3, 40];
const sizes = [3, 4, 3, 2];
/** Feedback into layer `l`, from the noise of that layer alone, averaged over time at rest, and what theory says. */
function atRest(v: Variant, l: number): { got: Float64Array; want: Float64Array } {
  const { scheme, dt, lag } = v;
  // time constants are ten steps; weights relax in a hundred
  const time = 10 * dt;
  const feedback = {
    parameters: { alpha, tauHP: time },
    optimiser: { use: flow, parameters: { eta: 1 / (100 * dt * alpha) } },
  };
  const noise = { sigma: [1, 2].map(k => (k === l ? sigma : 0)), tauNoise: time };
  const options: SchemeOptions = {
    neurons: { [v.slot]: { parameters: noise } },
    plasticity: { feedback },
    // rates of the latent-equilibrium output are sigmoid as well
    ...(scheme === latentEquilibrium
      ? { neurons: { [v.slot]: { parameters: noise }, output: { functions: { phi: 'sigmoid' } } } }
      : {}),
  };
  const model = build(scheme, layersOf(...sizes), options, {
    batch: samples,
    dt,
    fast: true,
    weights: { feedback: { draw: 'zeros' } },
  });
  const { circuit, programs } = model;
  // one input for all samples: what the batch averages is noise
  show(model, model.input);
  const x = circuit.signal(model.input);
  for (let b = 1; b < samples; b++) x.copyWithin(b * sizes[0]!, 0, sizes[0]);
  if (programs.start) circuit.compile(programs.start)();
  const step = circuit.compile(v.stages);
  const potentials = [l, l + 1].map(k => circuit.signal(`${v.cells}${k}.${v.potential}`));
  times(30, circuit.compile(programs.evaluate));
  const [own, above] = potentials.map(u => Float64Array.from(u));
  times(500, step);
  const [n, m] = [sizes[l]!, sizes[l + 1]!];
  const mean = new Float64Array(n * m);
  times(600, () => {
    step();
    circuit.weights(`B${l}`).forEach((b, k) => (mean[k]! += b / 600));
  });
  const [a, b] = [dt / time, dt / time];
  const C = ((sigma ** 2 / (alpha * (2 - a))) * (1 - a) ** lag * a) / (a + b - a * b);
  const gain = C * v.gains[0] * v.gains[l + 1 < sizes.length - 1 ? 1 : 2];
  const W = circuit.weights(`W${l + 1}`);
  const want = Float64Array.from(
    W,
    (w, k) => gain * slope(own![k % n]!) * w * slope(above![Math.floor(k / n)]!),
  );
  const got = circuit.reversed(`B${l}`) ? mean : want.map((_, k) => mean[(k % n) * m + Math.floor(k / n)]!);
  return { got, want };
}
const slope = (u: number): number => {
  const r = 1 / (1 + Math.exp(-u));
  return r * (1 - r);
};
const dot = (a: Float64Array, b: Float64Array): number => a.reduce((sum, v, k) => sum + v * b[k]!, 0);
for (const variant of variants)
  t.test(`feedback weights of ${variant.scheme.name} come to rest where theory says`, async t => {
    for (const l of [1, 2]) {
      const { got, want } = atRest(variant, l);
      const factor = dot(got, want) / dot(want, want);
      const scatter = Math.sqrt(
        dot(
          got.map((v, k) => v - want[k]!),
          got.map((v, k) => v - want[k]!),
        ) / dot(want, want),
      );
      // the factor is what lag, gains and time constants fix: one step of lag more is 10 %
      t.ok(Math.abs(factor - 1) < 0.04, `B${l}: ${factor}`);
      // sampling error of each weight
      t.ok(scatter < 0.08, `B${l}: ${scatter}`);
    }
  });
