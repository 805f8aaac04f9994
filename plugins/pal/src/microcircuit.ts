/**
 * The dendritic microcircuit as a scheme: one program run is one time step, with the same work in every step. Populations
 * `pyr0` … `pyr{last}` and `int1` … `int{last-1}`; projections `W{l}` into basal dendrites, `WIP{l}` from pyramidal cells
 * to the interneurons of their layer, `B{l}` and `BPI{l}` into apical dendrites.
 */
import type { Assembled, Builder, Initial, LayerSpec, Program, Scheme, Setting } from '@apical/core';
import { ApicalError, defineScheme, setting } from '@apical/core';
import { flow, oneToOne } from '@apical/plugin-standard';
import { activationOf, conductances, copyOf, source, teach } from './common.js';
import { dendriticPrediction, silence } from './dendritic-rules.js';
import { interneuron, microcircuitInput, microcircuitOutput, pyramidal } from './microcircuit-neurons.js';
import { addClock, noiseClock, renew, type Holding } from './noise-clock.js';
import { lowpass } from './optimisers.js';
import { pal } from './pal-rule.js';

export type Feedback = 'pal' | 'fa' | 'bp';
/** What happens in one time step. */
export interface MicrocircuitStep {
  readonly taught: boolean;
  /** Is noise renewed and added to the soma? */
  readonly noisy: boolean;
  /** Roles of the projections that learn: `forward`, `lateral`, `feedback`. */
  readonly learning: readonly string[];
}
const drawn: Initial = { draw: 'xavier-normal' };
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
    forward: { rule: dendriticPrediction, optimiser: { use: lowpass } },
    IP: { rule: dendriticPrediction, optimiser: { use: flow } },
    feedback: { rule: pal, optimiser: { use: flow } },
    PI: { rule: silence, uses: { pre: { r: 'rOld' }, post: { v: 'vApiOld' } }, optimiser: { use: flow } },
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
    const last = layers.length - 1;
    addPopulations(net, layers);
    addClock(net, holdingOf(layers.length, settings), last);
    for (let l = 1; l <= last; l++)
      net.project(`W${l}`, {
        from: `pyr${l - 1}.r`,
        to: `pyr${l}.vBas`,
        phase: 'dendrites',
        role: 'forward',
        layer: l - 1,
        weights: drawn,
        plasticity: 'forward',
      });
    for (let l = 1; l < last; l++)
      addLoop(net, l, last, settings.feedback as Feedback, settings.selfPredicting === true);
    const step = (taught: boolean, noisy: boolean, learning: readonly string[]): Program =>
      microcircuitStep({ taught, noisy, learning }, layers.length, settings);
    return {
      input: 'pyr0.x',
      output: `pyr${last}.uBreve`,
      target: `pyr${last}.target`,
      programs: {
        start: [{ phase: 'start' }],
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
function check(prospectivity: number, { membrane, hold }: Readonly<Record<string, Setting>>): void {
  if (membrane === 'cancelled' && prospectivity !== 1)
    throw new ApicalError(
      'APICAL_SETTING',
      `pal/microcircuit: the membrane cancels only where prospectivity is 1; it is ${prospectivity}. ` +
        'Use membrane: integrated',
    );
  if (!Number.isInteger(hold) || (hold as number) < 1)
    throw new ApicalError(
      'APICAL_SETTING',
      `pal/microcircuit: hold is ${String(hold)}; noise is held for a whole number of steps from 1 up`,
    );
}
function addPopulations(net: Builder, layers: readonly LayerSpec[]): void {
  const last = layers.length - 1;
  layers.forEach((layer, l) => {
    const slot = l === 0 ? 'input' : l < last ? 'pyramidal' : 'output';
    const like = l === 0 ? {} : activationOf(layer);
    net.population(`pyr${l}`, slot, { shape: layer.shape, depth: l, layer: Math.max(0, l - 1), ...like });
    // interneurons stand for the layer above: its units, its activation
    const above = layers[l + 1];
    if (l > 0 && above)
      net.population(`int${l}`, 'interneuron', {
        shape: above.shape,
        depth: l,
        layer: l - 1,
        ...activationOf(above),
      });
  });
}
/** Between hidden layer `l` and the layer above: nudging, lateral and apical synapses. */
function addLoop(net: Builder, l: number, last: number, feedback: Feedback, selfPredicting: boolean): void {
  const at = { phase: 'dendrites', layer: l - 1 };
  const tied = feedback === 'bp';
  const again = tied ? ['tie'] : [];
  // the membrane of the output has no apical conductance
  const conductance = l + 1 < last ? 'gLeak + gBasal + gApical' : 'gLeak + gBasal';
  const predicting = copyOf(`W${l + 1}`, `gBasal * (gLeak + gDendrite) / (gDendrite * (${conductance}))`);
  const opposite = copyOf(`B${l}`, -1, ...again);
  net.project(`nudge${l}`, {
    ...at,
    from: `pyr${l + 1}.uBreve`,
    to: `int${l}.nudge`,
    role: 'nudge',
    connectivity: oneToOne,
  });
  net.project(`WIP${l}`, {
    ...at,
    from: `pyr${l}.r`,
    to: `int${l}.vIn`,
    role: 'lateral',
    weights: selfPredicting ? predicting : drawn,
    plasticity: 'IP',
  });
  net.project(`B${l}`, {
    ...at,
    from: `pyr${l + 1}.r`,
    to: `pyr${l}.vApi`,
    role: 'feedback',
    weights: tied ? { function: 'transpose', of: [`W${l + 1}`], at: ['build', 'tie'] } : drawn,
    plasticity: feedback === 'pal' ? 'feedback' : [],
  });
  net.project(`BPI${l}`, {
    ...at,
    from: `int${l}.r`,
    to: `pyr${l}.vApi`,
    role: 'lateral',
    weights: selfPredicting ? opposite : tied ? { ...opposite, initial: drawn, at: again } : drawn,
    plasticity: 'PI',
  });
}
