/**
 * A layered network written in a config → a scheme. Every population, projection and reference may contain `{l}`;
 * a projection runs over those layers for which everything it names exists.
 *
 * Neuron slots: `layer` for the population `layer{l}` with one neuron model, `layer/first`, `layer/hidden`,
 * `layer/last` where the template tells them apart. Entry k of a per-layer list belongs to layer k + 1.
 */
import { ApicalError, phaseWords } from '@apical/core';
import type {
  HeadSpec,
  NeuronSlot,
  Phase,
  PlasticitySlot,
  Program,
  Scheme,
  SchemeTemplate,
} from '@apical/core';
import { named, unknownAt, type Locate, type RunCatalogues } from './catalogues.js';
import { fillPlasticity } from './fill.js';
import { assembleTemplate } from './template-assemble.js';
import { slotName } from './template-expand.js';

type TemplatePopulation = SchemeTemplate['populations'][string];

/** Throws `APICAL_TEMPLATE` or `APICAL_UNKNOWN_NAME` for what does not depend on the layers; the rest when assembled. */
export function schemeFromTemplate(
  name: string,
  template: SchemeTemplate,
  catalogues: RunCatalogues,
  locate: Locate = () => undefined,
): Scheme {
  const path = `define.schemes.${name}`;
  const sign: number = template.feedbackSign ?? 1;
  if (sign !== 1 && sign !== -1)
    throw new ApicalError('APICAL_TEMPLATE', `${path}.feedbackSign is ${sign}; give 1 or -1`, {
      at: locate(`${path}.feedbackSign`),
    });
  const neurons: Record<string, NeuronSlot> = {};
  for (const [key, population] of Object.entries(template.populations))
    for (const [slot, model, where] of slotsOf(key, population))
      neurons[slot] = {
        model: named(catalogues, 'NeuronModel', model, locate(`${path}.populations.${key}.${where}`)),
      };
  const plasticity: Record<string, PlasticitySlot | null> = {};
  for (const [slot, given] of Object.entries(template.plasticity ?? {}))
    plasticity[slot] = fillPlasticity(null, given, {}, catalogues, {
      path: `${path}.plasticity.${slot}`,
      locate,
    });
  const output = outputSlot(template, path, locate);
  const parameters = Object.fromEntries(
    Object.entries(template.parameters ?? {}).map(([k, { value, doc = '', unit = '1' }]) => [
      k,
      { value, doc, unit },
    ]),
  );
  return {
    name,
    doc: template.doc ?? 'written in the config',
    source: template.source ?? { paper: 'defined in the config' },
    parameters,
    neurons,
    plasticity,
    settings: {},
    heads: headsOf(template, output, neurons, catalogues, path, locate),
    phases: phasesOf(template, Object.values(neurons)),
    assemble: (net, layers) =>
      assembleTemplate({ net, layers, template, neurons, catalogues, name, path, locate }),
  };
}

/* ---------------------------------------------------------------- slots */

/** Slot, neuron model and the path to where it is said. */
function slotsOf(
  key: string,
  { neuron }: TemplatePopulation,
): [slot: string, model: string, where: string][] {
  const slot = slotName(key);
  if (typeof neuron === 'string') return [[slot, neuron, 'neuron']];
  return Object.entries(neuron)
    .filter((e): e is [string, string] => e[1] !== undefined)
    .map(([place, model]) => [`${slot}/${place}`, model, `neuron.${place}`]);
}
/** The slot of the population that `output` names. */
function outputSlot(template: SchemeTemplate, path: string, locate: Locate): string {
  const population = template.output.split('.')[0] ?? '';
  const keys = Object.keys(template.populations);
  const pattern = (key: string): string => key.replace(/\{[^{}]*\}/g, '{}');
  const key = keys.find(k => pattern(k) === pattern(population));
  if (key === undefined)
    throw unknownAt(`population in output of ${path}`, population, keys, locate(`${path}.output`));
  const { neuron } = template.populations[key]!;
  return typeof neuron === 'string' ? slotName(key) : `${slotName(key)}/last`;
}
/** Heads that the template states; else those of a scheme whose output is the same neuron model. */
function headsOf(
  template: SchemeTemplate,
  output: string,
  neurons: Readonly<Record<string, NeuronSlot>>,
  catalogues: RunCatalogues,
  path: string,
  locate: Locate,
): Scheme['heads'] {
  const heads: Record<string, HeadSpec> = {};
  for (const [head, spec] of Object.entries(template.heads ?? {})) {
    const where = `${path}.heads.${head}`;
    named(catalogues, 'Activation', spec.activation, locate(`${where}.activation`));
    if (!Object.hasOwn(neurons, spec.slot))
      throw unknownAt(`neuron slot of ${where}`, spec.slot, Object.keys(neurons), locate(`${where}.slot`));
    heads[head] = spec;
  }
  if (template.heads) return heads;
  const model = neurons[output]?.model.name;
  for (const scheme of catalogues.Scheme.parts())
    for (const [head, spec] of Object.entries(scheme.heads))
      if (model !== undefined && scheme.neurons[spec.slot]?.model.name === model)
        heads[head] ??= { ...spec, slot: output };
  return heads;
}
function phasesOf(template: SchemeTemplate, slots: readonly NeuronSlot[]): Scheme['phases'] {
  const words: Readonly<Record<string, string>> = phaseWords;
  const found = new Set<Phase>(slots.flatMap(s => Object.keys(s.model.phases)));
  const visit = (program: Program): void => {
    for (const stage of program) {
      if ('phase' in stage) [stage.phase].flat().forEach(p => found.add(p));
      if ('stages' in stage) visit(stage.stages);
    }
  };
  Object.values(template.programs).forEach(visit);
  return Object.fromEntries([...found].map(p => [p, words[p] ?? 'as the equations of the config say']));
}
