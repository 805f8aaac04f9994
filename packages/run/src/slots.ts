/** A config's answers to the slots of a scheme: names become parts, every key is checked against what will be there. */
import { ApicalError } from '@apical/core';
import type { NeuronConfig, NeuronSlot, PlasticityConfig, PlasticitySlot } from '@apical/core';
import { named, unknownAt, type Locate, type RunCatalogues } from './catalogues.js';
import { below, checkChoices, checkKeys, checkParameters, only, type At } from './checks.js';
import { answerOptimisers, type SlotDefaults } from './optimisers.js';

/** `base` is what the scheme has where the config replaces the part; `over` is what the config says. */
export interface SlotAnswer<T> {
  readonly base: T;
  readonly over: Partial<T> | undefined;
}
/* ---------------------------------------------------------------- neurons */

export function answerNeuron(
  base: NeuronSlot,
  given: NeuronConfig | undefined,
  catalogues: RunCatalogues,
  at: At,
): SlotAnswer<NeuronSlot> {
  if (!given) return { base, over: undefined };
  const model =
    given.model === undefined
      ? base.model
      : named(catalogues, 'NeuronModel', given.model, at.locate(`${at.path}.model`));
  checkParameters(model, given.parameters, below(at, 'parameters'));
  checkChoices(model, given.choose, below(at, 'choose'));
  const slots = Object.keys(model.functions ?? {});
  checkKeys(`activation slot of ${model.name}`, given.functions, slots, below(at, 'functions'));
  for (const [slot, name] of Object.entries(given.functions ?? {}))
    named(catalogues, 'Activation', name, at.locate(`${at.path}.functions.${slot}`));
  const { parameters, choose, functions } = given;
  const over = {
    ...(given.model === undefined ? {} : { model }),
    ...(parameters ? { parameters } : {}),
    ...(choose ? { choose } : {}),
    ...(functions ? { functions } : {}),
  };
  if (model.name === base.model.name) return { base, over };
  const kept = {
    parameters: only(base.parameters, model.parameters),
    choose: only(base.choose, model.choices),
    functions: only(base.functions, model.functions),
  };
  return { base: { model, ...kept }, over };
}

/* ---------------------------------------------------------------- plasticity */

/** A slot said in full, as in a scheme template. */
export function plasticitySlot(
  given: PlasticityConfig,
  catalogues: RunCatalogues,
  path: string,
  locate: Locate,
): PlasticitySlot {
  const { over } = answerPlasticity(null, given, {}, catalogues, { path, locate }, undefined);
  return over as PlasticitySlot;
}
/** `phases` are those of the scheme; undefined where they are not known yet. */
export function answerPlasticity(
  base: PlasticitySlot | null,
  given: PlasticityConfig | undefined,
  defaults: SlotDefaults,
  catalogues: RunCatalogues,
  at: At,
  phases: readonly string[] | undefined,
): SlotAnswer<PlasticitySlot | null> & { readonly over: Partial<PlasticitySlot> | undefined } {
  if (!base && !given) return { base, over: undefined };
  if (!base && given?.rule === undefined)
    throw new ApicalError(
      'APICAL_SLOT',
      `${at.path} is empty in this scheme: name a rule for it ("rule: …")`,
      {
        at: at.locate(at.path),
      },
    );
  const rule =
    given?.rule === undefined
      ? base!.rule
      : named(catalogues, 'LearningRule', given.rule, at.locate(`${at.path}.rule`));
  checkParameters(rule, given?.parameters, below(at, 'parameters'));
  checkChoices(rule, given?.choose, below(at, 'choose'));
  const words = JSON.stringify(rule).match(/[A-Za-z]\w*/g) ?? [];
  for (const end of ['pre', 'post', 'weights'] as const)
    checkKeys(`name in rule ${rule.name}`, given?.uses?.[end], words, below(at, `uses.${end}`));
  for (const key of ['gather', 'apply'] as const) {
    const phase = given?.[key];
    if (phase !== undefined && phase !== 'never' && phases && !phases.includes(phase)) {
      const place = at.locate(`${at.path}.${key}`);
      throw unknownAt('phase', phase, phases, place);
    }
  }
  const optimisers = answerOptimisers(base, given, defaults, catalogues, at);
  const { parameters, choose, uses, scale, gather, apply } = given ?? {};
  const over: Partial<PlasticitySlot> = {
    ...(given?.rule === undefined ? {} : { rule }),
    ...(parameters ? { parameters } : {}),
    ...(choose ? { choose } : {}),
    ...(uses ? { uses } : {}),
    ...(scale === undefined ? {} : { scale }),
    ...(gather === undefined ? {} : { gather }),
    ...(apply === undefined ? {} : { apply }),
    ...optimisers,
  };
  if (!base) return { base, over };
  // what the scheme said about the rule or optimiser that is no longer there does not reach its successor
  const { biasOptimiser, ...rest } = base;
  const kept: PlasticitySlot = {
    ...rest,
    ...(biasOptimiser && !optimisers.optimiser ? { biasOptimiser } : {}),
    ...(rule.name === base.rule.name
      ? {}
      : {
          rule,
          parameters: only(base.parameters, rule.parameters),
          choose: only(base.choose, rule.choices),
        }),
  };
  return { base: kept, over: Object.keys(over).length ? over : undefined };
}
