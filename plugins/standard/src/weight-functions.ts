/** Weights as functions of weights: copy, transpose, sign, constant, pseudo-inverse. */
import { ApicalError, parameter } from '@apical/core';
import type { FloatArray, Matrix, Operation, WeightFunction } from '@apical/core';
import { pseudoInverse } from '@apical/numerics';

const gain = { gain: parameter('factor', 1) };
/** Algebra on `into` that reads these besides. */
const call = (
  where: string,
  into: Matrix,
  reads: readonly FloatArray[],
  run: () => void,
): readonly Operation[] => [{ op: 'call', where, run, reads, writes: [into.data] }];
function fits(name: string, into: Matrix, source: Matrix, transposed = false): void {
  const [rows, cols] = transposed ? [source.cols, source.rows] : [source.rows, source.cols];
  if (rows !== into.rows || cols !== into.cols)
    throw new ApicalError(
      'APICAL_SHAPE',
      `${name}: the source is ${source.rows} × ${source.cols}, the target ${into.rows} × ${into.cols}; ` +
        `${rows} × ${cols} would fit`,
    );
}
export const copy: WeightFunction = {
  name: 'copy',
  doc: 'the same numbers, times a factor',
  parameters: gain,
  inputs: ['W'],
  prepare(into, [W], cells) {
    fits('copy', into, W!);
    return [
      { op: 'fill', into: into.data, value: 0 },
      { op: 'add', into: into.data, from: W!.data, gain: cells.gain! },
    ];
  },
};
export const transpose: WeightFunction = {
  name: 'transpose',
  doc: 'the transposed matrix, times a factor',
  parameters: gain,
  inputs: ['W'],
  prepare(into, [W], cells) {
    fits('transpose', into, W!, true);
    return [
      { op: 'transpose', into: into.data, source: W!.data, rows: W!.rows, cols: W!.cols, gain: cells.gain! },
    ];
  },
};
/** Liao, Leibo & Poggio 2016: feedback that keeps the signs of the weights and nothing else. */
export const sign: WeightFunction = {
  name: 'sign',
  doc: 'the signs of the weights, times a factor',
  source: { paper: 'Liao, Leibo & Poggio 2016' },
  parameters: gain,
  inputs: ['W'],
  prepare(into, [W], cells) {
    fits('sign', into, W!);
    return call('sign', into, [W!.data, cells.gain!], () => {
      const g = cells.gain![0]!;
      for (let k = 0; k < into.data.length; k++) into.data[k] = g * Math.sign(W!.data[k]!);
    });
  },
};
/** Magnitudes stay as they were drawn, signs follow the other weights. */
export const signOf: WeightFunction = {
  name: 'sign-of',
  doc: 'own magnitudes with the signs of other weights',
  source: { paper: 'Moskovitz, Litwin-Kumar & Abbott 2018' },
  parameters: {},
  inputs: ['W', 'own'],
  prepare(into, [W]) {
    fits('sign-of', into, W!);
    return call('sign-of', into, [W!.data], () => {
      const own = into.data;
      for (let k = 0; k < own.length; k++) own[k] = Math.abs(own[k]!) * (W!.data[k]! < 0 ? -1 : 1);
    });
  },
};
export const constant: WeightFunction = {
  name: 'constant',
  doc: 'one number everywhere',
  parameters: { value: parameter('the number', 0) },
  inputs: [],
  prepare: (into, _sources, { value }) =>
    call('constant', into, [value!], () => void into.data.fill(value![0]!)),
};
export const pseudoInverseOf: WeightFunction = {
  name: 'pseudo-inverse',
  doc: 'Moore-Penrose inverse; allocates, so tie it rarely',
  parameters: {},
  inputs: ['W'],
  prepare(into, [W]) {
    fits('pseudo-inverse', into, W!, true);
    return call('pseudo-inverse', into, [W!.data], () => {
      const out = pseudoInverse({ rows: W!.rows, cols: W!.cols, data: W!.data });
      into.data.set(out.data);
    });
  },
};
export const weightFunctions: readonly WeightFunction[] = [
  copy,
  transpose,
  sign,
  signOf,
  constant,
  pseudoInverseOf,
];
