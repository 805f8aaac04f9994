/** What a host hands to those who run, compose, check and measure. */
import type { RunEvent, ServiceKind, ServiceTypes } from '@apical/core';
import type { DatasetLoader } from '@apical/run';
import type { Catalogues } from './catalogues.js';
import type { LoadedPlugin } from './plugins.js';

/** What runs are made with. */
export interface Parts {
  readonly catalogues: Catalogues;
  readonly service: <K extends ServiceKind>(kind: K) => ServiceTypes[K];
  /** One a host: a data set is read once in a process. */
  readonly load: DatasetLoader;
}
/** What experiments need of a host. */
export interface Workshop extends Parts {
  readonly plugins: readonly LoadedPlugin[];
  /** Why other processes could not build this host; undefined: they can. */
  readonly single: string | undefined;
  readonly tell: (event: RunEvent) => void;
}
