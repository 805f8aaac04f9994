/** Schemas as data: one description gives the check with positions and the JSON Schema for editors. */
import type { PartKind } from '@apical/core';

interface Documented {
  readonly doc?: string;
}
export type Schema = Documented &
  (
    | {
        readonly kind: 'object';
        readonly keys: Readonly<Record<string, Schema>>;
        readonly required?: readonly string[];
      }
    /** Any key; values alike. */
    | { readonly kind: 'map'; readonly of: Schema }
    | { readonly kind: 'list'; readonly of: Schema; readonly least?: number }
    | { readonly kind: 'number'; readonly min?: number; readonly max?: number; readonly whole?: boolean }
    /** `names`: the parts of this kind that are loaded; checked later, completed by editors. */
    | { readonly kind: 'text'; readonly names?: PartKind; readonly allowed?: readonly string[] }
    /** Text of a form: a regular expression, and what it is called. */
    | { readonly kind: 'text-like'; readonly pattern: string; readonly form: string }
    | { readonly kind: 'flag' }
    | { readonly kind: 'nothing' }
    | { readonly kind: 'anything' }
    | { readonly kind: 'either'; readonly of: readonly Schema[] }
    /** A schema that holds itself, by name. */
    | { readonly kind: 'again'; readonly name: string; readonly of: () => Schema }
  );
export const object = (
  keys: Readonly<Record<string, Schema>>,
  doc?: string,
  required: readonly string[] = [],
): Schema => ({
  kind: 'object',
  keys,
  required,
  ...(doc === undefined ? {} : { doc }),
});
const withDoc = (doc: string | undefined): Documented => (doc === undefined ? {} : { doc });
export const mapOf = (of: Schema, doc?: string): Schema => ({ kind: 'map', of, ...withDoc(doc) });
export const listOf = (of: Schema, doc?: string, least = 0): Schema => ({
  kind: 'list',
  of,
  least,
  ...withDoc(doc),
});
export const number = (doc?: string, min?: number): Schema => ({
  kind: 'number',
  ...withDoc(doc),
  ...(min === undefined ? {} : { min }),
});
export const whole = (doc?: string, min?: number, max?: number): Schema =>
  ({ ...number(doc, min), whole: true, ...(max === undefined ? {} : { max }) }) as Schema;
export const text = (doc?: string): Schema => ({ kind: 'text', ...withDoc(doc) });
export const nameOf = (names: PartKind, doc?: string): Schema => ({ kind: 'text', names, ...withDoc(doc) });
export const oneOf = (allowed: readonly string[], doc?: string): Schema => ({
  kind: 'text',
  allowed,
  ...withDoc(doc),
});
export const textLike = (pattern: string, form: string, doc?: string): Schema => ({
  kind: 'text-like',
  pattern,
  form,
  ...withDoc(doc),
});
export const again = (name: string, of: () => Schema): Schema => ({ kind: 'again', name, of });
export const flag = (doc?: string): Schema => ({ kind: 'flag', ...withDoc(doc) });
export const nothing: Schema = { kind: 'nothing' };
export const anything = (doc?: string): Schema => ({ kind: 'anything', ...withDoc(doc) });
export const either = (doc: string | undefined, ...of: Schema[]): Schema => ({
  kind: 'either',
  of,
  ...withDoc(doc),
});
