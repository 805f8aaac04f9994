/** What a run leaves behind: its summary and its weights as `[post, pre]`. */
import type { BuiltModel } from '@apical/circuit';
import { schemaVersion } from '@apical/core';
import type { FloatArray, MetricRow, RunStatus, RunSummary } from '@apical/core';
import { chanceOf, warningsOf } from './chance.js';
import type { Cost } from './divergence.js';
import type { NamedArrays } from './exports.js';
import type { Progress } from './progress.js';
import type { ResolvedRun } from './resolve-run.js';

export function summaryOf(
  run: ResolvedRun,
  p: Progress,
  cost: Cost,
  ending: {
    readonly status: RunStatus;
    readonly message: string | undefined;
    readonly final: Readonly<Record<string, number>>;
  },
  rows: readonly MetricRow[],
): RunSummary {
  const { status, message, final } = ending;
  const { headline, metrics } = run.task;
  const chance = status === 'interrupted' ? {} : chanceOf(run.task);
  const warnings = warningsOf({ final, chance, headline, metrics, rows });
  return {
    schema: schemaVersion,
    id: run.id,
    status,
    ...(message === undefined ? {} : { message }),
    epochs: p.epoch,
    updates: p.updates,
    seconds: p.seconds,
    final,
    ...(Object.keys(chance).length ? { chance } : {}),
    ...(warnings.length ? { warnings } : {}),
    ...(p.best ? { best: p.best } : {}),
    headline,
    metrics,
    pairing: p.pairing,
    backend: run.backend.name,
    dtype: run.train.dtype,
    cost: {
      ...cost,
      samplesPerSecond: p.trainSeconds > 0 ? (p.updates * run.train.batch) / p.trainSeconds : 0,
    },
  };
}
/** Copies. A matrix that is stored against the direction of its projection is turned; filters stay as stored. */
export function weightsOf({ circuit }: BuiltModel): NamedArrays {
  const out = new Map<string, { readonly shape: readonly number[]; readonly data: FloatArray }>();
  for (const name of circuit.weightNames()) {
    const data = circuit.lent(name)!;
    const [projection = '', bias] = name.split('/');
    const shape = bias === undefined ? circuit.weightShape(projection) : [data.length];
    const turned = bias === undefined && shape.length === 2 && circuit.reversed(projection);
    if (!turned) {
      out.set(name, { shape, data: data.slice() });
      continue;
    }
    const [rows = 0, cols = 0] = shape;
    const into = data.slice();
    for (let i = 0; i < rows; i++) for (let j = 0; j < cols; j++) into[j * rows + i] = data[i * cols + j]!;
    out.set(name, { shape: [cols, rows], data: into });
  }
  return out;
}
