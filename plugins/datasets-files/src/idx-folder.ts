/** A folder with the four IDX files of MNIST, KMNIST, EMNIST and their like, under their usual names. */
import {
  checkOptions,
  injected,
  type Dataset,
  type DatasetCache,
  type Formats,
  type OptionSpec,
} from '@apical/core';
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
  type Block,
} from './parts.js';

const options: Readonly<Record<string, OptionSpec>> = {
  path: { doc: 'the folder', value: null },
  scale: { doc: 'inputs are divided by this', value: 255 },
  validation: splitOptions.validation,
  split: splitOptions.split,
};
const parts = { train: 'train', test: '(?:t10k|test)' } as const;

/** The file of this part in a folder, unpacked if both are there. */
function pick(
  names: readonly string[],
  part: keyof typeof parts,
  what: 'images' | 'labels',
  folder: string,
): string {
  const pattern = new RegExp(`(?:^|[-_])${parts[part]}-${what}[-.]idx\\d-ubyte(?:\\.gz)?$`);
  const found = names.filter(n => pattern.test(n) && !(n.endsWith('.gz') && names.includes(n.slice(0, -3))));
  if (found.length === 1) return found[0]!;
  const example = `${part === 'train' ? 'train' : 't10k'}-${what}-idx${what === 'images' ? 3 : 1}-ubyte`;
  const have = names.slice(0, 12).join(', ') || 'nothing';
  if (found.length === 0)
    throw wrong(folder, `expected a file ${example}, with .gz or without; the folder holds ${have}`);
  throw wrong(folder, `${found.join(' and ')} both look like ${example}; keep one data set a folder`);
}
export function createIdxFolder(cache: DatasetCache, formats: Formats): Dataset {
  return {
    name: 'idx-folder',
    doc: 'images of your own in the four IDX files of MNIST: train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-…',
    source: { paper: 'your own' },
    options,
    async load(given) {
      const checked = checkOptions('data set "idx-folder"', options, given);
      const folder = checked.text('path').replace(/(.)[/\\]+$/, '$1');
      const scale = checked.number('scale');
      if (scale === 0) throw wrong(folder, 'the option "scale" is 0; give what inputs are to be divided by');
      const names = await cache.list(folder);
      const bytes: Uint8Array[] = [];
      const read = async (part: keyof typeof parts, what: 'images' | 'labels') => {
        const file = `${folder}/${pick(names, part, what, folder)}`;
        const raw = await cache.readPath(file);
        bytes.push(raw);
        return { array: formats.idx(raw, file), file };
      };
      const block = async (part: keyof typeof parts): Promise<Block> => {
        const images = await read(part, 'images');
        const labels = await read(part, 'labels');
        const { shape } = images.array;
        checkFinite(images.array.data, images.file, k => `element ${indexIn(shape, k)}`);
        if (labels.array.shape.length !== 1 || labels.array.shape[0] !== shape[0])
          throw wrong(
            labels.file,
            `labels of shape ${labels.array.shape.join(' × ')} for ${shape[0]!} images; expected one label an image`,
          );
        return {
          inputs: asFloats(images.array, scale),
          labels: asLabels(labels.array, labels.file, 'label'),
        };
      };
      const [train, test] = [await block('train'), await block('test')];
      const [a, b] = [train, test].map(p => p.inputs.shape.slice(1).join(' × ')) as [string, string];
      if (a !== b) throw wrong(folder, `training images are ${a}, test images ${b}; expected the same`);
      const splits = cut('idx-folder', { train, test }, checked, formats, folder);
      return loaded('idx-folder', splits, classNames([train, test]), formats.sha256(bytes));
    },
  };
}
export const idxFolderDataset = injected(['DatasetCache', 'Formats'], createIdxFolder, 'idx-folder');
