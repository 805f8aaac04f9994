/**
 * The Yin-Yang data set (Kriener, Göltz and Petrovici 2022), generated: with the default options all rows and labels equal
 * the authors' published files bit for bit.
 */
import { checkOptions, injected, splitNames, type Dataset, type DataSplit, type Formats } from '@apical/core';
import ndarray from 'ndarray';
import { mersenneTwister } from './mersenne-twister.js';

export interface YinYangSet {
  /** `[count, 4]`: x, y, 1 − x, 1 − y. */
  readonly samples: Float64Array;
  readonly labels: Int32Array;
}
/**
 * Class of a point of the disc: 2 in a dot, else 1 in the upper half without the right small disc, plus the left small
 * disc, else 0. The authors' code numbers these regions so, while its list of names puts "yin" (their name for region 1)
 * first; numbers are kept here, names say where the region lies.
 */
export function yinYangClass(x: number, y: number, rBig: number, rSmall: number): number {
  const right = Math.sqrt((x - 1.5 * rBig) ** 2 + (y - rBig) ** 2);
  const left = Math.sqrt((x - 0.5 * rBig) ** 2 + (y - rBig) ** 2);
  if (right < rSmall || left < rSmall) return 2;
  const upper = right <= rSmall || (left > rSmall && left <= 0.5 * rBig) || (y > rBig && right > 0.5 * rBig);
  return upper ? 1 : 0;
}
/** The first `count` samples of a seed; a smaller set is a prefix of a larger one. */
export function yinYang(count: number, seed: number, rBig = 0.5, rSmall = 0.1): YinYangSet {
  const random = mersenneTwister(seed);
  const samples = new Float64Array(count * 4);
  const labels = new Int32Array(count);
  for (let k = 0; k < count; k++) {
    const wanted = random.integer(3);
    for (;;) {
      const x = random.uniform() * 2 * rBig;
      const y = random.uniform() * 2 * rBig;
      if (Math.sqrt((x - rBig) ** 2 + (y - rBig) ** 2) > rBig) continue;
      if (yinYangClass(x, y, rBig, rSmall) !== wanted) continue;
      samples.set([x, y, 1 - x, 1 - y], 4 * k);
      labels[k] = wanted;
      break;
    }
  }
  return { samples, labels };
}

const options = {
  train: { doc: 'samples of the training split', value: 5000 },
  validation: { doc: 'samples of the validation split', value: 1000 },
  test: { doc: 'samples of the test split', value: 1000 },
  trainSeed: { doc: 'MT19937 seed of the training split; equal seeds give equal samples', value: 42 },
  validationSeed: { doc: 'MT19937 seed of the validation split', value: 41 },
  testSeed: { doc: 'MT19937 seed of the test split', value: 40 },
  rBig: { doc: 'radius of the disc', value: 0.5 },
  rSmall: { doc: 'radius of the two dots', value: 0.1 },
};

export function createYinYang(formats: Formats): Dataset {
  return {
    name: 'yin-yang',
    doc: 'two interleaved regions and two dots in a disc, 4 inputs, 3 classes; generated as the authors published it',
    source: {
      paper: 'Kriener, Göltz and Petrovici 2022, The Yin-Yang dataset',
      note: 'arXiv:2102.08211, doi:10.1145/3517343.3517380',
    },
    options,
    async load(given) {
      const checked = checkOptions('data set "yin-yang"', options, given);
      const rBig = checked.number('rBig', { min: Number.MIN_VALUE });
      // Samples are drawn until one falls in a dot; beyond 0.4 the dots leave too little of the regions around them.
      const rSmall = checked.number('rSmall', { min: 0.02 * rBig, max: 0.4 * rBig });
      const parts: Uint8Array[] = [];
      const split = (name: (typeof splitNames)[number]): DataSplit => {
        const count = checked.number(name, { min: name === 'train' ? 1 : 0, whole: true });
        const seed = checked.number(`${name}Seed`, { min: 0, max: 2 ** 32 - 1, whole: true });
        const { samples, labels } = yinYang(count, seed, rBig, rSmall);
        parts.push(new Uint8Array(samples.buffer), Uint8Array.from(labels));
        return { inputs: ndarray(samples, [count, 4]), labels: ndarray(labels, [count]) };
      };
      const splits = { train: split('train'), validation: split('validation'), test: split('test') };
      return {
        name: 'yin-yang',
        shape: [4],
        classes: ['lower', 'upper', 'dot'],
        splits,
        digest: formats.sha256(parts),
      };
    },
  };
}
export const yinYangDataset = injected(['Formats'], createYinYang, 'yin-yang');
