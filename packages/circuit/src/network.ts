/** Populations and projections with the arrays they own, and what references to them mean. Builders fill it; it compiles nothing. */
import { ApicalError, checkOwnName, unknownName } from '@apical/core';
import type {
  Activation,
  Catalogue,
  Connectivity,
  FloatArray,
  Initial,
  Memory,
  Operand,
  Projection,
  Recording,
  SignalSpec,
  Streams,
  Values,
  WeightFunction,
} from '@apical/core';
import {
  sides,
  type BuiltPopulation,
  type BuiltProjection,
  type BuiltRecording,
  type BuiltRule,
} from './built.js';
import { Parameters } from './parameters.js';
import { PersistentArrays } from './persistent-arrays.js';

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
  /** Equations that only look. */
  readonly records?: readonly Recording[];
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

/** Name of the population that a reference lives on: `population.signal`, or `projection.rule.trace` at one of its ends. */
export function populationIn(ref: string, projections: ReadonlyMap<string, Projection>): string {
  const [first = '', rule, trace = ''] = ref.split('.');
  const spec = projections.get(first);
  const use = spec?.plasticity?.find(u => u.rule.name === rule);
  if (!spec || !use) return first;
  const atPre = Object.hasOwn(use.rule.traces?.pre ?? {}, trace) !== (use.exchanged ?? false);
  return populationIn(atPre ? spec.from : spec.to, projections);
}
export class Network {
  readonly options: CircuitOptions;
  readonly batch: number;
  readonly memory: Memory;
  readonly parameters: Parameters;
  readonly persistent: PersistentArrays;
  readonly populations = new Map<string, BuiltPopulation>();
  readonly projections = new Map<string, BuiltProjection>();
  /** Projections as declared: those that are not built yet, too. */
  readonly specs = new Map<string, Projection>();
  readonly recordings: BuiltRecording[] = [];
  /** `projection.rule.trace` → its array. */
  readonly traces = new Map<string, Operand>();
  /** Inputs and derived signals, by array: their values hold only within one run of a program. */
  readonly fleeting = new Map<FloatArray, string>();
  /** States by array: what `until` watches. */
  readonly states = new Map<FloatArray, string>();
  /** Signals and traces of which every sample has its own. */
  readonly bySample = new Set<FloatArray>();
  /** What repeats tell of themselves: `until.passes`, `until.settled`. */
  readonly told = new Map<string, Operand>();
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
  /** Arrays of declared signals or traces; what is kept elsewhere than in `persistent` only looks. */
  signals(
    owner: string,
    specs: Readonly<Record<string, SignalSpec>>,
    units: number,
    kept = this.persistent,
  ): Record<string, Operand> {
    const out: Record<string, Operand> = {};
    for (const [name, spec] of Object.entries(specs)) {
      checkOwnName(`a signal of ${owner}`, name);
      const per = spec.per ?? 'neuron';
      const full = `${owner}.${name}`;
      const data =
        per === 'population'
          ? kept.cell(full, spec.init)
          : kept.array(full, this.batch * (per === 'neuron' ? units : 1), spec.init);
      if (spec.role === 'input' || spec.role === 'derived') this.fleeting.set(data, full);
      if (per !== 'population') this.bySample.add(data);
      if (spec.role === 'input') this.inputs.set(data, full);
      if (spec.role === 'state' && kept === this.persistent) this.states.set(data, full);
      out[name] = {
        name,
        extent: per === 'population' ? 'scalar' : per,
        data,
        units: per === 'neuron' ? units : 1,
      };
    }
    return out;
  }

  /* ------------------------------------------------------------ references */

  population(name: string): BuiltPopulation {
    const found = this.populations.get(name);
    if (!found) throw unknownName('population', name, [...this.populations.keys()]);
    return found;
  }
  projection(name: string): BuiltProjection {
    const found = this.projections.get(name);
    if (!found) throw unknownName('projection', name, [...this.projections.keys()]);
    return found;
  }
  bias(name: string): FloatArray {
    const { bias } = this.projection(name);
    if (!bias) throw new ApicalError('APICAL_UNKNOWN_NAME', `projection "${name}" has no bias`);
    return bias;
  }
  signal(ref: string): FloatArray {
    return this.operand(ref).data;
  }
  /** `population.signal` of what only looks. */
  recorded(ref: string): FloatArray | undefined {
    for (const { population, signals } of this.recordings)
      for (const [name, { data }] of Object.entries(signals))
        if (ref === `${population.name}.${name}`) return data;
    return undefined;
  }
  /** `population.signal`, `population.parameter`, `projection.rule.trace`, `projection.rule.parameter`. */
  operand(ref: string): Operand {
    const told = this.told.get(ref);
    if (told) return told;
    const [first = '', second = '', third] = ref.split('.');
    const population = this.populations.get(first);
    if (population && third === undefined) {
      const found = population.scope.find(second);
      if (found) return found;
      if (this.options.records?.some(r => r.population === first && Object.hasOwn(r.signals, second)))
        throw new ApicalError(
          'APICAL_CIRCUIT',
          `"${ref}" is only recorded: nothing of the model may read it`,
        );
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
  /** The population a reference lives on. */
  populationOf(ref: string): BuiltPopulation {
    const name = populationIn(ref, this.specs);
    const found = this.populations.get(name);
    if (!found) throw unknownName(`population in "${ref}"`, name, [...this.populations.keys()]);
    return found;
  }
  /**
   * What a value is set in: a parameter of an optimiser is that of the weights and that of the bias. Throws where `value`
   * is out of bounds.
   */
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
}
