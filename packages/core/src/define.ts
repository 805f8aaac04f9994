/** Short ways to write specifications, and the identity helpers that let the compiler check a part. */
import type { SettingSpec } from './scheme.js';
import type { LearningRule, NeuronModel, Optimiser, ParameterSpec, SignalSpec, Value } from './model.js';
import type { Scheme } from './scheme.js';

export const parameter = <V extends Value>(
  doc: string,
  value: V,
  unit = '1',
): ParameterSpec & { readonly value: V } => ({ doc, unit, value });

const signal =
  (role: SignalSpec['role']) =>
  (doc: string, unit = '1', init = 0): SignalSpec => ({ doc, unit, role, init });
/** Persists between runs of a program. */
export const state = signal('state');
/** Summed into by projections, 0 where unwired. */
export const input = signal('input');
/** Filled before it is read, in every program. */
export const derived = signal('derived');
/** Written by the task. */
export const stimulus = signal('stimulus');
/** Standard normals from the stream `noise/<population>/<signal>`. */
export const noise = signal('noise');

/** The first of `allowed` is the default. */
export const setting = (doc: string, ...allowed: (string | number | boolean)[]): SettingSpec => ({
  doc,
  value: allowed[0]!,
  allowed,
});

/** Freezes data in depth, so that a specification shared by several circuits cannot drift. */
export function freeze<T>(value: T): T {
  const seen = new Set<unknown>();
  // what is frozen already may hold something that is not
  const visit = (x: unknown): void => {
    if (typeof x !== 'object' || x === null || ArrayBuffer.isView(x) || seen.has(x)) return;
    seen.add(x);
    for (const child of Object.values(Object.freeze(x))) visit(child);
  };
  visit(value);
  return value;
}
export const defineNeuron = (model: NeuronModel): NeuronModel => freeze(model);
export const defineRule = (rule: LearningRule): LearningRule => freeze(rule);
export const defineOptimiser = (optimiser: Optimiser): Optimiser => freeze(optimiser);
export const defineScheme = (scheme: Scheme): Scheme => freeze(scheme);
