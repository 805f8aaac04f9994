/** One YAML file or command-line value as plain data with the position of every key and value. */
import { ApicalError } from '@apical/core';
import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, type Document, type Node } from 'yaml';

export type Path = readonly (string | number)[];
export const pathKey = (path: Path): string => path.join('\u0000');

/** Where a value was written. */
export interface Place {
  /** `configs/experiment/demo.yaml:12:3`, `command line "train.batch=16"`, `default`. */
  readonly value: string;
  /** Of the key, where there is one. */
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
  const at = (offset: number): string => {
    const { line, col } = counter.linePos(offset);
    return `${file}:${line}:${col}`;
  };
  const [error] = document.errors;
  if (error) {
    const { line, col } = counter.linePos(error.pos[0]);
    const written = text.split('\n')[line - 1] ?? '';
    throw new ApicalError('APICAL_CONFIG', `${error.message}\n    ${written}\n    ${' '.repeat(col - 1)}^`, {
      at: `${file}:${line}:${col}`,
    });
  }
  const places = new Map<string, Place>();
  visit(document, document.contents, [], at(0), at, places, file, counter);
  return { data: document.toJS({ maxAliasCount: 100 }) as unknown, places };
}
function visit(
  document: Document,
  node: unknown,
  path: Path,
  key: string,
  at: (offset: number) => string,
  places: Map<string, Place>,
  file: string,
  counter: LineCounter,
): void {
  const found: unknown = isAlias(node) ? node.resolve(document) : node;
  const offset =
    (isScalar(node) || isMap(node) || isSeq(node) || isAlias(node) ? (node as Node).range?.[0] : undefined) ??
    0;
  const isBlock = isScalar(found) && (found.type === 'BLOCK_LITERAL' || found.type === 'BLOCK_FOLDED');
  places.set(pathKey(path), {
    value: node === null ? key : at(offset),
    key,
    ...(isBlock ? { block: { file, line: counter.linePos(offset).line } } : {}),
  });
  if (isSeq(found))
    found.items.forEach((item, k) =>
      visit(document, item, [...path, k], at(offset), at, places, file, counter),
    );
  if (!isMap(found)) return;
  for (const pair of found.items) {
    if (!isScalar(pair.key)) continue;
    const keyAt = at(pair.key.range?.[0] ?? 0);
    if (pair.key.value === '<<') {
      visit(document, pair.value, path, keyAt, at, places, file, counter);
      continue;
    }
    visit(document, pair.value, [...path, String(pair.key.value)], keyAt, at, places, file, counter);
  }
}
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
