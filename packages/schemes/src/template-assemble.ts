/** Populations, projections and programs of a template for given layers. */
import { ApicalError, functionsOf, hasWeights, weightedLayers } from '@apical/core';
import type { Assembled, Builder, LayerSpec, NeuronModel, NeuronSlot, SchemeTemplate } from '@apical/core';
import { named, placed, unknownAt, type Locate, type RunCatalogues } from './catalogues.js';
import { evaluate, expand, placeOf, runsOverLayers, slotName, type LayerAt } from './template-expand.js';

type TemplatePopulation = SchemeTemplate['populations'][string];
type TemplateProjection = SchemeTemplate['projections'][string];

export interface TemplateWork {
  readonly net: Builder;
  readonly layers: readonly LayerSpec[];
  readonly template: SchemeTemplate;
  readonly neurons: Readonly<Record<string, NeuronSlot>>;
  readonly catalogues: RunCatalogues;
  readonly name: string;
  readonly path: string;
  readonly locate: Locate;
}
export function assembleTemplate(work: TemplateWork): Assembled {
  const { layers, template, path, locate } = work;
  const sizes = layers.map(l => l.shape.reduce((a, b) => a * b, 1));
  const last = layers.length - 1;
  const everywhere: LayerAt = { last, sizes };
  const populations = new Map<string, NeuronModel>();
  for (const [key, spec] of Object.entries(template.populations))
    for (const l of runsOverLayers(key) ? sizes.keys() : [undefined])
      addPopulation(work, key, spec, { ...everywhere, ...(l === undefined ? {} : { l }) }, populations);
  const projections = new Map<string, string[]>();
  const weightless = new Set<string>();
  for (const [key, spec] of Object.entries(template.projections))
    projections.set(key, addProjections(work, key, spec, everywhere, populations, weightless));
  const whole = <T>(value: T, key: string): T => {
    const where = `${path}.${key}`;
    return expand(value, everywhere, where, locate(where));
  };
  const signal = (key: 'input' | 'output' | 'target'): string => {
    const ref = whole(template[key], key);
    const problem = missing(ref, populations);
    if (problem)
      throw new ApicalError('APICAL_TEMPLATE', `${path}.${key}: ${problem}`, {
        at: locate(`${path}.${key}`),
      });
    return ref;
  };
  const listed = (key: 'forward' | 'feedback'): string[] =>
    (template[key] ?? []).flatMap(pattern => {
      const names =
        projections.get(pattern) ?? ([...projections.values()].flat().includes(pattern) && [pattern]);
      if (names) return names.filter(name => !weightless.has(name));
      throw unknownAt(
        `projection in ${path}.${key}`,
        pattern,
        [...projections.keys()],
        locate(`${path}.${key}`),
      );
    });
  return {
    input: signal('input'),
    output: signal('output'),
    target: signal('target'),
    programs: whole(template.programs, 'programs') as Assembled['programs'],
    forward: listed('forward'),
    feedback: listed('feedback'),
    ...(template.errors ? { errors: errorsOf(work, everywhere, populations) } : {}),
    ...(template.feedbackSign === undefined ? {} : { feedbackSign: template.feedbackSign }),
  };
}
/** One signal a hidden layer; a pattern over layers means all hidden ones that have weights. */
function errorsOf(
  { template, layers, path, locate }: TemplateWork,
  everywhere: LayerAt,
  populations: ReadonlyMap<string, NeuronModel>,
): string[] {
  const where = `${path}.errors`;
  const hidden = weightedLayers(layers).slice(0, -1);
  const refused = (problem: string): ApicalError =>
    new ApicalError('APICAL_TEMPLATE', `${where}: ${problem}`, { at: locate(where) });
  const refs = template.errors!.flatMap(pattern =>
    (runsOverLayers(pattern) ? hidden : [undefined]).map(l => {
      const at = { ...everywhere, ...(l === undefined ? {} : { l }) };
      const ref = expand(pattern, at, where, locate(where));
      const problem = missing(ref, populations);
      if (problem === undefined) return ref;
      throw refused(problem);
    }),
  );
  if (refs.length === hidden.length) return refs;
  const asked = `${refs.length} given${refs.length ? ` (${refs.join(', ')})` : ''}`;
  throw refused(`${asked}; name one for each of the ${hidden.length} hidden layers that have weights`);
}
function addPopulation(
  { net, layers, neurons, path, locate }: TemplateWork,
  key: string,
  spec: TemplatePopulation,
  where: LayerAt,
  populations: Map<string, NeuronModel>,
): void {
  const here = `${path}.populations.${key}`;
  const { l, last, sizes } = where;
  const slot =
    typeof spec.neuron === 'string' ? slotName(key) : `${slotName(key)}/${placeOf(l ?? last, last)}`;
  if (!Object.hasOwn(neurons, slot)) return;
  const size = (spec.size ?? (l === undefined ? String(sizes[last]!) : 'size[l]')).replaceAll(' ', '');
  const units = evaluate(size, where, `${here}.size`, locate(`${here}.size`));
  if (!Number.isInteger(units) || units < 1)
    throw new ApicalError(
      'APICAL_TEMPLATE',
      `${here}.size: "${size}" is ${units} units; a whole number from 1 is needed`,
      {
        at: locate(`${here}.size`),
      },
    );
  const layer = /^size\[(.*)\]$/.exec(size)?.[1];
  const whole = layer !== undefined && !/[[\]]/.test(layer);
  const shaped = whole ? layers[evaluate(layer, where, here)] : undefined;
  const name = expand(key, where, here, locate(here));
  const slots = Object.keys(neurons[slot]!.model.functions ?? {});
  net.population(name, slot, {
    shape: shaped?.shape ?? [units],
    depth: evaluate(
      spec.depth ?? (l === undefined ? 'last' : 'l'),
      where,
      `${here}.depth`,
      locate(`${here}.depth`),
    ),
    ...(spec.role === undefined ? {} : { role: spec.role }),
    ...(spec.choose ? { choose: spec.choose } : {}),
    ...(spec.parameters ? { parameters: expand(spec.parameters, where, here) } : {}),
    ...(l !== undefined && layers[l] && slots.includes('phi') ? functionsOf(layers, l) : {}),
    layer: Math.max(0, (l ?? 1) - 1),
  });
  populations.set(name, neurons[slot]!.model);
}
/** What is wrong with `population.signal`, or nothing. Traces are looked up by the circuit. */
function missing(ref: string, populations: ReadonlyMap<string, NeuronModel>): string | undefined {
  const [population = '', signal = '', trace] = ref.split('.');
  if (trace !== undefined) return undefined;
  const model = populations.get(population);
  if (!model)
    return `there is no population "${population}"; there are ${[...populations.keys()].join(', ')}`;
  if (Object.hasOwn(model.signals, signal)) return undefined;
  return `${population} (${model.name}) has no signal "${signal}"; it has ${Object.keys(model.signals).join(', ')}`;
}
function addProjections(
  work: TemplateWork,
  key: string,
  spec: TemplateProjection,
  everywhere: LayerAt,
  populations: ReadonlyMap<string, NeuronModel>,
  weightless: Set<string>,
): string[] {
  const { net, catalogues, path, locate, layers } = work;
  const here = `${path}.projections.${key}`;
  const names: string[] = [];
  const problems: string[] = [];
  const over = runsOverLayers(key) ? Array.from({ length: everywhere.last }, (_, k) => k + 1) : [undefined];
  for (const l of over) {
    const where: LayerAt = { ...everywhere, ...(l === undefined ? {} : { l }) };
    const name = expand(key, where, here, locate(here));
    const { connectivity, plasticity, weights, ...said } = expand(spec, where, here, locate(here));
    const role = said.role ?? listedAs(work.template, key, name);
    const rest = { ...said, ...(role === undefined ? {} : { role }) };
    const problem = missing(rest.from, populations) ?? missing(rest.to, populations);
    if (problem !== undefined) {
      problems.push(`${name}: ${problem}`);
      continue;
    }
    const given =
      connectivity === undefined
        ? undefined
        : named(catalogues, 'Connectivity', connectivity, locate(`${here}.connectivity`));
    // a layer says how it is reached from the one below; what connects other pairs says so itself
    const between = layerOf(rest.to, rest.from);
    const own = given ?? (between === undefined || rest.reversed ? undefined : layers[between]?.connectivity);
    const isPooling = !given && between !== undefined && !rest.reversed && !hasWeights(layers, between);
    if (isPooling) weightless.add(name);
    const learned = {
      ...(weights ? { weights } : {}),
      ...(plasticity === undefined ? {} : { plasticity }),
    };
    placed(locate(here), () =>
      net.project(name, {
        ...rest,
        ...(own ? { connectivity: own } : {}),
        ...(isPooling ? { bias: false } : learned),
        layer: Math.max(0, (l ?? 1) - 1),
      }),
    );
    names.push(name);
  }
  if (names.length === 0)
    throw new ApicalError('APICAL_TEMPLATE', `${here} connects nothing: ${problems.join('; ')}`, {
      at: locate(here),
    });
  return names;
}
/** What is listed as forward or feedback has this role: a draw or a file for the role reaches it as in any other scheme. */
const listedAs = (template: SchemeTemplate, pattern: string, name: string): string | undefined =>
  (['forward', 'feedback'] as const).find(list =>
    template[list]?.some(listed => listed === pattern || listed === name),
  );
/** Layer of `to` where `from` is the layer below it: their names differ by the one number they contain. */
function layerOf(to: string, from: string): number | undefined {
  const number = (ref: string): number => Number(/\d+/.exec(ref.split('.')[0] ?? '')?.[0] ?? NaN);
  return number(to) === number(from) + 1 ? number(to) : undefined;
}
