/** Populations, projections and rules over arrays they own. The order of work is compiled in `program.ts`. */
import { ApicalError, unknownName } from '@apical/core';
import type {
  Activation,
  Catalogue,
  CircuitView,
  CompileOptions,
  Connectivity,
  Expression,
  FloatArray,
  Initial,
  Memory,
  Operand,
  Operation,
  Population,
  Program,
  Projection,
  Shape,
  SignalSpec,
  Step,
  Streams,
  Values,
  WeightFunction,
} from '@apical/core';
import { firstNonFinite } from '@apical/numerics';
import { sides, type BuiltPopulation, type BuiltProjection, type BuiltRule } from './built.js';
import { expressionOf } from './expression.js';
import { Parameters } from './parameters.js';
import { PersistentArrays } from './persistent-arrays.js';
import { buildPopulation } from './population.js';
import { lowerProgram } from './program.js';
import { buildRule, allocateTraces } from './rule.js';
import { checkEnds, checkName, populationOf, wire } from './wiring.js';
import { buildWeightFunctions, weightFunctionsDue } from './weights.js';

/** Parts that are named inside specifications. */
export interface Library {
  readonly activations: Catalogue<Activation>;
  readonly connectivities: Catalogue<Connectivity>;
  readonly weightFunctions: Catalogue<WeightFunction>;
}
export interface BuildOptions {
  readonly memory: Memory;
  readonly batch: number;
  /** ms */
  readonly dt?: number;
  readonly streams: Streams;
  readonly library: Library;
  /**
   * Weights of another circuit in the same memory, by name (`W1`, `W1/bias`): the same network at another
   * batch size or under another scheme.
   */
  readonly lend?: (name: string) => FloatArray | undefined;
}
export interface CircuitOptions extends BuildOptions {
  /** Of the scheme. */
  readonly parameters?: Values;
  /** Phases that a program may name although nothing happens in them here: those the scheme documents. */
  readonly phases?: readonly string[];
  /** Projection, `projection/bias` or role → initial weights, instead of the projection's own. */
  readonly weights?: Readonly<Record<string, Initial>>;
}
/** A parameter of a rule, else something of its optimiser. */
const scalarOf = (rule: BuiltRule, name: string): Operand | undefined =>
  Object.hasOwn(rule.scalars, name) ? rule.scalars[name] : rule.optimiser.scope.find(name);

export class Circuit implements CircuitView {
  readonly options: CircuitOptions;
  readonly batch: number;
  readonly memory: Memory;
  readonly parameters: Parameters;
  readonly persistent: PersistentArrays;
  readonly populations = new Map<string, BuiltPopulation>();
  readonly projections = new Map<string, BuiltProjection>();
  readonly specs = new Map<string, Projection>();
  /** `projection.rule.trace` → its array. */
  readonly traces = new Map<string, Operand>();
  /** Inputs and derived signals, by array: their values hold only within one run of a program. */
  readonly fleeting = new Map<FloatArray, string>();
  /** States by array: what `until` watches. */
  readonly states = new Map<FloatArray, string>();
  /** Inputs by array: what projections transmit into. */
  readonly inputs = new Map<FloatArray, string>();

  constructor(options: CircuitOptions) {
    this.options = options;
    this.batch = options.batch;
    this.memory = options.memory;
    this.persistent = new PersistentArrays(options.memory);
    this.parameters = new Parameters(
      options.memory,
      options.dt ?? 1,
      options.batch,
      options.parameters ?? {},
    );
    for (const [name, operand] of Object.entries(this.parameters.shared))
      if (name !== 'batch') this.persistent.keep(`parameter/${name}`, operand.data);
  }

  /* ------------------------------------------------------------ declaring */

  population(spec: Population): void {
    checkName('population', spec.name);
    if (this.populations.has(spec.name))
      throw new ApicalError('APICAL_CIRCUIT', `population "${spec.name}" is declared twice`);
    this.populations.set(spec.name, buildPopulation(this, spec));
  }
  project(spec: Projection): void {
    checkName('projection', spec.name);
    if (this.specs.has(spec.name))
      throw new ApicalError('APICAL_CIRCUIT', `projection "${spec.name}" is declared twice`);
    this.specs.set(spec.name, spec);
  }
  /** After everything is declared: weights, traces, rules, then weight functions that are due `build`. */
  build(): this {
    for (const spec of this.specs.values()) {
      if (this.populations.has(spec.name))
        throw new ApicalError('APICAL_CIRCUIT', `"${spec.name}" is both a population and a projection`);
      wire(this, spec);
    }
    const all = [...this.projections.values()];
    for (const p of all) for (const use of p.spec.plasticity ?? []) allocateTraces(this, p, use);
    for (const p of all) {
      checkEnds(this, p);
      for (const use of p.spec.plasticity ?? []) p.rules.push(buildRule(this, p, use));
      p.functions.push(...buildWeightFunctions(this, p));
    }
    this.rebuild()();
    return this;
  }

  /* ------------------------------------------------------------ looking */

  signal(ref: string): FloatArray {
    return this.operand(ref).data;
  }
  /** `population.signal`, `population.parameter`, `projection.rule.trace`, `projection.rule.parameter`. */
  operand(ref: string): Operand {
    const [first = '', second = '', third] = ref.split('.');
    const population = this.populations.get(first);
    if (population && third === undefined) {
      const found = population.scope.find(second);
      if (found) return found;
      throw unknownName(`signal of population ${first}`, second, population.scope.names());
    }
    const trace = this.traces.get(ref);
    if (trace) return trace;
    const projection = this.projections.get(first);
    const rule = projection?.rules.find(r => r.rule.name === second);
    const scalar = rule && third !== undefined && scalarOf(rule, third);
    if (scalar) return scalar;
    if (projection && !rule)
      throw unknownName(
        `rule of projection ${first}`,
        second,
        projection.rules.map(r => r.rule.name),
      );
    if (rule)
      throw unknownName(`trace or parameter of ${first}.${second}`, third ?? '', [
        ...sides.flatMap(side => Object.keys(rule.rule.traces?.[side] ?? {})),
        ...Object.keys(rule.scalars),
        ...Object.keys(rule.optimiser.model?.parameters ?? {}),
      ]);
    throw unknownName(`population or projection in "${ref}"`, first, [
      ...this.populations.keys(),
      ...this.specs.keys(),
    ]);
  }
  projection(name: string): BuiltProjection {
    const found = this.projections.get(name);
    if (!found) throw unknownName('projection', name, [...this.projections.keys()]);
    return found;
  }
  weights(name: string): FloatArray {
    return this.projection(name).bundle.weights;
  }
  weightShape(name: string): Shape {
    const { connectivity, bundle } = this.projection(name);
    return connectivity.shape(bundle);
  }
  reversed(name: string): boolean {
    return this.projection(name).reversed;
  }
  ends(name: string): { readonly from: string; readonly to: string } {
    const { pre, post } = this.projection(name);
    return { from: pre.name, to: post.name };
  }
  plastic(name: string): boolean {
    return this.projection(name).rules.length > 0;
  }
  bias(name: string): FloatArray {
    const { bias } = this.projection(name);
    if (!bias) throw new ApicalError('APICAL_UNKNOWN_NAME', `projection "${name}" has no bias`);
    return bias;
  }
  direction(ref: string): FloatArray {
    const [path = '', end] = ref.split('/');
    const [name = '', rule] = path.split('.');
    const { rules } = this.projection(name);
    const found = rule === undefined ? rules[0] : rules.find(r => r.rule.name === rule);
    const out = end === 'bias' ? found?.biasDirection : found?.direction;
    if (!out)
      throw unknownName(
        'direction',
        ref,
        rules.flatMap(r => [r.name, ...(r.biasDirection ? [`${name}/bias`] : [])]),
      );
    return out;
  }
  /** Weights and biases by name (`W1`, `W1/bias`), each once: what is lent to another circuit. */
  weightNames(): string[] {
    return [...this.projections.values()].flatMap(p => [
      ...(p.spec.along === undefined && p.bundle.weights.length ? [p.name] : []),
      ...(p.bias ? [`${p.name}/bias`] : []),
    ]);
  }
  /** The array of a name from `weightNames`, or undefined. */
  lent(name: string): FloatArray | undefined {
    const [projection = '', end] = name.split('/');
    const found = this.projections.get(projection);
    if (!found) return undefined;
    return end === 'bias' ? found.bias : found.bundle.weights.length ? found.bundle.weights : undefined;
  }
  /** First NaN or infinity in the weights, then in the given signals. */
  firstNonFinite(
    signals: readonly string[] = [],
  ): { readonly name: string; readonly index: number } | undefined {
    for (const name of this.weightNames()) {
      const index = firstNonFinite(this.lent(name)!);
      if (index >= 0) return { name, index };
    }
    for (const name of signals) {
      const index = firstNonFinite(this.signal(name));
      if (index >= 0) return { name, index };
    }
    return undefined;
  }

  /* ------------------------------------------------------------ acting */

  /** A parameter of the scheme, `population.parameter`, `projection.rule.parameter` (of the rule or its optimiser). */
  set(name: string, value: number): void {
    for (const { data } of this.settables(name, value)) data[0] = value;
    this.parameters.refresh();
  }
  settable(name: string): Operand {
    return this.settables(name)[0]!;
  }
  /** A parameter of an optimiser is that of the weights and that of the bias. Throws where `value` is out of bounds. */
  settables(name: string, value?: number): Operand[] {
    const { shared } = this.parameters;
    const isShared = Object.hasOwn(shared, name);
    if (!isShared && !name.includes('.')) {
      const known = Object.keys(shared).filter(n => n !== 'batch');
      throw unknownName('parameter of the scheme', name, known);
    }
    const operand = isShared ? shared[name]! : this.operand(name);
    const [projection = '', ruleName, parameter = ''] = name.split('.');
    const rule = this.projections.get(projection)?.rules.find(r => r.rule.name === ruleName);
    const ofBias =
      rule && !Object.hasOwn(rule.scalars, parameter) ? rule.biasOptimiser?.scope.find(parameter) : undefined;
    const found = ofBias ? [operand, ofBias] : [operand];
    for (const o of found) this.parameters.checkSettable(o, name, value);
    return found;
  }
  /** false: weights and bias of the projection stay as they are. */
  setPlastic(projection: string, on: boolean): void {
    this.projection(projection).plastic[0] = on ? 1 : 0;
  }
  /** false: nothing of what the population sends arrives. */
  setSending(population: string, on: boolean): void {
    const found = this.populations.get(population);
    if (!found) throw unknownName('population', population, [...this.populations.keys()]);
    found.sending[0] = on ? 1 : 0;
  }
  expression(population: string, text: Expression): () => FloatArray {
    return expressionOf(this, population, text);
  }
  /** Weights that follow from others when a circuit is built follow again. */
  rebuild(): Step {
    return this.memory.prepare(weightFunctionsDue(this, 'build', [...this.projections.values()]), 'build');
  }
  compile(program: Program, options: CompileOptions = {}): Step {
    return this.memory.prepare(this.lower(program, options), options.name ?? 'program');
  }
  /** The operations of a program, before a backend prepares them. */
  lower(program: Program, options: CompileOptions = {}): readonly Operation[] {
    return lowerProgram(this, program, options);
  }

  /* ------------------------------------------------------------ state */

  /** Everything that persists, by name, live. */
  state(): ReadonlyMap<string, FloatArray | Int32Array> {
    return this.persistent.all();
  }
  /** Throws `APICAL_STATE` where names or lengths differ, before anything is written. */
  restore(saved: ReadonlyMap<string, ArrayLike<number>>): void {
    this.persistent.restore(saved);
    this.parameters.refresh();
  }
  /** Bytes of all arrays that persist. */
  bytes(): number {
    return this.persistent.bytes();
  }
  /** Arrays of declared signals or traces. */
  signals(
    owner: string,
    specs: Readonly<Record<string, SignalSpec>>,
    units: number,
  ): Record<string, Operand> {
    const out: Record<string, Operand> = {};
    for (const [name, spec] of Object.entries(specs)) {
      const per = spec.per ?? 'neuron';
      const full = `${owner}.${name}`;
      const data =
        per === 'population'
          ? this.persistent.cell(full, spec.init)
          : this.persistent.array(full, this.batch * (per === 'neuron' ? units : 1), spec.init);
      if (spec.role === 'input' || spec.role === 'derived') this.fleeting.set(data, full);
      if (spec.role === 'input') this.inputs.set(data, full);
      if (spec.role === 'state') this.states.set(data, full);
      out[name] = {
        name,
        extent: per === 'population' ? 'scalar' : per,
        data,
        units: per === 'neuron' ? units : 1,
      };
    }
    return out;
  }
  /** The population a reference lives on. */
  populationOf(ref: string): BuiltPopulation {
    return populationOf(this, ref);
  }
}
