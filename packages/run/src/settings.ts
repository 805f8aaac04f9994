/** What a run begins with, read from the circuit that was built: not what a config asked for, but what became of it. */
import type { BuiltModel } from '@apical/circuit';
import type { LearningSettings, OptimiserSettings, RunSettings } from '@apical/core';
import type { ResolvedRun } from './resolve-run.js';

type Network = BuiltModel['circuit']['network'];
type Rule = ReturnType<Network['projection']>['rules'][number];

/** Before the first update, and before a checkpoint is restored: observers may set parameters later. */
export function settingsOf(run: ResolvedRun, { circuit, forward }: BuiltModel): RunSettings {
  const { scheme, steps, train, samples } = run;
  const { network } = circuit;
  const { shared } = network.parameters;
  return {
    ...(scheme.dt === undefined ? {} : { dt: shared.dt!.data[0]! }),
    steps,
    activations: forward.slice(0, -1).map(name => activationOf(network, name)),
    ...(scheme.head === undefined ? {} : { head: scheme.head }),
    parameters: numbers(scheme.parameters, name => shared[name]!.data[0]!),
    learning: [...network.projections.values()].flatMap(({ name: projection, role, rules }) =>
      rules.map(rule => ({ projection, role, ...learningOf(rule) })),
    ),
    batch: circuit.batch,
    epochs: train.epochs,
    samples,
    program: train.program ?? 'train',
  };
}
/** Of the population that a projection reaches. */
function activationOf(network: Network, projection: string): string {
  const all = Object.entries(network.projection(projection).post.functions);
  const named = all.map(([slot, { name }]) => (all.length === 1 ? name : `${slot} ${name}`));
  return named.join(', ') || 'none';
}
function learningOf({
  rule,
  scalars,
  gains,
  optimiser,
  biasOptimiser,
}: Rule): Omit<LearningSettings, 'projection' | 'role'> {
  return {
    rule: rule.name,
    parameters: numbers(rule.parameters, name => scalars[name]!.data[0]!),
    gains: gains.map(([gain = NaN]) => gain + 0), // no −0
    optimiser: optimiserOf(optimiser),
    ...(biasOptimiser ? { biasOptimiser: optimiserOf(biasOptimiser) } : {}),
  };
}
const optimiserOf = ({ model, scope }: Rule['optimiser']): OptimiserSettings => ({
  ...(model ? { use: model.name } : {}),
  parameters: numbers(model?.parameters ?? {}, name => scope.find(name)!.data[0]!),
});
const numbers = (specs: object, valueOf: (name: string) => number): Record<string, number> =>
  Object.fromEntries(Object.keys(specs).map(name => [name, valueOf(name)]));
