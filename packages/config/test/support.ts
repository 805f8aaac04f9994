/** What the tests share: configs in a folder, the error of a call, and a validator for our JSON Schema. */
import { isApicalError } from '@apical/core';
import { convert } from '@apical/equations';
import { compose, type Composed } from '../src/index.js';

/** Composes `target` from configs in `<folder>/configs`, seen from the folder. */
export const composeIn =
  (folder: string) =>
  (target: string, ...overrides: string[]): Composed =>
    compose({ target, roots: ['configs'], overrides, convert, cwd: folder });

/** `message @ place`; fails where nothing of the user's is thrown. */
export function told(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (!isApicalError(error)) throw error;
    return `${error.message} @ ${error.at ?? 'nowhere'}`;
  }
  throw new Error('nothing was thrown');
}

export type Json = Readonly<Record<string, unknown>>;
/** The part of JSON Schema that ours uses. */
export function valid(value: unknown, schema: Json, root = schema): boolean {
  const again = (v: unknown, s: unknown): boolean => valid(v, s as Json, root);
  const { $ref, anyOf, type, properties = {}, required = [], additionalProperties, items } = schema;
  if (typeof $ref === 'string') return again(value, (root.$defs as Json)[$ref.split('/').at(-1)!]);
  if (Array.isArray(anyOf) && !anyOf.some(s => again(value, s))) return false;
  if (typeof schema.pattern === 'string')
    return typeof value === 'string' && new RegExp(schema.pattern, 'u').test(value);
  if (Array.isArray(schema.enum)) return schema.enum.includes(value);
  if (type === 'array')
    return (
      Array.isArray(value) &&
      value.length >= Number(schema.minItems ?? 0) &&
      value.every(v => items === undefined || again(v, items))
    );
  if (type === 'integer' || type === 'number') {
    if (typeof value !== 'number' || (type === 'integer' && !Number.isInteger(value))) return false;
    return value >= Number(schema.minimum ?? -Infinity) && value <= Number(schema.maximum ?? Infinity);
  }
  if (type === 'null') return value === null;
  if (type !== 'object') return type === undefined || typeof value === type;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  if (!(required as string[]).every(k => Object.hasOwn(value, k))) return false;
  return Object.entries(value).every(([k, v]) => {
    if (Object.hasOwn(properties as object, k)) return again(v, (properties as Json)[k]);
    return (
      additionalProperties !== false && (additionalProperties === undefined || again(v, additionalProperties))
    );
  });
}
