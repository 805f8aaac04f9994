/** Data sets in the four IDX files of MNIST. */
import { ApicalError, checkOptions } from '@apical/core';
import type { Dataset, DatasetCache, Formats, RemoteFile, Source } from '@apical/core';
import ndarray from 'ndarray';
import { checkedLabels, digestOf, finished, imageOptions, scaled, slice, type Part } from './normalise.js';

export interface IdxImages {
  readonly name: string;
  readonly doc: string;
  readonly source: Source;
  readonly classes: readonly string[];
  /** Training images, training labels, test images, test labels. */
  readonly files: readonly [RemoteFile, RemoteFile, RemoteFile, RemoteFile];
  /** Last images of the training part that the standard split keeps for validation. */
  readonly validation: number;
}
const options = {
  ...imageOptions,
  validation: {
    doc: 'with the standard split, how many of the last training images are for validation; null: as the data set says',
    value: null,
  },
};
export function createIdxImages(set: IdxImages, cache: DatasetCache, formats: Formats): Dataset {
  const { name, classes, files } = set;
  const part = async (images: RemoteFile, labels: RemoteFile): Promise<Part> => {
    const pixels = formats.idx(await cache.read(name, images), images.name);
    if (pixels.shape.length < 2 || !(pixels.data instanceof Uint8Array))
      throw new ApicalError(
        'APICAL_DATA_FORMAT',
        `${images.name}: found ${pixels.dtype} of shape ${pixels.shape.join(' × ')}; expected bytes, count × rows × columns`,
        { at: images.name },
      );
    const classOf = formats.idx(await cache.read(name, labels), labels.name);
    const count = pixels.shape[0]!;
    return {
      inputs: ndarray(scaled(pixels.data, 255), pixels.shape),
      labels: ndarray(checkedLabels(classOf.data, count, classes.length, labels.name), [count]),
    };
  };
  return {
    name,
    doc: set.doc,
    source: set.source,
    options,
    files,
    async load(given) {
      const checked = checkOptions(`data set "${name}"`, options, given);
      const all = await part(files[0], files[1]);
      const test = await part(files[2], files[3]);
      const count = all.inputs.shape[0]!;
      const kept =
        checked.value('validation') === undefined
          ? set.validation
          : checked.number('validation', { min: 0, max: count - 1, whole: true });
      const cut = count - (checked.text('split') === 'paper' ? 0 : kept);
      const splits = { train: slice(all, 0, cut), validation: slice(all, cut, count), test };
      return finished(name, splits, classes, checked.text('normalise'), digestOf(formats, files));
    },
  };
}
