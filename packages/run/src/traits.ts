/** What a scheme is trained with, in words: what a reader of a comparison must know where schemes differ in it. */
import type { OptimiserSlot, PerLayer } from '@apical/core';
import { presentations } from './durations.js';
import type { ResolvedRun } from './resolve-run.js';

/** `{ activation: 'tanh', head: 'linear-squared', dt: '0.1 ms', 'optimiser of forward': 'flow (eta 1)' }` */
export function traitsOf({ scheme, layers }: Pick<ResolvedRun, 'scheme' | 'layers'>): Record<string, string> {
  const out: Record<string, string> = {};
  const hidden = layers
    .slice(1, -1)
    .map(({ activation: a }) => (typeof a === 'string' ? a : (a?.name ?? '')));
  if (hidden.length) out.activation = [...new Set(hidden)].join(', ');
  if (scheme.head !== undefined) out.head = scheme.head;
  out.dt = scheme.dt === undefined ? 'no time' : `${scheme.dt} ms`;
  for (const name of Object.values(presentations))
    out[name] = scheme.parameters[name] ? `${scheme.parameters[name].value} ms` : 'once';
  for (const [slot, given] of Object.entries(scheme.plasticity))
    if (given) out[`optimiser of ${slot}`] = given.optimiser ? inWords(given.optimiser) : 'none';
  return out;
}
function inWords({ use, parameters = {} }: OptimiserSlot): string {
  const values: PerLayer = Object.fromEntries(
    Object.keys(use.parameters).map(k => [k, parameters[k] ?? use.parameters[k]!.value]),
  );
  const shown = Object.entries(values).map(
    ([k, v]) => `${k} ${typeof v === 'object' ? `[${v.join(', ')}]` : v}`,
  );
  return shown.length ? `${use.name} (${shown.join(', ')})` : use.name;
}
