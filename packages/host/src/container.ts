/**
 * The container: one module a plugin, one binding a part, one catalogue a kind. inversify is imported here alone. No
 * decorators: what needs services says so (`injected`) and is bound with `toResolvedValue`. After assembly nothing is
 * resolved, so a part costs nothing in the loop for having been injected.
 */
import { Container, ContainerModule } from 'inversify';
import type { Bind, BindingIdentifier } from 'inversify';
import { ApicalError, isApicalError, isInjected, serviceTokens, tokens, unknownName } from '@apical/core';
import type {
  Catalogue,
  Contribution,
  Injected,
  PartKind,
  PartTypes,
  Plugin,
  Scheme,
  ServiceContributions,
  ServiceKind,
  ServiceTypes,
} from '@apical/core';
import { catalogueToken, fillCatalogue } from './catalogues.js';
import { checkPlugins, contributions } from './check-plugins.js';
import { partKinds, partName, serviceKinds, shown } from './kinds.js';
import { readRebindings, refilled, renamed } from './rebind.js';
import type { PartRebinding, Rebindings } from './rebind.js';

export interface ContainerOptions {
  readonly plugins: readonly Plugin[];
  /** Implementations of the services; those of plugins, then those of `rebind`, come before them. */
  readonly services?: ServiceContributions;
  readonly rebind?: Rebindings;
}
/** A part in the container. An injected one has its name when it was told, or once it is created. */
interface Bound {
  readonly kind: PartKind;
  readonly origin: string;
  readonly identifier: BindingIdentifier;
  name: string | undefined;
}
type Part = PartTypes[PartKind];

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** What `create` makes of its services. A failure names what could not be created; the code of its cause is kept. */
function created<T>(what: string, part: Injected<T>, services: readonly unknown[]): T {
  let made: T;
  try {
    made = part.create(...(services as never[]));
  } catch (error) {
    const code = isApicalError(error) ? error.code : 'APICAL_PLUGIN';
    const at = isApicalError(error) ? error.at : undefined;
    throw new ApicalError(code, `${what} could not be created: ${messageOf(error)}`, { at, cause: error });
  }
  if (typeof made !== 'object' || made === null || made instanceof Promise)
    throw new ApicalError(
      'APICAL_PLUGIN',
      `${what}: create gave ${made instanceof Promise ? 'a Promise; load later, in a method of the part' : shown(made)}`,
    );
  return made;
}
const injectedTokens = (inject: readonly ServiceKind[]): symbol[] => inject.map(kind => serviceTokens[kind]);

function bindService(
  bind: Bind,
  kind: ServiceKind,
  service: Contribution<ServiceTypes[ServiceKind]>,
  origin: string,
): void {
  const target = bind<ServiceTypes[ServiceKind]>(serviceTokens[kind]);
  if (isInjected(service))
    target.toResolvedValue(
      (...services: unknown[]) => created(`the service ${kind} of ${origin}`, service, services),
      injectedTokens(service.inject),
    );
  else target.toConstantValue(service);
}

class Assembly {
  readonly container = new Container({ defaultScope: 'Singleton' });
  readonly #bound: Bound[] = [];
  /** Part → the plugins that brought it. */
  readonly #origins = new Map<object, string[]>();

  bindPart(
    bind: Bind,
    kind: PartKind,
    part: Contribution<Part>,
    origin: string,
    place: string,
    as?: string,
  ): void {
    const target = bind<Part>(tokens[kind]);
    if (!isInjected(part)) {
      const named = as === undefined ? part : renamed(kind, part, as);
      const identifier = target.toConstantValue(named).getIdentifier();
      this.#bound.push({ kind, origin, identifier, name: partName(named) });
      this.#cameFrom(origin, named);
      return;
    }
    const what = `plugin "${origin}": ${part.name === undefined ? place : `${kind} "${part.name}"`}`;
    const create = (...services: unknown[]): Part => {
      const made = created(what, part, services);
      const name = partName(made);
      if (name === undefined)
        throw new ApicalError('APICAL_PLUGIN', `${what} has no name; it is ${shown(made)}`);
      if (part.name !== undefined && part.name !== name)
        throw new ApicalError('APICAL_PLUGIN', `${what} was created under another name: "${name}"`);
      const named = as === undefined ? made : renamed(kind, made, as);
      entry.name = as ?? name;
      this.#cameFrom(origin, named);
      return named;
    };
    const identifier = target.toResolvedValue(create, injectedTokens(part.inject)).getIdentifier();
    const entry: Bound = { kind, origin, identifier, name: as ?? part.name };
    this.#bound.push(entry);
  }
  #cameFrom(origin: string, part: Part): void {
    this.#origins.set(part, [...(this.#origins.get(part) ?? []), origin]);
  }
  bindCatalogue<K extends PartKind>(bind: Bind, kind: K): void {
    bind<Catalogue<PartTypes[K] & { readonly name: string }>>(catalogueToken(kind)).toResolvedValue(
      (parts: PartTypes[K][]) => fillCatalogue(kind, parts, part => this.#origins.get(part) ?? []),
      [{ serviceIdentifier: tokens[kind], isMultiple: true }],
    );
  }
  /** The present binding of a part. Names that were not told are learned by creating the parts of that kind. */
  #find(kind: PartKind, name: string): Bound {
    const find = (): Bound | undefined => this.#bound.find(b => b.kind === kind && b.name === name);
    const early = find();
    if (early) return early;
    if (this.#bound.some(b => b.kind === kind && b.name === undefined)) this.container.getAll(tokens[kind]);
    const names = this.#bound.filter(b => b.kind === kind).map(b => b.name ?? '');
    const found = find();
    if (!found) throw unknownName(`${kind} in rebind:`, name, names, { code: 'APICAL_REBIND' });
    return found;
  }
  rebindPart(bind: Bind, { kind, name, part }: PartRebinding): void {
    const old = this.#find(kind, name);
    this.container.unbind(old.identifier);
    this.#bound.splice(this.#bound.indexOf(old), 1);
    this.bindPart(bind, kind, part, `rebind, in place of ${old.origin}`, `${kind} "${name}"`, name);
  }
  /** Slots of schemes that hold a replaced part, by its name, are filled with its replacement. */
  refillSchemes(replaced: readonly PartRebinding[]): void {
    const swap =
      <K extends 'NeuronModel' | 'LearningRule' | 'Optimiser'>(kind: K) =>
      (part: PartTypes[K]): PartTypes[K] =>
        replaced.some(r => r.kind === kind && r.name === part.name)
          ? this.container.get<Catalogue<PartTypes[K]>>(catalogueToken(kind)).get(part.name)
          : part;
    this.container.onActivation<Scheme>(tokens.Scheme, (_context, scheme) => {
      const copy = refilled(scheme, {
        model: swap('NeuronModel'),
        rule: swap('LearningRule'),
        optimiser: swap('Optimiser'),
      });
      this.#origins.set(copy, this.#origins.get(scheme) ?? []);
      return copy;
    });
  }
}

/**
 * Checks the plugins, then binds every part under `tokens[kind]`, every service under `serviceTokens[kind]` and every
 * catalogue under `catalogueToken(kind)`. Nothing is created until it is asked for. Throws `APICAL_PLUGIN`,
 * `APICAL_DUPLICATE`, `APICAL_REBIND`.
 */
export function createContainer({ plugins, services = {}, rebind = {} }: ContainerOptions): Container {
  checkPlugins(plugins);
  const rebindings = readRebindings(rebind);
  const assembly = new Assembly();
  const { container } = assembly;

  container.load(
    new ContainerModule(({ bind }) => {
      for (const kind of serviceKinds) bindService(bind, kind, services[kind] ?? absent(kind), 'the host');
      for (const kind of partKinds) assembly.bindCatalogue(bind, kind);
    }),
    ...plugins.map(
      plugin =>
        new ContainerModule(({ bind, rebind: again }) => {
          for (const { kind, part, index } of contributions(plugin))
            assembly.bindPart(bind, kind, part, plugin.name, `contributes.${kind}[${index}]`);
          for (const kind of serviceKinds) {
            const service = plugin.services?.[kind];
            if (service) bindService(again, kind, service, `plugin "${plugin.name}"`);
          }
        }),
    ),
  );
  const { parts } = rebindings;
  if (parts.some(({ kind }) => kind === 'NeuronModel' || kind === 'LearningRule' || kind === 'Optimiser'))
    assembly.refillSchemes(parts);
  container.load(
    new ContainerModule(({ bind, rebind: again }) => {
      for (const { kind, service } of rebindings.services) bindService(again, kind, service, 'rebind');
      for (const part of parts) assembly.rebindPart(bind, part);
    }),
  );
  return container;
}
const absent = (kind: ServiceKind): Injected<never> => ({
  inject: [],
  create: () => {
    throw new Error(`none was given; give createHost({ services: { ${kind}: … } })`);
  },
});
/** Resolves a token; a failure of the container itself (a circle of services) becomes an `ApicalError`. */
export function resolve<T>(container: Container, token: symbol, what: string): T {
  try {
    return container.get<T>(token);
  } catch (error) {
    if (isApicalError(error)) throw error;
    throw new ApicalError('APICAL_PLUGIN', `${what} cannot be built: ${messageOf(error)}`, { cause: error });
  }
}
