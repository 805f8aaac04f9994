/** From an experiment to its runs, and the hash of any part of it. */
import { createHash } from 'node:crypto';
import { freeze, type ExperimentConfig, type RunConfig, type SchemeConfig } from '@apical/core';

/** Schemes that run, in their order. */
export const selectedSchemes = ({ select, schemes }: ExperimentConfig): readonly string[] =>
  select ?? Object.keys(schemes);

const comparisonKeys = [
  'schemes',
  'select',
  'seeds',
  'baseline',
  'control',
  'margin',
  'reference',
  'figures',
] as const;
const ofComparison: ReadonlySet<string> = new Set(comparisonKeys);

/** Selected schemes × seeds; a scheme's own `train` is merged over that of the experiment. */
export function runConfigs(experiment: ExperimentConfig): RunConfig[] {
  const { schemes, seeds } = experiment;
  const shared = Object.fromEntries(
    Object.entries(experiment).filter(([key]) => !ofComparison.has(key)),
  ) as unknown as Omit<ExperimentConfig, (typeof comparisonKeys)[number]>;
  return selectedSchemes(experiment).flatMap(label => {
    const scheme = schemes[label] ?? {};
    const own = trainOf(experiment, scheme);
    return seeds.map(seed =>
      freeze({
        ...shared,
        label,
        scheme: { ...scheme, use: scheme.use ?? label, ...(own ? { train: own } : {}) },
        train: { ...shared.train, ...own },
        seed,
      }),
    );
  });
}
/** Parameters for an optimiser that the scheme does not name are meant for that of the experiment. */
function trainOf({ train }: ExperimentConfig, scheme: SchemeConfig): SchemeConfig['train'] {
  const own = scheme.train;
  if (!own?.optimiser || own.optimiser.use !== undefined || !train.optimiser) return own;
  const parameters = { ...train.optimiser.parameters, ...own.optimiser.parameters };
  return { ...own, optimiser: { ...train.optimiser, parameters } };
}
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const entries = Object.entries(value).filter(([, v]) => v !== undefined);
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([k, v]) => `${JSON.stringify(k)}:${canonical(v)}`).join(',')}}`;
}
/** SHA-256 of the value, whatever the order of its keys; hex. */
export const hashConfig = (value: unknown): string =>
  createHash('sha256').update(canonical(value)).digest('hex');
