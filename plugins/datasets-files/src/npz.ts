/** Arrays saved by numpy: `x` and `y`, or `x_train`, `y_train`, `x_validation`, `y_validation`, `x_test`, `y_test`. */
import {
  checkOptions,
  injected,
  type Dataset,
  type DatasetCache,
  type Formats,
  type OptionSpec,
} from '@apical/core';
import ndarray from 'ndarray';
import {
  asFloats,
  asLabels,
  checkFinite,
  classNames,
  cut,
  indexIn,
  loaded,
  splitOptions,
  wrong,
} from './parts.js';
import type { Block, Numbers } from './parts.js';

const options: Readonly<Record<string, OptionSpec>> = {
  path: { doc: 'the .npz file', value: null },
  y: {
    doc: 'what y holds: classes (whole numbers, or one-hot rows), values, or auto: classes if it is one column of whole numbers by type',
    value: 'auto',
    allowed: ['auto', 'classes', 'values'],
  },
  scale: { doc: 'inputs are divided by this; 255 for bytes', value: 1 },
  ...splitOptions,
};
/** Classes from rows with a single 1. */
function fromOneHot(y: Numbers, file: string, name: string): Numbers {
  const [count, width] = y.shape as [number, number];
  const labels = new Int32Array(count);
  for (let r = 0; r < count; r++) {
    const row = Array.from(y.data.subarray(r * width, (r + 1) * width));
    if (row.filter(v => v === 1).length !== 1 || row.filter(v => v === 0).length !== width - 1)
      throw wrong(
        file,
        `${name}[${r}] is not one-hot; classes are one whole number or one 1 among zeros a row`,
      );
    labels[r] = row.indexOf(1);
  }
  return ndarray(labels, [count]);
}
export function createNpz(cache: DatasetCache, formats: Formats): Dataset {
  return {
    name: 'npz',
    doc: 'numpy arrays of your own: x and y, in one block or in training, validation and test blocks',
    source: { paper: 'your own' },
    options,
    async load(given) {
      const checked = checkOptions('data set "npz"', options, given);
      const path = checked.text('path');
      const kind = checked.text('y');
      const scale = checked.number('scale');
      if (scale === 0) throw wrong(path, 'the option "scale" is 0; give what inputs are to be divided by');
      const bytes = await cache.readPath(path);
      const arrays = await formats.npz(bytes, path);
      const names = Object.keys(arrays);
      const parted = names.includes('x_train');
      const known = parted
        ? ['x_train', 'y_train', 'x_validation', 'y_validation', 'x_test', 'y_test']
        : ['x', 'y'];
      const strange = names.filter(n => !known.includes(n));
      if (!names.includes(known[0]!) || strange.length)
        throw wrong(
          path,
          `found the arrays ${names.join(', ') || '(none)'}; expected x and y, or x_train and y_train with, if you ` +
            'like, x_validation, y_validation, x_test, y_test',
        );
      const classes = (y: Numbers): boolean =>
        kind === 'classes' ||
        (kind === 'auto' &&
          (y.data instanceof Int32Array || y.data instanceof Uint8Array) &&
          (y.shape.length === 1 || (y.shape.length === 2 && y.shape[1] === 1)));
      const block = (suffix: string): Block | undefined => {
        const [x, y] = [arrays[`x${suffix}`], arrays[`y${suffix}`]];
        if (!x) {
          if (y) throw wrong(path, `y${suffix} is there, x${suffix} is not`);
          return undefined;
        }
        for (const [name, array] of [
          [`x${suffix}`, x],
          [`y${suffix}`, y],
        ] as const)
          if (array) {
            if (array.shape.length === 0)
              throw wrong(path, `${name} is a single number; expected an array of samples`);
            checkFinite(array.data, path, k => `${name}${indexIn(array.shape, k)}`);
          }
        const count = x.shape[0]!;
        const inputs = asFloats(x.shape.length === 1 ? ndarray(x.data, [count, 1]) : x, scale);
        if (!y) return { inputs };
        if (y.shape[0] !== count)
          throw wrong(
            path,
            `x${suffix} has ${count} samples (shape ${x.shape.join(' × ')}), y${suffix} has ${y.shape[0]!}`,
          );
        if (!classes(y))
          return { inputs, targets: asFloats(y.shape.length === 1 ? ndarray(y.data, [count, 1]) : y, 1) };
        const oneHot = y.shape.length === 2 && y.shape[1]! > 1;
        return {
          inputs,
          labels: asLabels(oneHot ? fromOneHot(y, path, `y${suffix}`) : y, path, `y${suffix}`),
        };
      };
      const train = block(parted ? '_train' : '')!;
      const [validation, test] = parted ? [block('_validation'), block('_test')] : [];
      for (const [name, other] of [
        ['validation', validation],
        ['test', test],
      ] as const) {
        const of = (b: Block): string =>
          `inputs ${b.inputs.shape.slice(1).join(' × ')}, ` +
          (b.labels ? 'classes' : b.targets ? `targets ${b.targets.shape.slice(1).join(' × ')}` : 'no y');
        if (other && of(other) !== of(train))
          throw wrong(path, `training samples have ${of(train)}; ${name} samples have ${of(other)}`);
      }
      const splits = cut('npz', { train, validation, test }, checked, formats, path);
      const named = train.labels && classNames([train, validation, test]);
      return loaded('npz', splits, named, formats.sha256(bytes));
    },
  };
}
export const npzDataset = injected(['DatasetCache', 'Formats'], createNpz, 'npz');
