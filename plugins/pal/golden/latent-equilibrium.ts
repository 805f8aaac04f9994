/** Replays golden cases of dense latent-equilibrium layers (model `pal-latent-equilibrium`). */
import type {
  Activation,
  GoldenBench,
  GoldenCase,
  GoldenReplay,
  LayerSpec,
  NeuronSlot,
  SchemeOptions,
} from '@apical/core';
import { state } from '@apical/core';
import { flow } from '@apical/plugin-standard';
import { clippedLinear, latentEquilibrium, latentUpdate, lowpass } from '@apical/plugin-pal';
import { show, transposed } from './arrays.js';

/** As recorded; what only PAL has is absent in the other cases. */
interface Parameters {
  readonly algorithm: 'BP' | 'FA' | 'DFA' | 'PAL';
  readonly sizes: readonly number[];
  readonly activation: readonly string[];
  readonly batch: number;
  readonly tau: number;
  readonly dt: number;
  readonly beta: number;
  readonly target_type: 'rate' | 'mse' | 'softmax';
  readonly learning_rate: number;
  readonly learning_rate_factors: readonly number[];
  readonly backward_learning_rate_factors: readonly number[];
  readonly alpha: readonly number[];
  readonly tau_noise: readonly number[];
  readonly tau_highpass: readonly number[];
  readonly tau_lowpass?: readonly number[];
  readonly sigma_noise: readonly number[];
  readonly white_noise_sigma: readonly number[];
  readonly error_injected_into_soma: boolean;
  readonly phases: readonly {
    readonly updates: number;
    readonly training: boolean;
    readonly noise_on: boolean;
  }[];
  readonly trace_every?: number;
  readonly hold?: number;
}
const feedbacks = { PAL: 'pal', FA: 'fa', DFA: 'dfa', BP: 'bp' } as const;
const activationNamed = (name: string): string | Activation =>
  name === 'hard_sigmoid' ? clippedLinear : name === 'logistic' ? 'sigmoid' : name;
function neuronsOf(p: Parameters): Readonly<Record<string, Partial<NeuronSlot>>> {
  const error = { error: p.target_type };
  if (p.algorithm !== 'PAL') return { output: { choose: error } };
  const parameters = { sigma: p.sigma_noise, tauNoise: p.tau_noise, sigmaWhite: p.white_noise_sigma };
  const white = p.white_noise_sigma.some(s => s > 0) ? { white: 'white' } : {};
  // the last entry of a list is the output's
  return {
    hidden: { parameters, choose: white },
    output: { parameters, choose: { ...white, ...error } },
  };
}
function optionsOf(p: Parameters): SchemeOptions {
  const isPal = p.algorithm === 'PAL';
  const rates = (factors: readonly number[]): number[] => factors.map(f => p.learning_rate * f);
  const eta = rates(p.learning_rate_factors);
  const given = p.tau_lowpass ?? [];
  const averaged = isPal && given.some(t => t > 0);
  // an average over one step is the direction itself
  const tau = given.map(t => (t > 0 ? t : p.dt));
  return {
    parameters: { tau: p.tau, beta: p.beta },
    settings: { feedback: feedbacks[p.algorithm], errorInSoma: p.error_injected_into_soma },
    neurons: neuronsOf(p),
    plasticity: {
      forward: {
        optimiser: averaged ? { use: lowpass, parameters: { eta, tau } } : { use: flow, parameters: { eta } },
      },
      ...(isPal
        ? {
            // feedback weights of layer i are recorded with that layer, ours with the one they reach
            feedback: {
              parameters: { alpha: p.alpha.slice(1), tauHP: p.tau_highpass.slice(1) },
              optimiser: {
                use: flow,
                parameters: { eta: rates(p.backward_learning_rate_factors).slice(1) },
              },
            },
          }
        : {}),
    },
  };
}
function replay(golden: GoldenCase, bench: GoldenBench): void {
  const p = golden.parameters as unknown as Parameters;
  const last = p.sizes.length - 1;
  const isPal = p.algorithm === 'PAL';
  const layers = p.sizes.map((n, l): LayerSpec =>
    l > 0 ? { shape: [n], activation: activationNamed(p.activation[l - 1]!) } : { shape: [n] },
  );
  /** Forward weights are recorded pre × post. */
  const recorded = (name: string): ArrayLike<number> | undefined => {
    const [, kind, digits, bias] = /^([WB])(\d+)(\/bias)?$/.exec(name) ?? [];
    const l = Number(digits);
    if (bias) return golden.arrays[`b${l}`]?.data;
    if (kind === 'W') return transposed(bench.array(`W${l}`), p.sizes[l - 1]!, p.sizes[l]!);
    return (golden.arrays[`Bd${l}`] ?? golden.arrays[`B${l + 1}`])?.data;
  };
  /** A layer without noise has no draws recorded. */
  const draws = (stream: string): ArrayLike<number> | undefined => {
    const [, digits, kind] = /^layer(\d+)\/(z\w*)$/.exec(stream) ?? [];
    const l = Number(digits);
    const updates = p.phases.reduce((n, phase) => n + phase.updates, 0);
    return (
      golden.arrays[`${kind === 'zWhite' ? 'zw' : 'z'}${l}`]?.data ??
      new Float64Array(updates * p.batch * p.sizes[l]!)
    );
  };
  const options = optionsOf(p);
  /** The recording shows the high-passed rate of every layer, also of the first, which no rule reads. */
  const fast = () => ({
    population: 'layer1',
    signals: { rHP: state('high-passed rate') },
    parameters: { tauHP: p.tau_highpass[0]! },
    phases: { trace: 'rHP += (r - rLast) - dt / tauHP * rHP' },
  });
  const records = isPal ? [fast()] : [];
  const given = { batch: p.batch, dt: p.dt, initial: recorded, draws, records };
  const { circuit, input, target } = bench.build(latentEquilibrium, layers, options, given);
  const compare = (kind: 'trace' | 'final', row?: number): void => {
    for (let l = 1; l <= last; l++) {
      const put = (name: string, ref: string): void =>
        bench.compare(`${kind}_${name}${l}`, circuit.signal(ref), row);
      put('rho', `layer${l}.r`);
      put('error', `layer${l}.e`);
      put('lookahead', `layer${l}.u`);
      put('voltage', `layer${l}.v`);
      if (!isPal) continue;
      put('noise', `layer${l}.xi`);
      put('noise_up', `layer${l}.xi`);
      put('rhoHP', l > 1 ? `B${l - 1}.pal.rHP` : 'layer1.rHP');
    }
  };
  const inputs = bench.array('input');
  const targets = bench.array('target');
  const { hold = 1, trace_every: every = 1 } = p;
  let t = 0;
  for (const { updates, training, noise_on: noisy } of p.phases) {
    const what = { taught: training, learning: training, noisy };
    const update = circuit.compile(latentUpdate(what, options.settings!));
    for (let q = 0; q < updates; q++, t++) {
      show(circuit, input, inputs, Math.floor(t / hold));
      show(circuit, target, targets, Math.floor(t / hold));
      update();
      if ((t + 1) % every === 0) compare('trace', (t + 1) / every - 1);
    }
  }
  compare('final');
  for (let l = 1; l <= last; l++) {
    bench.compare(`final_W${l}`, transposed(circuit.weights(`W${l}`), p.sizes[l]!, p.sizes[l - 1]!));
    bench.compare(`final_b${l}`, circuit.bias(`W${l}`));
    if (l > 1 && (golden.arrays[`B${l}`] ?? golden.expected[`final_B${l}`]))
      bench.compare(`final_B${l}`, circuit.weights(`B${l - 1}`));
    if (golden.arrays[`Bd${l}`] && l < last) bench.compare(`final_Bd${l}`, circuit.weights(`B${l}`));
  }
}
export const latentReplay: GoldenReplay = {
  model: 'pal-latent-equilibrium',
  // the first layer has feedback weights in the reference, which nothing uses or changes
  inert: ['final_B1'],
  replay,
};
