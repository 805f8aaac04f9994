/** Code of a part: opaque, but for what it may say that it reads and writes. */
import type { Verb } from './verb.js';

export const call: Verb<'call'> = {
  touched: ({ reads, writes }) => (reads && writes ? { reads, adds: writes } : undefined),
  plain: o => o.run,
  emit: (o, e) => e.module.run(o.run),
};
