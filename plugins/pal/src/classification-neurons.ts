/**
 * Neurons of the classification microcircuit: synapses work first, then neurons, whose potentials look ahead to the steady
 * state of their drive at once. The somatic potential is kept for reports only.
 */
import type { NeuronModel } from '@apical/core';
import { defineNeuron, input, noise, state, stimulus } from '@apical/core';
import { conductances, membranes, sigma, somatic, source, teach, time } from './common.js';

const { gLeak, gBasal, gApical, gDendrite, gNudge, gTarget } = conductances;
const functions = { phi: 'sigmoid' };
const moves = (drive: string, dendrite: string): string => `
    rOld = r
    uBreve = ${drive}
    du/dt = (uBreve - u) / tau
    r = phi(uBreve)
    vPredicted = lam * ${dendrite}
    predicted = phi(vPredicted)`;

export const classificationInput: NeuronModel = defineNeuron({
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
export const classificationPyramidal: NeuronModel = defineNeuron({
  name: 'pal/classification-pyramidal',
  doc: 'hidden pyramidal cell whose noise never rests',
  source,
  functions,
  parameters: {
    gLeak,
    gBasal,
    gApical,
    sigma: sigma(0.01),
    tauNoise: time('correlation time of the noise', 0.1),
  },
  constants: membranes.pyramidal,
  signals: {
    ...somatic,
    vBas: input('basal potential'),
    vApi: input('apical potential, free of noise'),
    vApiOld: state('vApi, for the next step to learn from'),
    xi: state('noise'),
    z: noise('standard normal'),
  },
  choices: { renewed: { OU: 'xi + (sqrt(dt * tauNoise) * sigma * z - dt * xi) / tauNoise', none: '0' } },
  phases: {
    soma: `
    xi = renewed
    vApiOld = vApi${moves('tau * (gBasal * vBas + gApical * (vApi + xi))', 'vBas')}`,
  },
});
export const classificationOutput: NeuronModel = defineNeuron({
  name: 'pal/classification-output',
  doc: 'output cell, nudged towards the target of the step before',
  source,
  functions,
  parameters: { gLeak, gBasal, gTarget, teach },
  constants: membranes.output,
  signals: {
    ...somatic,
    vBas: input('basal potential'),
    target: stimulus('target potential'),
    shown: state('target one step ago'),
  },
  phases: {
    start: 'shown = target',
    soma: `${moves('where(teach, tau * (gBasal * vBas + gTarget * shown), lam * vBas)', 'vBas')}
    shown = target`,
  },
});
export const classificationInterneuron: NeuronModel = defineNeuron({
  name: 'pal/classification-interneuron',
  doc: 'interneuron of a hidden layer: imitates its partner in the layer above',
  source,
  functions,
  parameters: { gLeak, gDendrite, gNudge },
  constants: membranes.interneuron,
  signals: {
    ...somatic,
    vIn: input('dendritic potential'),
    nudge: input('prospective potential of the partner'),
  },
  phases: { soma: moves('tau * (gDendrite * vIn + gNudge * nudge)', 'vIn') },
});
