/** Parameters that circuits and layers share, and the source of all. */
import type { PlasticitySlot, Setting, Source, Value } from '@apical/core';
import { parameter } from '@apical/core';

export const source: Source = {
  paper: 'Max, Kriener, Pineda García, Nowotny, Jaras, Senn & Petrovici 2024',
  note: 'doi 10.1038/s42256-024-00845-3',
};
export type Settings = Readonly<Record<string, Setting>>;
export const atLeast0 = (...given: Parameters<typeof parameter>) => ({ ...parameter(...given), min: 0 });
export const time = (doc: string, value: Value) => ({ ...parameter(doc, value, 'ms'), min: 1e-9 });
/** Times for which a sample is shown. */
export const shown = (presentation: number, evaluatePresentation: number) => ({
  presentation: time('how long a sample is shown in training', presentation),
  evaluatePresentation: time('how long it is shown in evaluation', evaluatePresentation),
});
export const flag = (doc: string, value: 0 | 1) => ({ ...atLeast0(doc, value), max: 1 });
export const teach = flag('1 while a target is shown', 0);
export const sigma = (value: number) =>
  atLeast0('amplitude of the noise; its standard deviation is sigma / sqrt(2 - dt / tauNoise)', value);
export const tauNoise = (value: number) => time('correlation time of the noise', value);
/** Rates of PAL's slots hang together: none follows what a comparison says for all schemes. */
export const own = <K extends string>(slots: Readonly<Record<K, PlasticitySlot>>) =>
  Object.fromEntries(Object.entries<PlasticitySlot>(slots).map(([k, v]) => [k, { ...v, own: true }]));
