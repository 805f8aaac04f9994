/** Public names of `@apical/host`. */
export { createHost } from './host.js';
export type { Host, HostOptions } from './host.js';
export type { DescribedPart, ExperimentGiven, Library } from './library.js';
export type { ComposedExperiment, ExperimentTarget, ListedExperiment, Variant } from './composition.js';
export type { Launched, LaunchOptions, StoreOptions } from './experiments.js';
export type { AuditRow } from '@apical/circuit';
export type { CircuitDescription } from './circuit-view.js';
export type { FolderResult } from './reports.js';
export { readRun } from './run-folders.js';
export { builtinPlugin } from './builtins.js';
export { createContainer } from './container.js';
export type { ContainerOptions } from './container.js';
export { catalogueToken } from './catalogues.js';
export type { CataloguePart, Catalogues } from './catalogues.js';
export type { Rebindings } from './rebind.js';
export { loadPlugins, shippedPlugins } from './plugins.js';
export type { LoadedPlugin, LoadOptions } from './plugins.js';
export { stderrLogger, systemClock } from './services.js';
