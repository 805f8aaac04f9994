/**
 * What both dendritic circuits are built of: conductances, the signals of a soma, populations and synapses. Populations
 * `pyr0` … `pyr{N}` and `int1` … `int{N-1}`; projections `W{l}` into basal dendrites, `WIP{l}` from pyramidal cells to the
 * interneurons of their layer, `B{l}` and `BPI{l}` into apical dendrites. What a step does with them is each circuit's own.
 */
import type { Assembled, Builder, Choose, Initial, LayerSpec, Setting, Weights } from '@apical/core';
import { ApicalError, functionsOf, input, noise, setting, state } from '@apical/core';
import { oneToOne, silence } from '@apical/plugin-standard';
import { atLeast0 } from './common.js';

const conductance = (doc: string, value: number) => atLeast0(doc, value, '1/ms');
/** Over a membrane capacitance of 1. */
export const conductances = {
  gLeak: conductance('leak', 0.03),
  gBasal: conductance('basal dendrite to soma', 0.1),
  gApical: conductance('apical dendrite to soma', 0.06),
  gDendrite: conductance('dendrite of an interneuron to its soma', 0.1),
  gNudge: conductance('nudging of an interneuron by its partner in the layer above', 0.06),
  gTarget: conductance('nudging of the output by the target', 0.06),
};
export const somatic = {
  u: state('somatic potential'),
  uBreve: state('prospective potential'),
  r: state('rate'),
  rOld: state('rate one step ago'),
  vPredicted: state('potential the dendrite alone predicts'),
  predicted: state('its rate'),
};
/** What comes into the dendrites of a cell, and its noise. */
export const dendritic = {
  vBas: input('basal potential'),
  vApi: input('apical potential, free of noise'),
  vApiOld: state('vApi one step ago'),
  nudge: input('prospective potential of the partner'),
  xi: state('noise'),
  z: noise('standard normal'),
};
export const apicalWeights = setting('learned by PAL, drawn once, or copied from above', 'pal', 'fa', 'bp');
export const slots = <T>(models: Readonly<Record<string, T>>) =>
  Object.fromEntries(Object.entries(models).map(([name, model]) => [name, { model }]));
/** Inhibition of apical dendrites learns from what the step before left. */
export const silencing = { rule: silence, uses: { pre: { r: 'rOld' }, post: { v: 'vApiOld' } } };
interface Wiring extends Readonly<Record<'feedback' | 'interneurons', Setting | undefined>> {
  /** Does inhibition of apical dendrites learn? */
  readonly silencing: boolean;
  /** Of all cells with a soma. */
  readonly choose?: Choose;
}
/**
 * `feedback` is the setting; tied weights are copied in the phase `tie`. `interneurons` says how lateral weights start:
 * `scaled`, so that they predict exactly; `copied` from W as they are; `drawn`.
 */
export function wire(
  scheme: string,
  net: Builder,
  layers: readonly LayerSpec[],
  wiring: Wiring,
): Omit<Assembled, 'programs'> {
  const last = layers.length - 1;
  const { choose = {} } = wiring;
  const odd = layers.findIndex(({ connectivity: c }) => c && c.name !== 'dense');
  const found = `${scheme}: layer ${odd} is reached by "${layers[odd]?.connectivity?.name}"`;
  const right = 'its cells are connected all to all: take "dense", or the scheme "pal"';
  if (odd > 0) throw new ApicalError('APICAL_SHAPE', `${found}; ${right}`);
  layers.forEach((layer, l) => {
    const above = layers[l + 1];
    const at = { depth: l, layer: Math.max(0, l - 1) };
    const cell = (k: number) => ({ ...at, shape: layers[k]!.shape, choose, ...functionsOf(layers, k) });
    if (l === 0) net.population('pyr0', 'input', { ...at, shape: layer.shape });
    else net.population(`pyr${l}`, above ? 'pyramidal' : 'output', cell(l));
    // interneurons stand for the layer above: its units, its activation
    if (l > 0 && above) net.population(`int${l}`, 'interneuron', cell(l + 1));
  });
  type Rest = Pick<Parameters<Builder['project']>[1], 'weights' | 'connectivity' | 'plasticity'>;
  const project = (role: string, name: string, l: number, from: string, to: string, rest: Rest): void =>
    net.project(`${name}${l}`, { from, to, phase: 'dendrites', layer: l - 1, role, ...rest });
  for (let l = 1; l <= last; l++)
    project('forward', 'W', l, `pyr${l - 1}.r`, `pyr${l}.vBas`, { weights: drawn, plasticity: 'forward' });
  for (let l = 1; l < last; l++) {
    const [pyr, int, above] = [`pyr${l}`, `int${l}`, `pyr${l + 1}`];
    const { IP, B, PI } = weightsOf(l, last, wiring);
    const silenced = wiring.silencing ? 'PI' : [];
    const learned = wiring.feedback === 'pal' ? 'feedback' : [];
    project('nudge', 'nudge', l, `${above}.uBreve`, `${int}.nudge`, { connectivity: oneToOne });
    project('lateral', 'WIP', l, `${pyr}.r`, `${int}.vIn`, { weights: IP, plasticity: 'IP' });
    project('feedback', 'B', l, `${above}.r`, `${pyr}.vApi`, { weights: B, plasticity: learned });
    project('lateral', 'BPI', l, `${int}.r`, `${pyr}.vApi`, { weights: PI, plasticity: silenced });
  }
  return {
    input: 'pyr0.x',
    output: `pyr${last}.uBreve`,
    target: `pyr${last}.target`,
    forward: layers.slice(1).map((_, i) => `W${i + 1}`),
    feedback: layers.slice(2).map((_, i) => `B${i + 1}`),
    errors: layers.slice(2).map((_, i) => `pyr${i + 1}.vApi`),
  };
}
const drawn: Initial = { draw: 'xavier-normal' };
/** How the weights of the loop between hidden layer `l` and the layer above start. */
function weightsOf(l: number, last: number, wiring: Wiring): Record<'IP' | 'B' | 'PI', Weights> {
  const { feedback, interneurons } = wiring;
  const again = feedback === 'bp' ? ['tie'] : [];
  const at = ['build', ...again];
  const opposite = { function: 'copy', of: [`B${l}`], parameters: { gain: -1 }, at };
  const B = feedback === 'bp' ? { function: 'transpose', of: [`W${l + 1}`], at } : drawn;
  if (interneurons === 'drawn')
    return { IP: drawn, B, PI: feedback === 'bp' ? { ...opposite, initial: drawn, at: again } : drawn };
  // the membrane of the output has no apical conductance
  const scaled =
    l + 1 < last
      ? 'gBasal * (gLeak + gDendrite) / (gDendrite * (gLeak + gBasal + gApical))'
      : 'gBasal * (gLeak + gDendrite) / (gDendrite * (gLeak + gBasal))';
  const gain = interneurons === 'copied' ? 1 : scaled;
  return { IP: { ...opposite, of: [`W${l + 1}`], parameters: { gain }, at: ['build'] }, B, PI: opposite };
}
