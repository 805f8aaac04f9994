/** Files of a run folder: their names, and how one is replaced so that a kill at any moment leaves the old or the new. */
import { open, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { Lease } from './lease.js';

export const files = {
  config: 'config.resolved.yaml',
  environment: 'env.json',
  metrics: 'metrics.jsonl',
  timing: 'timing.jsonl',
  checkpoint: 'checkpoint.safetensors',
  table: 'metrics.csv',
  summary: 'summary.json',
  weights: 'weights',
} as const;

export const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/** Written beside, made durable, then renamed over: a reader sees the old or the new file, never a part. */
export async function replace(
  folder: string,
  name: string,
  content: string | Uint8Array,
  lease: Lease,
): Promise<void> {
  const temporary = join(folder, `${name}.${lease.token}.tmp`);
  lease.check();
  const handle = await open(temporary, 'w');
  try {
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
  lease.check();
  await rename(temporary, join(folder, name));
  await syncFolder(folder);
}
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return; // folders cannot be opened there
  const handle = await open(folder, 'r');
  await handle.sync();
  await handle.close();
}
