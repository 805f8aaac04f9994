/**
 * Neurons of the dendritic microcircuit: pyramidal cells with a basal and an apical dendrite, output cells, interneurons.
 *
 * A step reads what the last one left: `observe` looks ahead from two stored potentials, `soma` integrates. With full
 * prospectivity the membrane cancels, uBreve of a step is the drive of the step before: `look` and `drive` are the same
 * step in that form.
 */
import type { NeuronModel } from '@apical/core';
import { defineNeuron, derived, input, noise, parameter, state, stimulus } from '@apical/core';
import { conductances, membranes, sigma, somatic, source, teach, time } from './common.js';

const { gLeak, gBasal, gApical, gDendrite, gNudge, gTarget } = conductances;
const prospectivity = {
  ...parameter('1: the rate looks ahead by the membrane time constant; 0: not at all', 1),
  min: 0,
};
const functions = { phi: 'sigmoid' };
const signalsOfSoma = {
  ...somatic,
  uOld: state('u one step ago'),
  uDriven: state('potential the somatic drive leads to'),
};
/** Phases that all cells have, with the drive of their soma. */
const somaticPhases = (drive: string) => ({
  start: `
    uOld = u
    uDriven = u
    r = phi(u)
    predicted = phi(vPredicted)`,
  observe: `
    rOld = r
    uBreve = uOld + prospectivity * tau * (u - uOld) / dt
    r = phi(uBreve)
    uOld = u`,
  look: `
    rOld = r
    uBreve = uDriven
    r = phi(uBreve)`,
  soma: `du/dt = (${drive} - u) / tau`,
  drive: `
    uDriven = ${drive}
    du/dt = (uDriven - u) / tau`,
});
const remembers = (dendrite: string): string => `
    vPredicted = lam * ${dendrite}
    predicted = phi(vPredicted)`;

export const microcircuitInput: NeuronModel = defineNeuron({
  name: 'pal/input',
  doc: 'shows the sample',
  source,
  parameters: {},
  signals: { x: stimulus('the sample'), r: state('rate'), rOld: state('rate one step ago') },
  phases: {
    observe: `
      rOld = r
      r = x`,
    look: `
      rOld = r
      r = x`,
  },
});
export const pyramidal: NeuronModel = defineNeuron({
  name: 'pal/pyramidal',
  doc: 'hidden pyramidal cell: soma, basal and apical dendrite, noise in the apical one',
  source,
  functions,
  parameters: {
    gLeak,
    gBasal,
    gApical,
    prospectivity,
    sigma: sigma(0.05),
    tauNoise: time('correlation time of the noise', 0.1),
  },
  constants: membranes.pyramidal,
  signals: {
    ...signalsOfSoma,
    vBas: input('basal potential'),
    vApi: input('apical potential, free of noise'),
    vApiOld: state('vApi one step ago'),
    vSoma: derived('apical potential that the soma sees'),
    xi: state('noise'),
    z: noise('standard normal'),
  },
  choices: {
    amplitude: {
      const: 'sigma * z',
      uP: 'sigma * abs(u) * z',
      uPBreve: 'sigma * abs(uBreve) * z',
      vApi: 'sigma * abs(vApi) * z',
    },
    renewed: {
      OU: 'xi + (sqrt(dt * tauNoise) * amplitude - dt * xi) / tauNoise',
      white: 'amplitude',
    },
  },
  phases: {
    ...somaticPhases('tau * (gBasal * vBas + gApical * vSoma)'),
    dendrites: 'vSoma = vApi',
    perturb: 'vSoma = vApi + xi',
    noise: 'xi = renewed',
    commit: `${remembers('vBas')}
    vApiOld = vApi`,
  },
});
export const microcircuitOutput: NeuronModel = defineNeuron({
  name: 'pal/output',
  doc: 'output cell: no apical dendrite, its soma is nudged towards the target',
  source,
  functions,
  parameters: { gLeak, gBasal, gTarget, prospectivity, teach },
  constants: membranes.output,
  signals: { ...signalsOfSoma, vBas: input('basal potential'), target: stimulus('target potential') },
  phases: {
    ...somaticPhases('where(teach, tau * (gBasal * vBas + gTarget * target), lam * vBas)'),
    commit: remembers('vBas'),
  },
});
export const interneuron: NeuronModel = defineNeuron({
  name: 'pal/interneuron',
  doc: 'interneuron of a hidden layer: imitates its partner in the layer above',
  source,
  functions,
  parameters: {
    gLeak,
    gDendrite,
    gNudge,
    prospectivity,
    tauLow: time('low-pass of the dendrite', 100),
  },
  constants: membranes.interneuron,
  signals: {
    ...signalsOfSoma,
    vIn: input('dendritic input'),
    vDen: state('dendritic potential'),
    nudge: input('prospective potential of the partner'),
  },
  choices: { dendrite: { instantaneous: 'vIn', lowpass: 'vDen + dt / tauLow * (vIn - vDen)' } },
  phases: {
    ...somaticPhases('tau * (gDendrite * vDen + gNudge * nudge)'),
    dendrites: 'vDen = dendrite',
    commit: remembers('vDen'),
  },
});
