/** What a plugin is: a named list of contributions, each bound under the token of its kind. */
import type { Connectivity, Backend } from './operations.js';
import type { WeightFunction } from './circuit.js';
import type { Dataset, DatasetCache, Formats, Task } from './data.js';
import { ApicalError } from './errors.js';
import type { Bus, Observer } from './events.js';
import type { Activation, LearningRule, NeuronModel, Optimiser } from './model.js';
import type { Probe } from './probe.js';
import type { Initialiser } from './random.js';
import type { Scheme } from './scheme.js';
import type { Clock, Launcher, Logger, Store } from './services.js';
import type { PartKind, ServiceKind } from './tokens.js';

/** Raised when an interface of this package changes so that older plugins no longer work. */
export const apiVersion = 1;

export interface PartTypes {
  Activation: Activation;
  Backend: Backend;
  Connectivity: Connectivity;
  Dataset: Dataset;
  Initialiser: Initialiser;
  Launcher: Launcher;
  LearningRule: LearningRule;
  NeuronModel: NeuronModel;
  Observer: Observer;
  Optimiser: Optimiser;
  Probe: Probe;
  Scheme: Scheme;
  Store: Store;
  Task: Task;
  WeightFunction: WeightFunction;
}
export interface ServiceTypes {
  Bus: Bus;
  Clock: Clock;
  DatasetCache: DatasetCache;
  Formats: Formats;
  Logger: Logger;
}
/** A part that needs services: `{ inject: ['DatasetCache'], create: cache => dataset }`. */
export interface Injected<T> {
  /** Of the part it creates, told beforehand: a part that cannot be created is then named in the error. */
  readonly name?: string;
  readonly inject: readonly ServiceKind[];
  create(...services: never[]): T;
}
export type Contribution<T> = T | Injected<T>;
export type Contributions = { readonly [K in PartKind]?: readonly Contribution<PartTypes[K]>[] };
export type ServiceContributions = { readonly [K in ServiceKind]?: Contribution<ServiceTypes[K]> };
export interface Plugin {
  /** As its folder. */
  readonly name: string;
  /** The `apiVersion` it was written for. */
  readonly api: number;
  readonly doc?: string;
  /** Plugins that must be loaded with it. */
  readonly needs?: readonly string[];
  readonly contributes?: Contributions;
  /** Replaces services of the host. */
  readonly services?: ServiceContributions;
}
/** `services` in the types of `inject`: the one way to write an injected contribution with checked types. */
export function injected<const K extends readonly ServiceKind[], T>(
  inject: K,
  create: (...services: { [I in keyof K]: ServiceTypes[K[I]] }) => T,
  name?: string,
): Injected<T> {
  const part = { inject, create: create as unknown as (...services: never[]) => T };
  return name === undefined ? part : { name, ...part };
}
export const isInjected = <T>(c: Contribution<T>): c is Injected<T> =>
  typeof c === 'object' && c !== null && 'inject' in c && 'create' in c;

/** Checks the form of a plugin, so that a wrong one is refused where it is written. */
export function definePlugin(plugin: Plugin): Plugin {
  if (!/^[a-z0-9][a-z0-9-]*$/.test(plugin.name))
    throw new ApicalError('APICAL_PLUGIN', `plugin name "${plugin.name}": use lower case, digits and dashes`);
  return Object.freeze(plugin);
}
