/**
 * Latent-equilibrium layers as schemes: `pal`, the default for layered networks, and `pal/latent-equilibrium` with every
 * option and baseline of the paper. One program run is one update of the whole network; rates need one update per layer
 * on their way up, errors one per layer on their way down. Populations `layer0` … `layer{last}`, projections `W{l}` and
 * `B{l}`, the feedback into hidden layer l.
 */
import type {
  Assembled,
  Builder,
  LayerSpec,
  PlasticitySlot,
  Program,
  Projection,
  Scheme,
  Setting,
} from '@apical/core';
import { defineScheme, setting } from '@apical/core';
import { delta, layerName, wiringOf } from '@apical/plugin-bp';
import { flow } from '@apical/plugin-standard';
import { activationOf, source, teach } from './common.js';
import { beta, leaky, leakyInput, leakyOutput, noiseOn, tau } from './latent-neurons.js';
import { pal } from './pal-rule.js';

type Settings = Readonly<Record<string, Setting>>;
export interface LatentUpdate {
  readonly taught: boolean;
  readonly learning: boolean;
  /** Does noise reach the potentials? It is renewed in any case. */
  readonly noisy: boolean;
}
/** The stages of one update. `settings` are those the scheme was assembled with. */
export function latentUpdate({ taught, learning, noisy }: LatentUpdate, settings: Settings): Program {
  return [
    { set: { teach: taught ? 1 : 0, noiseOn: noisy ? 1 : 0 } },
    { phase: settings.membrane === 'cancelled' ? 'ahead' : 'forward' },
    settings.feedback === 'dfa' ? { phase: 'backward', sweep: 'down' } : { phase: 'backward' },
    { phase: 'trace' },
    ...(learning ? [{ phase: 'learn' }] : []),
  ];
}
const isPal = ({ feedback = 'pal' }: Settings): boolean => feedback === 'pal';

/** Feedback synapses into hidden layer `l`. */
function feedbackOf(
  l: number,
  layers: readonly LayerSpec[],
  { feedback = 'pal', errorInSoma }: Settings,
): Pick<Projection, 'from' | 'along' | 'weights' | 'connectivity'> {
  const last = layers.length - 1;
  if (feedback === 'dfa') return { from: `${layerName(last)}.e`, weights: { draw: 'xavier-normal' } };
  const from = `${layerName(l + 1)}.${errorInSoma === true ? 'excess' : 'e'}`;
  if (feedback === 'bp') return { from, along: `W${l + 1}` };
  return { from, ...wiringOf(layers[l + 1]!), weights: { draw: 'xavier-normal' } };
}
function addPopulations(net: Builder, layers: readonly LayerSpec[], settings: Settings): void {
  const last = layers.length - 1;
  const choose = {
    renewed: isPal(settings) ? 'OU' : 'none',
    injected: settings.errorInSoma === true ? 'error' : 'none',
    slope: settings.feedback === 'dfa' ? 'instantaneous' : 'delayed',
  };
  layers.forEach((layer, l) => {
    const at = { shape: layer.shape, depth: l, layer: Math.max(0, l - 1) };
    if (l === 0) net.population(layerName(0), 'input', at);
    else
      net.population(layerName(l), l < last ? 'hidden' : 'output', { ...at, choose, ...activationOf(layer) });
  });
}
function assembleLatent(net: Builder, layers: readonly LayerSpec[], settings: Settings): Assembled {
  const last = layers.length - 1;
  addPopulations(net, layers, settings);
  for (let l = 1; l <= last; l++)
    net.project(`W${l}`, {
      ...wiringOf(layers[l]!),
      from: `${layerName(l - 1)}.r`,
      to: `${layerName(l)}.basal`,
      phase: ['forward', 'ahead'],
      role: 'forward',
      layer: l - 1,
      weights: { draw: 'xavier-normal' },
      bias: settings.bias === true,
      plasticity: 'forward',
    });
  for (let l = 1; l < last; l++)
    net.project(`B${l}`, {
      ...feedbackOf(l, layers, settings),
      to: `${layerName(l)}.feedback`,
      phase: 'backward',
      role: 'feedback',
      layer: l - 1,
      reversed: true,
      plasticity: isPal(settings) ? 'feedback' : [],
    });
  const evaluate = { taught: false, learning: false, noisy: settings.evaluationNoise === true };
  return {
    input: `${layerName(0)}.r`,
    output: `${layerName(last)}.y`,
    target: `${layerName(last)}.target`,
    programs: {
      train: latentUpdate({ taught: true, learning: true, noisy: true }, settings),
      untaught: latentUpdate({ taught: false, learning: true, noisy: true }, settings),
      evaluate: latentUpdate(evaluate, settings),
    },
    forward: layers.slice(1).map((_, i) => `W${i + 1}`),
    feedback: layers.slice(2).map((_, i) => `B${i + 1}`),
  };
}
const plasticity: Readonly<Record<'forward' | 'feedback', PlasticitySlot>> = {
  forward: {
    rule: delta,
    uses: { pre: { r: 'rOld' }, post: { delta: 'e' } },
    optimiser: { use: flow, parameters: { eta: 0.8 } },
  },
  feedback: {
    rule: pal,
    parameters: { alpha: 1e-4, tauHP: 1 },
    uses: { pre: { rOld: 'rLast' } },
    optimiser: { use: flow, parameters: { eta: 0.8 } },
  },
};
const common = {
  source,
  parameters: { tau, beta, teach, noiseOn },
  neurons: {
    input: { model: leakyInput },
    hidden: { model: leaky },
    // noise of the output teaches no feedback weights
    output: { model: leakyOutput, parameters: { sigma: 0 } },
  },
  plasticity,
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
    ahead: 'the same, leaving out the membrane potential, which cancels',
    backward: 'errors, all from the errors of the update before; direct feedback: from the output downwards',
    trace: 'synaptic traces move',
    learn: 'weights change',
  },
} as const;
const settings = {
  bias: setting('do units have biases', true, false),
  errorInSoma: setting(
    'does the error also enter the membrane, and is what exceeds the basal drive handed down',
    false,
    true,
  ),
  evaluationNoise: setting('does noise reach potentials while nothing is learned', false, true),
};
export const latentEquilibrium: Scheme = defineScheme({
  ...common,
  name: 'pal/latent-equilibrium',
  doc: 'latent-equilibrium layers; feedback learned by PAL, fixed, direct from the output, or that of backpropagation',
  settings: {
    feedback: setting(
      'how errors come down: learned, drawn once, direct from the output, transposed',
      'pal',
      'fa',
      'dfa',
      'bp',
    ),
    membrane: setting(
      'cancelled: leave out the membrane potential, which changes nothing else',
      'integrated',
      'cancelled',
    ),
    ...settings,
  },
  assemble: (net, layers, given) => assembleLatent(net, layers, given.settings),
});
/**
 * The default for layered networks: latent equilibrium without what cancels. Noise is larger and feedback decays faster
 * than in the paper, so that batches shown for 100 updates align within an epoch or two of small data; the rest size of
 * B, proportional to sigma ** 2 / alpha, is the same.
 */
export const palLayers: Scheme = defineScheme({
  ...common,
  name: 'pal',
  doc: 'feedback that learns from noise, at every time step and without phases, in layers of any kind',
  neurons: { ...common.neurons, hidden: { model: leaky, parameters: { sigma: 0.1 } } },
  plasticity: {
    forward: { ...plasticity.forward, optimiser: { use: flow, parameters: { eta: 1 } } },
    feedback: {
      ...plasticity.feedback,
      parameters: { alpha: 1e-2, tauHP: 1 },
      optimiser: { use: flow, parameters: { eta: 0.08 } },
    },
  },
  settings,
  assemble: (net, layers, given) => assembleLatent(net, layers, { ...given.settings, membrane: 'cancelled' }),
});
