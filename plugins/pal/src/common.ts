/** What the three variants share: source, conductances, parameters of noise and teaching. */
import type { LayerSpec, Source, Weights } from '@apical/core';
import { parameter, state } from '@apical/core';

export const source: Source = {
  paper: 'Max, Kriener, Pineda García, Nowotny, Jaras, Senn & Petrovici 2024',
  note: 'doi 10.1038/s42256-024-00845-3',
};
const conductance = (doc: string, value: number) => ({ ...parameter(doc, value, '1/ms'), min: 0 });
/** Over a membrane capacitance of 1. */
export const conductances = {
  gLeak: conductance('leak', 0.03),
  gBasal: conductance('basal dendrite to soma', 0.1),
  gApical: conductance('apical dendrite to soma', 0.06),
  gDendrite: conductance('dendrite of an interneuron to its soma', 0.1),
  gNudge: conductance('nudging of an interneuron by its partner in the layer above', 0.06),
  gTarget: conductance('nudging of the output by the target', 0.06),
};
/** Time constant of the membrane, and the share of a dendrite's potential that reaches the soma. */
export const membranes = {
  pyramidal: { tau: '1 / (gLeak + gBasal + gApical)', lam: 'gBasal * tau' },
  // the prediction leaves the target's conductance out, the membrane has it also without target
  output: { tau: '1 / (gLeak + gBasal + gTarget)', lam: 'gBasal / (gLeak + gBasal)' },
  interneuron: { tau: '1 / (gLeak + gDendrite + gNudge)', lam: 'gDendrite / (gLeak + gDendrite)' },
};
/** Signals that all cells of a microcircuit have. */
export const somatic = {
  u: state('somatic potential'),
  uBreve: state('prospective potential'),
  r: state('rate'),
  rOld: state('rate one step ago'),
  vPredicted: state('potential the dendrite alone predicts'),
  predicted: state('its rate'),
};
export const time = (doc: string, value: number) => ({ ...parameter(doc, value, 'ms'), min: 1e-9 });
export const teach = { ...parameter('1 while a target is shown', 0), min: 0, max: 1 };
export const sigma = (value: number) => ({
  ...parameter('amplitude of the noise; its standard deviation is sigma / sqrt(2 - dt / tauNoise)', value),
  min: 0,
});
/** Weights that start like others times a factor, and are copied again in the given phases. */
export const copyOf = (
  projection: string,
  gain: number | string,
  ...again: string[]
): Extract<Weights, { function: string }> => ({
  function: 'copy',
  of: [projection],
  parameters: { gain },
  at: ['build', ...again],
});
export const activationOf = ({ activation }: LayerSpec) =>
  activation === undefined ? {} : { functions: { phi: activation } };
