/**
 * The microcircuit as it classified Yin-Yang and MNIST: the wiring of `pal/microcircuit` in another order of work. Weights
 * change first, from what the step before left; synapses transmit with the new weights; then neurons move.
 */
import type { Assembled, Program, Scheme, Setting } from '@apical/core';
import { defineScheme, setting } from '@apical/core';
import { flow } from '@apical/plugin-standard';
import {
  classificationInput,
  classificationInterneuron,
  classificationOutput,
  classificationPyramidal,
} from './classification-neurons.js';
import { conductances, source, teach } from './common.js';
import { dendriticPrediction, silence } from './dendritic-rules.js';
import { addMicrocircuit, type Feedback, type MicrocircuitWiring } from './microcircuit-wiring.js';
import { lowpassDelayed } from './optimisers.js';
import { pal } from './pal-rule.js';

export interface ClassificationStep {
  readonly taught: boolean;
  readonly learning: boolean;
}
/** The stages of one step. `settings` are those the scheme was assembled with. */
export function classificationStep(
  { taught, learning }: ClassificationStep,
  { feedback }: Readonly<Record<string, Setting>>,
): Program {
  return [
    { set: { teach: taught ? 1 : 0 } },
    ...(feedback === 'bp' ? [{ phase: 'tie' }] : []),
    ...(learning ? [{ phase: 'learn' }] : []),
    { phase: ['dendrites', 'trace', 'soma'] },
  ];
}
/** Lateral weights follow at once; the average of one step is what the step before proposed. */
const atOnce = (eta: number) => ({ use: lowpassDelayed, parameters: { eta, tau: 'dt' } });

export const classification: Scheme = defineScheme({
  name: 'pal/classification',
  doc: 'dendritic microcircuit of the classification experiments; feedback learned by PAL, fixed, or tied',
  source,
  parameters: { ...conductances, teach },
  neurons: {
    input: { model: classificationInput },
    pyramidal: { model: classificationPyramidal },
    output: { model: classificationOutput },
    interneuron: { model: classificationInterneuron },
  },
  plasticity: {
    forward: { rule: dendriticPrediction, optimiser: { use: lowpassDelayed, parameters: { eta: 1 } } },
    IP: { rule: dendriticPrediction, optimiser: atOnce(0.05) },
    feedback: { rule: pal, parameters: { alpha: 1e-6 }, optimiser: { use: flow, parameters: { eta: 0.5 } } },
    PI: {
      rule: silence,
      uses: { pre: { r: 'rOld' }, post: { v: 'vApiOld' } },
      optimiser: atOnce(0.02),
    },
  },
  settings: {
    feedback: setting(
      'how apical weights come about: learned, drawn once, copied from above',
      'pal',
      'fa',
      'bp',
    ),
    interneurons: setting(
      'how lateral weights start: as copies of the forward weights, scaled so that they predict, or drawn',
      'copied',
      'scaled',
      'drawn',
    ),
  },
  heads: { 'linear-squared': { activation: 'sigmoid', slot: 'output' } },
  phases: {
    start: 'once, before the first step, with the first sample shown',
    tie: 'copied weights are copied again',
    learn: 'weights change, from what the step before left',
    dendrites: 'synapses transmit into dendritic compartments',
    trace: 'synaptic traces move',
    soma: 'neurons move',
  },
  assemble(net, layers, { settings }) {
    addMicrocircuit(net, layers, {
      feedback: settings.feedback as Feedback,
      interneurons: settings.interneurons as MicrocircuitWiring['interneurons'],
      // fixed feedback needs no inhibition that follows it
      silencing: settings.feedback === 'pal',
    });
    const last = layers.length - 1;
    const step = (taught: boolean, learning: boolean): Program =>
      classificationStep({ taught, learning }, settings);
    return {
      input: 'pyr0.x',
      output: `pyr${last}.uBreve`,
      target: `pyr${last}.target`,
      programs: {
        start: [{ phase: 'start' }],
        train: step(true, true),
        untaught: step(false, true),
        evaluate: step(false, false),
      },
      forward: layers.slice(1).map((_, i) => `W${i + 1}`),
      feedback: layers.slice(2).map((_, i) => `B${i + 1}`),
    } satisfies Assembled;
  },
});
