/** Schemes that differ from backpropagation only in what carries the errors down. */
import type { Initial, Scheme, Weights } from '@apical/core';
import { defineScheme, parameter, setting } from '@apical/core';
import {
  assembleLayers,
  bias,
  deltaPlasticity,
  heads,
  layerName,
  phases,
  rateNeurons,
  wiringOf,
  type Wiring,
} from '@apical/plugin-bp';

const tie = 'tie';
const common = { parameters: {}, neurons: rateNeurons, settings: { bias }, heads, phases };
const drawn: Initial = { draw: 'xavier-normal' };

/** Lillicrap et al. 2016: the error of layer l + 1 comes down through weights of its own, drawn once. */
export const fa: Scheme = defineScheme({
  ...common,
  name: 'fa',
  doc: 'feedback alignment: fixed random feedback, layer by layer',
  source: { paper: 'Lillicrap, Cownden, Tweed & Akerman 2016' },
  plasticity: { forward: deltaPlasticity, feedback: null },
  assemble: (net, layers, { settings }) =>
    assembleLayers(net, layers, {
      bias: settings.bias === true,
      feedback: l => ({
        from: `${layerName(l + 1)}.delta`,
        reversed: true,
        ...wiringOf(layers[l + 1]!),
        weights: drawn,
        plasticity: 'feedback',
      }),
    }),
});
/** Nøkland 2016: the error of the output reaches every hidden layer directly. */
export const dfa: Scheme = defineScheme({
  ...common,
  name: 'dfa',
  doc: 'direct feedback alignment: fixed random feedback from the output to every hidden layer',
  source: { paper: 'Nøkland 2016' },
  plasticity: { forward: deltaPlasticity, feedback: null },
  assemble: (net, layers, { settings }) =>
    assembleLayers(net, layers, {
      bias: settings.bias === true,
      direct: true,
      feedback: (_l, last) => ({ from: `${layerName(last)}.delta`, weights: drawn, plasticity: 'feedback' }),
    }),
});
/**
 * Kolen & Pollack 1994; Akrout et al. 2019: feedback learns by the same rule with its ends exchanged, and both
 * weights decay, so that their difference vanishes.
 */
export const kp: Scheme = defineScheme({
  ...common,
  name: 'kp',
  doc: 'Kolen-Pollack: feedback takes the same updates as the forward weights, both decay',
  source: { paper: 'Kolen & Pollack 1994; Akrout et al. 2019' },
  parameters: {
    weightDecay: { ...parameter('decay of forward and feedback weights per update', 1e-4), min: 0, max: 1 },
  },
  plasticity: { forward: deltaPlasticity },
  assemble: (net, layers, { settings }) =>
    assembleLayers(net, layers, {
      bias: settings.bias === true,
      feedback: l => ({
        from: `${layerName(l + 1)}.delta`,
        reversed: true,
        ...wiringOf(layers[l + 1]!),
        // per-layer values are those of the forward weights above
        layer: l,
        weights: drawn,
        plasticity: [{ slot: 'forward', exchanged: true }],
      }),
    }),
});
/** Feedback of W{l+1}'s shape whose signs follow it. `scale` keeps the size of freshly drawn weights. */
function signed(magnitude: unknown, above: string, scale: number): Weights {
  const at = ['build', tie];
  if (magnitude === 'uniform') return { function: 'sign', of: [above], parameters: { gain: scale }, at };
  return { function: 'sign-of', of: [above, 'own'], initial: drawn, at };
}
export const signSymmetry: Scheme = defineScheme({
  ...common,
  name: 'sign-symmetry',
  doc: 'feedback has the signs of the forward weights; its magnitudes are uniform or random',
  source: { paper: 'Liao, Leibo & Poggio 2016; Moskovitz, Litwin-Kumar & Abbott 2018' },
  plasticity: { forward: deltaPlasticity },
  settings: { bias, magnitude: setting('size of the feedback weights', 'uniform', 'random') },
  phases: { ...phases, [tie]: 'signs of the feedback weights are copied again' },
  assemble: (net, layers, { settings }) =>
    assembleLayers(net, layers, {
      bias: settings.bias === true,
      feedback: l => {
        const units = (k: number): number => layers[k]!.shape.reduce((a, b) => a * b, 1);
        const scale = Math.sqrt(2 / (units(l) + units(l + 1)));
        return {
          from: `${layerName(l + 1)}.delta`,
          reversed: true,
          ...wiringOf(layers[l + 1]!),
          weights: signed(settings.magnitude, `W${l + 1}`, scale),
        };
      },
      after: [{ phase: tie }],
    }),
});
/** Control: what a random hidden layer alone is worth. */
export const frozen: Scheme = defineScheme({
  ...common,
  name: 'frozen',
  doc: 'control: hidden layers stay as they were drawn, only the readout learns',
  source: { paper: 'control', note: 'a scheme that does not beat it assigns no credit to hidden layers' },
  plasticity: { forward: deltaPlasticity },
  assemble: (net, layers, { settings }) =>
    assembleLayers(net, layers, {
      bias: settings.bias === true,
      direct: true,
      feedback: () => undefined,
      plasticity: (l, top) => (l === top ? 'forward' : undefined),
    } satisfies Wiring),
});
