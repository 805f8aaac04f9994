/** What is refused before anything is built: every error names the plugin and says what would be right. */
import { ApicalError, apiVersion, isInjected, unknownName } from '@apical/core';
import type { Contribution, PartKind, PartTypes, Plugin, ServiceKind } from '@apical/core';
import { partKinds, partName, serviceKinds, shown } from './kinds.js';

const wrong = (message: string): ApicalError => new ApicalError('APICAL_PLUGIN', message);

/** Is it a plugin at all? `what` opens the message. Does not look at `api`. */
export function checkForm(plugin: unknown, what: string): asserts plugin is Plugin {
  const right = `definePlugin({ name: '…', api: ${apiVersion}, contributes: { … } })`;
  if (typeof plugin !== 'object' || plugin === null || Array.isArray(plugin))
    throw wrong(`${what} is ${shown(plugin)}, not a plugin; it must be ${right}`);
  const { name, api, needs, contributes, services } = plugin as Readonly<Record<string, unknown>>;
  const isMap = (value: unknown): boolean =>
    value === undefined || (typeof value === 'object' && value !== null && !Array.isArray(value));
  const fault =
    typeof name !== 'string' || name === ''
      ? `its name is ${name === '' ? 'empty' : shown(name)}`
      : typeof api !== 'number'
        ? `its api is ${shown(api)}, not a number`
        : !isMap(contributes)
          ? `its contributes is ${shown(contributes)}, not an object of lists`
          : !isMap(services)
            ? `its services is ${shown(services)}, not an object`
            : needs !== undefined && !(Array.isArray(needs) && needs.every(n => typeof n === 'string'))
              ? `its needs is ${shown(needs)}, not a list of plugin names`
              : undefined;
  if (fault) throw wrong(`${what} is not a plugin: ${fault}; it must be ${right}`);
}

/** Every contribution of a plugin with its kind; the lists are checked on the way. */
export function contributions(
  plugin: Plugin,
): { readonly kind: PartKind; readonly part: Contribution<PartTypes[PartKind]>; readonly index: number }[] {
  return Object.entries(plugin.contributes ?? {}).flatMap(([key, list]) => {
    const kind = key as PartKind;
    if (!partKinds.includes(kind))
      throw unknownName(`kind of part in plugin "${plugin.name}":`, key, partKinds, {
        code: 'APICAL_PLUGIN',
      });
    if (!Array.isArray(list))
      throw wrong(`plugin "${plugin.name}": contributes.${kind} is ${shown(list)}; give a list: [part, …]`);
    return (list as readonly Contribution<PartTypes[PartKind]>[]).map((part, index) => ({
      kind,
      part,
      index,
    }));
  });
}

function checkInject(plugin: Plugin, what: string, inject: readonly string[]): void {
  for (const service of inject)
    if (!serviceKinds.includes(service as ServiceKind))
      throw unknownName(`service, injected into ${what} of plugin "${plugin.name}":`, service, serviceKinds, {
        code: 'APICAL_PLUGIN',
      });
}
function checkParts(plugins: readonly Plugin[]): void {
  const owners = new Map<string, string>();
  for (const plugin of plugins)
    for (const { kind, part, index } of contributions(plugin)) {
      const place = `contributes.${kind}[${index}]`;
      if (typeof part !== 'object' || part === null)
        throw wrong(`plugin "${plugin.name}": ${place} is ${shown(part)}, not a part`);
      if (isInjected(part)) checkInject(plugin, place, part.inject);
      const name = isInjected(part) ? part.name : partName(part);
      if (name === undefined && isInjected(part)) continue;
      if (name === undefined)
        throw wrong(`plugin "${plugin.name}": ${place} has no name; it is ${shown(part)}`);
      const owner = owners.get(`${kind}:${name}`);
      if (owner !== undefined)
        throw new ApicalError(
          'APICAL_DUPLICATE',
          `two ${kind}s are named "${name}": from ${owner} and from ${plugin.name}; rename one`,
        );
      owners.set(`${kind}:${name}`, plugin.name);
    }
}
function checkServices(plugins: readonly Plugin[]): void {
  const owners = new Map<string, string>();
  for (const plugin of plugins)
    for (const [kind, service] of Object.entries(plugin.services ?? {})) {
      if (!serviceKinds.includes(kind as ServiceKind))
        throw unknownName(`service in plugin "${plugin.name}":`, kind, serviceKinds, {
          code: 'APICAL_PLUGIN',
        });
      if (typeof service !== 'object' || service === null)
        throw wrong(`plugin "${plugin.name}": services.${kind} is ${shown(service)}, not a service`);
      if (isInjected(service)) checkInject(plugin, `services.${kind}`, service.inject);
      const owner = owners.get(kind);
      if (owner !== undefined)
        throw new ApicalError(
          'APICAL_DUPLICATE',
          `two plugins replace the service ${kind}: ${owner} and ${plugin.name}; load one of them`,
        );
      owners.set(kind, plugin.name);
    }
}

/** Throws `APICAL_PLUGIN` or `APICAL_DUPLICATE` at the first plugin that does not fit. */
export function checkPlugins(plugins: readonly Plugin[]): void {
  plugins.forEach((plugin, i) => checkForm(plugin, `plugin ${i + 1} of ${plugins.length}`));
  const names = plugins.map(plugin => plugin.name);
  for (const [i, { name, api, needs = [] }] of plugins.entries()) {
    if (api !== apiVersion)
      throw wrong(
        `plugin "${name}" was written for api ${api}, this is api ${apiVersion}: ` +
          (api > apiVersion ? 'update apical' : 'update the plugin'),
      );
    if (names.indexOf(name) !== i)
      throw new ApicalError(
        'APICAL_DUPLICATE',
        `two plugins are named "${name}" (numbers ${names.indexOf(name) + 1} and ${i + 1} of ${names.length}); ` +
          'load one of them or rename one',
      );
    const missing = needs.filter(need => !names.includes(need));
    if (missing.length)
      throw wrong(
        `plugin "${name}" needs ${missing.map(need => `"${need}"`).join(', ')}, which ` +
          `${missing.length > 1 ? 'are' : 'is'} not loaded; loaded: ${[...names].sort().join(', ')}`,
      );
  }
  checkParts(plugins);
  checkServices(plugins);
}
