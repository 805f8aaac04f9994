/** Runs of the small network: with commands, and with what they tell. */
import { EMPTY, filter, mergeMap, of } from 'rxjs';
import type { Command, Observer, RunConfig, RunEvent, RunResult } from '@apical/core';
import { train, type MemoryStore, type TrainDependencies } from '../src/index.js';
import { catalogues, dependencies, runConfig } from './parts.js';

/** Commands at the end of given epochs. */
export const commanding = (commands: Readonly<Record<number, readonly Command[]>>): Observer => ({
  name: 'commanding',
  doc: '',
  options: {},
  observe: events =>
    events.pipe(
      filter(e => e.kind === 'epoch-ended'),
      mergeMap(e => (e.kind === 'epoch-ended' ? of(...(commands[e.epoch] ?? [])) : EMPTY)),
    ),
});
export const commanded = (
  commands: Readonly<Record<number, readonly Command[]>>,
  change: Parameters<typeof runConfig>[0] = {},
  more: Parameters<typeof catalogues>[0] = {},
) => ({
  config: runConfig({ ...change, observers: { own: { use: 'commanding' } } }),
  catalogues: catalogues({ ...more, observers: [commanding(commands)] }),
});
export async function run(
  config: RunConfig,
  change: Partial<TrainDependencies> = {},
): Promise<{ result: RunResult; events: RunEvent[]; weights: (name: string) => Buffer }> {
  const events: RunEvent[] = [];
  const given = dependencies(change);
  given.bus.events.subscribe(e => void events.push(e));
  const result = await train(config, given);
  const weights = (name: string): Buffer => {
    const kept = (given.store as MemoryStore).weights(result.summary.id)?.get(name);
    return Buffer.from(kept!.data.slice().buffer);
  };
  return { result, events, weights };
}
export const kinds = (events: readonly RunEvent[]): string[] => events.map(e => e.kind);
export const value = (result: RunResult, epoch: number, name: string, split = 'validation'): number =>
  result.rows.find(r => r.epoch === epoch && r.name === name && r.split === split)!.value;
