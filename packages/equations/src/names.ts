/** What statements read and write: for checks, the audit, the documentation. */
import type { Statement } from './block.js';
import { namesIn } from './parse.js';

/** Names read before these statements write them. */
export function readsOf(statements: readonly Statement[]): Set<string> {
  const written = new Set<string>();
  const out = new Set<string>();
  for (const s of statements) {
    for (const name of namesIn(s.value)) if (!written.has(name)) out.add(name);
    if (s.op === '=') written.add(s.target);
    else if (!written.has(s.target)) out.add(s.target);
  }
  return out;
}
export const writesOf = (statements: readonly Statement[]): Set<string> =>
  new Set(statements.map(s => s.target));
