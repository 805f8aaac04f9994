/** The three common tasks: classification, regression, autoencoding. */
import { apiVersion, definePlugin } from '@apical/core';
import { autoencoding } from './autoencoding.js';
import { classification } from './classification.js';
import { regression } from './regression.js';

export { autoencoding, classification, regression };

export default definePlugin({
  name: 'tasks',
  api: apiVersion,
  doc: 'classification, regression and autoencoding',
  contributes: { Task: [classification, regression, autoencoding] },
});
