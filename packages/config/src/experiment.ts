/** From an experiment to its runs, and the hash of any part of it. */
import { createHash } from 'node:crypto';
import { freeze, type ExperimentConfig, type RunConfig } from '@apical/core';

/** Schemes that run, in their order. */
export const selectedSchemes = ({ select, schemes }: ExperimentConfig): readonly string[] =>
  select ?? Object.keys(schemes);

/** Selected schemes × seeds; a scheme's own `train` is merged over that of the experiment. */
export function runConfigs(experiment: ExperimentConfig): RunConfig[] {
  const {
    schemes,
    seeds,
    select: _select,
    baseline: _baseline,
    control: _control,
    margin: _margin,
    ...shared
  } = experiment;
  return selectedSchemes(experiment).flatMap(label => {
    const scheme = schemes[label] ?? {};
    return seeds.map(seed =>
      freeze({
        ...shared,
        label,
        scheme: { ...scheme, use: scheme.use ?? label },
        train: { ...shared.train, ...scheme.train },
        seed,
      }),
    );
  });
}
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const entries = Object.entries(value).filter(([, v]) => v !== undefined);
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([k, v]) => `${JSON.stringify(k)}:${canonical(v)}`).join(',')}}`;
}
/** SHA-256 of the value, whatever the order of its keys; hex. */
export const hashConfig = (value: unknown): string =>
  createHash('sha256').update(canonical(value)).digest('hex');
