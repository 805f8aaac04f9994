/** A filled scheme for given layers as data: populations, projections, programs, and its weights by name. No memory is taken. */
import { ApicalError, unknownName } from '@apical/core';
import type {
  Assembled,
  Builder,
  Connectivity,
  HeadSpec,
  LayerSpec,
  Population,
  Program,
  Projection,
  Scheme,
  Shape,
} from '@apical/core';
import { populationIn, type Library } from './network.js';
import { Parameters } from './parameters.js';
import { Lists, merged, plasticityOf, slotOf } from './slots.js';

export interface Declared extends Assembled {
  readonly populations: readonly Population[];
  readonly projections: readonly Projection[];
  /** Parameters of the scheme, expressions worked out. */
  readonly parameters: Readonly<Record<string, number>>;
}
/** `dt` in ms; default: that of the scheme. Throws `ApicalError` where slots, lists or programs do not fit. */
export function declare(
  scheme: Scheme,
  layers: readonly LayerSpec[],
  { dt = scheme.dt ?? 1, batch = 1 }: { readonly dt?: number; readonly batch?: number } = {},
): Declared {
  if (layers.length < 2)
    throw new ApicalError('APICAL_SHAPE', 'a network needs an input and an output layer');
  const parameters = numbersOf(scheme, dt, batch);
  const settings = Object.fromEntries(Object.entries(scheme.settings).map(([k, { value }]) => [k, value]));
  const head = headOf(scheme);
  const last = layers.at(-1)!;
  // the output layer takes the activation of the head, unless it states one
  const shaped = head ? [...layers.slice(0, -1), { activation: head.activation, ...last }] : layers;
  const populations: Population[] = [];
  const projections: Projection[] = [];
  const lists = new Lists();
  const builder = builderOf(scheme, head, lists, populations, projections);
  const assembled = scheme.assemble(builder, shaped, { parameters, settings, dt });
  lists.check();
  checkForward(scheme, projections, assembled.forward);
  checkWhen(scheme, projections, assembled.programs);
  return { ...assembled, populations, projections, parameters };
}
/** Parameters of a filled scheme as numbers. */
export function numbersOf(scheme: Scheme, dt = scheme.dt ?? 1, batch = 1): Readonly<Record<string, number>> {
  const cells = { allocateCell: (value: number): Float64Array => Float64Array.of(value) };
  const { shared } = new Parameters(cells, dt, batch, valuesOf(scheme));
  return Object.fromEntries(Object.keys(scheme.parameters).map(k => [k, shared[k]!.data[0]!]));
}
export const valuesOf = (scheme: Scheme) =>
  Object.fromEntries(Object.entries(scheme.parameters).map(([name, { value }]) => [name, value]));

function headOf({ name, head, heads }: Scheme): HeadSpec | undefined {
  if (head === undefined) return undefined;
  if (Object.hasOwn(heads, head)) return heads[head];
  throw unknownName(`head of scheme ${name}`, head, Object.keys(heads));
}
function builderOf(
  scheme: Scheme,
  head: HeadSpec | undefined,
  lists: Lists,
  populations: Population[],
  projections: Projection[],
): Builder {
  return {
    ruleName: name => slotOf(scheme, 'plasticity', scheme.plasticity, name)?.rule.name,
    population(name, slot, { layer = 0, ...at }) {
      const { model, parameters, choose, functions } = slotOf(scheme, 'neuron', scheme.neurons, slot);
      const forHead = head?.slot === slot ? head : undefined;
      populations.push({
        ...at,
        name,
        model,
        parameters: {
          ...at.parameters,
          ...forHead?.parameters,
          ...lists.at(layer, parameters, `${scheme.name}, ${slot}`),
        },
        choose: merged(at.choose, forHead?.choose, choose),
        functions: { ...at.functions, ...functions },
      });
    },
    project(name, { layer = 0, plasticity: slots = [], ...at }) {
      const plasticity = (typeof slots === 'string' ? [slots] : slots).flatMap(s => {
        const { slot, ...more } = typeof s === 'string' ? { slot: s } : s;
        return plasticityOf(scheme, slot, layer, more, lists) ?? [];
      });
      projections.push({ ...at, name, plasticity });
    },
  };
}
/** A rule whose direction no program forms, or applies, would learn nothing without a word. */
function checkWhen(
  scheme: Scheme,
  projections: readonly Projection[],
  programs: Readonly<Record<string, Program>>,
): void {
  const run = [...new Set(Object.values(programs).flatMap(phasesIn))];
  for (const { name, plasticity = [] } of projections)
    for (const { rule, gather = 'learn', apply = gather } of plasticity)
      for (const [what, phase] of [
        ['gathers', gather],
        ['applies', apply],
      ] as const)
        if (phase !== 'never' && !run.includes(phase))
          throw unknownName(
            `phase in which ${name}.${rule.name} ${what}, in the programs of ${scheme.name},`,
            phase,
            run,
          );
}
/** What diagnostics count as layers has weights; fast synapses are state of a sample. */
function checkForward(
  { name }: Scheme,
  projections: readonly Projection[],
  forward: readonly string[],
): void {
  const fast = projections.find(p => p.perSample && forward.includes(p.name));
  if (!fast) return;
  const why = 'whose synapses are one set a sample (perSample): state, not weights';
  const right = 'List the projection with weights beside it';
  throw new ApicalError('APICAL_CIRCUIT', `scheme ${name} lists ${fast.name} in "forward", ${why}. ${right}`);
}
/** Every phase that a program names. */
export const phasesIn = (program: Program): string[] =>
  program.flatMap(s => ('stages' in s ? phasesIn(s.stages) : 'phase' in s ? s.phase : []));

/* ---------------------------------------------------------------- weights */

export interface WeightPlace {
  /** `W1`, `W1/bias` */
  readonly name: string;
  /** With `/bias` for a bias; '' where the projection has none. */
  readonly role: string;
  readonly projection: string;
  /** As stored. */
  readonly shape: Shape;
  /** A matrix stored against the direction of its projection: files have `[post, pre]`, so it is transposed. */
  readonly transposed: boolean;
}
/** Weights and biases that a run learns or draws, each once; fast synapses are state of a sample and not among them. */
export function weightsOf(
  { populations, projections }: Pick<Declared, 'populations' | 'projections'>,
  library: Pick<Library, 'connectivities'>,
): WeightPlace[] {
  const shapes = new Map(populations.map(p => [p.name, p.shape]));
  const specs = new Map(projections.map(p => [p.name, p]));
  const shapeAt = (ref: string): Shape => shapes.get(populationIn(ref, specs)) ?? [];
  const connectivityOf = ({ along, connectivity }: Projection): Connectivity => {
    const other = along === undefined ? undefined : specs.get(along);
    return other ? connectivityOf(other) : (connectivity ?? library.connectivities.get('dense'));
  };
  return projections.flatMap(p => {
    const { name: projection, role = '', reversed = false } = p;
    const connectivity = connectivityOf(p);
    const [from, to] = [shapeAt(p.from), shapeAt(p.to)];
    const places: WeightPlace[] = [];
    const shape =
      p.along === undefined && !p.perSample
        ? connectivity.shape(reversed ? { pre: to, post: from } : { pre: from, post: to })
        : [];
    if (shape.length)
      places.push({
        name: projection,
        role,
        projection,
        shape,
        transposed: reversed && shape.length === 2,
      });
    if (p.bias) {
      const units = to.reduce((a, b) => a * b, 1);
      const length = (connectivity.biasShape?.(to) ?? [units]).reduce((a, b) => a * b, 1);
      const name = `${projection}/bias`;
      places.push({
        name,
        role: role && `${role}/bias`,
        projection,
        shape: [length],
        transposed: false,
      });
    }
    return places;
  });
}
