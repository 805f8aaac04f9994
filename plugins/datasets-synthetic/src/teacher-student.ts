/**
 * Regression on the outputs of a fixed network: random inputs, targets from the teacher, optional noise on the training
 * targets only, so that validation and test measure the distance to the teacher itself.
 */
import { ApicalError, checkOptions, injected, splitNames } from '@apical/core';
import type { Dataset, DataSplit, Formats } from '@apical/core';
import { createRandomSource } from '@apical/numerics';
import ndarray from 'ndarray';
import { createTeacher, teacherActivations, teacherWeights } from './teacher.js';

const options = {
  sizes: { doc: 'units of the teacher, inputs first, outputs last', value: [8, 12, 4] as readonly number[] },
  activation: { doc: 'of its hidden layers', value: 'tanh', allowed: Object.keys(teacherActivations) },
  weights: {
    doc: 'its weights: normal with standard deviation gain / √fan-in; uniform between −gain and gain; constant, all gain',
    value: 'normal',
    allowed: teacherWeights,
  },
  gain: { doc: 'size of its weights', value: 1 },
  attenuation: {
    doc: 'per layer, a factor on the weighted input before the activation; an empty list: 1',
    value: [] as readonly number[],
  },
  bias: { doc: 'standard deviation of its biases', value: 0 },
  inputs: {
    doc: 'standard normal, or uniform between 0 and 1',
    value: 'normal',
    allowed: ['normal', 'uniform'],
  },
  noise: { doc: 'standard deviation of the noise on targets of the training split', value: 0 },
  train: { doc: 'samples of the training split', value: 4000 },
  validation: { doc: 'samples of the validation split', value: 500 },
  test: { doc: 'samples of the test split', value: 500 },
  seed: { doc: 'of teacher, inputs and noise; belongs to the data set, not to the run', value: 1 },
};
const refuse = (option: string, found: readonly number[], right: string): ApicalError =>
  new ApicalError(
    'APICAL_OPTION',
    `data set "teacher-student", option "${option}": found [${found.join(', ')}]; give ${right}`,
  );

export function createTeacherStudent(formats: Formats): Dataset {
  return {
    name: 'teacher-student',
    doc: 'random inputs, targets from a fixed random network',
    source: {
      paper: 'Gardner and Derrida 1989',
      note: 'the teacher here is drawn from named streams, see options',
    },
    options,
    async load(given) {
      const checked = checkOptions('data set "teacher-student"', options, given);
      const sizes = checked.numbers('sizes');
      if (sizes.length < 2 || sizes.some(n => !Number.isInteger(n) || n < 1))
        throw refuse('sizes', sizes, 'at least two whole numbers from 1, inputs first, as in [8, 12, 4]');
      const attenuation = checked.numbers('attenuation');
      if (attenuation.length > 0 && attenuation.length !== sizes.length - 1)
        throw refuse('attenuation', attenuation, `one number for each of ${sizes.length - 1} layers`);
      const seed = checked.number('seed', { min: 0, whole: true });
      const noise = checked.number('noise', { min: 0 });
      const teacher = createTeacher({
        seed,
        sizes,
        activation: checked.text('activation'),
        weights: checked.text('weights') as (typeof teacherWeights)[number],
        gain: checked.number('gain'),
        bias: checked.number('bias', { min: 0 }),
        attenuation,
      });
      const random = createRandomSource(seed);
      const [from, to] = [sizes[0]!, sizes.at(-1)!];
      const uniform = checked.text('inputs') === 'uniform';
      const bytes: Uint8Array[] = [];
      const split = (name: (typeof splitNames)[number]): DataSplit => {
        const count = checked.number(name, { min: name === 'train' ? 1 : 0, whole: true });
        const x = random.stream(`teacher-student/inputs/${name}`);
        const inputs = Float64Array.from({ length: count * from }, () =>
          uniform ? x.uniform() : x.normal(),
        );
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
