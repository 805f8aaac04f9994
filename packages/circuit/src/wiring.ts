/** One projection: its ends, connectivity, weights and bias. */
import { ApicalError, checkOwnName, unknownName } from '@apical/core';
import type { Bundle, Connectivity, FloatArray, Initial, Projection, Shape, Weights } from '@apical/core';
import { sides, type BuiltPopulation, type BuiltProjection } from './built.js';
import type { Network } from './network.js';
import { count } from './scope.js';

/** References join names with dots and slashes. */
export function checkName(kind: string, name: string): void {
  checkOwnName(kind, name);
  if (!/^[^\s./]+$/.test(name))
    throw new ApicalError('APICAL_CIRCUIT', `${kind} "${name}": a name has no dot, slash or space`);
}
/** Synapses join one value per neuron at each end, and arrive in an input. */
export function checkEnds(network: Network, { name, spec, post }: BuiltProjection): void {
  for (const ref of [spec.from, spec.to]) {
    const { extent } = network.operand(ref);
    if (extent !== 'neuron')
      throw new ApicalError(
        'APICAL_CIRCUIT',
        `${name}: ${ref} is one value per ${extent}; synapses join one value per neuron`,
      );
  }
  if (network.inputs.has(network.operand(spec.to).data)) return;
  const there = [...network.inputs.values()].filter(n => n.startsWith(`${post.name}.`));
  throw new ApicalError(
    'APICAL_CIRCUIT',
    `${name} transmits into ${spec.to}, which is no input and would be overwritten; ` +
      (there.length ? `inputs there: ${there.join(', ')}` : `${post.name} has no input`),
  );
}
/** Idempotent: a projection that goes along another wires that one first. */
export function wire(network: Network, spec: Projection): BuiltProjection {
  const known = network.projections.get(spec.name);
  if (known) return known;
  const { name } = spec;
  const pre = network.populationOf(spec.from);
  const post = network.populationOf(spec.to);
  const common = {
    spec,
    name,
    role: spec.role ?? '',
    pre,
    post,
    gain: network.parameters.scalar(spec.gain ?? 1, network.parameters.within({}), `${name}, gain`)
      .data as Float64Array,
    plastic: network.persistent.cell(`${name}/plastic`, 1),
    rules: [],
    functions: [],
  };
  const synapses =
    spec.along === undefined
      ? ownSynapses(network, spec, pre, post)
      : sharedSynapses(network, spec, spec.along, pre, post);
  const bias = spec.bias ? biasOf(network, spec, post, synapses) : undefined;
  const built: BuiltProjection = { ...common, ...synapses, ...(bias ? { bias } : {}) };
  network.projections.set(name, built);
  return built;
}
type Synapses = Pick<BuiltProjection, 'connectivity' | 'bundle' | 'reversed'>;
function sharedSynapses(
  network: Network,
  spec: Projection,
  along: string,
  from: BuiltPopulation,
  to: BuiltPopulation,
): Synapses {
  const other = network.specs.get(along);
  if (!other) throw unknownName(`projection that ${spec.name} goes along`, along, [...network.specs.keys()]);
  if (spec.plasticity?.length)
    throw new ApicalError('APICAL_CIRCUIT', `${spec.name} uses the weights of ${along}: put the rule there`);
  const { connectivity, bundle, reversed: against } = wire(network, other);
  const reversed = against !== (spec.reversed ?? false);
  const ends = reversed ? { pre: to, post: from } : { pre: from, post: to };
  for (const side of sides)
    if (ends[side].units !== count(bundle[side]))
      throw new ApicalError(
        'APICAL_SHAPE',
        `${spec.name} goes along ${along}, whose ${side} end has ${count(bundle[side])} units; ` +
          `${ends[side].name} has ${ends[side].units}`,
      );
  return { connectivity, bundle, reversed };
}
function ownSynapses(
  network: Network,
  spec: Projection,
  from: BuiltPopulation,
  to: BuiltPopulation,
): Synapses {
  const { name } = spec;
  const connectivity = spec.connectivity ?? network.options.library.connectivities.get('dense');
  const reversed = spec.reversed ?? false;
  const perSample = spec.perSample ?? false;
  const ends = reversed ? { pre: to.shape, post: from.shape } : { pre: from.shape, post: to.shape };
  const shape = connectivity.shape(ends);
  const length = shape.length ? count(shape) * (perSample ? network.batch : 1) : 0;
  const weights = length
    ? borrowOrStart(
        network,
        name,
        `${name}/weights`,
        length,
        shape,
        () => spec.weights,
        spec.role,
        fanIn(shape),
        !perSample,
      )
    : network.memory.allocate(0);
  const route = network.memory.allocateIndices(network.batch * (connectivity.route?.(ends) ?? 0));
  if (route.length) network.persistent.keep(`${name}/route`, route);
  const bundle: Bundle = {
    batch: network.batch,
    ...ends,
    weights,
    perSample,
    route,
    scratch: network.memory,
  };
  return { connectivity, reversed, bundle };
}
const fanIn = (shape: Shape): number => count(shape.slice(1));
function biasOf(
  network: Network,
  spec: Projection,
  post: BuiltPopulation,
  { connectivity, bundle }: Synapses,
): FloatArray {
  const shape = biasShape(connectivity, post);
  const id = `${spec.name}/bias`;
  const given = typeof spec.bias === 'object' ? spec.bias.weights : undefined;
  const role = spec.role === undefined ? undefined : `${spec.role}/bias`;
  const fan = fanIn(connectivity.shape(bundle));
  return borrowOrStart(network, id, id, count(shape), shape, () => given ?? { draw: 'zeros' }, role, fan);
}
const biasShape = (connectivity: Connectivity, post: BuiltPopulation): Shape =>
  connectivity.biasShape?.(post.shape) ?? [post.units];
/** An array of another circuit where one is lent, else one of our own with its first values. */
function borrowOrStart(
  network: Network,
  name: string,
  stateName: string,
  length: number,
  shape: Shape,
  weights: () => Weights | undefined,
  role: string | undefined,
  fan: number,
  // what is fast belongs to the samples of one circuit
  mayBorrow = true,
): FloatArray {
  const lent = mayBorrow ? network.options.lend?.(name) : undefined;
  if (lent) {
    if (lent.length !== length)
      throw new ApicalError('APICAL_SHAPE', `${name} needs ${length} weights; ${lent.length} are lent`);
    return lent;
  }
  const into = network.persistent.array(stateName, length);
  const own = weights();
  const isFunction = own !== undefined && 'function' in own;
  const given =
    network.options.weights?.[name] ?? (role === undefined ? undefined : network.options.weights?.[role]);
  // what follows from other weights is not drawn: an override names a start only where there is one
  const initial: Initial | undefined = isFunction ? own.initial && (given ?? own.initial) : (given ?? own);
  if (!initial) return into;
  const one = into.subarray(0, count(shape));
  if (!('values' in initial))
    network.options.streams.initial(`init/${name}`, { ...initial, fanIn: fan }, one, shape);
  else if (initial.values.length === one.length) one.set(initial.values);
  else
    throw new ApicalError(
      'APICAL_SHAPE',
      `${name} is [${shape.join(', ')}] (${one.length} numbers); ${initial.values.length} are given`,
    );
  // fast synapses start alike in every sample
  for (let start = one.length; start < length; start += one.length) into.set(one, start);
  return into;
}
