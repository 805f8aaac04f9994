/**
 * What the schemes of a comparison were trained with, side by side: read from the settings that runs recorded, so that it
 * says what slots really held. What differs is marked; whether that is fair, a reader decides.
 */
import type {
  LearningSettings,
  OptimiserSettings,
  RunConfig,
  RunResult,
  RunSettings,
  RunSummary,
} from '@apical/core';
import { formatCount } from './format.js';
import { ended } from './series.js';

/** One property of the schemes. */
export interface FairnessLine {
  readonly name: string;
  readonly doc: string;
  /** Scheme → value; a scheme that has no such thing is absent. */
  readonly values: Readonly<Record<string, string>>;
  /** Schemes that have it otherwise than most, or alone have it or not (of as many, than the baseline has it). */
  readonly differs: readonly string[];
}
/** What a card is drawn up for: an experiment, or one run of it. */
export interface Compared {
  /** Labels in the order of the table, the baseline among them. */
  readonly schemes: readonly string[];
  readonly baseline: string;
  /** In the words of the config. */
  readonly ratesOf: (scheme: string) => string | undefined;
  readonly observers: RunConfig['observers'];
}
type Value = string | number | undefined;
type Known = RunSummary & { readonly settings: RunSettings };
type Property = readonly [name: string, doc: string, of: (runs: readonly [Known, ...Known[]]) => Value];

const rate = 'eta';
const trained = ({ updates, settings }: Known): number => updates * settings.batch;
const macsBefore = ({ before, settings }: Known): number =>
  before && 'updates' in before ? before.macsPerSample * before.updates * settings.batch : 0;
const mean = (runs: readonly Known[], of: (run: Known) => number): number =>
  runs.reduce((sum, run) => sum + of(run), 0) / runs.length;

const always: readonly Property[] = [
  [
    'learns',
    'Projections with a rule at work.',
    ([r]) => [...new Set(r.settings.learning.map(l => l.projection))].join(', ') || 'none',
  ],
  ['dt (ms)', 'Time step of schemes that are integrated in time.', ([r]) => r.settings.dt],
  ['shown (ms)', 'How long a batch is shown in training.', ([r]) => time(r.settings, 'training')],
  ['evaluated (ms)', 'How long a batch is shown in evaluation.', ([r]) => time(r.settings, 'evaluation')],
  ['steps per sample', 'Simulated steps per trained sample.', ([r]) => r.cost.stepsPerSample],
  ['activation', 'Of the hidden layers.', ([r]) => alike(r.settings.activations)],
  ['head', 'Activation and loss of the output layer.', ([r]) => r.settings.head],
  [
    'trained samples',
    'Samples in a batch × updates of a run; the mean over runs that ended.',
    runs => mean(runs, trained),
  ],
  ['batch', 'Samples per update.', ([r]) => r.settings.batch],
  [
    'program',
    'The program of the scheme that trained; of several, with their updates.',
    ([{ programs, settings }]) =>
      programs?.map(p => `${p.program} × ${p.updates}`).join(', ') ?? settings.program,
  ],
  [
    'before the first epoch',
    'A program and its updates: not among the trained samples, but among the MACs.',
    ([{ before }]) => before && ('updates' in before ? `${before.program} × ${before.updates}` : undefined),
  ],
  ['arithmetic', 'Number format and backend.', ([r]) => `${r.dtype}, ${r.backend}`],
  ['parameters', 'Weights and biases.', ([r]) => r.cost.parameters],
  ['MACs per sample', 'Multiply-accumulates of dense products.', ([r]) => r.cost.macsPerSample],
  [
    'MACs in all',
    'Multiply-accumulates per sample × samples, those before the first epoch among them.',
    runs => mean(runs, r => r.cost.macsPerSample * trained(r) + macsBefore(r)),
  ],
];
/** Empty where no run recorded its settings. */
export function fairnessCard(
  { schemes, baseline, ratesOf, observers }: Compared,
  results: readonly RunResult[],
): FairnessLine[] {
  const runs = new Map(schemes.map(scheme => [scheme, runsOf(scheme, results)]));
  if ([...runs.values()].every(known => known.length === 0)) return [];
  const line = (name: string, doc: string, of: (scheme: string) => Value): FairnessLine[] => {
    const found = schemes.flatMap(s => {
      const value = of(s);
      return value === undefined ? [] : [[s, value] as const];
    });
    if (found.length === 0) return [];
    const differs = different(schemes, Object.fromEntries(found), baseline);
    const shown = found.map(([s, v]) => [s, typeof v === 'number' ? formatCount(v) : v]);
    return [{ name, doc, values: Object.fromEntries(shown) as Record<string, string>, differs }];
  };
  const recorded = ([name, doc, of]: Property): FairnessLine[] =>
    line(name, doc, scheme => {
      const [first, ...others] = runs.get(scheme)!;
      return first && of([first, ...others]);
    });
  const all = [...runs.values()].flatMap(([first]) => first?.settings.learning ?? []);
  const watching = Object.values(observers).map(({ use }) => use);
  return [
    ...[...new Set(all.map(roleOf))].flatMap(role => learning(role).flatMap(recorded)),
    ...line('rates chosen', 'How learning rates were chosen, in the words of the config.', scheme =>
      runs.get(scheme)!.length ? (ratesOf(scheme) ?? 'untuned') : undefined,
    ),
    ...always.flatMap(recorded),
    ...(watching.length
      ? line('observers', 'May change parameters: all else is as runs began.', () => watching.join(', '))
      : []),
  ];
}
/** Runs that ended; where none did, those there are. */
function runsOf(scheme: string, results: readonly RunResult[]): Known[] {
  const own = results.filter(r => r.config.label === scheme);
  const known = (of: readonly RunResult[]): Known[] => of.map(r => r.summary).filter(hasSettings);
  const good = known(own.filter(ended));
  return good.length ? good : known(own);
}
const hasSettings = (summary: RunSummary): summary is Known => summary.settings !== undefined;

/** Those that have something else than most, nothing among it; of several that are as common, that of the baseline is usual. */
function different(
  schemes: readonly string[],
  values: Readonly<Record<string, string | number>>,
  baseline: string,
): string[] {
  const times = (scheme: string): number => schemes.filter(s => values[s] === values[scheme]).length;
  const most = Math.max(...schemes.map(times));
  const usual = [baseline, ...schemes].find(s => schemes.includes(s) && times(s) === most)!;
  return schemes.filter(s => values[s] !== values[usual]);
}
const roleOf = ({ role, projection }: LearningSettings): string => role || projection;

/** Rates, optimiser and rule of projections of one role, three lines. */
function learning(role: string): Property[] {
  const told =
    (of: (l: LearningSettings) => Value): Property[2] =>
    runs => {
      const own = runs[0].settings.learning.filter(l => roleOf(l) === role);
      const found = own.map(of);
      if (found.every(v => v === undefined)) return undefined;
      return new Set(found).size === 1
        ? String(found[0])
        : own.map((l, k) => `${l.projection} ${found[k] ?? 'none'}`).join(', ');
    };
  return [
    [`rate, ${role}`, `Learning rate (${rate}) of ${role} weights.`, told(rateOf)],
    [`optimiser, ${role}`, `How directions change ${role} weights.`, told(optimiserOf)],
    [`rule, ${role}`, `What the direction of ${role} weights is.`, told(ruleOf)],
  ];
}
const rateOf = ({ parameters, optimiser, biasOptimiser }: LearningSettings): Value => {
  const value = optimiser.parameters[rate] ?? parameters[rate];
  const ofBias = biasOptimiser ? (biasOptimiser.parameters[rate] ?? parameters[rate]) : value;
  return ofBias === value ? shown(value) : `${shown(value) ?? 'none'} (bias ${shown(ofBias) ?? 'none'})`;
};
const optimiserOf = ({ optimiser, biasOptimiser = optimiser }: LearningSettings): string => {
  const [ofWeights, ofBias] = [written(optimiser), written(biasOptimiser)];
  return ofBias === ofWeights ? ofWeights : `${ofWeights} (bias ${ofBias})`;
};
const written = ({ use = 'none', parameters }: OptimiserSettings): string => `${use}${listed(parameters)}`;
const ruleOf = ({ rule, parameters, gains }: LearningSettings): string =>
  `${rule}${listed(parameters)}` +
  (gains.every(g => Math.abs(g) === 1 || g === 0) ? '' : `, gains ${gains.map(shown).join(' ')}`);
const listed = (parameters: Readonly<Record<string, number>>): string =>
  Object.entries(parameters)
    .filter(([name]) => name !== rate)
    .map(([name, value]) => ` ${name} ${shown(value)}`)
    .join('');
const shown = (value: number | undefined): string | undefined =>
  value === undefined ? undefined : String(tidy(value));
const time = ({ dt, steps }: RunSettings, as: keyof RunSettings['steps']): Value =>
  dt === undefined ? undefined : tidy(dt * steps[as]);
/** 0.1 + 0.2 is 0.3. */
const tidy = (value: number): number => Number(value.toPrecision(12));
const alike = (values: readonly string[]): string | undefined =>
  values.length === 0 ? undefined : new Set(values).size === 1 ? values[0] : values.join(', ');
