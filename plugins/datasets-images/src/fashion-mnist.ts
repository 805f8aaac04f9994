/** Fashion-MNIST (Xiao, Rasul and Vollgraf 2017): 60 000 + 10 000 images of clothes, 28 × 28, ten classes. */
import { injected } from '@apical/core';
import { createIdxImages, type IdxImages } from './idx-images.js';

const from = (file: string): readonly string[] => [
  `https://fashion-mnist.s3.eu-central-1.amazonaws.com/${file}`,
  `http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/${file}`,
  `https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion/${file}`,
];
const files: IdxImages['files'] = [
  {
    name: 'train-images-idx3-ubyte.gz',
    bytes: 26421880,
    sha256: '3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84',
    unpacked: { bytes: 47040016, sha256: 'c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888' },
    urls: from('train-images-idx3-ubyte.gz'),
  },
  {
    name: 'train-labels-idx1-ubyte.gz',
    bytes: 29515,
    sha256: 'a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845',
    unpacked: { bytes: 60008, sha256: 'bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9' },
    urls: from('train-labels-idx1-ubyte.gz'),
  },
  {
    name: 't10k-images-idx3-ubyte.gz',
    bytes: 4422102,
    sha256: '346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073',
    unpacked: { bytes: 7840016, sha256: '5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b' },
    urls: from('t10k-images-idx3-ubyte.gz'),
  },
  {
    name: 't10k-labels-idx1-ubyte.gz',
    bytes: 5148,
    sha256: '67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5',
    unpacked: { bytes: 10008, sha256: '0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34' },
    urls: from('t10k-labels-idx1-ubyte.gz'),
  },
];
export const fashionMnist: IdxImages = {
  name: 'fashion-mnist',
  doc: 'clothes, 28 × 28: 55 000 for training, the last 5 000 of the training file for validation, 10 000 test',
  source: {
    paper: 'Xiao, Rasul and Vollgraf 2017, arXiv:1708.07747',
    note: '© 2017 Zalando SE, MIT licence',
  },
  classes: [
    'T-shirt/top',
    'Trouser',
    'Pullover',
    'Dress',
    'Coat',
    'Sandal',
    'Shirt',
    'Sneaker',
    'Bag',
    'Ankle boot',
  ],
  files,
  validation: 5000,
};
export const fashionMnistDataset = injected(
  ['DatasetCache', 'Formats'],
  (cache, formats) => createIdxImages(fashionMnist, cache, formats),
  'fashion-mnist',
);
