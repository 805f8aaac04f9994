/** What a circuit holds after building: specifications joined with their arrays. */
import type {
  Activation,
  Bundle,
  Cell,
  Choose,
  Connectivity,
  Expression,
  FloatArray,
  LearningRule,
  NeuronModel,
  Operand,
  Operation,
  Optimiser,
  Plasticity,
  Projection,
  Recording,
  Shape,
} from '@apical/core';
import type { Language } from '@apical/equations';
import { findSites } from '@apical/equations';
import type { Prepared } from './parameters.js';
import type { Scope } from './scope.js';

export type Side = 'pre' | 'post';
export const sides: readonly Side[] = ['pre', 'post'];

export interface BuiltPopulation extends Prepared {
  readonly name: string;
  readonly role: string;
  readonly shape: Shape;
  readonly units: number;
  readonly depth: number;
  readonly model: NeuronModel;
  readonly signals: Readonly<Record<string, Operand>>;
  readonly functions: Readonly<Record<string, Activation>>;
  readonly scope: Scope;
  /** 0 while the population is silenced. */
  readonly sending: Cell;
}
export interface BuiltOptimiser {
  /** undefined: weights += direction. */
  readonly model?: Optimiser;
  readonly scope: Scope;
  readonly choices: Readonly<Record<string, Expression>>;
  readonly weights: FloatArray;
  readonly direction: FloatArray;
  /** Number of updates. */
  readonly updates: Cell;
  readonly pooled?: FloatArray;
}
export interface BuiltRule extends Prepared {
  /** `W1.delta` */
  readonly name: string;
  readonly use: Plasticity;
  readonly rule: LearningRule;
  readonly gather: string;
  readonly apply: string;
  readonly ends: Readonly<Record<Side, { readonly population: BuiltPopulation; readonly scope: Scope }>>;
  /** Gain of each term, scale included. */
  readonly gains: readonly Cell[];
  readonly direction: FloatArray;
  readonly biasDirection?: FloatArray;
  readonly optimiser: BuiltOptimiser;
  readonly biasOptimiser?: BuiltOptimiser;
}
export interface BuiltWeightFunction {
  readonly name: string;
  /** Does it fill fast synapses, which are state? */
  readonly fast: boolean;
  readonly of: readonly string[];
  readonly at: readonly string[];
  readonly operations: readonly Operation[];
}
export interface BuiltProjection {
  readonly spec: Projection;
  readonly name: string;
  readonly role: string;
  readonly pre: BuiltPopulation;
  readonly post: BuiltPopulation;
  readonly connectivity: Connectivity;
  readonly bundle: Bundle;
  /** Is it transmitted against the stored direction? */
  readonly reversed: boolean;
  readonly gain: Cell;
  readonly bias?: FloatArray;
  /** 0 while the projection is frozen. */
  readonly plastic: Cell;
  readonly rules: BuiltRule[];
  readonly functions: BuiltWeightFunction[];
}
export interface BuiltRecording {
  readonly recording: Recording;
  readonly population: BuiltPopulation;
  readonly signals: Readonly<Record<string, Operand>>;
  /** Its own names; what the population has comes after them. */
  readonly scope: Scope;
}
/** What a population's equations are written in. */
export function languageOf(
  p: BuiltPopulation,
  choices: Choose,
  where: string,
  block: string,
  key: string,
): Language {
  const sites = findSites(p.model.phases, Object.keys(p.functions));
  return { where, block, key, choices, functions: p.functions, ...(sites ? { sites } : {}) };
}
