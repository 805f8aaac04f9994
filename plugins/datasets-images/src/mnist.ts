/** MNIST handwritten digits (LeCun, Bottou, Bengio and Haffner 1998): 60 000 + 10 000 images, 28 × 28, ten classes. */
import { injected } from '@apical/core';
import { createIdxImages, type IdxImages } from './idx-images.js';

const from = (file: string): readonly string[] => [
  `https://ossci-datasets.s3.amazonaws.com/mnist/${file}`,
  `https://storage.googleapis.com/cvdf-datasets/mnist/${file}`,
  `http://yann.lecun.com/exdb/mnist/${file}`,
];
const files: IdxImages['files'] = [
  {
    name: 'train-images-idx3-ubyte.gz',
    bytes: 9912422,
    sha256: '440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609',
    unpacked: { bytes: 47040016, sha256: 'ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db' },
    urls: from('train-images-idx3-ubyte.gz'),
  },
  {
    name: 'train-labels-idx1-ubyte.gz',
    bytes: 28881,
    sha256: '3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c',
    unpacked: { bytes: 60008, sha256: '65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5' },
    urls: from('train-labels-idx1-ubyte.gz'),
  },
  {
    name: 't10k-images-idx3-ubyte.gz',
    bytes: 1648877,
    sha256: '8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6',
    unpacked: { bytes: 7840016, sha256: '0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7' },
    urls: from('t10k-images-idx3-ubyte.gz'),
  },
  {
    name: 't10k-labels-idx1-ubyte.gz',
    bytes: 4542,
    sha256: 'f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6',
    unpacked: { bytes: 10008, sha256: 'ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2' },
    urls: from('t10k-labels-idx1-ubyte.gz'),
  },
];
export const mnist: IdxImages = {
  name: 'mnist',
  doc: 'handwritten digits, 28 × 28: 55 000 for training, the last 5 000 of the training file for validation, 10 000 test',
  source: { paper: 'LeCun, Bottou, Bengio and Haffner 1998', note: 'Y. LeCun and C. Cortes; CC BY-SA 3.0' },
  classes: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'],
  files,
  validation: 5000,
};
export const mnistDataset = injected(
  ['DatasetCache', 'Formats'],
  (cache, formats) => createIdxImages(mnist, cache, formats),
  'mnist',
);
