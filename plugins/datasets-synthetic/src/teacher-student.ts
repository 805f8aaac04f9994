/**
 * Regression on the outputs of a fixed random network: standard normal inputs, targets from the teacher, optional noise on
 * the training targets only, so that validation and test measure the distance to the teacher itself.
 */
import { ApicalError, checkOptions, injected, splitNames } from '@apical/core';
import type { Dataset, DataSplit, Formats } from '@apical/core';
import { createRandomSource } from '@apical/numerics';
import ndarray from 'ndarray';

const activations: Readonly<Record<string, (z: number) => number>> = {
  tanh: Math.tanh,
  linear: z => z,
  relu: z => Math.max(0, z),
  sigmoid: z => 1 / (1 + Math.exp(-z)),
};
export interface Teacher {
  readonly sizes: readonly number[];
  /** Of layer l: `[sizes[l + 1], sizes[l]]`, row-major. */
  readonly weights: readonly Float64Array[];
  readonly biases: readonly Float64Array[];
  /** Outputs `[count, last size]` for inputs `[count, first size]`. */
  apply(inputs: Float64Array): Float64Array;
}
/** Hidden layers have the activation, the output is linear. Weights are normal with std `gain`/√fan-in, biases with std `bias`. */
export function createTeacher(
  seed: number,
  sizes: readonly number[],
  activation: string,
  gain: number,
  bias: number,
): Teacher {
  const random = createRandomSource(seed);
  const phi = activations[activation]!;
  const draw = (name: string, count: number, std: number): Float64Array => {
    const stream = random.stream(`teacher-student/${name}`);
    return Float64Array.from({ length: count }, () => std * stream.normal());
  };
  const layers = sizes.slice(1).map((post, l) => {
    const pre = sizes[l]!;
    return {
      weights: draw(`weights/${l + 1}`, post * pre, gain / Math.sqrt(pre)),
      biases: draw(`biases/${l + 1}`, post, bias),
    };
  });
  const layer = (x: Float64Array, l: number): Float64Array => {
    const { weights, biases } = layers[l]!;
    const pre = sizes[l]!;
    const post = sizes[l + 1]!;
    const count = x.length / pre;
    const out = new Float64Array(count * post);
    for (let b = 0; b < count; b++)
      for (let i = 0; i < post; i++) {
        let z = biases[i]!;
        for (let j = 0; j < pre; j++) z += weights[i * pre + j]! * x[b * pre + j]!;
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

const options = {
  sizes: { doc: 'units of the teacher, inputs first, outputs last', value: [8, 12, 4] as readonly number[] },
  activation: { doc: 'of its hidden layers', value: 'tanh', allowed: Object.keys(activations) },
  gain: { doc: 'its weights are normal with standard deviation gain / √fan-in', value: 1 },
  bias: { doc: 'standard deviation of its biases', value: 0 },
  noise: { doc: 'standard deviation of the noise on targets of the training split', value: 0 },
  train: { doc: 'samples of the training split', value: 4000 },
  validation: { doc: 'samples of the validation split', value: 500 },
  test: { doc: 'samples of the test split', value: 500 },
  seed: { doc: 'of teacher, inputs and noise; belongs to the data set, not to the run', value: 1 },
};

export function createTeacherStudent(formats: Formats): Dataset {
  return {
    name: 'teacher-student',
    doc: 'standard normal inputs, targets from a fixed random network',
    source: {
      paper: 'Gardner and Derrida 1989',
      note: 'the teacher here is drawn from named streams, see options',
    },
    options,
    async load(given) {
      const checked = checkOptions('data set "teacher-student"', options, given);
      const sizes = checked.numbers('sizes');
      if (sizes.length < 2 || sizes.some(n => !Number.isInteger(n) || n < 1))
        throw new ApicalError(
          'APICAL_OPTION',
          `data set "teacher-student", option "sizes": found [${sizes.join(', ')}]; give at least two whole numbers ` +
            'from 1, inputs first, as in [8, 12, 4]',
        );
      const seed = checked.number('seed', { min: 0, whole: true });
      const gain = checked.number('gain');
      const noise = checked.number('noise', { min: 0 });
      const bias = checked.number('bias', { min: 0 });
      const teacher = createTeacher(seed, sizes, checked.text('activation'), gain, bias);
      const random = createRandomSource(seed);
      const [from, to] = [sizes[0]!, sizes.at(-1)!];
      const bytes: Uint8Array[] = [];
      const split = (name: (typeof splitNames)[number]): DataSplit => {
        const count = checked.number(name, { min: name === 'train' ? 1 : 0, whole: true });
        const x = random.stream(`teacher-student/inputs/${name}`);
        const inputs = Float64Array.from({ length: count * from }, () => x.normal());
        const targets = teacher.apply(inputs);
        if (noise > 0 && name === 'train') {
          const z = random.stream('teacher-student/noise/train');
          for (let k = 0; k < targets.length; k++) targets[k]! += noise * z.normal();
        }
        bytes.push(new Uint8Array(inputs.buffer), new Uint8Array(targets.buffer));
        return { inputs: ndarray(inputs, [count, from]), targets: ndarray(targets, [count, to]) };
      };
      const splits = { train: split('train'), validation: split('validation'), test: split('test') };
      return { name: 'teacher-student', shape: [from], splits, digest: formats.sha256(bytes) };
    },
  };
}
export const teacherStudentDataset = injected(['Formats'], createTeacherStudent, 'teacher-student');
