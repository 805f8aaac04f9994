/** Public names of `@apical/data`. */
export type { DataArray, Numbers } from './arrays.js';
export { sha256 } from './arrays.js';
export { cacheDirectory, createDatasetCache, dataSearchPath } from './cache.js';
export type { Surroundings } from './cache.js';
export { readCsv } from './csv.js';
export type { CsvOptions, CsvTable } from './csv.js';
export { fetchDataset } from './fetch.js';
export type { FetchedFile, FetchOptions, FetchProgress } from './fetch.js';
export { createFormats } from './formats.js';
export { readIdx } from './idx.js';
export { readNpy, writeNpy } from './npy.js';
export { readNpz, writeNpz } from './npz.js';
export { readSafetensors, writeSafetensors } from './safetensors.js';
export type { Safetensors } from './safetensors.js';
export { fixedSplit, takeRows } from './splits.js';
export { readZip, writeZip } from './zip.js';
