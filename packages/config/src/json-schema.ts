/** The same schema as JSON Schema (draft 2020-12), so that editors complete and check configs. */
import type { PartKind } from '@apical/core';
import { experimentSchema } from './schema.js';
import type { Schema } from './schema-kinds.js';

/** Kind → names of the parts that are loaded. */
export type PartNames = Readonly<Partial<Record<PartKind, readonly string[]>>>;
type Json = Record<string, unknown>;

function convert(schema: Schema, names: PartNames): Json {
  const doc: Json = schema.doc === undefined ? {} : { description: schema.doc };
  switch (schema.kind) {
    case 'object':
      return {
        ...doc,
        type: 'object',
        additionalProperties: false,
        properties: Object.fromEntries(Object.entries(schema.keys).map(([k, s]) => [k, convert(s, names)])),
        ...(schema.required?.length ? { required: schema.required } : {}),
      };
    case 'map':
      return { ...doc, type: 'object', additionalProperties: convert(schema.of, names) };
    case 'list':
      return {
        ...doc,
        type: 'array',
        items: convert(schema.of, names),
        ...(schema.least ? { minItems: schema.least } : {}),
      };
    case 'number':
      return {
        ...doc,
        type: schema.whole ? 'integer' : 'number',
        ...(schema.min === undefined ? {} : { minimum: schema.min }),
      };
    case 'text': {
      const known = schema.names && names[schema.names];
      if (schema.allowed) return { ...doc, enum: schema.allowed };
      // names are offered, not enforced: a config may define parts of its own
      return known?.length
        ? { ...doc, type: 'string', anyOf: [{ enum: known }, {}] }
        : { ...doc, type: 'string' };
    }
    case 'flag':
      return { ...doc, type: 'boolean' };
    case 'nothing':
      return { ...doc, type: 'null' };
    case 'anything':
      return doc;
    case 'either':
      return { ...doc, anyOf: schema.of.map(s => convert(s, names)) };
  }
}
export const jsonSchema = (names: PartNames = {}): Json => ({
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'Apical experiment',
  ...convert(experimentSchema, names),
});
