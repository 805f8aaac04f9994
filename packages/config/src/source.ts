/** One YAML file or command-line value as plain data with the position of every key and value. */
import { ApicalError } from '@apical/core';
import { isAlias, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument, visit } from 'yaml';
import type { Document, Pair, YAMLError } from 'yaml';

export type Path = readonly (string | number)[];
export const pathKey = (path: Path): string => path.join('\u0000');

/** Where a value was written. */
export interface Place {
  /** `configs/experiment/demo.yaml:12:3`, `command line "train.batch=16"`; `default` where nobody wrote it. */
  readonly value: string;
  /** Of the key, where there is one; of what it lies in for a value that nobody wrote. */
  readonly key: string;
  /** For lines of a block scalar: file and the line before its first. */
  readonly block?: { readonly file: string; readonly line: number };
}
export interface Source {
  readonly data: unknown;
  readonly places: ReadonlyMap<string, Place>;
}
const plain = (data: unknown): data is Record<string, unknown> =>
  typeof data === 'object' && data !== null && !Array.isArray(data);
export const isMapping = plain;

/** Throws `APICAL_CONFIG` with file, line, column, the line itself and a caret. */
export function readYaml(text: string, file: string): Source {
  const counter = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: counter,
    merge: true,
    uniqueKeys: true,
    prettyErrors: false,
  });
  const fail = (why: string, offset: number): never => {
    const { line, col } = counter.linePos(offset);
    const written = text.split(/\r?\n/)[line - 1] ?? '';
    throw new ApicalError('APICAL_CONFIG', `${why}\n    ${written}\n    ${' '.repeat(col - 1)}^`, {
      at: `${file}:${line}:${col}`,
    });
  };
  // a warning is about a tag that nobody knows: its value would not be what was meant
  const problem = document.errors[0] ?? document.warnings[0];
  if (problem) {
    const [start] = problem.pos;
    fail(problemText(problem, text), start);
  }
  visit(document, {
    Pair(_, pair) {
      const { key } = pair;
      const start = isNode(key) ? (key.range?.[0] ?? 0) : 0;
      if (!isScalar(key)) fail('a key is a word or a number', start);
      else if (key.value === '__proto__') fail('"__proto__" cannot be a key', start);
      else if (
        isMerge(pair) &&
        !basesOf(pair).every(base => isMap(isAlias(base) ? base.resolve(document) : base))
      )
        fail('"<<" takes a map, an alias of one, or a list of these', start);
    },
    Alias(_, alias, above) {
      const marked = alias.resolve(document);
      const start = alias.range?.[0] ?? 0;
      if (!marked) fail(`nothing above is marked "&${alias.source}"`, start);
      else if (above.includes(marked)) fail(`what is marked "&${alias.source}" would hold itself`, start);
    },
  });
  let data: unknown;
  try {
    data = document.toJS({ maxAliasCount: 100 });
  } catch (e) {
    fail(`aliases cannot be followed: ${e instanceof Error ? e.message : String(e)}`, 0);
  }
  return { data, places: placesIn(document, file, counter) };
}
/** What the YAML reader found wrong, in words that are meant for whoever wrote the file. */
function problemText({ code, message, pos: [start] }: YAMLError, text: string): string {
  const twice =
    code === 'DUPLICATE_KEY' ? /^(?:"([^"\n]+)"|'([^'\n]+)'|([^:\n]+))/.exec(text.slice(start)) : null;
  if (twice) return `key "${(twice[1] ?? twice[2] ?? twice[3]!).trim()}" is there twice in one map`;
  return code === 'MULTIPLE_DOCS' ? 'a config is one document, and a second one starts here' : message;
}
/** Places of all keys and values of a document. */
function placesIn(document: Document, file: string, counter: LineCounter): Map<string, Place> {
  const places = new Map<string, Place>();
  const linesOf = (node: unknown): Pick<Place, 'block'> =>
    isScalar(node) && (node.type === 'BLOCK_LITERAL' || node.type === 'BLOCK_FOLDED')
      ? { block: { file, line: counter.linePos(node.range?.[0] ?? 0).line } }
      : {};
  const at = (node: unknown): string => {
    const { line, col } = counter.linePos(isNode(node) ? (node.range?.[0] ?? 0) : 0);
    return `${file}:${line}:${col}`;
  };
  const walk = (node: unknown, path: Path, key: string): void => {
    const found: unknown = isAlias(node) ? node.resolve(document) : node;
    const nothing = isScalar(node) && node.value === null && !node.source;
    const place = { value: isNode(node) && !nothing ? at(node) : key, key, ...linesOf(found) };
    if (isSeq(found)) found.items.forEach((item, k) => walk(item, [...path, k], at(item)));
    if (isMap(found)) {
      // keys that are merged in (`<<: *base`) give way to those written here, and the first of several bases wins
      for (const pair of found.items)
        if (isMerge(pair)) for (const base of basesOf(pair).reverse()) walk(base, path, key);
      for (const pair of found.items)
        if (isScalar(pair.key) && !isMerge(pair))
          walk(pair.value, [...path, String(pair.key.value)], at(pair.key));
    }
    places.set(pathKey(path), place);
  };
  walk(document.contents, [], `${file}:1:1`);
  return places;
}
const isMerge = ({ key }: Pair): boolean =>
  isScalar(key) && (key.value === '<<' || typeof key.value === 'symbol');
const basesOf = ({ value }: Pair): unknown[] => (isSeq(value) ? [...value.items] : [value]);
/** The same place for a value and all that is in it. */
export function placed(data: unknown, where: string): Source {
  const places = new Map<string, Place>();
  const walk = (value: unknown, path: Path): void => {
    places.set(pathKey(path), { value: where, key: where });
    if (Array.isArray(value)) value.forEach((v, k) => walk(v, [...path, k]));
    else if (plain(value)) for (const [k, v] of Object.entries(value)) walk(v, [...path, k]);
  };
  walk(data, []);
  return { data, places };
}
