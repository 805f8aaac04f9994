/** Wires a layered network of rate units; schemes differ in what carries the errors down. */
import { entryOf, errorWay, functionsOf, weightedLayers } from '@apical/core';
import type { Assembled, Builder, HeadSpec, LayerSpec, Phase, Program, Projection } from '@apical/core';

export const layerName = (l: number): string => `layer${l}`;

/** Feedback into hidden layer `l` of a network whose output is layer `last`. */
export type Feedback = Pick<Projection, 'from'> &
  Partial<Omit<Projection, 'name' | 'to' | 'plasticity'>> & {
    readonly plasticity?: NonNullable<Parameters<Builder['project']>[1]['plasticity']>;
  };
export interface Wiring {
  /** Does feedback come, if at all, from the output straight into the layers that have weights? */
  readonly direct?: boolean;
  /** Through weights of its own; undefined: no errors reach that layer. */
  readonly feedback: (l: number, last: number) => Feedback | undefined;
  /** Plasticity slot of W{l}; undefined: it stays as drawn. `top` is the last layer with weights. */
  readonly plasticity?: (l: number, top: number) => string | undefined;
  readonly bias: boolean;
  /** Stages after learning. */
  readonly after?: Program;
}
/**
 * Populations `layer0` … `layer{last}`, projections `W1` … `W{last}` upwards and `B1` … `B{last-1}` downwards. One
 * update: forward up, backward down, learn. Through a layer without weights (pooling) errors come down by the way that
 * rates went up.
 */
export function assembleLayers(net: Builder, layers: readonly LayerSpec[], wiring: Wiring): Assembled {
  const last = layers.length - 1;
  layers.forEach(({ shape }, l) => {
    const slot = l === 0 ? 'input' : l < last ? 'hidden' : 'output';
    net.population(layerName(l), slot, { shape, depth: l, layer: l - 1, ...functionsOf(layers, l) });
  });
  const weighted = weightedLayers(layers);
  for (let l = 1; l <= last; l++) {
    const slot = wiring.plasticity ? wiring.plasticity(l, weighted.at(-1)!) : 'forward';
    const learned = {
      weights: { draw: 'xavier-normal' },
      bias: wiring.bias,
      ...(slot === undefined ? {} : { plasticity: slot }),
    };
    net.project(`W${l}`, {
      from: `${layerName(l - 1)}.r`,
      to: `${layerName(l)}.z`,
      phase: 'forward',
      role: 'forward',
      layer: l - 1,
      ...wiringOf(layers[l]!),
      ...(weighted.includes(l) ? learned : {}),
    });
  }
  const feedback = new Set<string>();
  for (let l = 1; l < last; l++) {
    const way = errorWay(layers, l, wiring.direct);
    const back = way === 'passed' ? passed(l) : way && wiring.feedback(l, last);
    if (!back) continue;
    net.project(`B${l}`, {
      to: `${layerName(l)}.feedback`,
      phase: 'backward',
      role: 'feedback',
      layer: l - 1,
      ...back,
    });
    feedback.add(`B${l}`);
  }
  const hidden = weighted.slice(0, -1);
  const ways = hidden
    .map(l => `B${wiring.direct ? l : entryOf(layers, l)}`)
    .filter(name => feedback.has(name));
  return {
    input: `${layerName(0)}.r`,
    output: `${layerName(last)}.r`,
    target: `${layerName(last)}.target`,
    programs: {
      train: [
        { phase: 'forward', sweep: 'up' },
        { phase: 'backward', sweep: 'down' },
        { phase: 'learn' },
        ...(wiring.after ?? []),
      ],
      evaluate: [{ phase: 'forward', sweep: 'up' }],
    },
    forward: weighted.map(l => `W${l}`),
    feedback: ways,
    ...(ways.length < hidden.length ? {} : { errors: hidden.map(l => `${layerName(l)}.delta`) }),
  };
}
/** The error of the layer above, through the very synapses that carried the rates up. */
export const passed = (l: number): Feedback => ({
  from: `${layerName(l + 1)}.delta`,
  along: `W${l + 1}`,
  reversed: true,
});
/** The connectivity of a layer, where it is not dense. */
export const wiringOf = ({ connectivity }: LayerSpec): Pick<Projection, 'connectivity'> =>
  connectivity ? { connectivity } : {};

export const heads: Readonly<Record<string, HeadSpec>> = {
  'linear-squared': { activation: 'linear', slot: 'output', choose: { error: 'matched', cost: 'squared' } },
  'sigmoid-squared': {
    activation: 'sigmoid',
    slot: 'output',
    choose: { error: 'backpropagated', cost: 'squared' },
  },
  'softmax-cross-entropy': {
    activation: 'softmax',
    slot: 'output',
    choose: { error: 'matched', cost: 'crossEntropy' },
  },
};
export const phases: Readonly<Record<Phase, string>> = {
  forward: 'rates, from the input upwards',
  backward: 'errors, from the output downwards',
  learn: 'weights change',
};
