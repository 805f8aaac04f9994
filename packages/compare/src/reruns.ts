/** Runs again with one thing changed: half the time step, or another backend. What they show stands beside the result. */
import type {
  MetricRow,
  RoundingCheck,
  RunConfig,
  RunResult,
  RunSettings,
  StepDifference,
  TimeStepCheck,
  TrainConfig,
} from '@apical/core';
import { mean } from '@apical/numerics';
import { columnOf } from '@apical/run';
import type { Outcome } from './outcomes.js';
import { interval } from './statistics.js';

/** The same run with other settings of training, whatever its scheme says of them. */
const withTrain = (config: RunConfig, change: Partial<TrainConfig>): RunConfig => ({
  ...config,
  train: { ...config.train, ...change },
  scheme: { ...config.scheme, train: { ...config.scheme.train, ...change } },
});
/** Runs of schemes that are integrated in time, with half the step and the same milliseconds. `dtOf`: ms, by label. */
export function halvedRuns(
  configs: readonly RunConfig[],
  dtOf: (label: string) => number | undefined,
): RunConfig[] {
  return configs.flatMap(config => {
    const dt = dtOf(config.label);
    return dt === undefined ? [] : [withTrain(config, { dt: dt / 2 })];
  });
}
/** The first seed of every scheme on the backend that `other` names. */
export const otherBackendRuns = (
  configs: readonly RunConfig[],
  other: (config: RunConfig) => string,
): RunConfig[] =>
  configs
    .filter((config, k) => configs.findIndex(({ label }) => label === config.label) === k)
    .map(config => withTrain(config, { backend: other(config) }));

/**
 * One for every scheme whose runs say that it is integrated in time; `halved` are outcomes with half the step. Where any of
 * them did not come to an end, nothing was checked.
 */
export function timeStepChecks(
  schemes: readonly string[],
  outcomes: readonly Outcome[],
  halved: readonly Outcome[],
  headline: string,
): TimeStepCheck[] {
  return schemes.flatMap((scheme): TimeStepCheck[] => {
    const own = outcomes.filter(o => o.config.label === scheme);
    const dt = own.map(o => o.result?.summary.settings?.dt).find(v => v !== undefined);
    if (dt === undefined) return [];
    const again = halved.filter(o => o.config.label === scheme);
    if (again.length === 0 || again.some(o => o.state === 'open')) return [{ scheme, dt }];
    const pairs = own.flatMap(({ config, state, result: one }) => {
      const other = again.find(o => o.config.seed === config.seed && o.state === 'ended')?.result;
      return state === 'ended' && one && other ? [[one, other] as const] : [];
    });
    const test = `test/${headline}`;
    const change = pairs.map(([a, b]) => b.summary.final[test]! - a.summary.final[test]!);
    return [
      {
        scheme,
        dt,
        halved: {
          differences: differences(pairs, test),
          headline: interval(change),
          failed: again.filter(o => o.state === 'failed').length,
          followed: pairs[0] ? followed(pairs[0][0], pairs[0][1]) : {},
        },
      },
    ];
  });
}
type Pair = readonly [RunResult, RunResult];

function differences(pairs: readonly Pair[], test: string): StepDifference[] {
  const told = pairs.map(([a, b]) => [lastRows(a), lastRows(b)] as const);
  const names = [...new Set(told.flatMap(([a]) => [...a.keys()]))];
  return [
    measured(
      test,
      pairs.map(([a, b]) => [a.summary.final[test], b.summary.final[test]]),
    ),
    ...names.map(name =>
      measured(
        name,
        told.map(([a, b]) => [a.get(name), b.get(name)]),
      ),
    ),
  ].filter(d => d.n > 0);
}
function measured(
  name: string,
  values: readonly (readonly [number | undefined, number | undefined])[],
): StepDifference {
  const both = values.filter(
    (v): v is readonly [number, number] => Number.isFinite(v[0]) && Number.isFinite(v[1]),
  );
  return {
    name,
    value: mean(both.map(([a]) => a)),
    halved: mean(both.map(([, b]) => b)),
    n: both.length,
  };
}
/** What probes told of layers and of the network at the last epoch, by column. */
function lastRows({ rows }: RunResult): Map<string, number> {
  const probed = rows.filter((r: MetricRow) => r.probe !== undefined && r.sample === undefined);
  const last = probed.reduce((epoch, r) => Math.max(epoch, r.epoch), 0);
  return new Map(probed.filter(r => r.epoch === last).map(r => [columnOf(r), r.value]));
}
/** Numbers in the settings of two runs that differ, but for those that must. */
function followed({ summary: a }: RunResult, { summary: b }: RunResult): Record<string, [number, number]> {
  const flat = (settings: RunSettings | undefined): Map<string, number> => {
    const out = new Map<string, number>();
    const walk = (value: unknown, path: string): void => {
      if (typeof value === 'number') out.set(path, value);
      else if (typeof value === 'object' && value !== null)
        for (const [k, v] of Object.entries(value)) walk(v, path ? `${path}.${k}` : k);
    };
    const { parameters, learning = [] } = settings ?? {};
    walk({ ...parameters, ...Object.fromEntries(learning.map(l => [`${l.projection}.${l.rule}`, l])) }, '');
    return out;
  };
  const after = flat(b.settings);
  return Object.fromEntries(
    [...flat(a.settings)].flatMap(([name, before]) =>
      after.get(name) === before ? [] : [[name, [before, after.get(name) ?? NaN] as [number, number]]],
    ),
  );
}
/** `again`: outcomes of the runs that `otherBackendRuns` named. */
export function roundingChecks(
  outcomes: readonly Outcome[],
  again: readonly Outcome[],
  headline: string,
): RoundingCheck[] {
  const valueOf = ({ state, result }: Outcome): number | null =>
    (state === 'ended' ? result?.summary.final[`test/${headline}`] : undefined) ?? null;
  return again.flatMap(other => {
    const { label: scheme, seed } = other.config;
    const first = outcomes.find(o => o.config.label === scheme && o.config.seed === seed);
    if (!first || other.state === 'open') return [];
    const backend = (o: Outcome): string => o.result?.summary.backend ?? o.config.train.backend;
    return [
      {
        scheme,
        seed,
        backend: backend(first),
        other: backend(other),
        value: valueOf(first),
        again: valueOf(other),
      },
    ];
  });
}
