/** One learning rule at work on a projection: scopes of its two ends, gains, directions, optimisers. */
import { ApicalError } from '@apical/core';
import type { FloatArray, Operand, Plasticity } from '@apical/core';
import type { BuiltOptimiser, BuiltPopulation, BuiltProjection, BuiltRule, Side } from './built.js';
import { sides } from './built.js';
import type { Network } from './network.js';
import { checkReserved } from './parameters.js';
import { arrayOperand, scalarOperand, scopeOf, type Scope } from './scope.js';

const populationAt = (p: BuiltProjection, use: Plasticity, side: Side): BuiltPopulation =>
  (side === 'pre') === !use.exchanged ? p.pre : p.post;

/** All traces exist before any rule is built: a rule may read those of another. */
export function allocateTraces(network: Network, p: BuiltProjection, use: Plasticity): void {
  for (const side of sides) {
    const { units } = populationAt(p, use, side);
    const owner = `${p.name}.${use.rule.name}`;
    for (const [name, { role }] of Object.entries(use.rule.traces?.[side] ?? {}))
      if (role === 'noise')
        throw new ApicalError(
          'APICAL_CIRCUIT',
          `${owner}: trace "${name}" cannot be noise; give it to the neuron model, whose phases draw it`,
        );
    const built = network.signals(owner, use.rule.traces?.[side] ?? {}, units);
    for (const [name, operand] of Object.entries(built)) {
      if (network.traces.has(`${owner}.${name}`))
        throw new ApicalError(
          'APICAL_CIRCUIT',
          `${owner} has two traces "${name}"; a rule works once on a projection`,
        );
      network.traces.set(`${owner}.${name}`, operand);
    }
  }
}
export function buildRule(network: Network, p: BuiltProjection, use: Plasticity): BuiltRule {
  const { rule } = use;
  const name = `${p.name}.${rule.name}`;
  if (p.bundle.weights.length === 0)
    throw new ApicalError(
      'APICAL_CIRCUIT',
      `${name}: ${p.connectivity.name} synapses have no weights to learn`,
    );
  if (p.rules.some(r => r.name === name))
    throw new ApicalError(
      'APICAL_CIRCUIT',
      `${p.name} has two rules "${rule.name}": a rule works once on a projection`,
    );
  const prepared = network.parameters.block(rule, use.parameters ?? {}, use.choose ?? {}, name);
  for (const side of sides) checkMeanings(p, use, side);
  network.persistent.keepScalars(name, prepared.scalars);
  const end = (side: Side) => ({
    population: populationAt(p, use, side),
    scope: scopeAt(network, p, use, side, prepared.scalars),
  });
  const knobs = network.parameters.within({
    ...prepared.scalars,
    projectionGain: scalarOperand('projectionGain', p.gain),
  });
  const scale = use.scale === undefined ? '' : `(${use.scale}) * `;
  const gains = rule.update.terms.map(
    t => network.parameters.scalar(`${scale}(${t.gain ?? '1'})`, knobs, `${name}, gain`).data as Float64Array,
  );
  const gather = use.gather ?? 'learn';
  const direction = network.persistent.array(`${name}/direction`, p.bundle.weights.length);
  const biasDirection = p.bias && network.persistent.array(`${name}/bias/direction`, p.bias.length);
  return {
    name,
    use,
    rule,
    ...prepared,
    gather,
    apply: use.apply ?? gather,
    ends: { pre: end('pre'), post: end('post') },
    gains,
    direction,
    optimiser: buildOptimiser(network, name, p.bundle.weights, direction, use.optimiser),
    ...(p.bias && biasDirection
      ? {
          biasDirection,
          biasOptimiser: buildOptimiser(
            network,
            `${name}/bias`,
            p.bias,
            biasDirection,
            use.biasOptimiser ?? use.optimiser,
          ),
        }
      : {}),
  };
}
/** A name of the rule that is a signal at the same end, too, would mean one of them without a word. */
function checkMeanings(p: BuiltProjection, use: Plasticity, side: Side): void {
  const { rule } = use;
  const { name: at, model, signals } = populationAt(p, use, side);
  const kinds = {
    parameter: rule.parameters,
    constant: rule.constants,
    choice: rule.choices,
    trace: rule.traces?.[side],
  };
  const own = Object.entries(kinds).flatMap(([kind, all]) =>
    Object.keys(all ?? {}).map(name => [name, `${kind} "${name}"`] as const),
  );
  const names = own.map(([name]) => name);
  for (const [k, [name, what]] of own.entries()) {
    const first = names.indexOf(name);
    const other =
      first < k
        ? own[first]![1]
        : Object.hasOwn(use.uses?.[side] ?? {}, name)
          ? `what "uses" calls "${name}"`
          : Object.hasOwn(signals, name)
            ? `signal "${name}" of ${at} (${model.name}), its ${side} end,`
            : undefined;
    if (other !== undefined)
      throw new ApicalError(
        'APICAL_CIRCUIT',
        `${p.name}.${rule.name}: ${what} of the rule and ${other} have one name; call one of them something else`,
      );
  }
}
/** In this order: time, what `uses` says, the rule's own scalars and traces, what the population has. */
function scopeAt(
  network: Network,
  p: BuiltProjection,
  use: Plasticity,
  side: Side,
  scalars: Readonly<Record<string, Operand>>,
): Scope {
  const { rule } = use;
  const at = (where: Side, name: string): Operand | undefined => {
    if (name === 'dt' || name === 'batch') return network.parameters.shared[name];
    const population = populationAt(p, use, where);
    const meant = use.uses?.[where]?.[name];
    if (meant !== undefined)
      return meant.includes('.') ? network.operand(meant) : population.scope.find(meant);
    if (Object.hasOwn(scalars, name)) return scalars[name];
    if (Object.hasOwn(rule.traces?.[where] ?? {}, name))
      return network.traces.get(`${p.name}.${rule.name}.${name}`);
    return population.scope.find(name);
  };
  const find = (name: string): Operand | undefined => {
    const [first, second, third] = name.split('.');
    const found =
      second !== undefined && third === undefined && (first === 'pre' || first === 'post')
        ? at(first, second)
        : at(side, name);
    return found && { ...found, name };
  };
  return {
    find,
    names: () => [
      ...new Set([
        ...Object.keys(use.uses?.[side] ?? {}),
        ...Object.keys(scalars),
        ...Object.keys(rule.traces?.[side] ?? {}),
        ...populationAt(p, use, side).scope.names(),
      ]),
    ],
  };
}
function buildOptimiser(
  network: Network,
  owner: string,
  weights: FloatArray,
  direction: FloatArray,
  use: Plasticity['optimiser'],
): BuiltOptimiser {
  const id = `${owner}/${use?.use.name ?? 'add'}`;
  const updates = network.persistent.cell(`${id}/updates`);
  const common = { weights, direction, updates };
  if (!use) return { ...common, scope: scopeOf({}), choices: {} };
  const model = use.use;
  const named = [model.parameters, model.constants ?? {}, model.state ?? {}].flatMap(x => Object.keys(x));
  checkReserved(id, named, ['dt', 'batch', 'k', 'w', 'g', 'pooled']);
  network.parameters.protect(updates, 'counts updates');
  const prepared = network.parameters.block(model, use.parameters ?? {}, {}, id);
  network.persistent.keepScalars(id, prepared.scalars);
  const { dt, batch } = network.parameters.shared;
  const operands: Record<string, Operand> = {
    ...prepared.scalars,
    dt: dt!,
    batch: batch!,
    k: scalarOperand('k', updates),
    w: arrayOperand('w', weights),
    g: arrayOperand('g', direction),
  };
  const pooled = model.pool && network.memory.allocate(weights.length);
  if (pooled) operands.pooled = arrayOperand('pooled', pooled);
  for (const [name, spec] of Object.entries(model.state ?? {}))
    operands[name] = arrayOperand(name, network.persistent.array(`${id}/${name}`, weights.length, spec.init));
  return {
    ...common,
    model,
    scope: scopeOf(operands),
    choices: prepared.choices,
    ...(pooled ? { pooled } : {}),
  };
}
