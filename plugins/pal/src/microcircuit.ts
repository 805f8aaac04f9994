/**
 * The dendritic microcircuit in real time: its cells, its time step, the scheme. One program run is one step of `dt`, with
 * the same work in every step. Numbers in brackets are those of the equations in README.md.
 */
import type { Assembled, Program, Scheme } from '@apical/core';
import { ApicalError, defineNeuron, defineScheme, derived, input } from '@apical/core';
import { phaseWords, setting, state, stimulus } from '@apical/core';
import { dendriticPrediction, flow } from '@apical/plugin-standard';
import { noiseClock, renew } from './ablations.js';
import { conductances, dendritic, apicalWeights, silencing, slots, somatic, wire } from './circuit.js';
import { atLeast0, own, shown, sigma, source, tauNoise, teach, time, type Settings } from './common.js';
import { lowpass, pal } from './rules.js';

const { gLeak, gBasal, gApical, gDendrite, gNudge, gTarget } = conductances;
const hold = time('for which noise is held', 'dt');
const settle = atLeast0('time without learning and target before the first update of a run', 0, 'ms');
const prospectivity = atLeast0('1: the rate looks ahead by the membrane time constant; 0: not at all', 1);
const { vBas, vApi, vApiOld, nudge, xi, z } = dendritic;
const vSoma = derived('apical potential that the soma sees');
const functions = { phi: 'sigmoid' };
const signals = { ...somatic, uOld: state('u one step ago'), uDriven: state('where the drive leads u to') };
/** (3) With full prospectivity the membrane cancels: uBreve is the drive of the step before. */
const choices = {
  ahead: { integrated: 'uOld + prospectivity * tau * (u - uOld) / dt', cancelled: 'uDriven' },
};
/** Every soma looks ahead from what the last step left. */
const looking = {
  start: `
    uOld = u
    uDriven = u
    r = phi(u)
    predicted = phi(vPredicted)`,
  observe: `
    rOld = r
    uBreve = ahead
    r = phi(uBreve)
    uOld = u`,
};
const sample = defineNeuron({
  name: 'pal/input',
  doc: 'shows the sample',
  source,
  parameters: {},
  signals: { x: stimulus('the sample'), r: state('rate'), rOld: state('rate one step ago') },
  phases: {
    observe: `
      rOld = r
      r = x`,
  },
});
const pyramidal = defineNeuron({
  name: 'pal/pyramidal',
  doc: 'hidden pyramidal cell: soma, basal and apical dendrite, noise in the apical one',
  source,
  functions,
  parameters: { gLeak, gBasal, gApical, prospectivity, sigma: sigma(0.05), tauNoise: tauNoise(0.1) },
  constants: { tau: '1 / (gLeak + gBasal + gApical)', lam: 'gBasal * tau' },
  signals: { ...signals, vBas, vApi, vApiOld, vSoma, xi, z },
  choices: {
    ...choices,
    amplitude: {
      const: 'sigma * z',
      uP: 'sigma * abs(u) * z',
      uPBreve: 'sigma * abs(uBreve) * z',
      vApi: 'sigma * abs(vApi) * z',
    },
    // (6)
    renewed: { OU: 'xi + (sqrt(dt * tauNoise) * amplitude - dt * xi) / tauNoise', white: 'amplitude' },
  },
  phases: {
    ...looking,
    dendrites: 'vSoma = vApi',
    perturb: 'vSoma = vApi + xi',
    noise: 'xi = renewed',
    // (4)
    soma: `
      uDriven = tau * (gBasal * vBas + gApical * vSoma)
      du/dt = (uDriven - u) / tau`,
    commit: `
      vPredicted = lam * vBas
      predicted = phi(vPredicted)
      vApiOld = vApi`,
  },
});
const output = defineNeuron({
  name: 'pal/output',
  doc: 'output cell: no apical dendrite, its soma is nudged towards the target',
  source,
  functions,
  parameters: { gLeak, gBasal, gTarget, prospectivity, teach },
  // the prediction leaves the target's conductance out, the membrane has it also without target
  constants: { tau: '1 / (gLeak + gBasal + gTarget)', lam: 'gBasal / (gLeak + gBasal)' },
  signals: { ...signals, vBas, target: stimulus('target potential') },
  choices,
  phases: {
    ...looking,
    // (5)
    soma: `
      uDriven = where(teach, tau * (gBasal * vBas + gTarget * target), lam * vBas)
      du/dt = (uDriven - u) / tau`,
    commit: `
      vPredicted = lam * vBas
      predicted = phi(vPredicted)`,
  },
});
const interneuron = defineNeuron({
  name: 'pal/interneuron',
  doc: 'interneuron of a hidden layer: imitates its partner in the layer above',
  source,
  functions,
  parameters: { gLeak, gDendrite, gNudge, prospectivity, tauLow: time('low-pass of the dendrite', 100) },
  constants: { tau: '1 / (gLeak + gDendrite + gNudge)', lam: 'gDendrite / (gLeak + gDendrite)' },
  signals: { ...signals, vIn: input('dendritic input'), vDen: state('dendritic potential'), nudge },
  choices: { ...choices, dendrite: { instantaneous: 'vIn', lowpass: 'vDen + dt / tauLow * (vIn - vDen)' } },
  phases: {
    ...looking,
    dendrites: 'vDen = dendrite',
    // (5)
    soma: `
      uDriven = tau * (gDendrite * vDen + gNudge * nudge)
      du/dt = (uDriven - u) / tau`,
    commit: `
      vPredicted = lam * vDen
      predicted = phi(vPredicted)`,
  },
});

export interface MicrocircuitStep extends Readonly<Record<'taught' | 'noisy', boolean>> {
  /** Roles of the projections that learn: `forward`, `lateral`, `feedback`. */
  readonly learning: readonly string[];
}
/** The stages of one step, in the order of the paper's code. `noisy`: is noise renewed and added to the soma? */
export function microcircuitStep(what: MicrocircuitStep, layers: number, settings: Settings): Program {
  const { taught, noisy, learning } = what;
  const isPal = settings.feedback === 'pal';
  return [
    { set: { teach: taught ? 1 : 0 } },
    { phase: ['observe', 'dendrites'] },
    // the soma sees the noise of the step before, the backward rule that of this step
    ...(noisy && isPal ? [{ phase: 'perturb' }, ...renew(settings, noisyOf(layers))] : []),
    { phase: 'soma' },
    { phase: 'trace', on: ['forward'] },
    ...(settings.feedback === 'bp' ? [{ phase: 'tie' }] : []),
    ...(learning.length ? [{ phase: 'learn', on: learning }] : []),
    ...(isPal ? [{ phase: 'trace', on: ['feedback'] }] : []),
    { phase: 'commit' },
  ];
}
const noisyOf = (layers: number): string[] => Array.from({ length: layers - 2 }, (_, k) => `pyr${k + 1}`);

const { start, observe, dendrites, perturb, noise, soma, trace, tie, learn, commit } = phaseWords;
const visit = 'is the noise of the next layer due?';
export const microcircuit: Scheme = defineScheme({
  name: 'pal/microcircuit',
  doc: 'dendritic microcircuit in real time; feedback learned by PAL, fixed, or tied to the forward weights',
  source,
  dt: 0.01,
  parameters: { ...conductances, ...shown(1, 0.5), hold, settle, prospectivity, teach },
  neurons: slots({ input: sample, pyramidal, output, interneuron, clock: noiseClock }),
  plasticity: own({
    forward: { rule: dendriticPrediction, optimiser: { use: lowpass, parameters: { eta: 20, tau: 100 } } },
    IP: { rule: dendriticPrediction, optimiser: { use: flow, parameters: { eta: 10 } } },
    feedback: { rule: pal, parameters: { alpha: 1e-5 }, optimiser: { use: flow, parameters: { eta: 20 } } },
    PI: { ...silencing, optimiser: { use: flow, parameters: { eta: 0.5 } } },
  }),
  settings: {
    feedback: apicalWeights,
    selfPredicting: setting('do interneurons start as exact copies of the layer above', true, false),
    membrane: setting('cancelled: rates leave out what prospectivity 1 undoes', 'integrated', 'cancelled'),
    noiseCount: setting('who counts the steps of held noise', 'layer', 'shared'),
  },
  heads: { 'linear-squared': { activation: 'sigmoid', slot: 'output' } },
  phases: { start, observe, dendrites, perturb, visit, noise, soma, trace, tie, learn, commit },
  assemble(net, layers, { parameters, settings }) {
    check(parameters.prospectivity!, settings);
    const { feedback, membrane, noiseCount } = settings;
    const interneurons = settings.selfPredicting === true ? 'scaled' : 'drawn';
    const choose = { ahead: membrane as string };
    const wired = wire('pal/microcircuit', net, layers, { feedback, interneurons, silencing: true, choose });
    const clock = { hold: 'hold / dt', layers: layers.length - 2 };
    if (noiseCount === 'shared')
      net.population('clock', 'clock', { shape: [1], depth: layers.length - 1, parameters: clock });
    const step = (taught: boolean, noisy: boolean, ...learning: string[]): Program =>
      microcircuitStep({ taught, noisy, learning }, layers.length, settings);
    return {
      ...wired,
      programs: {
        start: [{ phase: 'start' }, { repeat: 'settle / dt', stages: step(false, false) }],
        train: step(true, true, 'forward', 'lateral', 'feedback'),
        untaught: step(false, true, 'forward', 'lateral', 'feedback'),
        align: step(false, true, 'lateral', 'feedback'),
        evaluate: step(false, false),
      },
    } satisfies Assembled;
  },
});
function check(prospectivity: number, { membrane }: Settings): void {
  if (membrane !== 'cancelled' || prospectivity === 1) return;
  const why = `the membrane cancels only where prospectivity is 1; it is ${prospectivity}`;
  throw new ApicalError('APICAL_SETTING', `pal/microcircuit: ${why}. Use membrane: integrated`);
}
