/**
 * A scheme and the answers to its slots → the scheme with every slot filled. This is the one place where a name becomes a
 * part, and where names, parameters, choices and settings are checked: each error stands at the value that caused it.
 *
 * Defaults of `train` reach plasticity slots like this, except those that are `own`. `train.optimiser` replaces the optimiser
 * of slots for which the answers name none and the scheme has one (or the answers fill an empty slot); without `use` its
 * parameters go to those optimisers that have them. `train.eta` is the `eta` of every optimiser that has one, unless the
 * answers say another for the slot, for `train.optimiser` or for the scheme, or the scheme gives an expression there.
 */
import { ApicalError } from '@apical/core';
import type {
  Block,
  NeuronAnswer,
  NeuronSlot,
  PlasticityAnswer,
  PlasticitySlot,
  Scheme,
  SchemeOptions,
  TrainConfig,
} from '@apical/core';
import { partOf, unknownAt, type Locate, type PartCatalogues } from './catalogues.js';
import {
  below,
  checkChoices,
  checkKeys,
  checkSetting,
  only,
  parametersOf,
  without,
  type At,
} from './checks.js';
import { optimisersOf, type SlotDefaults } from './optimisers.js';

export interface FillContext {
  /** Where named parts are looked up, those of `define` among them. */
  readonly catalogues?: PartCatalogues;
  readonly train?: Partial<Pick<TrainConfig, 'optimiser' | 'eta' | 'dt'>>;
  readonly locate?: Locate;
  /** Where the answers are written: `schemes.<label>`. */
  readonly path?: string;
}
/** Throws `ApicalError` with the nearest known name and, where `locate` knows it, the place. */
export function fill(scheme: Scheme, answers: SchemeOptions = {}, context: FillContext = {}): Scheme {
  const { catalogues = {}, train = {}, locate = () => undefined, path = 'scheme' } = context;
  const of = `scheme ${scheme.name}`;
  const at = (key: string): At => ({ path: `${path}.${key}`, locate });
  checkKeys(`setting of ${of}`, answers.settings, Object.keys(scheme.settings), at('settings'));
  checkKeys(`neuron slot of ${of}`, answers.neurons, Object.keys(scheme.neurons), at('neurons'));
  checkKeys(`plasticity slot of ${of}`, answers.plasticity, Object.keys(scheme.plasticity), at('plasticity'));

  const { eta } = train;
  const general = eta !== undefined && Object.hasOwn(scheme.parameters, 'eta') ? { eta } : {};
  const block = { name: of, parameters: scheme.parameters };
  const given = {
    ...parametersOf(block, general, { path: 'train', locate }),
    ...parametersOf(block, answers.parameters, at('parameters')),
  };
  const defaults: SlotDefaults = {
    ...(train.optimiser ? { optimiser: train.optimiser } : {}),
    ...(eta === undefined || answers.parameters?.eta !== undefined ? {} : { eta }),
  };
  const each = <T, U>(
    all: Readonly<Record<string, T>>,
    one: (value: T, key: string) => U,
  ): Record<string, U> =>
    Object.fromEntries(Object.entries(all).map(([key, value]) => [key, one(value, key)]));
  const phases = Object.keys(scheme.phases);
  const filled: Scheme = {
    ...scheme,
    ...(scheme.dt === undefined || train.dt === undefined ? {} : { dt: train.dt }),
    parameters: each(scheme.parameters, (spec, name) => ({ ...spec, value: given[name] ?? spec.value })),
    settings: each(scheme.settings, (spec, name) => {
      const value = answers.settings?.[name] ?? spec.value;
      checkSetting(of, name, spec, value, at('settings'));
      return { ...spec, value };
    }),
    neurons: each(scheme.neurons, (slot, name) =>
      fillNeuron(slot, answers.neurons?.[name], catalogues, at(`neurons.${name}`)),
    ),
    plasticity: each(scheme.plasticity, (slot, name) =>
      fillPlasticity(
        slot,
        answers.plasticity?.[name],
        slot?.own ? {} : defaults,
        catalogues,
        at(`plasticity.${name}`),
        phases,
      ),
    ),
  };
  checkTrainOptimiser(train, filled, locate);
  const { head } = answers;
  if (head === undefined) return filled;
  if (Object.hasOwn(scheme.heads, head)) return { ...filled, head };
  throw unknownAt(`head of ${of}`, head, Object.keys(scheme.heads), locate(`${path}.head`));
}
function fillNeuron(
  slot: NeuronSlot,
  given: NeuronAnswer | undefined,
  catalogues: PartCatalogues,
  at: At,
): NeuronSlot {
  if (!given) return slot;
  const model = partOf(catalogues, 'NeuronModel', given.model, below(at, 'model')) ?? slot.model;
  checkChoices(model, given.choose, below(at, 'choose'));
  const slots = Object.keys(model.functions ?? {});
  checkKeys(`activation slot of ${model.name}`, given.functions, slots, below(at, 'functions'));
  for (const [name, activation] of Object.entries(given.functions ?? {}))
    partOf(catalogues, 'Activation', activation, below(at, `functions.${name}`));
  // what the scheme said about a part that is no longer there does not reach its successor
  const kept = (key: 'parameters' | 'choose' | 'functions', known: object | undefined) =>
    model === slot.model ? slot[key] : only<unknown>(slot[key], known);
  return {
    model,
    parameters: {
      ...kept('parameters', model.parameters),
      ...parametersOf(model, given.parameters, below(at, 'parameters')),
    },
    choose: { ...kept('choose', model.choices), ...given.choose },
    functions: { ...kept('functions', model.functions), ...given.functions },
  } as NeuronSlot;
}
/** `phases` are those of the scheme; undefined where they are not known yet. */
export function fillPlasticity(
  slot: PlasticitySlot | null,
  given: PlasticityAnswer | null | undefined,
  defaults: SlotDefaults,
  catalogues: PartCatalogues,
  at: At,
  phases?: readonly string[],
): PlasticitySlot | null {
  if (given === null || (!slot && !given)) return null;
  const rule = partOf(catalogues, 'LearningRule', given?.rule, below(at, 'rule')) ?? slot?.rule;
  if (!rule)
    throw new ApicalError(
      'APICAL_SLOT',
      `${at.path} is empty in this scheme: name a rule for it ("rule: …")`,
      { at: at.locate(at.path) },
    );
  checkChoices(rule, given?.choose, below(at, 'choose'));
  checkUses(rule, given?.uses, at);
  for (const key of ['gather', 'apply'] as const) {
    const phase = given?.[key];
    if (phase !== undefined && phase !== 'never' && phases && !phases.includes(phase))
      throw unknownAt('phase', phase, phases, at.locate(`${at.path}.${key}`));
  }
  const same = rule === slot?.rule;
  return {
    ...without({ ...slot, ...given }, 'optimiser', 'biasOptimiser'),
    rule,
    parameters: {
      ...(same ? slot.parameters : only(slot?.parameters, rule.parameters)),
      ...parametersOf(rule, given?.parameters, below(at, 'parameters')),
    },
    choose: { ...(same ? slot.choose : only(slot?.choose, rule.choices)), ...given?.choose },
    uses: {
      pre: { ...slot?.uses?.pre, ...given?.uses?.pre },
      post: { ...slot?.uses?.post, ...given?.uses?.post },
      weights: { ...slot?.uses?.weights, ...given?.uses?.weights },
    },
    ...optimisersOf(slot, given, defaults, catalogues, at),
  };
}
function checkUses(rule: Block, uses: PlasticityAnswer['uses'], at: At): void {
  const words = JSON.stringify(rule).match(/[A-Za-z]\w*/g) ?? [];
  for (const end of ['pre', 'post', 'weights'] as const)
    checkKeys(`name in rule ${rule.name}`, uses?.[end], words, below(at, `uses.${end}`));
}
/** Parameters of `train.optimiser` without a `use` must mean something somewhere. */
function checkTrainOptimiser(
  { optimiser }: Pick<TrainConfig, 'optimiser'>,
  scheme: Scheme,
  locate: Locate,
): void {
  const slots = Object.values(scheme.plasticity).filter(s => s !== null);
  if (optimiser?.use !== undefined || slots.every(s => s.own)) return;
  const known = slots.flatMap(s => (s.optimiser ? Object.keys(s.optimiser.use.parameters) : []));
  const at = { path: 'train.optimiser.parameters', locate };
  checkKeys('optimiser parameter of this scheme', optimiser?.parameters, [...new Set(known)], at);
}
