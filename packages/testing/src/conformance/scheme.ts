/** What every scheme must do, whatever it computes. */
import {
  ApicalError,
  weightedLayers,
  type Backend,
  type Initialiser,
  type LayerSpec,
  type Program,
  type Scheme,
  type SchemeOptions,
} from '@apical/core';
import type { Catalogue } from '@apical/core';
import { assemble, circuitStreams, declare, type BuiltModel, type Library } from '@apical/circuit';
import { fill } from '@apical/schemes';
import { createRandomSource } from '@apical/numerics';
import { close, ensure, type Check } from './check.js';

export interface SchemeBench {
  readonly library: Library & { readonly initialisers: Catalogue<Initialiser> };
  readonly backend: Backend;
  /** Default: 5-4-6-3 with tanh units. */
  readonly layers?: readonly LayerSpec[];
  /**
   * Is the direction of every forward projection zero where the target is the output (asked with the head
   * `linear-squared`)? Default true; false for schemes whose rules do more than descend an error.
   */
  readonly zeroError?: boolean;
  /** Does a sample know nothing of the others in its batch? Default true; false with noise or batch-coupled neurons. */
  readonly independentSamples?: boolean;
  /** ms; default: the scheme's own. */
  readonly dt?: number;
  /** Answers to its slots and settings; a head here is that of all checks but the one for zero error. */
  readonly options?: SchemeOptions;
}
/** What a run does with a batch that is shown. */
interface Presented {
  /** Before the first update of all. */
  readonly start: () => void;
  /** `begin`, then the program that trains, for as long as the scheme says. */
  readonly train: () => void;
  /** `begin`, then the program that evaluates. */
  readonly evaluate: () => void;
}
/** One and the same sum over at most 10 terms of order one, perhaps in another order. */
const rounding = 1e-13;
const defaultLayers: readonly LayerSpec[] = [
  { shape: [5] },
  { shape: [4], activation: 'tanh' },
  { shape: [6], activation: 'tanh' },
  { shape: [3] },
];
function phasesOf(program: Program): string[] {
  return program.flatMap(s => ('stages' in s ? phasesOf(s.stages) : 'phase' in s ? s.phase : []));
}
export function schemeConformance(
  scheme: Scheme,
  {
    library,
    backend,
    layers = defaultLayers,
    zeroError = true,
    independentSamples = true,
    dt,
    options = {},
  }: SchemeBench,
): Check[] {
  const memory = backend.open({ dtype: 'float64' });
  const heads = Object.keys(scheme.heads);
  const common = options.head ?? heads[0];
  const time = dt === undefined ? {} : { dt };
  const filled = (head: string | undefined): Scheme =>
    fill(scheme, head === undefined ? options : { ...options, head });
  const build = (seed = 3, head = common, batch = 4, lender?: BuiltModel): BuiltModel =>
    assemble(filled(head), layers, {
      ...time,
      memory,
      batch,
      library,
      streams: circuitStreams(createRandomSource(seed), library.initialisers),
      ...(lender ? { lend: name => lender.circuit.lent(name) } : {}),
    });
  /** A scheme without time, or that says no duration, runs its programs once. */
  const stepsOf = (duration: string): number => {
    const { parameters } = declare(filled(common), layers, time);
    const step = dt ?? scheme.dt;
    return step === undefined ? 1 : Math.round((parameters[duration] ?? step) / step);
  };
  const presented = ({ circuit, programs }: BuiltModel, apply = true): Presented => {
    const { begin, start } = programs;
    const [opens, starts] = [begin && circuit.compile(begin), start && circuit.compile(start)];
    const after = begin ? { after: begin } : {};
    const shown = (program: Program, duration: string): (() => void) => {
      const [step, times] = [circuit.compile(program, { apply, ...after }), stepsOf(duration)];
      return () => {
        opens?.();
        for (let k = 0; k < times; k++) step();
      };
    };
    return {
      start: () => starts?.(),
      train: shown(programs.train, 'presentation'),
      evaluate: shown(programs.evaluate, 'evaluatePresentation'),
    };
  };
  const show = ({ circuit, input, target }: BuiltModel, seed: number): void => {
    const stream = createRandomSource(seed).stream('conformance');
    for (const ref of [input, target]) circuit.signal(ref).forEach((_, i, a) => (a[i] = stream.uniform()));
  };
  const once = (model: BuiltModel): void => {
    const { start, train } = presented(model, false);
    start();
    train();
  };
  const learns = ({ circuit, forward }: BuiltModel): string[] => forward.filter(n => circuit.plastic(n));
  /** Three updates; `first`: they are the first of all. */
  const trained = (model: BuiltModel, first = true): BuiltModel => {
    const { start, train } = presented(model);
    for (let k = 0; k < 3; k++) {
      show(model, k);
      if (k === 0 && first) start();
      train();
    }
    return model;
  };
  const weightsOf = ({ circuit }: BuiltModel): Map<string, Float64Array> =>
    new Map(circuit.weightNames().map(n => [n, Float64Array.from(circuit.lent(n)!)]));
  const same = (what: string, a: Map<string, Float64Array>, b: Map<string, Float64Array>): void => {
    for (const [name, values] of a) close(`${what}, ${name}`, values, b.get(name) ?? [], 0);
  };
  return [
    {
      name: `${scheme.name}: every head assembles and every program compiles`,
      run() {
        ensure(heads.length > 0, () => 'the scheme states no head');
        for (const head of heads) {
          const model = build(3, head);
          const { begin } = model.programs;
          for (const [name, program] of Object.entries(model.programs)) {
            const after = begin && (name === 'train' || name === 'evaluate') ? { after: begin } : {};
            model.circuit.compile(program, after);
          }
        }
      },
    },
    {
      name: `${scheme.name}: phases of its programs are documented`,
      run() {
        for (const [name, program] of Object.entries(build().programs))
          for (const phase of phasesOf(program))
            ensure(phase in scheme.phases, () => `program ${name} uses "${phase}"`);
      },
    },
    {
      name: `${scheme.name}: forward and feedback name projections, one for each layer with weights`,
      run() {
        const model = build();
        ensure(
          model.forward.length === weightedLayers(layers).length,
          () => `${model.forward.length} forward projections`,
        );
        for (const name of [...model.forward, ...model.feedback]) model.circuit.ends(name);
        const { errors } = model;
        if (errors)
          ensure(
            errors.length === model.forward.length - 1,
            () => `${errors.length} errors of hidden layers`,
          );
        for (const ref of errors ?? []) model.circuit.signal(ref);
      },
    },
    {
      name: `${scheme.name}: an update changes weights, and equal seeds give equal bits`,
      run() {
        const start = weightsOf(build());
        const after = weightsOf(trained(build()));
        same('two runs', weightsOf(trained(build())), after);
        ensure(
          [...start].some(([n, w]) => w.some((v, i) => v !== after.get(n)![i])),
          () => 'no weight changed',
        );
        for (const [n, w] of after) ensure(w.every(Number.isFinite), () => `${n} is not finite`);
      },
    },
    {
      name: `${scheme.name}: evaluation changes no weight`,
      run() {
        const model = trained(build());
        const before = weightsOf(model);
        show(model, 9);
        presented(model).evaluate();
        same('after evaluation', before, weightsOf(model));
      },
    },
    {
      name: `${scheme.name}: restored state goes on as if nothing had happened`,
      run() {
        const model = trained(build());
        const saved = new Map([...model.circuit.state()].map(([k, v]) => [k, v.slice()]));
        const want = weightsOf(trained(model, false));
        // the same streams, for schemes with noise, and a state that has moved on
        const other = trained(trained(build()), false);
        other.circuit.restore(saved);
        same('after restoring', want, weightsOf(trained(other, false)));
      },
    },
    ...(zeroError && heads.includes('linear-squared')
      ? [
          {
            name: `${scheme.name}: a target equal to the output gives no direction`,
            run() {
              const model = build(3, 'linear-squared');
              const { circuit, output, target } = model;
              show(model, 5);
              presented(model).evaluate();
              circuit.signal(target).set(circuit.signal(output));
              once(model);
              for (const name of learns(model)) {
                const direction = circuit.direction(name);
                close(`direction of ${name}`, direction, new Float64Array(direction.length), rounding);
              }
            },
          },
        ]
      : []),
    ...(independentSamples
      ? [
          {
            name: `${scheme.name}: a batch of one gives what its row gives in a batch`,
            run() {
              const many = build();
              const one = build(3, common, 1, many);
              const first = new Map([...one.circuit.state()].map(([k, v]) => [k, v.slice()]));
              show(many, 6);
              once(many);
              const mean = new Map(
                learns(many).map(n => [n, new Float64Array(many.circuit.direction(n).length)]),
              );
              for (let b = 0; b < 4; b++) {
                const row = (ref: string): Float64Array => {
                  const all = many.circuit.signal(ref);
                  const n = all.length / 4;
                  return Float64Array.from(all.subarray(b * n, (b + 1) * n));
                };
                one.circuit.restore(first);
                for (const ref of [many.input, many.target]) one.circuit.signal(ref).set(row(ref));
                once(one);
                close(`output of sample ${b}`, one.circuit.signal(one.output), row(many.output), rounding);
                for (const [n, sum] of mean) one.circuit.direction(n).forEach((v, i) => (sum[i]! += v / 4));
              }
              for (const [n, want] of mean)
                close(`direction of ${n}`, many.circuit.direction(n), want, rounding);
            },
          },
        ]
      : []),
    {
      name: `${scheme.name}: no data of its parts is lost in JSON`,
      run() {
        const parts = [
          ...Object.values(scheme.neurons).map(n => n.model),
          ...Object.values(scheme.plasticity).flatMap(p =>
            p ? [p.rule, ...(p.optimiser ? [p.optimiser.use] : [])] : [],
          ),
        ];
        for (const part of parts) {
          const text = JSON.stringify(part);
          ensure(JSON.stringify(JSON.parse(text)) === text, () => `${part.name} does not survive JSON`);
        }
      },
    },
    {
      name: `${scheme.name}: a slot that does not exist is refused`,
      run() {
        let refused: unknown;
        try {
          fill(scheme, { neurons: { 'no such slot': {} } });
        } catch (e) {
          refused = e;
        }
        ensure(refused instanceof ApicalError, () => 'an unknown neuron slot is accepted');
      },
    },
  ];
}
