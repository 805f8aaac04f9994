/**
 * When held noise is renewed. Every layer may count its own steps, or all layers may share one count, as in the paper's
 * code, where each visit of a layer counts and a renewal in one layer delays the others.
 */
import type { Builder, NeuronModel, Program } from '@apical/core';
import { defineNeuron, derived, parameter, state } from '@apical/core';
import { source } from './common.js';

const count = (doc: string) => ({ ...state(doc), per: 'population' as const });
export const noiseClock: NeuronModel = defineNeuron({
  name: 'pal/noise-clock',
  doc: 'one count of visits that all layers share: due in the first visit of every layer, then every `hold` visits',
  source,
  parameters: {
    hold: parameter('visits from one renewal to the next', 1),
    layers: parameter('layers that are visited', 1),
  },
  signals: {
    visits: count('visits so far, up to the number of layers'),
    since: count('visits since the last renewal'),
    due: { ...derived('is the noise of the layer visited renewed'), per: 'population' },
  },
  phases: {
    visit: `
      due = where(visits < layers, 1, where(since >= hold, 1, 0))
      since = where(due > 0, 1, since + 1)
      visits = min(visits + 1, layers)`,
  },
});
export interface Holding {
  /** Steps for which noise is held. */
  readonly hold: number;
  readonly shared: boolean;
  /** Populations with noise, from the bottom up. */
  readonly noisy: readonly string[];
}
const clock = 'clock';
const isCounted = ({ hold, shared }: Holding): boolean => shared && hold > 1;
export function addClock(net: Builder, holding: Holding, depth: number): void {
  if (!isCounted(holding)) return;
  const { hold, noisy } = holding;
  net.population(clock, clock, { shape: [1], depth, parameters: { hold, layers: noisy.length } });
}
/** The stages that renew what is due. */
export function renew(holding: Holding): Program {
  const { hold, noisy } = holding;
  if (hold === 1) return [{ phase: 'noise' }];
  if (!isCounted(holding))
    return noisy.map(layer => ({ every: hold, stages: [{ phase: 'noise', on: [layer] }] }));
  return noisy.flatMap(layer => [
    { phase: 'visit', on: [clock] },
    { when: `${clock}.due`, stages: [{ phase: 'noise', on: [layer] }] },
  ]);
}
