/** The composition root: plugins and services in, catalogues and services out. */
import { ApicalError, serviceTokens } from '@apical/core';
import type { Bus, Plugin, ServiceContributions, ServiceKind, ServiceTypes } from '@apical/core';
import { datasetLoader } from '@apical/run';
import { builtinPlugin } from './builtins.js';
import { catalogueToken, lazyCatalogues } from './catalogues.js';
import type { Catalogues } from './catalogues.js';
import { createContainer, resolve } from './container.js';
import { createLibrary } from './library.js';
import type { Library } from './library.js';
import { asLoaded, joinPlugins, shippedPlugins } from './plugins.js';
import type { LoadedPlugin } from './plugins.js';
import type { Rebindings } from './rebind.js';
import { defaultServices } from './services.js';

export interface HostOptions {
  /** An application's own plugins, as objects or as `loadPlugins` found them. */
  readonly plugins?: readonly (Plugin | LoadedPlugin)[];
  /** Load the plugins that come with Apical? Default true. */
  readonly shipped?: boolean;
  /** Parts of the packages themselves: backends, launchers, stores. Default: all, where `shipped`. */
  readonly builtins?: readonly Plugin[];
  /** Services in place of the default ones; a plugin may replace them again, `rebind` has the last word. */
  readonly services?: ServiceContributions;
  /** `{ 'LearningRule:delta': otherRule, Logger: silent }` */
  readonly rebind?: Rebindings;
}
/** Catalogues and services, and what the command line does as calls: run, compare, verify, look. */
export interface Host extends Library {
  /** Parts by kind and name. A catalogue is filled, and injected parts are created, when it is first asked for. */
  readonly catalogues: Catalogues;
  /** What is loaded, and who named it. */
  readonly plugins: readonly LoadedPlugin[];
  readonly bus: Bus;
  readonly service: <K extends ServiceKind>(kind: K) => ServiceTypes[K];
  /** Ends the bus: every subscription is let go. The host answers no more. */
  dispose(): void;
}

/** Throws `APICAL_PLUGIN`, `APICAL_DUPLICATE` or `APICAL_REBIND` before anything is built. */
export async function createHost(options: HostOptions = {}): Promise<Host> {
  const { plugins = [], shipped = true, services = {}, rebind = {} } = options;
  const { builtins = shipped ? [builtinPlugin] : [] } = options;
  const loaded = joinPlugins(
    [...builtins.map(plugin => asLoaded(plugin, 'the builtins')), ...(shipped ? await shippedPlugins() : [])],
    plugins.map(plugin => asLoaded(plugin, 'createHost')),
  );
  const container = createContainer({
    plugins: loaded.map(({ plugin }) => plugin),
    services: { ...defaultServices(), ...services },
    rebind,
  });
  let disposed = false;
  const open = (): void => {
    if (disposed)
      throw new ApicalError('APICAL_HOST', 'this host was disposed of; create another with createHost');
  };
  const service = <K extends ServiceKind>(kind: K): ServiceTypes[K] => {
    open();
    return resolve<ServiceTypes[K]>(container, serviceTokens[kind], `the service ${kind}`);
  };
  const bus = service('Bus');
  bus.on('handler-failed', 'host', ({ run, handler, event, message }) =>
    service('Logger').warn(
      `${run.experiment}, ${run.scheme}, seed ${run.seed}: handler "${handler}" failed at ${event}: ${message}`,
    ),
  );
  const catalogues = lazyCatalogues(kind => {
    open();
    return resolve(container, catalogueToken(kind), `the catalogue of ${kind}s`);
  });
  const library = createLibrary({
    catalogues,
    service,
    load: datasetLoader(catalogues),
    plugins: loaded,
    single: whySingle(options, loaded),
    tell: event => bus.emit(event),
  });
  return {
    ...library,
    catalogues,
    plugins: loaded,
    bus,
    service,
    dispose() {
      if (disposed) return;
      bus.complete();
      disposed = true;
    },
  };
}
/** A worker process builds a host of its own from files: what exists only here keeps runs here. */
function whySingle(
  { shipped = true, builtins, services = {}, rebind = {} }: HostOptions,
  loaded: readonly LoadedPlugin[],
): string | undefined {
  const objects = loaded.filter(({ plugin, file }) => file === undefined && plugin !== builtinPlugin);
  if (objects.length)
    return `${objects.map(({ plugin }) => `plugin "${plugin.name}"`).join(', ')} was given as an object, not as a file`;
  const rebound = Object.keys(rebind);
  if (rebound.length) return `${rebound.join(', ')} was rebound`;
  if (!shipped || builtins) return 'shipped parts were left out or replaced';
  const own = Object.keys(services).filter(kind => kind === 'DatasetCache' || kind === 'Formats');
  return own.length ? `the service ${own.join(', ')} was replaced` : undefined;
}
