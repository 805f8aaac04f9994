/** What recorded parameters of the dendritic microcircuit mean as options of the scheme. */
import type { Activation, PlasticitySlot, Recording, SchemeOptions } from '@apical/core';
import { derived, state } from '@apical/core';
import { dendriticPrediction, flow } from '@apical/plugin-standard';
import { lowpass, smoothedPrediction, unitSlopeHardSigmoid } from '@apical/plugin-pal';

export interface Phase {
  readonly steps: number;
  readonly learn_forward: boolean;
  readonly learn_lateral: boolean;
  readonly learn_backward: boolean;
  readonly target_on: boolean;
}
/** What every recorded circuit tells of itself. */
export interface RecordedCircuit {
  readonly layers: readonly number[];
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
  readonly tau_noise: number;
  readonly tau_highpass: number;
}
/** As recorded; what only PAL has is absent in the other cases. */
export interface MicrocircuitCase extends RecordedCircuit {
  readonly algorithm: 'PAL' | 'BP' | 'FA';
  readonly activation: readonly string[];
  readonly init_self_predicting: boolean;
  readonly forward_rule_uses_rates: boolean;
  readonly prospectivity: number;
  readonly sigma_noise: readonly number[];
  readonly alpha: readonly number[];
  readonly noise_hold: number;
  readonly noise_type: 'OU' | 'hold_white_noise';
  readonly noise_mode: 'const' | 'uP' | 'uP_breve' | 'vapi';
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
/** The recorded conductances under the names of the schemes. */
export const conductancesOf = (p: RecordedCircuit): Readonly<Record<string, number>> => ({
  gLeak: p.g_leak,
  gBasal: p.g_basal,
  gApical: p.g_apical,
  gDendrite: p.g_dendrite,
  gNudge: p.g_inter_nudge,
  gTarget: p.g_target,
});
/** Names of the recorded activations. */
export const activationNamed = (name: string): string | Activation =>
  name === 'hard_sigmoid' ? unitSlopeHardSigmoid : name === 'logistic' ? 'sigmoid' : name;
const amplitudes = { const: 'const', uP: 'uP', uP_breve: 'uPBreve', vapi: 'vApi' } as const;
const feedbacks = { PAL: 'pal', FA: 'fa', BP: 'bp' } as const;

/**
 * The recording shows the high-passed rate of every layer and the noisy apical potential; no rule reads the former in
 * layer 1, and the latter is not kept.
 */
export function recordsOf({ layers, tau_highpass }: MicrocircuitCase): Recording[] {
  const noisy = layers.slice(1, -1).map((_, i) => ({
    population: `pyr${i + 1}`,
    signals: { vNoisy: derived('vApi and the noise of the step before') },
    phases: { dendrites: 'vNoisy = vApi + xi' },
  }));
  const fast = {
    population: 'pyr1',
    signals: { rHP: state('high-passed rate') },
    parameters: { tauHP: tau_highpass },
    phases: { start: 'rHP = r', commit: 'rHP += (r - rOld) - dt / tauHP * rHP' },
  };
  return [...noisy, fast];
}
function forwardSlot(p: MicrocircuitCase): Partial<PlasticitySlot> {
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
function feedbackSlot(p: MicrocircuitCase): Partial<PlasticitySlot> {
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
export function optionsOf(p: MicrocircuitCase): SchemeOptions {
  const isPal = p.algorithm === 'PAL';
  const hidden = p.layers.length - 2;
  const rate = (eta: readonly number[]) => ({
    optimiser: { use: flow, parameters: { eta: eta.slice(0, hidden) } },
  });
  return {
    parameters: {
      ...conductancesOf(p),
      prospectivity: p.prospectivity,
      ...(isPal ? { hold: Math.round(p.noise_hold / p.dt) * p.dt } : {}),
    },
    settings: {
      feedback: feedbacks[p.algorithm],
      selfPredicting: p.init_self_predicting,
      noiseCount: 'shared',
    },
    neurons: isPal
      ? {
          pyramidal: {
            parameters: { sigma: p.sigma_noise.slice(0, hidden), tauNoise: p.tau_noise },
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
  };
}
