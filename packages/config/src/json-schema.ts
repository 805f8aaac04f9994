/** The same schema as JSON Schema (draft 2020-12), so that editors complete and check configs. */
import type { PartKind } from '@apical/core';
import { experimentSchema } from './schema.js';
import type { Schema } from './schema-kinds.js';

/** Kind → names of the parts that are loaded. */
export type PartNames = Readonly<Partial<Record<PartKind, readonly string[]>>>;
type Json = Record<string, unknown>;

function convert(schema: Schema, names: PartNames, shared: Map<string, Schema>): Json {
  const doc: Json = schema.doc === undefined ? {} : { description: schema.doc };
  switch (schema.kind) {
    case 'object':
      return {
        ...doc,
        type: 'object',
        additionalProperties: false,
        properties: Object.fromEntries(
          Object.entries(schema.keys).map(([k, s]) => [k, convert(s, names, shared)]),
        ),
        ...(schema.required?.length ? { required: schema.required } : {}),
      };
    case 'map':
      return { ...doc, type: 'object', additionalProperties: convert(schema.of, names, shared) };
    case 'list':
      return {
        ...doc,
        type: 'array',
        items: convert(schema.of, names, shared),
        ...(schema.least ? { minItems: schema.least } : {}),
      };
    case 'number':
      return {
        ...doc,
        type: schema.whole ? 'integer' : 'number',
        ...(schema.min === undefined ? {} : { minimum: schema.min }),
        ...(schema.max === undefined ? {} : { maximum: schema.max }),
      };
    case 'text': {
      const known = schema.names && names[schema.names];
      if (schema.allowed) return { ...doc, enum: schema.allowed };
      // names are offered, not enforced: a config may define parts of its own
      return known?.length
        ? { ...doc, type: 'string', anyOf: [{ enum: known }, {}] }
        : { ...doc, type: 'string' };
    }
    case 'text-like':
      return { ...doc, type: 'string', pattern: schema.pattern };
    case 'flag':
      return { ...doc, type: 'boolean' };
    case 'nothing':
      return { ...doc, type: 'null' };
    case 'anything':
      return doc;
    case 'either':
      return { ...doc, anyOf: schema.of.map(s => convert(s, names, shared)) };
    case 'again':
      shared.set(schema.name, schema.of());
      return { ...doc, $ref: `#/$defs/${schema.name}` };
  }
}
/** Names of parts are offered to editors; `names` are those that are loaded. */
export function jsonSchema(names: PartNames = {}): Json {
  const shared = new Map<string, Schema>();
  const whole = convert(experimentSchema, names, shared);
  const $defs = Object.fromEntries(
    [...shared].map(([name, schema]) => [name, convert(schema, names, shared)] as const),
  );
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Apical experiment',
    ...whole,
    $defs,
  };
}
