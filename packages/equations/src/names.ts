/** What statements read and write: for checks, the plausibility audit, the documentation. */
import type { Statement } from './block.js';
import { namesIn } from './syntax.js';

/**
 * Names read before these statements assign them; `+=`, `-=`, `*=` and d/dt read their target, d/dt also `dt`.
 */
export function readsOf(statements: readonly Statement[]): Set<string> {
  const assigned = new Set<string>();
  const out = new Set<string>();
  const read = (name: string): void => {
    if (!assigned.has(name)) out.add(name);
  };
  for (const { target, op, value } of statements) {
    for (const name of namesIn(value)) read(name);
    if (op !== '=') read(target);
    if (op === 'd') read('dt');
    if (op === '=') assigned.add(target);
  }
  return out;
}
/** Names written, locals of the block among them; not the private ones of activations. */
export const writesOf = (statements: readonly Statement[]): Set<string> =>
  new Set(statements.map(s => s.target).filter(name => !name.includes('$')));
