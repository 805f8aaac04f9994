/** A fixed random network that gives targets. */
import { createRandomSource } from '@apical/numerics';

export const teacherActivations: Readonly<Record<string, (z: number) => number>> = {
  tanh: Math.tanh,
  linear: z => z,
  relu: z => Math.max(0, z),
  sigmoid: z => 1 / (1 + Math.exp(-z)),
};
export const teacherWeights = ['normal', 'uniform', 'constant'] as const;
export interface TeacherSpec {
  readonly seed: number;
  /** Units, inputs first, outputs last. */
  readonly sizes: readonly number[];
  /** Of its hidden layers, by name; the output is linear. */
  readonly activation: string;
  /** normal: standard deviation gain/√fan-in; uniform: between −gain and gain; constant: all equal gain. */
  readonly weights?: (typeof teacherWeights)[number];
  readonly gain: number;
  /** Standard deviation of its biases. */
  readonly bias: number;
  /** Per layer, a factor on `W x + b` before the activation; default 1. */
  readonly attenuation?: readonly number[];
}
export interface Teacher {
  readonly sizes: readonly number[];
  /** Of layer l: `[sizes[l + 1], sizes[l]]`, row-major. */
  readonly weights: readonly Float64Array[];
  readonly biases: readonly Float64Array[];
  /** Outputs `[count, last size]` for inputs `[count, first size]`. */
  apply(inputs: Float64Array): Float64Array;
}
export function createTeacher(spec: TeacherSpec): Teacher {
  const { seed, sizes, activation, weights = 'normal', gain, bias, attenuation = [] } = spec;
  const random = createRandomSource(seed);
  const phi = teacherActivations[activation]!;
  const draw = (name: string, count: number, next: (name: string) => () => number): Float64Array => {
    const one = next(`teacher-student/${name}`);
    return Float64Array.from({ length: count }, one);
  };
  const normal = (std: number) => (name: string) => {
    const stream = random.stream(name);
    return () => std * stream.normal();
  };
  const uniform = (name: string) => {
    const stream = random.stream(name);
    return () => gain * (2 * stream.uniform() - 1);
  };
  const layers = sizes.slice(1).map((post, l) => {
    const pre = sizes[l]!;
    const drawn = { normal: normal(gain / Math.sqrt(pre)), uniform, constant: () => () => gain };
    return {
      weights: draw(`weights/${l + 1}`, post * pre, drawn[weights]),
      biases: draw(`biases/${l + 1}`, post, normal(bias)),
    };
  });
  const layer = (x: Float64Array, l: number): Float64Array => {
    const { weights, biases } = layers[l]!;
    const factor = attenuation[l] ?? 1;
    const [pre, post] = [sizes[l]!, sizes[l + 1]!];
    const count = x.length / pre;
    const out = new Float64Array(count * post);
    for (let b = 0; b < count; b++)
      for (let i = 0; i < post; i++) {
        let z = biases[i]!;
        for (let j = 0; j < pre; j++) z += weights[i * pre + j]! * x[b * pre + j]!;
        z *= factor;
        out[b * post + i] = l < layers.length - 1 ? phi(z) : z;
      }
    return out;
  };
  return {
    sizes,
    weights: layers.map(l => l.weights),
    biases: layers.map(l => l.biases),
    apply: inputs => layers.reduce((x, _, l) => layer(x, l), inputs),
  };
}
