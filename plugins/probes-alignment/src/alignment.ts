/**
 * Per layer, on a fixed set of samples and the present weights: how the update that a scheme proposes relates to that
 * of backpropagation, and how its feedback weights relate to the forward weights. Before any optimiser.
 */
import type { CircuitView, FloatArray, Model, Probe, ProbedRun, ProbeRow } from '@apical/core';
import { checkOptions } from '@apical/core';
import { angle, cosine, flagReference, norm, normRatio, nullBand, signAgreement } from '@apical/numerics';

const degrees = 'degrees';
/** Puts the first samples of the training split in front of a model. */
function show(run: ProbedRun, { circuit, input, target }: Model): void {
  const { inputs, targets } = run.task.splits.train;
  const x = circuit.signal(input);
  const t = circuit.signal(target);
  x.set(inputs.subarray(0, x.length));
  t.set(targets.subarray(0, t.length));
}
/** The weights that feedback into a hidden layer stands for, in the layout of the feedback projection. */
function forwardOf({ circuit, forward }: Model, feedback: string, layer: number): FloatArray | undefined {
  const { from } = circuit.ends(feedback);
  const top = forward.findIndex(name => circuit.ends(name).to === from);
  if (top < layer) return undefined;
  // W{top} … W{layer + 1}: what an error at the source would be multiplied with on its way down, transposed
  let product = matrixOf(circuit, forward[layer]!);
  for (let l = layer + 1; l <= top; l++) product = times(matrixOf(circuit, forward[l]!), product);
  const own = circuit.weights(feedback);
  if (own.length !== product.data.length) return undefined;
  return circuit.reversed(feedback) ? product.data : transposed(product);
}
interface Rows {
  readonly rows: number;
  readonly cols: number;
  readonly data: FloatArray;
}
function matrixOf(circuit: CircuitView, name: string): Rows {
  const data = circuit.weights(name);
  const rows = circuit.weightShape(name)[0] ?? 0;
  return { rows, cols: data.length / rows, data };
}
function times(a: Rows, b: Rows): Rows {
  const data = new Float64Array(a.rows * b.cols);
  for (let i = 0; i < a.rows; i++)
    for (let k = 0; k < a.cols; k++) {
      const v = a.data[i * a.cols + k]!;
      for (let j = 0; j < b.cols; j++) data[i * b.cols + j]! += v * b.data[k * b.cols + j]!;
    }
  return { rows: a.rows, cols: b.cols, data };
}
function transposed({ rows, cols, data }: Rows): FloatArray {
  const out = new Float64Array(data.length);
  for (let i = 0; i < rows; i++) for (let j = 0; j < cols; j++) out[j * rows + i] = data[i * cols + j]!;
  return out;
}
export const alignment: Probe = {
  name: 'alignment',
  doc: 'update and feedback against backpropagation, layer by layer, on fixed samples',
  options: {
    samples: { doc: 'how many of the first training samples are looked at', value: 1024 },
    weights: { doc: 'compare feedback weights with forward weights', value: true },
  },
  rows: {
    'angle-to-bp': {
      doc: 'between the proposed update and the negative gradient; above 90 the loss rises',
      unit: degrees,
    },
    'cosine-to-bp': { doc: 'its signed cosine', unit: '1' },
    'norm-ratio': { doc: 'length of the proposed update over that of the gradient', unit: '1' },
    'sign-agreement': { doc: 'share of synapses whose update has the sign of the gradient', unit: '1' },
    'reference-norm': { doc: 'length of the gradient', unit: '1' },
    'reference-too-small': {
      doc: '1 where the gradient is below 1e-8 of the weights: the angle means nothing',
      unit: '1',
    },
    'angle-null-sd': {
      doc: 'standard deviation around 90 of the angle of an unrelated update',
      unit: degrees,
    },
    'angle-weights': {
      doc: 'between the feedback weights and the transposed forward weights they stand for',
      unit: degrees,
    },
  },
  attach(run, given) {
    const options = checkOptions('probe "alignment"', alignment.options, given);
    const wanted = options.number('samples', { min: 1, whole: true });
    const samples = Math.min(wanted, run.task.splits.train.count);
    const withWeights = options.flag('weights');
    const { circuit, forward } = run.model;
    const twin = run.twin(samples);
    const bp = run.other('bp', samples, name => {
      const [projection = '', end] = name.split('/');
      const own = forward[Number(projection.slice(1)) - 1];
      if (!projection.startsWith('W') || own === undefined) return undefined;
      // a scheme without biases is compared with a gradient whose biases are zero
      return circuit.lent(end === 'bias' ? `${own}/bias` : own);
    });
    const learn = twin.circuit.compile(twin.programs.train, { apply: false });
    const begin = twin.programs.begin && twin.circuit.compile(twin.programs.begin);
    const reference = bp.circuit.compile(bp.programs.train, { apply: false });
    return () => {
      show(run, twin);
      show(run, bp);
      begin?.();
      learn();
      reference();
      const rows: ProbeRow[] = [];
      forward.forEach((name, k) => {
        const layer = k + 1;
        const gradient = bp.circuit.direction(bp.forward[k]!);
        const put = (row: string, value: number): void => void rows.push({ name: row, layer, value });
        const size = norm(gradient);
        put('reference-norm', size);
        put('reference-too-small', flagReference(size, norm(circuit.weights(name))) ? 1 : 0);
        put('angle-null-sd', nullBand(gradient.length).sd);
        const proposed = proposedBy(twin, name);
        if (proposed) {
          put('angle-to-bp', angle(proposed, gradient));
          put('cosine-to-bp', cosine(proposed, gradient));
          put('norm-ratio', normRatio(proposed, gradient));
          put('sign-agreement', signAgreement(proposed, gradient));
        }
        const feedback = run.model.feedback[k];
        if (!withWeights || feedback === undefined) return;
        const stands = forwardOf(run.model, feedback, layer);
        if (stands) put('angle-weights', angle(circuit.weights(feedback), stands));
      });
      return rows;
    };
  },
};
/** undefined where no rule works on the projection. */
function proposedBy({ circuit }: Model, name: string): FloatArray | undefined {
  return circuit.plastic(name) ? circuit.direction(name) : undefined;
}
