/** The config while it is composed: plain data, and where each part of it was written. */
import { isMapping, pathKey, type Path, type Place, type Source } from './source.js';

/** What an alias brings is a copy of its own: an override of one leaves the others as they are. */
function copy(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copy);
  if (!isMapping(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, copy(v)]));
}
export class Tree {
  data: unknown = {};
  readonly #places = new Map<string, Place>();

  /** Maps are merged in depth; lists and scalars replace what was there. */
  merge(source: Source, at: Path = []): void {
    const start = pathKey(at);
    const place = (path: Path): Place | undefined => source.places.get(pathKey(path.slice(at.length)));
    const into = (path: Path, value: unknown): void => {
      const own = place(path);
      if (isMapping(value) && isMapping(this.get(path))) {
        for (const [k, v] of Object.entries(value)) into([...path, k], v);
        // a map stands where it was first written, the whole config in the file that was read last
        if (own && (path.length === 0 || !this.#places.has(pathKey(path))))
          this.#places.set(pathKey(path), own);
        return;
      }
      this.#put(path, copy(value));
      this.#note(path, value, key => source.places.get(start === '' ? key : key.slice(start.length + 1)));
    };
    // what had to be there for this key to exist was written with it
    const whole = source.places.get('');
    for (let n = 1; n < at.length; n++) {
      const above = this.get(at.slice(0, n));
      if (whole && (typeof above !== 'object' || above === null))
        this.#places.set(pathKey(at.slice(0, n)), whole);
    }
    into(at, source.data === null && at.length === 0 ? {} : source.data);
  }
  /** Merges what is at one path into what is at another, each with its places. */
  move(from: Path, to: Path): void {
    const start = pathKey(from);
    const places = new Map<string, Place>();
    for (const [key, place] of this.#places)
      if (key === start || key.startsWith(`${start}\u0000`)) places.set(key.slice(start.length + 1), place);
    const data = this.get(from);
    this.remove(from);
    this.merge({ data, places }, to);
  }
  /** Dotted text → path; keys that hold dots themselves are found whole. */
  pathOf(text: string): string[] {
    const rest = text.split('.');
    const out: string[] = [];
    while (rest.length) {
      let n = rest.length;
      while (n > 1 && !this.has([...out, rest.slice(0, n).join('.')])) n--;
      out.push(rest.splice(0, n).join('.'));
    }
    return out;
  }
  get(path: Path): unknown {
    let value = this.data;
    for (const key of path) {
      if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
      value = (value as Record<string | number, unknown>)[key];
    }
    return value;
  }
  has(path: Path): boolean {
    if (path.length === 0) return true;
    const parent = this.get(path.slice(0, -1));
    return typeof parent === 'object' && parent !== null && Object.hasOwn(parent, path.at(-1)!);
  }
  remove(path: Path): void {
    const parent = this.get(path.slice(0, -1)) as Record<string | number, unknown>;
    // eslint-disable-next-line @typescript-eslint/no-dynamic-delete
    delete parent[path.at(-1)!];
    this.#forget(path);
  }
  /** Puts data in another form at a place; what had no place of its own there gets that of `from`. */
  reshape(path: Path, value: unknown, from: Path = path): void {
    const place = this.place(from);
    const kept = new Map(this.#places);
    this.#put(path, value);
    this.#note(path, value, key => kept.get(key) ?? place);
  }
  /** Puts a value that nobody wrote: it comes from `default`, and is found where it was wanted. */
  fill(path: Path, value: unknown): void {
    const place = { value: 'default', key: this.place(path)?.key ?? 'default' };
    this.#put(path, value);
    this.#note(path, value, () => place);
  }
  /** Of the path, or of the nearest thing it lies in. */
  place(path: Path): Place | undefined {
    for (let n = path.length; n >= 0; n--) {
      const found = this.#places.get(pathKey(path.slice(0, n)));
      if (found) return found;
    }
    return undefined;
  }
  own(path: Path): Place | undefined {
    return this.#places.get(pathKey(path));
  }
  /** Places of a value and all that is in it. */
  #note(path: Path, value: unknown, placeOf: (key: string) => Place | undefined): void {
    const key = pathKey(path);
    const place = placeOf(key);
    if (place) this.#places.set(key, place);
    if (Array.isArray(value)) value.forEach((v, k) => this.#note([...path, k], v, placeOf));
    else if (isMapping(value))
      for (const [k, v] of Object.entries(value)) this.#note([...path, k], v, placeOf);
  }
  #put(path: Path, value: unknown): void {
    this.#forget(path);
    if (path.length === 0) {
      this.data = value;
      return;
    }
    let at = this.data as Record<string | number, unknown>;
    for (const key of path.slice(0, -1)) {
      if (!Object.hasOwn(at, key) || typeof at[key] !== 'object' || at[key] === null) at[key] = {};
      at = at[key] as Record<string | number, unknown>;
    }
    at[path.at(-1)!] = value;
  }
  #forget(path: Path): void {
    const start = pathKey(path);
    for (const key of this.#places.keys())
      if (key === start || start === '' || key.startsWith(`${start}\u0000`)) this.#places.delete(key);
  }
}
