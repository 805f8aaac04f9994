/** Replays golden cases of the dendritic microcircuit (model `pal-microcircuit`). */
import type {
  Activation,
  CircuitView,
  GoldenBench,
  GoldenCase,
  GoldenReplay,
  LayerSpec,
  Model,
  NeuronModel,
  PlasticitySlot,
  SchemeOptions,
  Step,
} from '@apical/core';
import { derived, state } from '@apical/core';
import { flow } from '@apical/plugin-standard';
import { unitSlopeHardSigmoid } from './activations.js';
import { dendriticPrediction, smoothedPrediction } from './dendritic-rules.js';
import { time } from './common.js';
import { microcircuit, microcircuitStep } from './microcircuit.js';
import { pyramidal } from './microcircuit-neurons.js';
import { lowpass } from './optimisers.js';

interface Phase {
  readonly steps: number;
  readonly learn_forward: boolean;
  readonly learn_lateral: boolean;
  readonly learn_backward: boolean;
  readonly target_on: boolean;
}
/** As recorded; what only PAL has is absent in the other cases. */
interface Parameters {
  readonly algorithm: 'PAL' | 'BP' | 'FA';
  readonly layers: readonly number[];
  readonly activation: readonly string[];
  readonly init_self_predicting: boolean;
  readonly forward_rule_uses_rates: boolean;
  readonly prospectivity: number;
  readonly dt: number;
  readonly g_leak: number;
  readonly g_basal: number;
  readonly g_apical: number;
  readonly g_dendrite: number;
  readonly g_inter_nudge: number;
  readonly g_target: number;
  readonly eta_forward: readonly number[];
  readonly eta_backward: readonly number[];
  readonly eta_IP: readonly number[];
  readonly eta_PI: readonly number[];
  readonly sigma_noise: readonly number[];
  readonly alpha: readonly number[];
  readonly noise_hold: number;
  readonly noise_type: 'OU' | 'hold_white_noise';
  readonly noise_mode: 'const' | 'uP' | 'uP_breve' | 'vapi';
  readonly tau_noise: number;
  readonly tau_highpass: number;
  readonly tau_lowpass?: number;
  readonly highpass_rates: boolean;
  readonly lowpass_interneuron_dendrite: boolean;
  readonly lowpass_dW: boolean;
  readonly lowpass_dW_presynaptic: boolean;
  readonly lowpass_dW_postsynaptic: boolean;
  readonly gate_regularizer: boolean;
  readonly derivative_regularizer: boolean;
  readonly phases?: readonly Phase[];
  readonly trace_every: number;
  readonly epochs: number;
  readonly samples: number;
  readonly settling_time: number;
  readonly steps_per_presentation: number;
}
/** Names of the recorded activations. */
export const activationNamed = (name: string): string | Activation =>
  name === 'hard_sigmoid' ? unitSlopeHardSigmoid : name === 'logistic' ? 'sigmoid' : name;
const amplitudes = { const: 'const', uP: 'uP', uP_breve: 'uPBreve', vapi: 'vApi' } as const;
const feedbacks = { PAL: 'pal', FA: 'fa', BP: 'bp' } as const;

/**
 * The recording shows the high-passed rate of every layer and the noisy apical potential; no rule reads the former in
 * layer 1, and the latter is not kept. Here a neuron of the user's own shows both.
 */
const observed: NeuronModel = {
  ...pyramidal,
  name: 'observed-pyramidal',
  parameters: { ...pyramidal.parameters, tauHP: time('high-pass', 0.1) },
  signals: {
    ...pyramidal.signals,
    rHP: state('high-passed rate'),
    vNoisy: derived('vApi and the noise of the step before'),
  },
  phases: {
    ...pyramidal.phases,
    start: `${pyramidal.phases.start!}\nrHP = r`,
    dendrites: `${pyramidal.phases.dendrites!}\nvNoisy = vApi + xi`,
    commit: `${pyramidal.phases.commit!}\nrHP += (r - rOld) - dt / tauHP * rHP`,
  },
};
function forwardSlot(p: Parameters): Partial<PlasticitySlot> {
  const isPal = p.algorithm === 'PAL';
  const tau = p.tau_lowpass ?? 100;
  const side = p.lowpass_dW_presynaptic
    ? 'presynaptic'
    : p.lowpass_dW_postsynaptic
      ? 'postsynaptic'
      : undefined;
  const compared = p.forward_rule_uses_rates ? 'rates' : 'potentials';
  const rule =
    isPal && side
      ? {
          rule: smoothedPrediction,
          parameters: { tau },
          choose: { compared, error: side, sent: side },
        }
      : { rule: dendriticPrediction, choose: { compared } };
  const optimiser =
    isPal && p.lowpass_dW
      ? { use: lowpass, parameters: { eta: p.eta_forward, tau } }
      : { use: flow, parameters: { eta: p.eta_forward } };
  return { ...rule, optimiser };
}
function feedbackSlot(p: Parameters): Partial<PlasticitySlot> {
  const hidden = p.layers.length - 2;
  const decay = p.derivative_regularizer ? 'derivative' : p.gate_regularizer ? 'gated' : 'plain';
  // the reference leaves the uppermost feedback weights out of this regulariser
  const alpha = p.alpha.slice(0, hidden).map((a, i) => (decay === 'derivative' && i === hidden - 1 ? 0 : a));
  return {
    parameters: { alpha, tauHP: p.tau_highpass },
    choose: { received: p.highpass_rates ? 'highpass' : 'rate', decayPost: decay, decayPre: decay },
    optimiser: { use: flow, parameters: { eta: p.eta_backward.slice(0, hidden) } },
  };
}
function optionsOf(p: Parameters, initial: NonNullable<SchemeOptions['initial']>): SchemeOptions {
  const isPal = p.algorithm === 'PAL';
  const hidden = p.layers.length - 2;
  const rate = (eta: readonly number[]) => ({
    optimiser: { use: flow, parameters: { eta: eta.slice(0, hidden) } },
  });
  return {
    parameters: {
      gLeak: p.g_leak,
      gBasal: p.g_basal,
      gApical: p.g_apical,
      gDendrite: p.g_dendrite,
      gNudge: p.g_inter_nudge,
      gTarget: p.g_target,
      prospectivity: p.prospectivity,
    },
    settings: {
      feedback: feedbacks[p.algorithm],
      selfPredicting: p.init_self_predicting,
      hold: isPal ? Math.round(p.noise_hold / p.dt) : 1,
      noiseCount: 'shared',
    },
    neurons: isPal
      ? {
          pyramidal: {
            model: observed,
            parameters: {
              sigma: p.sigma_noise.slice(0, hidden),
              tauNoise: p.tau_noise,
              tauHP: p.tau_highpass,
            },
            choose: {
              amplitude: amplitudes[p.noise_mode],
              renewed: p.noise_type === 'OU' ? 'OU' : 'white',
            },
          },
          interneuron: {
            parameters: { tauLow: p.tau_lowpass ?? 100 },
            choose: { dendrite: p.lowpass_interneuron_dendrite ? 'lowpass' : 'instantaneous' },
          },
        }
      : {},
    plasticity: {
      forward: forwardSlot(p),
      IP: rate(p.eta_IP),
      PI: rate(p.eta_PI),
      ...(isPal ? { feedback: feedbackSlot(p) } : {}),
    },
    initial,
  };
}
/** A recorded network and its steps. */
interface Network {
  readonly p: Parameters;
  readonly model: Model;
  readonly step: (phase: Omit<Phase, 'steps'>) => Step;
}
function networkOf(golden: GoldenCase, bench: GoldenBench, prefix = ''): Network {
  const p = golden.parameters as unknown as Parameters;
  const last = p.layers.length - 1;
  const initial: Record<string, Record<string, Float64Array>> = {};
  for (let l = 1; l <= last; l++) {
    initial[`pyr${l}`] = { u: bench.array(`${prefix}u${l}_init`) };
    if (l < last) initial[`int${l}`] = { u: bench.array(`${prefix}uI${l}_init`) };
  }
  const layers = p.layers.map((n, l): LayerSpec =>
    l > 0 ? { shape: [n], activation: activationNamed(p.activation[l - 1]!) } : { shape: [n] },
  );
  const options = optionsOf(p, initial);
  const model = bench.build(microcircuit, layers, options, {
    batch: 1,
    dt: p.dt,
    initial: name => golden.arrays[prefix + name]?.data,
    draws: stream => golden.arrays[stream.replace(/^pyr(\d+)\/z$/, 'z$1')]?.data,
  });
  model.circuit.compile(model.programs.start!)();
  const step = (phase: Omit<Phase, 'steps'>): Step => {
    const learning = [
      ...(phase.learn_forward ? ['forward'] : []),
      ...(phase.learn_lateral ? ['lateral'] : []),
      ...(phase.learn_backward ? ['feedback'] : []),
    ];
    const what = { taught: phase.target_on, noisy: phase.learn_backward, learning };
    return model.circuit.compile(microcircuitStep(what, layers.length, options.settings!));
  };
  return { p, model, step };
}
/** Recorded name → ours, of the cells of a layer. */
const pyramidalSignals = { u: 'u', uprosp: 'uBreve', r: 'r', vbas: 'vBas' } as const;
const apicalSignals = { vapi: 'vApi', noise: 'xi', vapi_noise: 'vNoisy' } as const;
const interneuronSignals = { uI: 'u', uIprosp: 'uBreve', rI: 'r', vden: 'vDen' } as const;

function compare(
  { p, model }: Network,
  bench: GoldenBench,
  kind: 'trace' | 'final' | 'start',
  row?: number,
): void {
  const { circuit } = model;
  const last = p.layers.length - 1;
  const isPal = p.algorithm === 'PAL';
  const put = (name: string, value: ArrayLike<number>): void => bench.compare(`${kind}_${name}`, value, row);
  const all = (signals: Readonly<Record<string, string>>, population: string, l: number): void => {
    for (const [theirs, ours] of Object.entries(signals))
      put(`${theirs}${l}`, circuit.signal(`${population}.${ours}`));
  };
  for (let l = 1; l <= last; l++) {
    all(pyramidalSignals, `pyr${l}`, l);
    put(`W${l}`, circuit.weights(`W${l}`));
    if (isPal) put(`rHP${l}`, circuit.signal(l > 1 ? `B${l - 1}.pal.rHP` : 'pyr1.rHP'));
    if (l === last) continue;
    const { vapi_noise, ...always } = apicalSignals;
    all(isPal ? { ...always, vapi_noise } : always, `pyr${l}`, l);
    all(interneuronSignals, `int${l}`, l);
    for (const weights of ['WIP', 'B', 'BPI']) put(`${weights}${l}`, circuit.weights(`${weights}${l}`));
  }
}
const show = (circuit: CircuitView, signal: string, rows: Float64Array, at: number): void => {
  const into = circuit.signal(signal);
  into.set(rows.subarray(at * into.length, (at + 1) * into.length));
};
function replay(golden: GoldenCase, bench: GoldenBench): void {
  const p = golden.parameters as unknown as Parameters;
  if (!p.phases) return teacherAndStudent(golden, bench);
  const network = networkOf(golden, bench);
  const { circuit, input, target } = network.model;
  compare(network, bench, 'start');
  const inputs = bench.array('input');
  const targets = golden.arrays.target && bench.array('target');
  let t = 0;
  for (const phase of p.phases) {
    const step = network.step(phase);
    for (let q = 0; q < phase.steps; q++, t++) {
      show(circuit, input, inputs, t);
      if (targets) show(circuit, target, targets, t);
      step();
      if ((t + 1) % p.trace_every === 0) compare(network, bench, 'trace', (t + 1) / p.trace_every - 1);
    }
  }
  compare(network, bench, 'final');
}
const nothing = { learn_forward: false, learn_lateral: false, learn_backward: false, target_on: false };
const everything = { learn_forward: true, learn_lateral: true, learn_backward: true, target_on: true };

/** The whole schedule of the published experiment: what a runner does around the steps. */
function teacherAndStudent(golden: GoldenCase, bench: GoldenBench): void {
  const teacher = networkOf(golden, bench, 'teacher_');
  const student = networkOf(golden, bench, 'student_');
  const { p } = student;
  const { samples: count, steps_per_presentation: steps } = p;
  const samples = bench.array('samples');
  const settled = ({ model, step }: Network): Step => {
    const free = step(nothing);
    for (let t = 0; t < Math.round(p.settling_time / p.dt); t++) {
      show(model.circuit, model.input, samples, Math.floor(t / steps) % count);
      free();
    }
    return free;
  };
  const free = settled(teacher);
  const output = teacher.model.circuit.signal(teacher.model.output);
  const log: number[] = [];
  const targets: number[] = [];
  for (let t = 0; t < count * steps; t++) {
    log.push(...output);
    // the target is what the teacher says one step before the end of a presentation
    if (t % steps === steps - 1) targets.push(...output);
    show(teacher.model.circuit, teacher.model.input, samples, Math.floor(t / steps));
    free();
  }
  bench.compare('teacher_uprosp_before_each_step', log);
  bench.compare('teacher_target_samples', targets);
  settled(student);
  const learn = student.step(everything);
  const shuffle = bench.array('shuffle');
  const wanted = Float64Array.from(targets);
  let order = Array.from({ length: count }, (_, k) => k);
  for (let epoch = 0; epoch < p.epochs; epoch++) {
    const before = order;
    order = Array.from(shuffle.subarray(epoch * count, (epoch + 1) * count), i => before[i]!);
    for (const sample of order) {
      show(student.model.circuit, student.model.input, samples, sample);
      show(student.model.circuit, student.model.target, wanted, sample);
      for (let q = 0; q < steps; q++) learn();
    }
  }
  compare(student, bench, 'final');
}
export const microcircuitReplay: GoldenReplay = { model: 'pal-microcircuit', replay };
