/** A scheme wires neuron models, synapses, rules and optimisers for given layers, and orders the work. */
import type { CircuitView, Plasticity, Population, Program, Projection } from './circuit.js';
import type {
  Activation,
  Choose,
  LearningRule,
  NeuronModel,
  Optimiser,
  ParameterSpec,
  Phase,
  Shape,
  SignalRef,
  Source,
  Value,
  Values,
} from './model.js';
import type { Connectivity } from './operations.js';

/** A value, or a list with one entry a layer. */
export type PerLayer = Readonly<Record<string, Value | readonly Value[]>>;
export interface NeuronSlot {
  readonly model: NeuronModel;
  readonly parameters?: PerLayer;
  readonly choose?: Choose;
  /** Slot of the model → name of an activation. */
  readonly functions?: Readonly<Record<string, string>>;
}
export interface OptimiserSlot {
  readonly use: Optimiser;
  readonly parameters?: PerLayer;
}
export interface PlasticitySlot extends Omit<
  Plasticity,
  'parameters' | 'optimiser' | 'biasOptimiser' | 'scale'
> {
  readonly parameters?: PerLayer;
  readonly scale?: Value | readonly Value[];
  readonly optimiser?: OptimiserSlot;
  readonly biasOptimiser?: OptimiserSlot;
  /** Does not follow `train.optimiser` and `train.eta`: its optimiser and rates belong to the scheme. */
  readonly own?: boolean;
}
export type Setting = string | number | boolean | readonly number[];
export interface SettingSpec {
  readonly doc: string;
  readonly value: Setting;
  readonly allowed?: readonly Setting[];
}
export interface LayerSpec {
  readonly shape: Shape;
  readonly activation?: string | Activation;
  /** How it is reached from the layer below; default dense. */
  readonly connectivity?: Connectivity;
}
/**
 * What the output computes and which loss its error belongs to: `linear-squared`, `sigmoid-squared`,
 * `softmax-cross-entropy`. Squared: Σ ½ (y − t)²; cross-entropy: −Σ t log y; both a mean over samples.
 */
export type HeadName = string;
/** How a scheme says a head: activation of the output layer and choices of its output slot. */
export interface HeadSpec {
  readonly activation: string;
  readonly slot: string;
  readonly choose?: Choose;
  readonly parameters?: Values;
}
export interface Assembled {
  readonly input: SignalRef;
  readonly output: SignalRef;
  readonly target: SignalRef;
  /**
   * `start` runs once before the first update of a run, with the first batch shown; `begin` for every batch, before its
   * steps. `train` and `evaluate` run on it for as long as the parameters `presentation` and `evaluatePresentation` (ms) of the
   * scheme say, or once. Others run when an observer asks, train in place
   * of `train`, or run before the first epoch.
   */
  readonly programs: Readonly<Record<string, Program>> & {
    readonly train: Program;
    readonly evaluate: Program;
  };
  /**
   * Forward projections that have weights, first to last: what shared diagnostics look at. They count layers by them: layer
   * k is the population that `forward[k - 1]` leads to; layers without weights (pooling) are not counted.
   */
  readonly forward: readonly string[];
  /**
   * The projection with weights through which the error of each hidden layer comes down, first to last (into the layer
   * itself, or into the pooling on it); empty where a scheme has none.
   */
  readonly feedback: readonly string[];
  /** Where the error of each hidden layer is, first to last. */
  readonly errors?: readonly SignalRef[];
  /** −1: feedback weights act with the opposite sign, so that −B stands for Wᵀ. Default: 1. */
  readonly feedbackSign?: 1 | -1;
}
export interface Scheme {
  readonly name: string;
  readonly doc: string;
  readonly source: Source;
  /** ms; absent: the scheme knows no time, and `train.dt` is nothing to it. */
  readonly dt?: number;
  /** Given to every model, rule and optimiser that has a parameter of this name and is told nothing else. */
  readonly parameters: Readonly<Record<string, ParameterSpec>>;
  /** Everything a config may replace sits in a named slot. */
  readonly neurons: Readonly<Record<string, NeuronSlot>>;
  /** null: not plastic unless a config says so. */
  readonly plasticity: Readonly<Record<string, PlasticitySlot | null>>;
  readonly settings: Readonly<Record<string, SettingSpec>>;
  readonly heads: Readonly<Record<HeadName, HeadSpec>>;
  /** What hidden layers may have; absent: any activation. */
  readonly activations?: readonly string[];
  /** The one of `heads` that is in use; a filled scheme has it where one was asked for. */
  readonly head?: HeadName;
  readonly phases: Readonly<Record<Phase, string>>;
  assemble(
    net: Builder,
    layers: readonly LayerSpec[],
    given: {
      readonly parameters: Readonly<Record<string, number>>;
      readonly settings: Readonly<Record<string, Setting>>;
      /** ms */
      readonly dt: number;
    },
  ): Assembled;
}
/**
 * What a scheme may call. `layer` is the index into per-layer lists. What a slot says, and with it a config, goes before what
 * is said here.
 */
export interface Builder {
  /** Name of the rule a slot is filled with: its traces are `projection.<name>.<trace>`. */
  ruleName(slot: string): string | undefined;
  population(
    name: string,
    slot: string,
    at: Pick<Population, 'shape' | 'depth' | 'role' | 'parameters' | 'choose' | 'functions'> & {
      readonly layer?: number;
    },
  ): void;
  project(
    name: string,
    at: Omit<Projection, 'name' | 'plasticity'> & {
      readonly layer?: number;
      readonly plasticity?:
        | string
        | readonly (
            | string
            | (Partial<Omit<Plasticity, 'rule' | 'optimiser' | 'biasOptimiser'>> & { readonly slot: string })
          )[];
    },
  ): void;
}
/** Answers to a scheme's slots. A part is named, or given itself; what is absent stays as the scheme has it. */
export interface SchemeOptions {
  readonly parameters?: Values;
  readonly settings?: Readonly<Record<string, Setting>>;
  readonly neurons?: Readonly<Record<string, NeuronAnswer>>;
  /** null empties a slot: these synapses do not learn. */
  readonly plasticity?: Readonly<Record<string, PlasticityAnswer | null>>;
  readonly head?: HeadName;
}
export interface NeuronAnswer extends Partial<Omit<NeuronSlot, 'model'>> {
  readonly model?: string | NeuronModel;
}
export interface OptimiserAnswer {
  readonly use?: string | Optimiser;
  readonly parameters?: PerLayer;
}
export interface PlasticityAnswer extends Partial<
  Omit<PlasticitySlot, 'rule' | 'optimiser' | 'biasOptimiser'>
> {
  readonly rule?: string | LearningRule;
  readonly optimiser?: OptimiserAnswer;
  readonly biasOptimiser?: OptimiserAnswer;
}
/** A scheme assembled for given layers: circuit plus what the scheme said about it. */
export interface Model extends Assembled {
  readonly circuit: CircuitView;
}
