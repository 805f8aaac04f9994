/** What a run leaves behind: its summary and its weights as `[post, pre]`. */
import type { BuiltModel } from '@apical/circuit';
import { schemaVersion } from '@apical/core';
import type { FloatArray, MetricRow, Program, RunSettings, RunStatus, RunSummary } from '@apical/core';
import { beforeOf } from './before.js';
import { chanceOf, warningsOf } from './chance.js';
import { programCost, type Cost, type ProgramCost } from './divergence.js';
import type { NamedArrays } from './exports.js';
import type { Progress } from './progress.js';
import type { ResolvedRun } from './resolve-run.js';

export function summaryOf(
  run: ResolvedRun,
  model: BuiltModel,
  p: Progress,
  cost: Cost,
  settings: RunSettings,
  ending: {
    readonly status: RunStatus;
    readonly message: string | undefined;
    readonly final: Readonly<Record<string, number>>;
    /** All of the run. */
    readonly rows: readonly MetricRow[];
  },
): RunSummary {
  const { status, message, final, rows } = ending;
  const { headline, metrics } = run.task;
  const chance = status === 'interrupted' ? {} : chanceOf(run.task);
  const warnings = warningsOf({ final, chance, headline, metrics, rows });
  const programs = programsUsed(run, p);
  const changed = programs.some(used => used.program !== (run.train.program ?? 'train'));
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
    settings,
    backend: run.backend.name,
    dtype: run.train.dtype,
    ...beforeSummary(run, model, p),
    ...(changed ? { programs } : {}),
    cost: {
      ...cost,
      ...(changed || relaxes(model, programs) ? meanCost(run, model, programs) : {}),
      samplesPerSecond: p.trainSeconds > 0 ? (p.updates * run.train.batch) / p.trainSeconds : 0,
    },
  };
}
function beforeSummary(
  run: ResolvedRun,
  model: BuiltModel,
  { before: done }: Progress,
): Pick<RunSummary, 'before'> {
  const { train } = run;
  const asked = train.before;
  if (!asked) return {};
  const { program } = asked;
  if (!beforeOf(train, model)) return { before: { program, skipped: true } };
  return { before: { program, ...done, ...programCost(model, run.steps.training, program) } };
}
/** Updates with each program that trained, in the order in which they came. */
function programsUsed(
  { train }: ResolvedRun,
  { changes, updates }: Progress,
): NonNullable<RunSummary['programs']> {
  const all = [{ from: 0, program: train.program ?? 'train' }, ...changes.programs];
  const sums = new Map<string, number>();
  for (const [k, { from, program }] of all.entries()) {
    const made = (all[k + 1]?.from ?? updates) - from;
    if (made > 0) sums.set(program, (sums.get(program) ?? 0) + made);
  }
  return [...sums].map(([program, updates]) => ({ program, updates }));
}
/** Do passes depend on when something has settled? Then only the end knows how many were made. */
function relaxes({ programs }: BuiltModel, used: NonNullable<RunSummary['programs']>): boolean {
  const waits = (program: Program): boolean =>
    program.some(s => ('until' in s && s.until !== undefined) || ('stages' in s && waits(s.stages)));
  const names = used.map(u => u.program);
  return used.length > 0 && [...names, 'begin'].some(name => waits(programs[name] ?? []));
}
/** Mean over updates, with the passes that were made. */
function meanCost(
  run: ResolvedRun,
  model: BuiltModel,
  programs: NonNullable<RunSummary['programs']>,
): ProgramCost {
  const all = programs.reduce((sum, { updates }) => sum + updates, 0);
  const mean = (key: keyof ProgramCost): number =>
    programs.reduce((sum, p) => sum + p.updates * programCost(model, run.steps.training, p.program)[key], 0) /
    all;
  return { macsPerSample: mean('macsPerSample'), stepsPerSample: mean('stepsPerSample') };
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
