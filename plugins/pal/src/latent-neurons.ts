/**
 * Leaky integrators that look ahead (latent equilibrium). Every layer sees the rates and errors of the update before. The
 * look-ahead potential u = v + tau dv/dt does not depend on v: `ahead` is `forward` without the membrane.
 */
import type { NeuronModel } from '@apical/core';
import { defineNeuron, derived, input, noise, parameter, state, stimulus } from '@apical/core';
import { sigma, source, teach, time } from './common.js';

export const noiseOn = { ...parameter('1 while noise reaches potentials', 1), min: 0, max: 1 };
export const tau = time('membrane time constant', 10);
export const beta = { ...parameter('nudging strength of the target', 0.1), min: 0 };

const once = { ...state('1 until the first update is over', '1', 1), per: 'population' as const };
const drive = 'basal + injected + noiseOn * xi + white';
/** What every update does around the potentials. */
const before = `
    xi = renewed
    uOld = u
    rOld = r
    drOld = dr`;
const after = `
    excess = u - basal
    r = phi(u)
    dr = dphi(u)
    rLast = where(fresh, r, rOld)
    fresh = 0`;

export const leakyInput: NeuronModel = defineNeuron({
  name: 'le/input',
  doc: 'shows the sample',
  source,
  parameters: {},
  signals: { r: stimulus('rate: the sample itself'), rOld: derived('rate that the layer above saw') },
  phases: { forward: 'rOld = r', ahead: 'rOld = r' },
});
export const leaky: NeuronModel = defineNeuron({
  name: 'le/leaky',
  doc: 'leaky integrator with look-ahead potential, error and noise',
  source: { paper: 'Haider et al. 2021; Max et al. 2024' },
  functions: { phi: 'sigmoid' },
  parameters: {
    tau,
    sigma: sigma(0.01),
    tauNoise: time('correlation time of the noise', 1),
    sigmaWhite: { ...parameter('standard deviation of white noise', 0), min: 0 },
    noiseOn,
  },
  signals: {
    basal: input('W r + b'),
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
    fresh: once,
  },
  choices: {
    renewed: { none: '0', OU: 'xi + (sqrt(dt * tauNoise) * sigma * z - dt * xi) / tauNoise' },
    white: { none: '0', white: 'sigmaWhite * zWhite' },
    injected: { none: '0', error: 'e' },
    slope: { delayed: 'drOld', instantaneous: 'dr' },
  },
  phases: {
    forward: `${before}
    vDot = (${drive} - v) / tau
    u = v + tau * vDot
    v += dt * vDot${after}`,
    ahead: `${before}
    u = ${drive}${after}`,
    backward: 'e = slope * feedback',
  },
});
const output = 'y = shown';
export const leakyOutput: NeuronModel = defineNeuron({
  ...leaky,
  name: 'le/output',
  doc: 'output layer: its error compares the output of the update before with the target',
  functions: { ...leaky.functions, psi: 'softmax' },
  parameters: { ...leaky.parameters, beta, teach },
  signals: {
    ...leaky.signals,
    target: stimulus('wanted output'),
    y: derived('output of the network'),
  },
  choices: {
    ...leaky.choices,
    error: { mse: 'target - uOld', rate: 'drOld * (target - rOld)', softmax: 'target - psi(uOld)' },
    shown: { potential: 'u', rate: 'r', softmax: 'psi(u)' },
  },
  phases: {
    forward: `${leaky.phases.forward!}\n${output}`,
    ahead: `${leaky.phases.ahead!}\n${output}`,
    backward: 'e = where(teach, beta * error, 0)',
  },
});
