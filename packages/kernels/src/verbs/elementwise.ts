/** Fused elementwise passes: emitted as JavaScript, or as vectors. */
import type { Elementwise } from '@apical/core';
import { emitJs, operandsRead } from '@apical/equations';
import { emitElementwise } from '../wasm/elementwise.js';
import { counts, lengths, type Verb } from './verb.js';

function written({ passes }: Elementwise): Set<number> {
  const out = new Set<number>();
  for (const p of passes) {
    for (const { to } of p.body) if ('operand' in to) out.add(to.operand);
    if (p.kind === 'reduce') out.add(p.into);
  }
  return out;
}
function check({ batch, operands, passes }: Elementwise): string | undefined {
  for (const { name, data, extent, units, shared } of operands) {
    const samples = extent === 'scalar' || shared ? 1 : batch;
    const wrong =
      counts({ batch, [`units of "${name}"`]: units }) ?? lengths({ [`"${name}"`]: [data, samples * units] });
    if (wrong !== undefined) return wrong;
  }
  for (const pass of passes) {
    if (pass.kind === 'loop' && pass.over !== 'neuron') continue;
    for (const k of operandsRead(pass)) {
      const { extent, name, units } = operands[k]!;
      if (extent === 'neuron' && units !== pass.units)
        return `"${name}" has ${units} units; its pass has ${pass.units}`;
    }
  }
  return undefined;
}
export const elementwise: Verb<'elementwise'> = {
  check,
  touched(o) {
    const reads = new Set(o.passes.flatMap(p => [...operandsRead(p)]));
    const writes = written(o);
    const data = (of: Iterable<number>, and: (k: number) => boolean) =>
      [...of].filter(and).map(k => o.operands[k]!.data);
    return {
      reads: data(reads, k => !writes.has(k)),
      writes: data(writes, k => !reads.has(k)),
      adds: data(writes, k => reads.has(k)),
    };
  },
  // outer products that a pass forms where it needs them
  macs: o => o.operands.reduce((n, { shared, units }) => (shared ? n + o.batch * units : n), 0),
  plain: emitJs,
  emit: emitElementwise,
};
