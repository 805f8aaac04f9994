/** What the packages themselves bring: backends, launchers and stores, as one plugin beside the others. */
import { fileURLToPath } from 'node:url';
import path from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { apiVersion, definePlugin, injected } from '@apical/core';
import type { Plugin } from '@apical/core';
import { localLauncher } from '@apical/compare';
import { reference, wasm, wasmFma } from '@apical/kernels';
import { fileStore, memoryStore } from '@apical/run';

/** The file a worker process starts with; its ending is that of this file, source or compiled. */
export const workerEntry = fileURLToPath(
  new URL(`./worker${path.extname(fileURLToPath(import.meta.url))}`, import.meta.url),
);

/** Node 20 has relaxed SIMD behind a flag; later ones have it anyway. */
const enableRelaxedSimd = (): void => setFlagsFromString('--experimental-wasm-relaxed-simd');

export const builtinPlugin: Plugin = definePlugin({
  name: 'apical',
  api: apiVersion,
  doc: 'what the packages themselves bring: backends, launchers, stores',
  contributes: {
    Backend: [reference, wasm, wasmFma(enableRelaxedSimd)],
    Launcher: [localLauncher({ entry: workerEntry })],
    Store: [injected(['Clock'], clock => fileStore({ clock }), 'files'), injected([], memoryStore, 'memory')],
  },
});
