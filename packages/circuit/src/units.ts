/** Units of the names in equations, for the dimensional check. undefined: not known, anything goes. */
import type { Optimiser } from '@apical/core';
import type { BuiltPopulation, BuiltProjection, BuiltRule, Side } from './built.js';

export type UnitOf = (name: string) => string | undefined;

export function unitsOfPopulation(p: BuiltPopulation): UnitOf {
  const { signals, parameters } = p.model;
  return name => (name === 'dt' ? 'ms' : (signals[name]?.unit ?? parameters[name]?.unit));
}
export function unitsOfRule(p: BuiltProjection, r: BuiltRule, side: Side): UnitOf {
  const { parameters, traces } = r.rule;
  const at = (where: Side, name: string): string | undefined => {
    const meant = r.use.uses?.[where]?.[name];
    const population = unitsOfPopulation(r.ends[where].population);
    if (meant !== undefined) return meant.includes('.') ? undefined : population(meant);
    return parameters[name]?.unit ?? traces?.[where]?.[name]?.unit ?? population(name);
  };
  return name => {
    const [first, second] = name.split('.');
    if (second !== undefined && (first === 'pre' || first === 'post')) return at(first, second);
    return name === 'factor' ? undefined : at(side, name);
  };
}
/** Weights and directions carry whatever unit they carry; parameters and `dt` are known. */
export function unitsOfOptimiser(model: Optimiser): UnitOf {
  return name => (name === 'dt' ? 'ms' : name === 'k' ? '1' : model.parameters[name]?.unit);
}
