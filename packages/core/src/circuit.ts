/** Populations, projections and programs: what a scheme wires, what a circuit compiles. */
import type {
  Activation,
  Choose,
  Ends,
  Equations,
  Expression,
  LearningRule,
  NeuronModel,
  OptimiserUse,
  ParameterSpec,
  Phase,
  Shape,
  SignalRef,
  SignalSpec,
  Source,
  Value,
  Values,
} from './model.js';
import type { Cell, Connectivity, FloatArray, Operation, Scratch, Step } from './operations.js';

/** A rule at work on a projection. */
export interface Plasticity {
  readonly rule: LearningRule;
  readonly parameters?: Values;
  readonly choose?: Choose;
  /**
   * What a name in the rule means here: a signal or parameter of that end, or a reference
   * `projection.rule.trace`.
   */
  readonly uses?: Ends<Readonly<Record<string, string>>> & {
    readonly weights?: Readonly<Record<string, string>>;
  };
  /** The rule's pre end is this projection's post end and the other way round: Kolen-Pollack. */
  readonly exchanged?: boolean;
  /** Multiplies the direction, before the optimiser. */
  readonly scale?: Value;
  readonly optimiser?: OptimiserUse;
  /** When the bias is applied differently from the weights: no decay, say. */
  readonly biasOptimiser?: OptimiserUse;
  /**
   * When the direction is formed (default `learn`) and when it is applied (default: in the same
   * phase; `never`: directions are only looked at).
   */
  readonly gather?: Phase;
  readonly apply?: Phase;
}

/** What is drawn; its stream is `init/<projection>`. Or the values themselves, row-major. */
export type Initial =
  | { readonly draw: string; readonly parameters?: Readonly<Record<string, number>> }
  | { readonly values: ArrayLike<number> };
export type Weights =
  | Initial
  | {
      /** Name of a weight function. */
      readonly function: string;
      /** Projections whose weights go in; `own` is the present value. */
      readonly of: readonly string[];
      readonly parameters?: Values;
      /** Where the weights start before the function is first due. */
      readonly initial?: Initial;
      /** Phases, and `build` for the start. */
      readonly at: readonly Phase[];
    };
export interface Projection {
  readonly name: string;
  readonly from: SignalRef;
  readonly to: SignalRef;
  readonly phase: Phase | readonly Phase[];
  readonly role?: string;
  /** Default: dense. */
  readonly connectivity?: Connectivity;
  readonly gain?: Value;
  readonly weights?: Weights;
  /** Use that projection's weights, connectivity and route, live. */
  readonly along?: string;
  /** Against the stored direction. With own weights: these are stored as those of the opposite direction. */
  readonly reversed?: boolean;
  /** One number a neuron or a channel, as the connectivity says; learned by the same rules with pre = 1. */
  readonly bias?: boolean | { readonly weights?: Weights };
  /**
   * Fast synapses: one set of weights a sample. They are state, not weights: learned wherever their phases run, also in
   * programs compiled with `apply: false`, and neither lent nor stored as weights nor counted as parameters.
   */
  readonly perSample?: boolean;
  /** On w, after every application. */
  readonly constraint?: Equations;
  readonly plasticity?: readonly Plasticity[];
}
export interface Population {
  readonly name: string;
  readonly shape: Shape;
  /** Order in sweeps; may be fractional: interneurons between two layers. */
  readonly depth: number;
  readonly role?: string;
  readonly model: NeuronModel;
  readonly parameters?: Values;
  readonly choose?: Choose;
  /** Slot → activation or its name. */
  readonly functions?: Readonly<Record<string, string | Activation>>;
  /** Signal → starting values, `[batch, ...shape]`, or `[...shape]` for every sample alike. */
  readonly initial?: Readonly<Record<string, ArrayLike<number>>>;
}

/**
 * Equations that only look, attached to one population: they read whatever its own equations can read, and nothing of
 * the model can read them. Each runs after the population's equations of its phase. Their arrays are neither saved nor
 * counted.
 */
export interface Recording {
  readonly population: string;
  /** States and derived signals; seen from outside as `population.signal`. */
  readonly signals: Readonly<Record<string, SignalSpec>>;
  /** Expressions may use those of the population, and of these the ones before. */
  readonly parameters?: Values;
  readonly phases: Readonly<Record<Phase, Equations>>;
}
/**
 * A repeat stops early once no watched signal moved by more than `within` times its size (largest value, at least 1) in a
 * pass; NaN never settles. Afterwards `NAME.passes` is how many passes were made and `NAME.settled` 1 or 0: signals that
 * probes and conditions read, which persist, of the latest run.
 */
export interface UntilSettled {
  /** Default: every state the stages write. */
  readonly settled?: readonly SignalRef[];
  readonly within: Value;
  /**
   * Every sample settles for itself, and is then held: what the stages write of it (signals, traces, fast synapses) stays as
   * it was, so that no result depends on what else is in the batch. `passes` and `settled` are one value a sample. The stages
   * change nothing that all samples share. Noise drawn later goes on from where the slowest sample left its stream.
   */
  readonly perSample?: boolean;
  /** NAME. Default: `until`, then `until2` and so on in the order of the program. */
  readonly as?: string;
}
export type Stage =
  /**
   * In a sweep all phases of one depth run before the next depth. `on` names populations, projections or
   * roles.
   */
  | {
      readonly phase: Phase | readonly Phase[];
      readonly sweep?: 'up' | 'down';
      readonly on?: readonly string[];
    }
  /** A parameter of the scheme, or `population.parameter`. */
  | { readonly set: Readonly<Record<string, number>> }
  | { readonly when: Expression; readonly stages: Program }
  /** In the first of so many runs, and so on; as often as `repeat` says. */
  | { readonly every: Value; readonly stages: Program }
  /**
   * So many times: a number, or an expression such as `free / dt`. What it comes to is rounded; where parameters alone
   * decide and it is not whole within 1e-6, compiling the program and setting the parameter are refused.
   */
  | {
      readonly repeat: Value;
      readonly until?: UntilSettled;
      readonly stages: Program;
    };
/**
 * Inside a phase: inputs, neuron equations, rule equations, gathers, applications, constraints, weight
 * functions due.
 */
export type Program = readonly Stage[];

/** A view of weights as a matrix, row-major. */
export interface Matrix {
  readonly rows: number;
  readonly cols: number;
  readonly data: FloatArray;
}
/** Weights as a function of weights: the only home of algebra that is not elementwise. */
export interface WeightFunction {
  readonly name: string;
  readonly doc: string;
  readonly source?: Source;
  readonly parameters: Readonly<Record<string, ParameterSpec>>;
  readonly inputs: readonly string[];
  /** Fills `into` from `inputs`. */
  prepare(
    into: Matrix,
    inputs: readonly Matrix[],
    parameters: Readonly<Record<string, Cell>>,
    scratch: Scratch,
  ): readonly Operation[];
}

/** Random numbers by name. A replay answers with recorded arrays. */
export interface Streams {
  /** Fills `into` with standard normals; `counter` tells how often this stream was drawn from. */
  normal(stream: string, into: FloatArray, counter: Cell): Operation;
  /** `shape` is the array's; `fanIn` that of the projection's weights, also for its bias. */
  initial(
    stream: string,
    what: {
      readonly draw: string;
      readonly parameters?: Readonly<Record<string, number>>;
      readonly fanIn: number;
    },
    into: FloatArray,
    shape: Shape,
  ): void;
}

export interface CompileOptions {
  /** Under which a backend notes how it runs. Default: `program`. */
  readonly name?: string;
  /**
   * false: directions need not be there after the program, so that weights which follow theirs linearly take
   * outer products at once. Rounds otherwise. Default: true.
   */
  readonly keepDirections?: boolean;
  /** false: rules leave their directions, weights stay as they are; fast synapses, which are state, follow. */
  readonly apply?: boolean;
  /** What ran before: values it filled may be read. */
  readonly after?: Program;
}
/** A built circuit, as plugins see it. Arrays are live views. */
export interface CircuitView {
  readonly batch: number;
  /** `population.signal`, `population.parameter`, `projection.rule.trace`. */
  signal(ref: SignalRef): FloatArray;
  /** Of fast synapses, of all samples one after the other. Empty where there are none. */
  weights(projection: string): FloatArray;
  /** Of the stored weights: `[post, pre]`, or `[pre, post]` where `reversed` says so. */
  weightShape(projection: string): Shape;
  /** Is the projection transmitted against the direction in which its weights are stored? */
  reversed(projection: string): boolean;
  /** Populations it leads from and to. */
  ends(projection: string): { readonly from: string; readonly to: string };
  bias(projection: string): FloatArray;
  /** Weights and biases by name (`W1`, `W1/bias`), each once. */
  weightNames(): readonly string[];
  /** Weights or bias by name (`W1`, `W1/bias`) to lend to another circuit; undefined where there are none, or fast ones. */
  lent(name: string): FloatArray | undefined;
  /** Does a rule work on it? */
  plastic(projection: string): boolean;
  /** What the rule proposes: `projection`, `projection/bias`, or with several rules `projection.rule`. */
  direction(ref: string): FloatArray;
  /**
   * Any expression over the signals, parameters and activations of a population, such as `dphi(u)`: the function gives
   * its present values `[batch, units]`, always in the same array.
   */
  expression(population: string, text: Expression): () => FloatArray;
  /** A parameter of the scheme or `population.parameter`. */
  set(name: string, value: number): void;
  compile(program: Program, options?: CompileOptions): Step;
}
