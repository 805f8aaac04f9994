/**
 * A run as its config says it → scheme and options with the parts themselves in place. Every name, parameter, choice and
 * setting is checked here, before any compute.
 *
 * Defaults of `train` reach plasticity slots like this. `train.optimiser` replaces the optimiser of slots for which the
 * config names none and the scheme has one (or the config fills an empty slot); without `use` its parameters go to
 * those optimisers that have them. `train.eta` is the `eta` of every optimiser that has one, unless the config says
 * another for the slot, for `train.optimiser` or for the scheme, or the scheme gives an expression there.
 */
import { ApicalError } from '@apical/core';
import type {
  HeadName,
  NeuronSlot,
  PlasticitySlot,
  RunConfig,
  Scheme,
  SchemeConfig,
  SchemeOptions,
  Setting,
  TrainConfig,
  Value,
} from '@apical/core';
import { named, unknownAt, type Locate, type RunCatalogues } from './catalogues.js';
import { checkKeys, type At } from './checks.js';
import { checkTrainOptimiser } from './optimisers.js';
import { answerNeuron, answerPlasticity } from './slots.js';

export interface ResolvedScheme {
  /** With what the config replaces taken out, so that nothing of it reaches the successor. */
  readonly scheme: Scheme;
  /** Without first weights: they need the layers (`initialWeights`). */
  readonly options: SchemeOptions;
}
export interface ResolveContext {
  /** With the parts of `define` (`withDefined`). */
  readonly catalogues: RunCatalogues;
  readonly train: Pick<TrainConfig, 'optimiser' | 'eta'>;
  readonly head?: HeadName;
  readonly locate?: Locate;
  /** Where the scheme is written: `schemes.<label>`. */
  readonly path?: string;
}
export type NamedSchemeConfig = SchemeConfig & { readonly use: string };

/** `train` with what the scheme overrides. */
export const effectiveTrain = (config: Pick<RunConfig, 'train' | 'scheme'>): TrainConfig => ({
  ...config.train,
  ...config.scheme.train,
});

/** Throws `ApicalError` with the nearest known name and, where `locate` knows it, the place. */
export function resolveScheme(config: NamedSchemeConfig, context: ResolveContext): ResolvedScheme {
  const { catalogues, train, head, locate = () => undefined, path = 'scheme' } = context;
  const scheme = named(catalogues, 'Scheme', config.use, locate(`${path}.use`) ?? locate(path));
  const at = (key: string): At => ({ path: `${path}.${key}`, locate });
  const known = (
    kind: string,
    key: 'parameters' | 'settings' | 'neurons' | 'plasticity',
    known: object,
  ): void => checkKeys(`${kind} of scheme ${scheme.name}`, config[key], Object.keys(known), at(key));
  known('parameter', 'parameters', scheme.parameters);
  known('setting', 'settings', scheme.settings);
  known('neuron slot', 'neurons', scheme.neurons);
  known('plasticity slot', 'plasticity', scheme.plasticity);
  checkSettings(scheme, config.settings, at('settings'));
  if (head !== undefined && !Object.hasOwn(scheme.heads, head)) {
    const place = locate('network.head') ?? locate(path);
    throw unknownAt(`head of scheme ${scheme.name}`, head, Object.keys(scheme.heads), place);
  }

  const neurons: Record<string, NeuronSlot> = {};
  const neuronOptions: Record<string, Partial<NeuronSlot>> = {};
  for (const [slot, base] of Object.entries(scheme.neurons)) {
    const answer = answerNeuron(base, config.neurons?.[slot], catalogues, at(`neurons.${slot}`));
    neurons[slot] = answer.base;
    if (answer.over) neuronOptions[slot] = answer.over;
  }
  const parameters = schemeParameters(scheme, config, train);
  const eta = config.parameters?.eta === undefined ? train.eta : undefined;
  const defaults = {
    ...(train.optimiser ? { optimiser: train.optimiser } : {}),
    ...(eta === undefined ? {} : { eta }),
  };
  const plasticity: Record<string, PlasticitySlot | null> = {};
  const plasticityOptions: Record<string, Partial<PlasticitySlot> | null> = {};
  const phases = Object.keys(scheme.phases);
  for (const [slot, base] of Object.entries(scheme.plasticity)) {
    const given = config.plasticity?.[slot];
    if (given === null) {
      plasticity[slot] = base;
      plasticityOptions[slot] = null;
      continue;
    }
    const answer = answerPlasticity(base, given, defaults, catalogues, at(`plasticity.${slot}`), phases);
    plasticity[slot] = answer.base;
    if (answer.over) plasticityOptions[slot] = answer.over;
  }
  const inUse = Object.entries(plasticity).flatMap(([slot, base]) => {
    const over = plasticityOptions[slot];
    return over === null ? [] : (over?.optimiser?.use ?? base?.optimiser?.use ?? []);
  });
  checkTrainOptimiser(train, inUse, locate);
  return {
    scheme: { ...scheme, neurons, plasticity },
    options: {
      parameters,
      neurons: neuronOptions,
      plasticity: plasticityOptions,
      settings: config.settings ?? {},
      ...(head === undefined ? {} : { head }),
    },
  };
}
function schemeParameters(
  scheme: Scheme,
  config: SchemeConfig,
  train: Pick<TrainConfig, 'eta'>,
): Readonly<Record<string, Value>> {
  const general =
    train.eta !== undefined && Object.hasOwn(scheme.parameters, 'eta') ? { eta: train.eta } : {};
  return { ...general, ...config.parameters };
}
function checkSettings(scheme: Scheme, given: Readonly<Record<string, Setting>> | undefined, at: At): void {
  for (const [name, value] of Object.entries(given ?? {})) {
    const { value: usual, allowed, doc } = scheme.settings[name]!;
    const right = allowed
      ? allowed.some(a => JSON.stringify(a) === JSON.stringify(value))
      : Array.isArray(value) === Array.isArray(usual) && typeof value === typeof usual;
    if (right) continue;
    const choices = allowed
      ? `one of ${allowed.map(a => JSON.stringify(a)).join(', ')}`
      : `a ${typeof usual}`;
    throw new ApicalError(
      'APICAL_SETTING',
      `setting ${name} of scheme ${scheme.name} is ${JSON.stringify(value)}; give ${choices} (${doc})`,
      { at: at.locate(`${at.path}.${name}`) },
    );
  }
}
