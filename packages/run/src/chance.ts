/** What a run is worth without having learned anything, and whether it got any further. */
import type { FloatArray, MetricRow, MetricSpec, PreparedTask, SplitName } from '@apical/core';

/** `test/<metric>` of the answer that is the mean target of the training split, for every sample. Empty without samples. */
export function chanceOf(task: PreparedTask, split: SplitName = 'test'): Readonly<Record<string, number>> {
  const { train, [split]: asked } = task.splits;
  const width = task.outputShape.reduce((a, b) => a * b, 1);
  if (train.count === 0 || asked.count === 0) return {};
  const mean = new Float64Array(width);
  for (let i = 0; i < train.targets.length; i++) mean[i % width]! += train.targets[i]! / train.count;
  const evaluation = task.evaluation(split);
  const batch = Math.min(asked.count, 256);
  const outputs: FloatArray = asked.targets.slice(0, batch * width);
  for (let i = 0; i < outputs.length; i++) outputs[i] = mean[i % width]!;
  for (let first = 0; first < asked.count; first += batch) {
    const n = Math.min(batch, asked.count - first);
    evaluation.add(outputs, asked.targets.subarray(first * width, (first + n) * width), n, first);
  }
  return Object.fromEntries(Object.entries(evaluation.result()).map(([k, v]) => [`${split}/${k}`, v]));
}
/** A loss that has grown so much is no result, finite or not. */
const runaway = 1e6;

/** Lines for people; empty where nothing is wrong. `final` and `chance` by `test/<metric>`. */
export function warningsOf(given: {
  readonly final: Readonly<Record<string, number>>;
  readonly chance: Readonly<Record<string, number>>;
  readonly headline: string;
  readonly metrics: Readonly<Record<string, MetricSpec>>;
  readonly rows: readonly MetricRow[];
}): string[] {
  const { final, chance, headline, metrics, rows } = given;
  const out: string[] = [];
  const key = `test/${headline}`;
  const [got, blind] = [final[key], chance[key]];
  const sign = metrics[headline]?.better === 'higher' ? -1 : 1;
  if (got !== undefined && blind !== undefined && !(sign * got < sign * blind))
    out.push(`ends at chance: ${key} is ${short(got)}, an answer without looking has ${short(blind)}`);
  for (const split of ['train', 'validation'] as const) {
    const losses = rows.filter(r => r.split === split && r.name === 'loss' && Number.isFinite(r.value));
    const [first, last] = [losses[0]?.value, losses.at(-1)?.value];
    if (first === undefined || last === undefined || !(last > runaway * Math.max(first, Number.MIN_VALUE)))
      continue;
    out.push(`${split}/loss has grown from ${short(first)} to ${short(last)}`);
    break;
  }
  return out;
}
const short = (value: number): string => String(Number(value.toPrecision(3)));
