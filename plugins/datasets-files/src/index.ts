/** Data sets from files of one's own: CSV tables, numpy archives, IDX folders. */
import { apiVersion, definePlugin } from '@apical/core';
import { csvDataset } from './csv.js';
import { idxFolderDataset } from './idx-folder.js';
import { npzDataset } from './npz.js';

export { createCsv, csvDataset } from './csv.js';
export { createIdxFolder, idxFolderDataset } from './idx-folder.js';
export { createNpz, npzDataset } from './npz.js';

export default definePlugin({
  name: 'datasets-files',
  api: apiVersion,
  doc: 'data sets from your own CSV, .npz and IDX files',
  contributes: { Dataset: [csvDataset, npzDataset, idxFolderDataset] },
});
