/**
 * The microcircuit as it classified Yin-Yang and MNIST: the synapses of `pal/microcircuit` in another order of work. Weights
 * change first, from what the step before left; synapses transmit with the new weights; then neurons move. Potentials look
 * ahead to the steady state of their drive at once; the somatic potential is kept for reports only.
 */
import type { Assembled, Program, Scheme } from '@apical/core';
import { defineNeuron, defineScheme, input, phaseWords, setting, state, stimulus } from '@apical/core';
import { dendriticPrediction, flow } from '@apical/plugin-standard';
import { conductances, dendritic, apicalWeights, silencing, slots, somatic, wire } from './circuit.js';
import { sigma, own, shown, source, tauNoise, teach, type Settings } from './common.js';
import { lowpassDelayed, pal } from './rules.js';

const { gLeak, gBasal, gApical, gDendrite, gNudge, gTarget } = conductances;
const { vBas, vApi, vApiOld, nudge, xi, z } = dendritic;
const functions = { phi: 'sigmoid' };

const sample = defineNeuron({
  name: 'pal/classification-input',
  doc: 'shows the sample, one step later',
  source,
  parameters: {},
  signals: { x: stimulus('the sample'), r: state('rate'), rOld: state('rate one step ago') },
  phases: {
    start: `
      rOld = x
      r = x`,
    soma: `
      rOld = r
      r = x`,
  },
});
const pyramidal = defineNeuron({
  name: 'pal/classification-pyramidal',
  doc: 'hidden pyramidal cell whose noise never rests',
  source,
  functions,
  parameters: { gLeak, gBasal, gApical, sigma: sigma(0.01), tauNoise: tauNoise(0.1) },
  constants: { tau: '1 / (gLeak + gBasal + gApical)', lam: 'gBasal * tau' },
  signals: { ...somatic, vBas, vApi, vApiOld, xi, z },
  choices: { renewed: { OU: 'xi + (sqrt(dt * tauNoise) * sigma * z - dt * xi) / tauNoise', none: '0' } },
  phases: {
    // (4), (6) and the memory of the step
    soma: `
      xi = renewed
      vApiOld = vApi
      rOld = r
      uBreve = tau * (gBasal * vBas + gApical * (vApi + xi))
      du/dt = (uBreve - u) / tau
      r = phi(uBreve)
      vPredicted = lam * vBas
      predicted = phi(vPredicted)`,
  },
});
const output = defineNeuron({
  name: 'pal/classification-output',
  doc: 'output cell, nudged towards the target of the step before',
  source,
  functions,
  parameters: { gLeak, gBasal, gTarget, teach },
  // the prediction leaves the target's conductance out, the membrane has it also without target
  constants: { tau: '1 / (gLeak + gBasal + gTarget)', lam: 'gBasal / (gLeak + gBasal)' },
  signals: { ...somatic, vBas, target: stimulus('target potential'), shown: state('target one step ago') },
  phases: {
    start: 'shown = target',
    // (5)
    soma: `
      rOld = r
      uBreve = where(teach, tau * (gBasal * vBas + gTarget * shown), lam * vBas)
      du/dt = (uBreve - u) / tau
      r = phi(uBreve)
      vPredicted = lam * vBas
      predicted = phi(vPredicted)
      shown = target`,
  },
});
const interneuron = defineNeuron({
  name: 'pal/classification-interneuron',
  doc: 'interneuron of a hidden layer: imitates its partner in the layer above',
  source,
  functions,
  parameters: { gLeak, gDendrite, gNudge },
  constants: { tau: '1 / (gLeak + gDendrite + gNudge)', lam: 'gDendrite / (gLeak + gDendrite)' },
  signals: { ...somatic, vIn: input('dendritic potential'), nudge },
  phases: {
    // (5)
    soma: `
      rOld = r
      uBreve = tau * (gDendrite * vIn + gNudge * nudge)
      du/dt = (uBreve - u) / tau
      r = phi(uBreve)
      vPredicted = lam * vIn
      predicted = phi(vPredicted)`,
  },
});

type What = Readonly<Record<'taught' | 'learning', boolean>>;
/** The stages of one step, with the settings that the scheme was assembled with. */
export function classificationStep({ taught, learning }: What, { feedback }: Settings): Program {
  return [
    { set: { teach: taught ? 1 : 0 } },
    ...(feedback === 'bp' ? [{ phase: 'tie' }] : []),
    ...(learning ? [{ phase: 'learn' }] : []),
    { phase: ['dendrites', 'trace', 'soma'] },
  ];
}
/** Lateral weights follow at once; the average of one step is what the step before proposed. */
const atOnce = (eta: number) => ({ use: lowpassDelayed, parameters: { eta, tau: 'dt' } });

const { start, tie, learn, dendrites, trace, soma } = phaseWords;
export const classification: Scheme = defineScheme({
  name: 'pal/classification',
  doc: 'dendritic microcircuit of the classification experiments; feedback learned by PAL, fixed, or tied',
  source,
  dt: 0.01,
  parameters: { ...conductances, ...shown(1, 1), teach },
  neurons: slots({ input: sample, pyramidal, output, interneuron }),
  plasticity: own({
    forward: { rule: dendriticPrediction, optimiser: { use: lowpassDelayed, parameters: { eta: 1 } } },
    IP: { rule: dendriticPrediction, optimiser: atOnce(0.05) },
    feedback: { rule: pal, parameters: { alpha: 1e-6 }, optimiser: { use: flow, parameters: { eta: 0.5 } } },
    PI: { ...silencing, optimiser: atOnce(0.02) },
  }),
  settings: {
    feedback: apicalWeights,
    interneurons: setting('lateral weights at first: W, W scaled, drawn', 'copied', 'scaled', 'drawn'),
  },
  heads: { 'linear-squared': { activation: 'sigmoid', slot: 'output' } },
  phases: { start, tie, learn, dendrites, trace, soma },
  assemble(net, layers, { settings }) {
    const { feedback, interneurons } = settings;
    const step = (taught: boolean, learning: boolean): Program =>
      classificationStep({ taught, learning }, settings);
    return {
      // fixed feedback needs no inhibition that follows it
      ...wire('pal/classification', net, layers, { feedback, interneurons, silencing: feedback === 'pal' }),
      programs: {
        start: [{ phase: 'start' }],
        train: step(true, true),
        untaught: step(false, true),
        evaluate: step(false, false),
      },
    } satisfies Assembled;
  },
});
