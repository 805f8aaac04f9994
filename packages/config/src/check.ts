/** Checks data against a schema; the first thing that is wrong is told with its place. */
import { ApicalError, checkOwnName, unknownName } from '@apical/core';
import { sweepValues } from './override.js';
import type { Schema } from './schema-kinds.js';
import { isMapping, type Path } from './source.js';
import type { Tree } from './tree.js';

export function checkTree(tree: Tree, schema: Schema): void {
  check(tree, tree.data, schema, []);
}
const written = (path: Path): string => path.join('.') || 'the config';
function describe(value: unknown): string {
  if (value === null || value === undefined) return 'nothing (null)';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (isMapping(value)) return 'a map';
  if (typeof value === 'string') return `the text "${value}"`;
  return typeof value === 'boolean' ? `the flag ${value}` : `the number ${value as number}`;
}
function expects(schema: Schema): string {
  switch (schema.kind) {
    case 'object':
    case 'map':
      return 'a map';
    case 'list':
      return `a list of ${plural(schema.of)}`;
    case 'number':
      return `${schema.whole ? 'a whole number' : 'a number'}${schema.min === undefined ? '' : ` from ${schema.min}`}${schema.max === undefined ? '' : ` to ${schema.max}`}`;
    case 'text':
      return schema.allowed ? `one of ${schema.allowed.join(', ')}` : schema.names ? 'a name' : 'text';
    case 'text-like':
      return schema.form;
    case 'flag':
      return 'true or false';
    case 'nothing':
      return 'null';
    case 'anything':
      return 'anything';
    case 'either':
      return [...new Set(schema.of.map(expects))].join(' or ');
    case 'again':
      return expects(schema.of());
  }
}
function plural(schema: Schema): string {
  if (schema.kind === 'number') return schema.whole ? 'whole numbers' : 'numbers';
  if (schema.kind === 'text')
    return schema.allowed ? schema.allowed.join(', ') : schema.names ? 'names' : 'texts';
  return schema.kind === 'object' || schema.kind === 'map' ? 'maps' : 'values';
}
/** Is the value of the kind that the schema is about, whatever it holds? */
function fits(value: unknown, schema: Schema): boolean {
  switch (schema.kind) {
    case 'object':
    case 'map':
      return isMapping(value);
    case 'list':
      return Array.isArray(value);
    case 'number':
      return typeof value === 'number';
    case 'text':
    case 'text-like':
      return typeof value === 'string';
    case 'flag':
      return typeof value === 'boolean';
    case 'nothing':
      return value === null;
    case 'anything':
      return true;
    case 'either':
      return schema.of.some(s => fits(value, s));
    case 'again':
      return fits(value, schema.of());
  }
}
function check(tree: Tree, value: unknown, schema: Schema, path: Path): void {
  const wrong = (found: string): never => {
    const at = tree.place(path)?.value;
    const override = /^command line "(.*)"$/s.exec(at ?? '')?.[1];
    const many = typeof value === 'string' && override !== undefined && sweepValues(value, override);
    const hint = many ? '; one run for each of several values needs -m (--multirun)' : '';
    throw new ApicalError(
      'APICAL_CONFIG',
      `${written(path)} is ${found}; ${expects(schema)} is expected${hint}`,
      { at },
    );
  };
  if (!fits(value, schema)) return wrong(describe(value));
  switch (schema.kind) {
    case 'object':
      return checkObject(tree, value as Record<string, unknown>, schema, path);
    case 'map':
      for (const [k, v] of Object.entries(value as Record<string, unknown>)) {
        checkOwnName(
          `what ${written(path)} names`,
          k,
          tree.own([...path, k])?.key ?? tree.place(path)?.value,
        );
        check(tree, v, schema.of, [...path, k]);
      }
      return;
    case 'list':
      if ((value as unknown[]).length < (schema.least ?? 0)) wrong('an empty list');
      return (value as unknown[]).forEach((v, k) => check(tree, v, schema.of, [...path, k]));
    case 'number': {
      const n = value as number;
      if (
        !Number.isFinite(n) ||
        (schema.whole && !Number.isInteger(n)) ||
        n < (schema.min ?? -Infinity) ||
        n > (schema.max ?? Infinity)
      )
        wrong(String(n));
      return;
    }
    case 'text':
      if (schema.allowed && !schema.allowed.includes(value as string)) wrong(describe(value));
      return;
    case 'text-like':
      if (!new RegExp(schema.pattern, 'u').test(value as string)) wrong(describe(value));
      return;
    case 'again':
      return check(tree, value, schema.of(), path);
    case 'either':
      return checkEither(tree, value, schema.of, path);
  }
}
function checkObject(
  tree: Tree,
  value: Record<string, unknown>,
  { keys, required = [] }: Extract<Schema, { kind: 'object' }>,
  path: Path,
): void {
  for (const [k, v] of Object.entries(value)) {
    const inner = Object.hasOwn(keys, k) ? keys[k] : undefined;
    if (inner) {
      check(tree, v, inner, [...path, k]);
      continue;
    }
    const at = tree.own([...path, k])?.key ?? tree.place(path)?.value;
    const where = path.length ? ` in ${written(path)}` : '';
    throw unknownName(`key${where}`, k, Object.keys(keys), {
      code: 'APICAL_CONFIG',
      ...(at === undefined ? {} : { at }),
    });
  }
  for (const k of required)
    if (!Object.hasOwn(value, k))
      throw new ApicalError('APICAL_CONFIG', `${written(path)} needs the key "${k}"`, {
        at: tree.place(path)?.value,
      });
}
/** Of the alternatives of the right kind, the one that knows most of the keys speaks. */
function checkEither(tree: Tree, value: unknown, of: readonly Schema[], path: Path): void {
  const candidates = of.filter(s => fits(value, s));
  const known = (s: Schema): number =>
    s.kind === 'object' && isMapping(value)
      ? Object.keys(value).filter(k => Object.hasOwn(s.keys, k)).length
      : 0;
  const ordered = [...candidates].sort((a, b) => known(b) - known(a));
  let first: unknown;
  for (const s of ordered)
    try {
      check(tree, value, s, path);
      return;
    } catch (e) {
      first ??= e;
    }
  throw first;
}
