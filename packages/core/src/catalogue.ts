/** All parts of one kind by name. */
import { ApicalError, unknownName } from './errors.js';

export class Catalogue<T extends { readonly name: string }> {
  readonly kind: string;
  readonly #parts = new Map<string, { part: T; origin: string }>();

  constructor(kind: string, parts: Iterable<{ readonly part: T; readonly origin: string }> = []) {
    this.kind = kind;
    for (const { part, origin } of parts) this.add(part, origin);
  }
  /** `origin` is the plugin or config that brought it. */
  add(part: T, origin: string): void {
    const known = this.#parts.get(part.name);
    if (known)
      throw new ApicalError(
        'APICAL_DUPLICATE',
        `two ${this.kind}s are named "${part.name}": from ${known.origin} and from ${origin}; rename one`,
      );
    this.#parts.set(part.name, { part, origin });
  }
  has(name: string): boolean {
    return this.#parts.has(name);
  }
  /** Throws `APICAL_UNKNOWN_NAME`, listing what exists. */
  get(name: string, at?: string): T {
    const found = this.#parts.get(name);
    if (!found) throw unknownName(this.kind, name, this.names(), at === undefined ? {} : { at });
    return found.part;
  }
  origin(name: string): string | undefined {
    return this.#parts.get(name)?.origin;
  }
  names(): string[] {
    return [...this.#parts.keys()];
  }
  parts(): T[] {
    return [...this.#parts.values()].map(p => p.part);
  }
  /** A copy that more can be added to. */
  extended(): Catalogue<T> {
    const out = new Catalogue<T>(this.kind);
    for (const { part, origin } of this.#parts.values()) out.add(part, origin);
    return out;
  }
}
