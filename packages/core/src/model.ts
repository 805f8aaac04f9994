/**
 * Parts of a model that are data: neuron models, learning rules, optimisers, activations. Each survives
 * `JSON.parse(JSON.stringify(x))` unchanged, so it can be written in TypeScript or in a YAML config.
 */

/** A moment in the order of work (`forward`, `learn`). Every scheme documents its own. */
export type Phase = string;
/** Units of a population: `[500]` or `[64, 14, 14]`. Signals are `[batch, ...shape]`, row-major. */
export type Shape = readonly number[];
/** `population.signal`, or `projection.rule.trace`. */
export type SignalRef = string;
/** Statements, one a line; `sum`, `mean`, `largest` reduce over the units of one population, per sample. */
export type Equations = string;
/** The right side of a statement. */
export type Expression = string;
/** A number, or a scalar expression over the parameters beside it, those of the scheme, `dt` and `batch`. */
export type Value = number | Expression;
export type Values = Readonly<Record<string, Value>>;
/** Name of a choice → name of the alternative taken. */
export type Choose = Readonly<Record<string, string>>;

/** Where a part comes from: printed in docs, collected into a bibliography. */
export interface Source {
  readonly paper: string;
  readonly equations?: string;
  readonly note?: string;
}
export interface ParameterSpec {
  readonly doc: string;
  /** `1` for a pure number, else a product of powers: `ms`, `1/ms`, `mV`, `nS/pF`. */
  readonly unit: string;
  readonly value: Value;
  readonly min?: number;
  readonly max?: number;
}
export interface SignalSpec {
  readonly doc: string;
  readonly unit: string;
  /**
   * state: persists · input: 0 where unwired, else zeroed and summed into by projections · derived: filled
   * before it is read in every program · stimulus: written from outside · noise: standard normals, drawn
   * in every phase that reads it from the stream `noise/<population>/<signal>`
   */
  readonly role: 'state' | 'input' | 'derived' | 'stimulus' | 'noise';
  /** `[batch, ...shape]` (the default), `[batch]`, or one number. */
  readonly per?: 'neuron' | 'sample' | 'population';
  readonly init?: number;
}

/**
 * A non-linearity over the units of a population; equations reach it through a slot: `phi(x)`, `dphi(x)`,
 * `phiBack(d)`.
 */
export type Activation = {
  readonly name: string;
  readonly doc?: string;
  readonly source?: Source;
} & (
  | {
      readonly value: Expression;
      /** Derived from `value` when absent. */
      readonly slope?: Expression;
    }
  | {
      /** Fills `y` from `x`. */
      readonly forward: Equations;
      /** Fills `back` = transposed Jacobian (or a surrogate) times `delta` from `x`, `y`, `delta`. */
      readonly backward?: Equations;
    }
);

/** What neuron models, learning rules and optimisers have in common. */
export interface Block {
  readonly name: string;
  readonly doc?: string;
  readonly source?: Source;
  readonly parameters: Readonly<Record<string, ParameterSpec>>;
  /** Scalars derived from the parameters. */
  readonly constants?: Readonly<Record<string, Expression>>;
  /** Named alternatives of one expression; the first is the default, a config chooses by name. */
  readonly choices?: Readonly<Record<string, Readonly<Record<string, Expression>>>>;
}
export interface NeuronModel extends Block {
  readonly source: Source;
  readonly signals: Readonly<Record<string, SignalSpec>>;
  /** Slots for activations and their defaults: `{ phi: 'tanh', psi: 'linear' }`. */
  readonly functions?: Readonly<Record<string, string>>;
  readonly phases: Readonly<Record<Phase, Equations>>;
}

/** Something at the two ends of a synapse; `pre` and `post` are relative to the projection. */
export interface Ends<T> {
  readonly pre?: T;
  readonly post?: T;
}
/** One term of a direction: gain · mean_b(post ⊗ pre) [∘ weights]. A missing factor is 1. */
export interface Term {
  /** A scalar; knows the rule's parameters, `dt`, `batch` and `projectionGain`. */
  readonly gain?: Expression;
  readonly post?: Expression;
  readonly pre?: Expression;
  /** `W`: the projection's own weights; any other word is a role bound in `uses.weights`. */
  readonly times?: string;
}
/** Gives a direction dW; an optimiser applies it. What it reads is derived from its expressions. */
export interface LearningRule extends Block {
  readonly source: Source;
  readonly traces?: Ends<Readonly<Record<string, SignalSpec>>>;
  /**
   * Equations at one end; the key `gather` stands for the moment of gathering. `sum(pre.r ** 2)` reduces
   * over the other end.
   */
  readonly phases?: Readonly<Record<Phase, Ends<Equations>>>;
  readonly update: { readonly terms: readonly Term[] };
}
/**
 * Equations over the weights w, the direction g, own state and the count k of updates; reductions run over
 * the array.
 */
export interface Optimiser extends Block {
  /**
   * `pooled` in the update is the mean of `of` (an expression of w and g) over the weights and bias of one
   * neuron, of one projection, or of all projections that are applied in the same phase with an optimiser
   * of this name.
   */
  readonly pool?: { readonly over: 'neuron' | 'projection' | 'network'; readonly of: Expression };
  readonly state?: Readonly<Record<string, SignalSpec>>;
  readonly update: Equations;
}
export interface OptimiserUse {
  readonly use: Optimiser;
  readonly parameters?: Values;
}
