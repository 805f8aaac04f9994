/** Builds the circuit of a filled scheme for given layers. */
import { unknownName } from '@apical/core';
import type { Initial, LayerSpec, Model, Scheme } from '@apical/core';
import { Circuit } from './circuit.js';
import { declare, valuesOf, type Declared } from './declare.js';
import type { BuildOptions } from './network.js';

export interface BuiltModel extends Model {
  readonly circuit: Circuit;
}
export interface AssembleOptions extends BuildOptions {
  /** Projection, `projection/bias` or role (`forward`, `feedback`, `forward/bias`) → first weights, instead of the scheme's. */
  readonly weights?: Readonly<Record<string, Initial>>;
  /** Population → signal → starting values. */
  readonly initial?: Readonly<Record<string, Readonly<Record<string, ArrayLike<number>>>>>;
}
/** Throws `ApicalError` for what the scheme and its parts do not have, or what does not fit the layers. */
export function assemble(scheme: Scheme, layers: readonly LayerSpec[], build: AssembleOptions): BuiltModel {
  const { dt = scheme.dt ?? 1, batch, weights = {}, initial = {} } = build;
  const { populations, projections, ...declared } = declare(scheme, layers, { dt, batch });
  checkWeights(scheme, projections, Object.keys(weights));
  const circuit = new Circuit({
    ...build,
    dt,
    parameters: valuesOf(scheme),
    phases: Object.keys(scheme.phases),
    weights,
  });
  const { network } = circuit;
  for (const [name, spec] of Object.entries(scheme.parameters))
    network.parameters.bound(network.parameters.shared[name]!, spec, `${scheme.name}.${name}`);
  for (const p of populations)
    circuit.population(Object.hasOwn(initial, p.name) ? { ...p, initial: initial[p.name]! } : p);
  for (const p of projections) circuit.project(p);
  circuit.build();
  return { ...declared, circuit };
}
/** First weights that no projection asked for are a typing error. */
function checkWeights(scheme: Scheme, projections: Declared['projections'], given: readonly string[]): void {
  const known = projections.flatMap(({ name, role = '' }) =>
    [name, ...(role === '' ? [] : [role])].flatMap(n => [n, `${n}/bias`]),
  );
  for (const name of given)
    if (!known.includes(name))
      throw unknownName(`projection or role of scheme ${scheme.name} in "weights"`, name, [
        ...new Set(known),
      ]);
}
