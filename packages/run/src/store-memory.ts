/** Runs that leave nothing on disk: for notebooks, tests and browsers. */
import { ApicalError } from '@apical/core';
import type { FloatArray, MetricRow, RunSummary, Snapshot, Store, StoredRun } from '@apical/core';
import type { NamedArrays } from './exports.js';

interface Kept {
  rows: MetricRow[];
  seen: number;
  snapshot?: Snapshot;
  summary?: RunSummary;
  weights?: NamedArrays;
  open: boolean;
}
export interface MemoryStore extends Store {
  /** Last weights of a finished run, `[post, pre]`. */
  weights(id: Pick<RunSummary['id'], 'scheme' | 'seed' | 'hash'>): NamedArrays | undefined;
}
/** The store `memory`: a run goes on from its last checkpoint as long as this object lives. */
export function memoryStore(options: { readonly force?: boolean } = {}): MemoryStore {
  const runs = new Map<string, Kept>();
  return {
    name: 'memory',
    doc: 'nothing on disk: results are what the call returns',
    weights: ({ scheme, hash, seed }) => runs.get(`${scheme}/${hash}/${seed}`)?.weights,
    async open({ label, seed }, hash): Promise<StoredRun> {
      const key = `${label}/${hash}/${seed}`;
      if (options.force && !runs.get(key)?.open) runs.delete(key);
      const kept: Kept = runs.get(key) ?? { rows: [], seen: 0, open: false };
      if (kept.open) throw new ApicalError('APICAL_LEASE', `run ${key} is already open in this process`);
      runs.set(key, kept);
      kept.open = true;
      return {
        ...(kept.summary ? { summary: kept.summary } : {}),
        get rows() {
          return kept.rows;
        },
        async restore() {
          if (!kept.summary) kept.rows = kept.rows.slice(0, kept.seen);
          return kept.summary ? undefined : kept.snapshot;
        },
        async append(rows) {
          kept.rows.push(...rows);
        },
        async checkpoint({ arrays, record }) {
          const copies = [...arrays].map(([k, v]): [string, FloatArray | Int32Array] => [k, v.slice()]);
          kept.snapshot = { arrays: new Map(copies), record: structuredClone(record) };
          kept.seen = kept.rows.length;
          return 'memory';
        },
        async finish(summary, weights) {
          kept.summary = summary;
          kept.weights = new Map(
            [...weights].map(([k, { shape, data }]) => [k, { shape, data: data.slice() }]),
          );
          delete kept.snapshot;
        },
        async close() {
          kept.open = false;
        },
      };
    },
  };
}
