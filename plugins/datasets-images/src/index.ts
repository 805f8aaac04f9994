/** Image classification sets that are downloaded: MNIST, Fashion-MNIST and digits. */
import { apiVersion, definePlugin } from '@apical/core';
import { digitsDataset } from './digits.js';
import { fashionMnistDataset } from './fashion-mnist.js';
import { mnistDataset } from './mnist.js';

export { createDigits, digitsDataset, digitsFiles } from './digits.js';
export { fashionMnist, fashionMnistDataset } from './fashion-mnist.js';
export { createIdxImages } from './idx-images.js';
export type { IdxImages } from './idx-images.js';
export { mnist, mnistDataset } from './mnist.js';

export default definePlugin({
  name: 'datasets-images',
  api: apiVersion,
  doc: 'MNIST, Fashion-MNIST and digits',
  contributes: { Dataset: [mnistDataset, fashionMnistDataset, digitsDataset] },
});
