/** Wires a layered network of rate units; schemes differ in what carries the errors down. */
import type { Assembled, Builder, HeadSpec, LayerSpec, Phase, Program, Projection } from '@apical/core';

export const layerName = (l: number): string => `layer${l}`;

/** Feedback into hidden layer `l` of a network whose output is layer `last`. */
export type Feedback = Pick<Projection, 'from'> &
  Partial<Omit<Projection, 'name' | 'to' | 'plasticity'>> & {
    readonly plasticity?: NonNullable<Parameters<Builder['project']>[1]['plasticity']>;
  };
export interface Wiring {
  /** undefined: no errors reach that layer. */
  readonly feedback: (l: number, last: number) => Feedback | undefined;
  /** Plasticity slot of W{l}; undefined: it stays as drawn. */
  readonly plasticity?: (l: number, last: number) => string | undefined;
  readonly bias: boolean;
  /** Stages after learning. */
  readonly after?: Program;
}
/**
 * Populations `layer0` … `layer{last}`, projections `W1` … `W{last}` upwards and `B1` … `B{last-1}` downwards. One
 * update: forward up, backward down, learn.
 */
export function assembleLayers(net: Builder, layers: readonly LayerSpec[], wiring: Wiring): Assembled {
  const last = layers.length - 1;
  layers.forEach(({ shape, activation }, l) => {
    const slot = l === 0 ? 'input' : l < last ? 'hidden' : 'output';
    const functions = l > 0 && activation !== undefined ? { functions: { phi: activation } } : {};
    net.population(layerName(l), slot, { shape, depth: l, layer: l - 1, ...functions });
  });
  for (let l = 1; l <= last; l++) {
    const slot = wiring.plasticity ? wiring.plasticity(l, last) : 'forward';
    net.project(`W${l}`, {
      from: `${layerName(l - 1)}.r`,
      to: `${layerName(l)}.z`,
      phase: 'forward',
      role: 'forward',
      layer: l - 1,
      ...wiringOf(layers[l]!),
      weights: { draw: 'xavier-normal' },
      bias: wiring.bias,
      ...(slot === undefined ? {} : { plasticity: slot }),
    });
  }
  const feedback: string[] = [];
  for (let l = 1; l < last; l++) {
    const way = wiring.feedback(l, last);
    if (!way) continue;
    net.project(`B${l}`, {
      to: `${layerName(l)}.feedback`,
      phase: 'backward',
      role: 'feedback',
      layer: l - 1,
      ...way,
    });
    feedback.push(`B${l}`);
  }
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
    forward: layers.slice(1).map((_, i) => `W${i + 1}`),
    feedback,
  };
}
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
