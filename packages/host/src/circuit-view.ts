/** The circuit of a run as data: what `apical show circuit` prints. */
import type { Program, RunConfig, Shape } from '@apical/core';
import { costOf, programsOf } from '@apical/run';
import type { Places } from './places.js';
import { buildRun, type BuiltRun } from './runner.js';
import type { Parts } from './workshop.js';

export interface CircuitDescription {
  readonly label: string;
  readonly hash: string;
  readonly populations: readonly {
    readonly name: string;
    readonly role: string;
    readonly shape: Shape;
    readonly model: string;
    readonly depth: number;
  }[];
  readonly projections: readonly {
    readonly name: string;
    readonly role: string;
    readonly from: string;
    readonly to: string;
    readonly phases: readonly string[];
    readonly connectivity: string;
    /** Of the weights as stored; empty where there are none. */
    readonly shape: Shape;
    readonly bias: boolean;
    /** Where weights come from: drawn, along another projection, or a function of others. */
    readonly weights: string;
    /** Rules that work on it, with their optimisers. */
    readonly rules: readonly string[];
  }[];
  readonly programs: Readonly<Record<string, Program>>;
  readonly backend: string;
  /** How each program runs on the backend, where it says. */
  readonly compiled: Readonly<Record<string, string>>;
  readonly cost: { readonly parameters: number; readonly macsPerSample: number; readonly memory: number };
}
export async function describeCircuit(
  parts: Parts,
  config: RunConfig,
  places?: Places,
): Promise<CircuitDescription> {
  const built = await buildRun(parts, config, {}, places);
  const { circuit, programs } = built.model;
  return {
    label: config.label,
    hash: built.run.hash,
    populations: [...circuit.network.populations.values()].map(({ name, role, shape, model, depth }) => ({
      name,
      role,
      shape,
      model: model.name,
      depth,
    })),
    projections: [...circuit.network.projections.values()].map(p => ({
      name: p.name,
      role: p.role,
      from: p.spec.from,
      to: p.spec.to,
      phases: typeof p.spec.phase === 'string' ? [p.spec.phase] : p.spec.phase,
      connectivity: p.connectivity.name,
      shape: p.bundle.weights.length ? circuit.weightShape(p.name) : [],
      bias: p.bias !== undefined,
      weights: weightsText(p.spec.along, p.reversed, built, p.name),
      rules: p.rules.map(
        ({ rule, optimiser }) => `${rule.name} (${optimiser.model?.name ?? 'added as it is'})`,
      ),
    })),
    programs,
    backend: circuit.memory.backend,
    compiled: compiledNotes(built),
    cost: costOf(built.model, built.run.steps.training, built.run.train.program),
  };
}
function weightsText(
  along: string | undefined,
  reversed: boolean,
  { model }: BuiltRun,
  name: string,
): string {
  const { perSample } = model.circuit.network.projection(name).bundle;
  const direction = `${reversed ? ', reversed' : ''}${perSample ? ', one set a sample' : ''}`;
  if (along !== undefined) return `those of ${along}${direction}`;
  const spec = model.circuit.network.specs.get(name);
  const given = model.circuit.network.options.weights;
  const own = spec?.weights;
  // what the config says of first weights stands in for what the scheme says
  const override = given?.[name] ?? (spec?.role === undefined ? undefined : given?.[spec.role]);
  const weights = own && 'function' in own ? own : (override ?? own);
  if (!weights) return 'none';
  if ('function' in weights)
    return `${weights.function} of ${weights.of.join(', ')} at ${weights.at.join(', ')}${direction}`;
  return `${'draw' in weights ? weights.draw : 'given'}${direction}`;
}
/** As a run compiles them. */
function compiledNotes({ model, run }: BuiltRun): Record<string, string> {
  programsOf(model, run.train);
  const { notes } = model.circuit.memory;
  return Object.fromEntries(
    Object.keys(model.programs).flatMap(name => {
      const note = notes?.get(name);
      return note === undefined ? [] : [[name, note]];
    }),
  );
}
