/** A composed config as YAML again, each value with the place it came from. */
import { Document, isMap, isScalar, isSeq, stringify } from 'yaml';
import type { Composed } from './compose.js';
import { isMapping, type Path } from './source.js';

export interface RenderOptions {
  /** Comment every value with where it was written. */
  readonly origin?: boolean;
  /** Leave out what no file and no override says. */
  readonly nondefault?: boolean;
}
function withoutDefaults(value: unknown, path: Path, composed: Composed): unknown {
  if (isMapping(value)) {
    const kept = Object.entries(value)
      .map(([k, v]) => [k, withoutDefaults(v, [...path, k], composed)] as const)
      .filter(([, v]) => v !== undefined);
    // of a map that was written with nothing in it but defaults, the map remains
    return kept.length || path.length === 0 ? Object.fromEntries(kept) : written({}, path, composed);
  }
  return written(value, path, composed);
}
const written = (value: unknown, path: Path, composed: Composed): unknown =>
  composed.origin(path) === 'default' ? undefined : value;

export function render(
  composed: Composed,
  { origin = false, nondefault = false }: RenderOptions = {},
): string {
  const value = nondefault ? withoutDefaults(composed.value, [], composed) : composed.value;
  if (!origin) return stringify(value, { lineWidth: 110 });
  const document = new Document(value);
  const note = (node: unknown, path: Path): void => {
    if (isMap(node)) {
      if (node.items.length === 0) {
        node.flow = true;
        node.comment = ` ${composed.origin(path)}`;
      }
      for (const pair of node.items)
        note(pair.value, [...path, String(isScalar(pair.key) ? pair.key.value : pair.key)]);
    } else if (isSeq(node)) {
      node.flow = true;
      node.comment = ` ${composed.origin(path)}`;
    } else if (isScalar(node)) node.comment = ` ${composed.origin(path)}`;
  };
  note(document.contents, []);
  return document.toString({ lineWidth: 0 });
}
