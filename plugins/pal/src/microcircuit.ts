/**
 * The dendritic microcircuit as a scheme: one program run is one time step, with the same work in every step.
 */
import type { Assembled, Program, Scheme, Setting } from '@apical/core';
import { ApicalError, defineScheme, setting } from '@apical/core';
import { flow } from '@apical/plugin-standard';
import { conductances, source, teach } from './common.js';
import { dendriticPrediction, silence } from './dendritic-rules.js';
import { interneuron, microcircuitInput, microcircuitOutput, pyramidal } from './microcircuit-neurons.js';
import { addMicrocircuit, type Feedback } from './microcircuit-wiring.js';
import { addClock, noiseClock, renew, type Holding } from './noise-clock.js';
import { lowpass } from './optimisers.js';
import { pal } from './pal-rule.js';

/** What happens in one time step. */
export interface MicrocircuitStep {
  readonly taught: boolean;
  /** Is noise renewed and added to the soma? */
  readonly noisy: boolean;
  /** Roles of the projections that learn: `forward`, `lateral`, `feedback`. */
  readonly learning: readonly string[];
}
const kinds = ['forward', 'lateral', 'feedback'];

/** The stages of one step, in the order of the paper's code. `settings` are those the scheme was assembled with. */
export function microcircuitStep(
  { taught, noisy, learning }: MicrocircuitStep,
  layers: number,
  settings: Readonly<Record<string, Setting>>,
): Program {
  const cancels = settings.membrane === 'cancelled';
  const isPal = settings.feedback === 'pal';
  return [
    { set: { teach: taught ? 1 : 0 } },
    { phase: [cancels ? 'look' : 'observe', 'dendrites'] },
    ...(noisy && isPal ? [{ phase: 'perturb' }, ...renew(holdingOf(layers, settings))] : []),
    { phase: cancels ? 'drive' : 'soma' },
    { phase: 'trace', on: ['forward'] },
    ...(settings.feedback === 'bp' ? [{ phase: 'tie' }] : []),
    ...(learning.length ? [{ phase: 'learn', on: learning }] : []),
    ...(isPal ? [{ phase: 'trace', on: ['feedback'] }] : []),
    { phase: 'commit' },
  ];
}
const holdingOf = (layers: number, { hold, noiseCount }: Readonly<Record<string, Setting>>): Holding => ({
  hold: hold as number,
  shared: noiseCount === 'shared',
  noisy: Array.from({ length: layers - 2 }, (_, k) => `pyr${k + 1}`),
});

export const microcircuit: Scheme = defineScheme({
  name: 'pal/microcircuit',
  doc: 'dendritic microcircuit in real time; feedback learned by PAL, fixed, or tied to the forward weights',
  source,
  parameters: { ...conductances, prospectivity: pyramidal.parameters.prospectivity!, teach },
  neurons: {
    input: { model: microcircuitInput },
    pyramidal: { model: pyramidal },
    output: { model: microcircuitOutput },
    interneuron: { model: interneuron },
    clock: { model: noiseClock },
  },
  plasticity: {
    forward: { rule: dendriticPrediction, optimiser: { use: lowpass, parameters: { eta: 1 } } },
    IP: { rule: dendriticPrediction, optimiser: { use: flow, parameters: { eta: 10 } } },
    feedback: { rule: pal, parameters: { alpha: 1e-5 }, optimiser: { use: flow, parameters: { eta: 20 } } },
    PI: {
      rule: silence,
      uses: { pre: { r: 'rOld' }, post: { v: 'vApiOld' } },
      optimiser: { use: flow, parameters: { eta: 0.5 } },
    },
  },
  settings: {
    feedback: setting(
      'how apical weights come about: learned, drawn once, copied from above',
      'pal',
      'fa',
      'bp',
    ),
    selfPredicting: setting('do interneurons start as exact copies of the layer above', true, false),
    membrane: setting('cancelled: leave out what prospectivity 1 undoes', 'integrated', 'cancelled'),
    hold: { doc: 'time steps for which noise is held', value: 1 },
    settle: { doc: 'time steps without learning and target before the first update of a run', value: 0 },
    noiseCount: setting('who counts the steps of held noise', 'layer', 'shared'),
  },
  heads: { 'linear-squared': { activation: 'sigmoid', slot: 'output' } },
  phases: {
    start: 'once, before the first step: states take their starting values',
    observe: 'prospective potentials and rates are computed from the states of the last step',
    look: 'the same, from the drive of the last step',
    dendrites: 'synapses transmit into dendritic compartments',
    perturb: 'the noise of the previous step enters',
    visit: 'is the noise of the next layer due?',
    noise: 'noise is renewed',
    soma: 'somatic potentials move',
    drive: 'the same, and the drive is kept',
    trace: 'synaptic traces move',
    tie: 'copied weights are copied again',
    learn: 'weights change',
    commit: 'what the next step remembers is stored',
  },
  assemble(net, layers, { parameters, settings }) {
    check(parameters.prospectivity!, settings);
    addMicrocircuit(net, layers, {
      feedback: settings.feedback as Feedback,
      interneurons: settings.selfPredicting === true ? 'scaled' : 'drawn',
      silencing: true,
    });
    addClock(net, holdingOf(layers.length, settings), layers.length - 1);
    const step = (taught: boolean, noisy: boolean, learning: readonly string[]): Program =>
      microcircuitStep({ taught, noisy, learning }, layers.length, settings);
    return {
      input: 'pyr0.x',
      output: `pyr${layers.length - 1}.uBreve`,
      target: `pyr${layers.length - 1}.target`,
      programs: {
        start: [{ phase: 'start' }, { repeat: settings.settle as number, stages: step(false, false, []) }],
        train: step(true, true, kinds),
        untaught: step(false, true, kinds),
        align: step(false, true, kinds.slice(1)),
        evaluate: step(false, false, []),
      },
      forward: layers.slice(1).map((_, i) => `W${i + 1}`),
      feedback: layers.slice(2).map((_, i) => `B${i + 1}`),
    } satisfies Assembled;
  },
});
function check(prospectivity: number, { membrane, hold, settle }: Readonly<Record<string, Setting>>): void {
  const refuse = (why: string): never => {
    throw new ApicalError('APICAL_SETTING', `pal/microcircuit: ${why}`);
  };
  if (membrane === 'cancelled' && prospectivity !== 1)
    refuse(
      `the membrane cancels only where prospectivity is 1; it is ${prospectivity}. Use membrane: integrated`,
    );
  for (const [name, value, least] of [
    ['hold', hold, 1],
    ['settle', settle, 0],
  ] as const)
    if (!Number.isInteger(value) || (value as number) < least)
      refuse(`${name} is ${String(value)}; it is a whole number of time steps from ${least} up`);
}
