/**
 * Leaky layers that look ahead (latent equilibrium) as schemes: `pal`, the default for layered networks, and
 * `pal/latent-equilibrium` with every option and baseline of the paper. One program run is one update of the whole network:
 * every layer sees the rates and errors of the update before. Populations `layer0` … `layer{N}`, projections `W{l}` and
 * `B{l}`, the feedback into hidden layer l. Numbers in brackets are those of the equations in README.md.
 */
import type { Assembled, Builder, LayerSpec, Program, Projection, Scheme } from '@apical/core';
import { defineNeuron, defineScheme, derived, entryOf, errorWay, functionsOf, input } from '@apical/core';
import { noise, setting, state, stimulus, weightedLayers } from '@apical/core';
import { delta, layerName, wiringOf } from '@apical/plugin-bp';
import { flow } from '@apical/plugin-standard';
import { atLeast0, flag, sigma, own, shown, source, tauNoise, teach, time } from './common.js';
import type { Settings } from './common.js';
import { pal } from './rules.js';

const noiseOn = flag('1 while noise reaches potentials', 1);
const tau = time('membrane time constant', 10);
const beta = atLeast0('nudging strength of the target', 0.1);

const sample = defineNeuron({
  name: 'le/input',
  doc: 'shows the sample',
  source,
  parameters: {},
  signals: { r: stimulus('rate: the sample itself'), rOld: derived('rate that the layer above saw') },
  phases: { forward: 'rOld = r' },
});
const leaky = defineNeuron({
  name: 'le/leaky',
  doc: 'leaky integrator with look-ahead potential, error and noise',
  source: { paper: 'Haider et al. 2021; Max et al. 2024' },
  functions: { phi: 'sigmoid' },
  parameters: {
    tau,
    sigma: sigma(0.01),
    tauNoise: tauNoise(1),
    sigmaWhite: atLeast0('standard deviation of white noise', 0),
    noiseOn,
  },
  signals: {
    basal: input('W r + b'),
    drive: derived('what the membrane follows'),
    v: state('membrane potential'),
    u: state('look-ahead potential'),
    uOld: state('u one update ago'),
    excess: derived('u - basal'),
    r: state('rate'),
    rOld: state('rate one update ago'),
    rLast: derived('rOld; in the very first update r itself'),
    dr: state('slope of the activation at u'),
    drOld: state('slope one update ago'),
    feedback: input('error from above'),
    e: state('error'),
    xi: state('noise'),
    z: noise('standard normal'),
    zWhite: noise('standard normal of the white noise'),
    fresh: { ...state('1 until the first update is over', '1', 1), per: 'population' },
  },
  choices: {
    renewed: { none: '0', OU: 'xi + (sqrt(dt * tauNoise) * sigma * z - dt * xi) / tauNoise' },
    white: { none: '0', white: 'sigmaWhite * zWhite' },
    injected: { none: '0', error: 'e' },
    // (8) v + tau dv/dt does not depend on v
    ahead: { integrated: 'v + tau * ((drive - v) / tau)', cancelled: 'drive' },
    slope: { delayed: 'drOld', instantaneous: 'dr' },
  },
  phases: {
    // (7)
    forward: `
      xi = renewed
      uOld = u
      rOld = r
      drOld = dr
      drive = basal + injected + noiseOn * xi + white
      u = ahead
      excess = u - basal
      r = phi(u)
      dr = dphi(u)
      rLast = where(fresh, r, rOld)
      fresh = 0`,
    membrane: 'v += dt * ((drive - v) / tau)',
    // (9)
    backward: 'e = slope * feedback',
  },
});
const output = defineNeuron({
  ...leaky,
  name: 'le/output',
  doc: 'output layer: its error compares the output of the update before with the target',
  functions: { ...leaky.functions, psi: 'softmax' },
  parameters: { ...leaky.parameters, beta, teach },
  signals: { ...leaky.signals, target: stimulus('wanted output'), y: derived('output of the network') },
  choices: {
    ...leaky.choices,
    // (10)
    error: { mse: 'target - uOld', rate: 'drOld * (target - rOld)', softmax: 'target - psi(uOld)' },
    shown: { potential: 'u', rate: 'r', softmax: 'psi(u)' },
  },
  phases: { ...leaky.phases, show: 'y = shown', backward: 'e = where(teach, beta * error, 0)' },
});

/** `noisy`: does noise reach the potentials? It is renewed in any case. */
type LatentUpdate = Readonly<Record<'taught' | 'learning' | 'noisy', boolean>>;
/** The stages of one update. `settings` are those the scheme was assembled with. */
export function latentUpdate({ taught, learning, noisy }: LatentUpdate, settings: Settings): Program {
  return [
    { set: { teach: taught ? 1 : 0, noiseOn: noisy ? 1 : 0 } },
    { phase: settings.membrane === 'cancelled' ? ['forward', 'show'] : ['forward', 'membrane', 'show'] },
    settings.feedback === 'dfa' ? { phase: 'backward', sweep: 'down' } : { phase: 'backward' },
    { phase: 'trace' },
    ...(learning ? [{ phase: 'learn' }] : []),
  ];
}
type Feedback = Pick<Projection, 'from' | 'along' | 'weights' | 'connectivity'>;
const drawn = { draw: 'xavier-normal' };
/** Feedback synapses into hidden layer `l`. */
function feedbackOf(l: number, way: string, layers: readonly LayerSpec[], settings: Settings): Feedback {
  const from = `${layerName(l + 1)}.${settings.errorInSoma === true ? 'excess' : 'e'}`;
  if (settings.feedback === 'bp' || way === 'passed') return { from, along: `W${l + 1}` };
  if (settings.feedback === 'dfa') return { from: `${layerName(layers.length - 1)}.e`, weights: drawn };
  return { from, ...wiringOf(layers[l + 1]!), weights: drawn };
}
function assemble(net: Builder, layers: readonly LayerSpec[], settings: Settings): Assembled {
  const last = layers.length - 1;
  const isPal = settings.feedback === 'pal';
  const choose = {
    renewed: isPal ? 'OU' : 'none',
    injected: settings.errorInSoma === true ? 'error' : 'none',
    ahead: settings.membrane as string,
    slope: settings.feedback === 'dfa' ? 'instantaneous' : 'delayed',
  };
  layers.forEach((layer, l) => {
    const at = { shape: layer.shape, depth: l, layer: Math.max(0, l - 1) };
    const slot = l < last ? 'hidden' : 'output';
    if (l === 0) net.population(layerName(0), 'input', at);
    else net.population(layerName(l), slot, { ...at, ...functionsOf(layers, l), choose });
  });
  const weighted = weightedLayers(layers);
  const synapses = { weights: drawn, bias: settings.bias === true, plasticity: 'forward' };
  const isDirect = settings.feedback === 'dfa';
  for (let l = 1; l <= last; l++)
    net.project(`W${l}`, {
      ...wiringOf(layers[l]!),
      from: `${layerName(l - 1)}.r`,
      to: `${layerName(l)}.basal`,
      phase: 'forward',
      role: 'forward',
      layer: l - 1,
      ...(weighted.includes(l) ? synapses : {}),
    });
  for (let l = 1; l < last; l++) {
    const way = errorWay(layers, l, isDirect);
    if (!way) continue;
    net.project(`B${l}`, {
      ...feedbackOf(l, way, layers, settings),
      to: `${layerName(l)}.feedback`,
      phase: 'backward',
      role: 'feedback',
      layer: l - 1,
      reversed: true,
      plasticity: isPal && way === 'weights' ? 'feedback' : [],
    });
  }
  const hidden = weighted.slice(0, -1);
  const update = (taught: boolean, learning: boolean, noisy: boolean): Program =>
    latentUpdate({ taught, learning, noisy }, settings);
  return {
    input: `${layerName(0)}.r`,
    output: `${layerName(last)}.y`,
    target: `${layerName(last)}.target`,
    programs: {
      train: update(true, true, true),
      untaught: update(false, true, true),
      evaluate: update(false, false, settings.evaluationNoise === true),
    },
    forward: weighted.map(l => `W${l}`),
    feedback: hidden.map(l => `B${isDirect ? l : entryOf(layers, l)}`),
    errors: hidden.map(l => `${layerName(l)}.e`),
  };
}
/** What both schemes share, with their rates of learning, decay of feedback and noise. */
const latent = (etaForward: number, etaFeedback: number, alpha: number, noise: number) => ({
  source,
  dt: 0.1,
  parameters: { tau, beta, teach, noiseOn, ...shown(10, 1) },
  neurons: {
    input: { model: sample },
    hidden: { model: leaky, parameters: { sigma: noise } },
    // noise of the output teaches no feedback weights
    output: { model: output, parameters: { sigma: 0 } },
  },
  plasticity: own({
    forward: {
      rule: delta,
      uses: { pre: { r: 'rOld' }, post: { delta: 'e' } },
      optimiser: { use: flow, parameters: { eta: etaForward } },
    },
    feedback: {
      rule: pal,
      parameters: { alpha, tauHP: 1 },
      uses: { pre: { rOld: 'rLast' } },
      optimiser: { use: flow, parameters: { eta: etaFeedback } },
    },
  }),
  settings: {
    bias: setting('do units have biases', true, false),
    errorInSoma: setting('does the error enter the membrane, its excess being handed down', false, true),
    evaluationNoise: setting('does noise reach potentials while nothing is learned', false, true),
  },
  heads: {
    'linear-squared': { activation: 'linear', slot: 'output', choose: { error: 'mse', shown: 'potential' } },
    'sigmoid-squared': { activation: 'sigmoid', slot: 'output', choose: { error: 'rate', shown: 'rate' } },
    'softmax-cross-entropy': {
      activation: 'linear',
      slot: 'output',
      choose: { error: 'softmax', shown: 'softmax' },
    },
  },
  phases: {
    forward: 'potentials and rates, all from the rates of the update before',
    membrane: 'membrane potentials move',
    show: 'the output is read',
    backward: 'errors, all from the errors of the update before; direct feedback: from the output downwards',
    trace: 'synaptic traces move',
    learn: 'weights change',
  },
});
const paper = latent(0.8, 0.8, 1e-4, 0.01);
export const latentEquilibrium: Scheme = defineScheme({
  ...paper,
  name: 'pal/latent-equilibrium',
  doc: 'latent-equilibrium layers; feedback learned by PAL, fixed, direct from the output, or that of backpropagation',
  settings: {
    feedback: setting('B: learned, drawn, drawn from the output, transposed', 'pal', 'fa', 'dfa', 'bp'),
    membrane: setting('cancelled: leave it out, which changes nothing else', 'integrated', 'cancelled'),
    ...paper.settings,
  },
  assemble: (net, layers, { settings }) => assemble(net, layers, settings),
});
/**
 * The default for layered networks: latent equilibrium without what cancels. Noise is larger and feedback decays faster
 * than in the paper, so that batches shown for 100 updates align within an epoch or two of small data; the rest size of
 * B, proportional to sigma ** 2 / alpha, is the same.
 */
export const palLayers: Scheme = defineScheme({
  ...latent(1, 0.08, 1e-2, 0.1),
  name: 'pal',
  doc: 'feedback that learns from noise, at every time step and without phases, in layers of any kind',
  assemble: (net, layers, { settings }) =>
    assemble(net, layers, { ...settings, feedback: 'pal', membrane: 'cancelled' }),
});
