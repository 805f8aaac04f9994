/**
 * Is the run still finite? Only weights, the output of the task and its loss are asked: a model may hold a NaN it never uses.
 * Weights beyond all reason count as well: when they overflow, all others follow within a few steps, and nobody could say
 * where it began.
 */
import type { BuiltModel } from '@apical/circuit';
import { macs, passesOf } from '@apical/kernels';
import type { FloatArray } from '@apical/core';
import { firstNonFinite } from '@apical/numerics';
import { indexIn } from './initial-weights.js';
import { programNamed } from './programs.js';

export interface Divergence {
  /** `W1/weights`, `layer2.r`, `validation/loss` */
  readonly signal: string;
  /** `W1/weights (layer 1) holds NaN at update 120, epoch 3` */
  readonly message: string;
}
/**
 * Updates between two looks at the weights. A look reads each weight once, at about a sixth of the speed of a
 * vectorised multiply-accumulate: this keeps it below 1 % of training.
 */
export function checkInterval(weights: number, macsPerUpdate: number): number {
  return Math.min(1000, Math.max(1, Math.ceil((600 * weights) / Math.max(1, macsPerUpdate))));
}
export interface Watch {
  readonly interval: number;
  /** `moment`: `update 120, epoch 3` */
  check(moment: string): Divergence | undefined;
  /** Of the metrics at the end of an epoch. */
  checkLoss(metrics: Readonly<Record<string, number>>, moment: string): Divergence | undefined;
}
/** No weight of a network that computes anything is as large. */
const limits = { float64: 1e100, float32: 1e30 } as const;
function firstBeyond(limit: number, a: FloatArray): number {
  // a NaN is not within the limit either
  for (let i = 0; i < a.length; i++) if (!(Math.abs(a[i]!) <= limit)) return i;
  return -1;
}
export function watchFinite(model: BuiltModel, macsPerUpdate: number): Watch {
  const { circuit, output } = model;
  const weights = circuit.weightNames().map(name => ({ name, data: circuit.lent(name)! }));
  const limit = limits[circuit.memory.dtype];
  const out = circuit.signal(output);
  const count = weights.reduce((n, w) => n + w.data.length, 0);
  return {
    interval: checkInterval(count, macsPerUpdate),
    check(moment) {
      for (const { name, data } of weights) {
        const index = firstBeyond(limit, data);
        if (index < 0) continue;
        const [projection = '', bias] = name.split('/');
        const layer = layerOf(model, projection);
        const shape = bias ? [data.length] : circuit.weightShape(projection);
        const where = ` (${layer === undefined ? '' : `layer ${layer}; `}entry ${indexIn(index, shape)})`;
        return report(bias ? name : `${name}/weights`, data[index]!, where, moment);
      }
      const index = firstNonFinite(out);
      if (index < 0) return undefined;
      const units = out.length / circuit.batch;
      const where = `sample ${Math.floor(index / units)} of the batch, unit ${index % units}`;
      return report(output, out[index]!, ` (output layer; ${where})`, moment);
    },
    checkLoss(metrics, moment) {
      const found = Object.entries(metrics).find(
        ([k, v]) => /^(train|validation)\/loss$/.test(k) && !Number.isFinite(v),
      );
      return found && report(found[0], found[1], '', moment);
    },
  };
}
const report = (signal: string, value: number, where: string, moment: string): Divergence => ({
  signal,
  message: `${signal}${where} is ${value} at ${moment}`,
});
/** Counted from 1; undefined for a projection that is neither forward nor feedback. */
function layerOf({ forward, feedback }: BuiltModel, projection: string): number | undefined {
  const layer = forward.includes(projection) ? forward.indexOf(projection) : feedback.indexOf(projection);
  return layer < 0 ? undefined : layer + 1;
}
export interface ProgramCost {
  readonly macsPerSample: number;
  readonly stepsPerSample: number;
}
export interface Cost extends ProgramCost {
  readonly parameters: number;
  readonly memory: number;
}
/** Of the program that trains (and `begin`), as often as it runs on a batch. */
export function costOf(model: BuiltModel, steps: number, training = 'train'): Cost {
  const { circuit } = model;
  const cost = programCost(model, steps, training);
  const parameters = circuit.weightNames().reduce((n, name) => n + circuit.lent(name)!.length, 0);
  return { ...cost, parameters, memory: circuit.bytes() };
}
/** Of one program (and `begin`) on a batch. */
export function programCost({ circuit, programs }: BuiltModel, steps: number, name: string): ProgramCost {
  const program = programNamed(programs, name);
  const operations = circuit.lower(program, programs.begin ? { after: programs.begin } : {});
  const before = programs.begin ? macs(circuit.lower(programs.begin), circuit.batch) : 0;
  type Operations = typeof operations;
  const repeats = (all: Operations): number =>
    Math.max(1, ...all.map(o => ('body' in o ? (o.op === 'repeat' ? passesOf(o) : 1) * repeats(o.body) : 1)));
  return {
    macsPerSample: steps * macs(operations, circuit.batch) + before,
    stepsPerSample: steps * repeats(operations),
  };
}
