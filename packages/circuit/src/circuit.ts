/** The face of a network: built from declarations, looked at, set, compiled, saved. The network itself is in `network.ts`. */
import { ApicalError, unknownName } from '@apical/core';
import type {
  CircuitView,
  CompileOptions,
  Expression,
  FloatArray,
  Memory,
  Operand,
  Operation,
  Population,
  Program,
  Projection,
  Shape,
  Step,
} from '@apical/core';
import { expressionOf } from './expression.js';
import { Network, type CircuitOptions } from './network.js';
import { buildPopulation } from './population.js';
import { lowerProgram } from './program.js';
import { buildRecording } from './recording.js';
import { allocateTraces, buildRule } from './rule.js';
import { checkEnds, checkName, wire } from './wiring.js';
import { buildWeightFunctions, weightFunctionsDue } from './weights.js';

export class Circuit implements CircuitView {
  readonly network: Network;
  readonly batch: number;
  readonly memory: Memory;

  constructor(options: CircuitOptions) {
    this.network = new Network(options);
    this.batch = options.batch;
    this.memory = options.memory;
  }

  /* ------------------------------------------------------------ declaring */

  population(spec: Population): void {
    const { populations } = this.network;
    checkName('population', spec.name);
    if (populations.has(spec.name))
      throw new ApicalError('APICAL_CIRCUIT', `population "${spec.name}" is declared twice`);
    populations.set(spec.name, buildPopulation(this.network, spec));
  }
  project(spec: Projection): void {
    const { specs } = this.network;
    checkName('projection', spec.name);
    if (specs.has(spec.name))
      throw new ApicalError('APICAL_CIRCUIT', `projection "${spec.name}" is declared twice`);
    specs.set(spec.name, spec);
  }
  /** After everything is declared: weights, traces, rules, then weight functions that are due `build`. */
  build(): this {
    const { network } = this;
    for (const spec of network.specs.values()) {
      if (network.populations.has(spec.name))
        throw new ApicalError('APICAL_CIRCUIT', `"${spec.name}" is both a population and a projection`);
      wire(network, spec);
    }
    const all = [...network.projections.values()];
    for (const p of all) for (const use of p.spec.plasticity ?? []) allocateTraces(network, p, use);
    for (const p of all) {
      checkEnds(network, p);
      for (const use of p.spec.plasticity ?? []) p.rules.push(buildRule(network, p, use));
      p.functions.push(...buildWeightFunctions(network, p));
    }
    for (const r of network.options.records ?? []) network.recordings.push(buildRecording(network, r));
    this.rebuild()();
    return this;
  }

  /* ------------------------------------------------------------ looking */

  signal(ref: string): FloatArray {
    return this.network.recorded(ref) ?? this.network.signal(ref);
  }
  weights(name: string): FloatArray {
    return this.network.projection(name).bundle.weights;
  }
  weightShape(name: string): Shape {
    const { connectivity, bundle } = this.network.projection(name);
    return connectivity.shape(bundle);
  }
  reversed(name: string): boolean {
    return this.network.projection(name).reversed;
  }
  ends(name: string): { readonly from: string; readonly to: string } {
    const { pre, post } = this.network.projection(name);
    return { from: pre.name, to: post.name };
  }
  plastic(name: string): boolean {
    return this.network.projection(name).rules.length > 0;
  }
  bias(name: string): FloatArray {
    return this.network.bias(name);
  }
  direction(ref: string): FloatArray {
    const [path = '', end] = ref.split('/');
    const [name = '', rule] = path.split('.');
    const { rules } = this.network.projection(name);
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
  /**
   * Weights and biases by name (`W1`, `W1/bias`), each once: what is learned, lent, counted and stored. Fast synapses are
   * state of the samples and not among them.
   */
  weightNames(): string[] {
    return [...this.network.projections.values()].flatMap(p => [
      ...(p.spec.along === undefined && this.lent(p.name) ? [p.name] : []),
      ...(p.bias ? [`${p.name}/bias`] : []),
    ]);
  }
  lent(name: string): FloatArray | undefined {
    const [projection = '', end] = name.split('/');
    const found = this.network.projections.get(projection);
    if (!found || end === 'bias') return found?.bias;
    const { weights, perSample } = found.bundle;
    return weights.length && !perSample ? weights : undefined;
  }

  /* ------------------------------------------------------------ acting */

  /** A parameter of the scheme, `population.parameter`, `projection.rule.parameter` (of the rule or its optimiser). */
  set(name: string, value: number): void {
    this.network.parameters.assign(this.network.settables(name, value), value);
  }
  settable(name: string): Operand {
    return this.network.settables(name)[0]!;
  }
  /** false: weights and bias of the projection stay as they are. */
  setPlastic(projection: string, on: boolean): void {
    this.network.projection(projection).plastic[0] = on ? 1 : 0;
  }
  /** false: nothing of what the population sends arrives. */
  setSending(population: string, on: boolean): void {
    this.network.population(population).sending[0] = on ? 1 : 0;
  }
  expression(population: string, text: Expression): () => FloatArray {
    return expressionOf(this.network, population, text);
  }
  /** Weights that follow from others when a circuit is built follow again. */
  rebuild(): Step {
    const { projections } = this.network;
    return this.memory.prepare(weightFunctionsDue(this.network, 'build', [...projections.values()]), 'build');
  }
  compile(program: Program, options: CompileOptions = {}): Step {
    return this.memory.prepare(this.lower(program, options), options.name ?? 'program');
  }
  /** The operations of a program, before a backend prepares them. */
  lower(program: Program, options: CompileOptions = {}): readonly Operation[] {
    return lowerProgram(this.network, program, options);
  }

  /* ------------------------------------------------------------ state */

  /** Everything that persists, by name, live. */
  state(): ReadonlyMap<string, FloatArray | Int32Array> {
    return this.network.persistent.all();
  }
  /** Throws `APICAL_STATE` where names or lengths differ, before anything is written. */
  restore(saved: ReadonlyMap<string, ArrayLike<number>>): void {
    this.network.persistent.restore(saved);
    this.network.parameters.refresh();
  }
  /** Bytes of all arrays that persist. */
  bytes(): number {
    return this.network.persistent.bytes();
  }
}
