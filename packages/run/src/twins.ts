/**
 * Circuits beside the one that trains: on its weights, with state and streams of their own. Before every use they are set
 * back to their first state, so that what they show depends on weights and parameters alone, also after a resume.
 */
import type { BuiltModel } from '@apical/circuit';
import type {
  Clock,
  FloatArray,
  LayerSpec,
  Memory,
  Model,
  Probe,
  ProbedRun,
  ProbeMoment,
  ProbeRow,
  RandomSource,
  SplitName,
  Step,
} from '@apical/core';
import { ApicalError, weightedLayers } from '@apical/core';
import { bear, fill, named } from '@apical/schemes';
import { stepsIn } from './durations.js';
import { pause } from './pulse.js';
import { buildModel, type ResolvedRun } from './resolve-run.js';

/** Parameters set and populations silenced in the course of a run: they hold in its twins as well. */
export interface Interventions {
  readonly set: Readonly<Record<string, number>>;
  readonly silent: readonly string[];
}
export class Twin {
  readonly model: BuiltModel;
  /** Is it of the scheme that trains? Then its parameters follow. */
  readonly #same: boolean;
  readonly #first = new Map<string, FloatArray | Int32Array>();
  /** Weights that follow from shared ones follow again; absent where all are shared. */
  readonly #rebuild: Step | undefined;

  constructor(model: BuiltModel, same: boolean, whole = true) {
    this.model = model;
    this.#same = same;
    this.#rebuild = whole ? undefined : model.circuit.rebuild();
  }
  /** The state to come back to; called when everything is compiled. */
  remember(): void {
    for (const [name, array] of this.model.circuit.state()) this.#first.set(name, array.slice());
  }
  reset({ set, silent }: Interventions): void {
    const { circuit } = this.model;
    for (const [name, array] of circuit.state()) {
      const first = this.#first.get(name);
      if (first) array.set(first);
    }
    circuit.network.parameters.refresh();
    this.#rebuild?.();
    if (!this.#same) return;
    for (const [name, value] of Object.entries(set)) circuit.set(name, value);
    for (const population of silent) circuit.setSending(population, false);
  }
}

export interface Evaluator {
  /** Metrics of a split; exact counts, whatever the batch. Empty for a split without samples. */
  evaluate(split: SplitName, interventions: Interventions): Promise<Readonly<Record<string, number>>>;
}
/** The last batch is filled up with its last sample; what was added is not counted. */
export function evaluator(run: ResolvedRun, memory: Memory, trained: BuiltModel, clock: Clock): Evaluator {
  const { task, train, samples } = run;
  const { validation, test } = task.splits;
  const batch = Math.max(1, Math.min(train.evaluateBatch, Math.max(samples, validation.count, test.count)));
  const twin = new Twin(
    buildModel(run, memory, { batch, prefix: 'evaluate/', lend: name => trained.circuit.lent(name) }),
    true,
  );
  const { model } = twin;
  const { circuit } = model;
  const begin = model.programs.begin;
  const start: Step | undefined = begin && circuit.compile(begin);
  const step = circuit.compile(model.programs.evaluate, begin ? { after: begin } : {});
  twin.remember();
  const input = circuit.signal(model.input);
  const output = circuit.signal(model.output);
  const [nIn, nOut] = [input.length / batch, output.length / batch];
  return {
    async evaluate(split, interventions) {
      const { inputs, targets, count: all } = task.splits[split];
      const count = split === 'train' ? samples : all;
      const evaluation = task.evaluation(split);
      twin.reset(interventions);
      let paused = clock.now();
      for (let first = 0; first < count; first += batch) {
        const n = Math.min(batch, count - first);
        input.set(inputs.subarray(first * nIn, (first + n) * nIn));
        const last = inputs.subarray((first + n - 1) * nIn, (first + n) * nIn);
        for (let b = n; b < batch; b++) input.set(last, b * nIn);
        start?.();
        for (let k = 0; k < run.steps.evaluation; k++) step();
        evaluation.add(output, targets.subarray(first * nOut, (first + n) * nOut), n, first);
        if (clock.now() - paused < 50) continue;
        await pause();
        paused = clock.now();
      }
      return count === 0 ? {} : evaluation.result();
    },
  };
}

export interface Probing {
  /** Label in the config. */
  readonly name: string;
  rows(interventions: Interventions, at: ProbeMoment): readonly ProbeRow[];
}
export function attachProbes(run: ResolvedRun, memory: Memory, trained: BuiltModel): Probing[] {
  return Object.entries(run.config.probes).map(([name, { use, options = {} }]) => {
    const probe: Probe = run.catalogues.Probe.get(use);
    const twins: Twin[] = [];
    const kept = (model: BuiltModel, same: boolean, whole = true): Model => {
      twins.push(new Twin(model, same, whole));
      return model;
    };
    const prefix = `probe/${name}/`;
    const probed: ProbedRun = {
      scheme: run.scheme,
      layers: run.layers,
      head: run.task.head,
      task: run.task,
      model: trained,
      steps: (as, time) =>
        time === undefined || run.scheme.dt === undefined
          ? run.steps[as]
          : stepsIn(`presentation of probe "${name}"`, time, run.scheme.dt),
      random: probeStreams(run.random, name),
      twin(batch, { noise = true, shares } = {}) {
        for (const projection of shares ?? []) trained.circuit.ends(projection);
        const lend = (weights: string): FloatArray | undefined =>
          shares === undefined || shares.includes(weights.split('/')[0]!)
            ? trained.circuit.lent(weights)
            : undefined;
        return kept(buildModel(run, memory, { batch, prefix, lend, noise }), true, shares === undefined);
      },
      other(scheme, batch, lend) {
        const layers = layersAsBuilt(run, trained);
        const other = bear(fill(named(run.catalogues, 'Scheme', scheme, undefined)), layers, run.task.head);
        return kept(
          buildModel({ ...run, layers, scheme: other, weights: {} }, memory, { batch, prefix, lend }),
          false,
        );
      },
    };
    const look = probe.attach(probed, options);
    for (const twin of twins) twin.remember();
    return {
      name,
      rows(interventions, at) {
        for (const twin of twins) twin.reset(interventions);
        return look(at);
      },
    };
  });
}
/** Hidden layers with the activation that their neurons got: an answer to a slot (`functions.phi`) goes before the network's. */
function layersAsBuilt({ layers }: ResolvedRun, { circuit, forward }: BuiltModel): readonly LayerSpec[] {
  const weighted = weightedLayers(layers);
  return layers.map((layer, l) => {
    const name = l > 0 && l < layers.length - 1 ? forward[weighted.indexOf(l)] : undefined;
    const phi = name === undefined ? undefined : circuit.network.projection(name).post.functions.phi;
    return phi ? { ...layer, activation: phi } : layer;
  });
}
/** Streams of the run are not a probe's to draw from. */
function probeStreams(random: RandomSource, probe: string): RandomSource {
  const check = (name: string): string => {
    if (name.startsWith('probe/')) return name;
    throw new ApicalError(
      'APICAL_STREAM',
      `probe "${probe}" asks for stream "${name}"; its streams begin with probe/`,
    );
  };
  return {
    seed: random.seed,
    stream: name => random.stream(check(name)),
    key: name => random.key(check(name)),
  };
}
