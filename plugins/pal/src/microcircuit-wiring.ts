/**
 * Populations and synapses of a dendritic microcircuit: `pyr0` … `pyr{last}` and `int1` … `int{last-1}`; projections `W{l}`
 * into basal dendrites, `WIP{l}` from pyramidal cells to the interneurons of their layer, `B{l}` and `BPI{l}` into apical
 * dendrites. The neurons in the slots decide what a step does with them.
 */
import type { Builder, Initial, LayerSpec, Weights } from '@apical/core';
import { oneToOne } from '@apical/plugin-standard';
import { activationOf, copyOf } from './common.js';

export type Feedback = 'pal' | 'fa' | 'bp';
export interface MicrocircuitWiring {
  /** How apical weights come about: learned, drawn once, or copied from above in the phase `tie`. */
  readonly feedback: Feedback;
  /**
   * How lateral weights start: `scaled`, so that interneurons predict the layer above exactly; `copied` from the forward
   * weights as they are; or `drawn`.
   */
  readonly interneurons: 'scaled' | 'copied' | 'drawn';
  /** Do interneurons learn to silence apical dendrites? */
  readonly silencing: boolean;
}
const drawn: Initial = { draw: 'xavier-normal' };

export function addMicrocircuit(
  net: Builder,
  layers: readonly LayerSpec[],
  wiring: MicrocircuitWiring,
): void {
  const last = layers.length - 1;
  addPopulations(net, layers);
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
  for (let l = 1; l < last; l++) addLoop(net, l, last, wiring);
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
function addLoop(
  net: Builder,
  l: number,
  last: number,
  { feedback, interneurons, silencing }: MicrocircuitWiring,
): void {
  const at = { phase: 'dendrites', layer: l - 1 };
  const tied = feedback === 'bp';
  const again = tied ? ['tie'] : [];
  const fresh = interneurons === 'drawn';
  const opposite = copyOf(`B${l}`, -1, ...again);
  const inhibiting: Weights = tied ? { ...opposite, initial: drawn, at: again } : drawn;
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
    weights: fresh ? drawn : copyOf(`W${l + 1}`, interneurons === 'copied' ? 1 : predicting(l, last)),
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
    weights: fresh ? inhibiting : opposite,
    plasticity: silencing ? 'PI' : [],
  });
}
/** Share of the forward weights with which an interneuron of layer `l` predicts its partner. */
function predicting(l: number, last: number): string {
  // the membrane of the output has no apical conductance
  const above = l + 1 < last ? 'gLeak + gBasal + gApical' : 'gLeak + gBasal';
  return `gBasal * (gLeak + gDendrite) / (gDendrite * (${above}))`;
}
