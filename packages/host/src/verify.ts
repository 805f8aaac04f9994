/** Replays golden cases through the schemes that are loaded. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { ApicalError } from '@apical/core';
import type { GoldenReplay } from '@apical/core';
import { libraryOf } from '@apical/schemes';
import { verifyCases, type VerifyResult } from '@apical/testing';
import { shown } from './kinds.js';
import type { LoadedPlugin } from './plugins.js';
import { packageOf, resolveEntry } from './resolve-plugin.js';
import type { Workshop } from './workshop.js';

/** What a plugin with an entry `./golden` brings: its replays, and the folder `golden` with its cases. */
interface Golden {
  readonly plugin: string;
  readonly folder: string;
  /** undefined: a package without them, as it is published. */
  readonly replays: readonly GoldenReplay[] | undefined;
}
const wrong = (message: string, cause?: unknown): ApicalError =>
  new ApicalError('APICAL_PLUGIN', message, { cause });

async function replaysIn(plugin: string, file: string): Promise<readonly GoldenReplay[]> {
  let module: { readonly default?: unknown };
  try {
    module = (await import(pathToFileURL(file).href)) as { readonly default?: unknown };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw wrong(`the replays of plugin "${plugin}" failed while ${file} was imported: ${reason}`, error);
  }
  const found: unknown = module.default;
  const right = "a list of replays is wanted: [{ model: '…', replay(golden, bench) { … } }]";
  if (!Array.isArray(found))
    throw wrong(
      `the replays of plugin "${plugin}": the default export of ${file} is ${shown(found)}; ${right}`,
    );
  for (const [i, replay] of (found as Partial<GoldenReplay>[]).entries())
    if (typeof replay?.model !== 'string' || typeof replay.replay !== 'function')
      throw wrong(
        `the replays of plugin "${plugin}": number ${i + 1} of ${file} is ${shown(replay)}; ${right}`,
      );
  return found as GoldenReplay[];
}
async function goldenOf({ plugin, file }: LoadedPlugin): Promise<Golden[]> {
  const folder = file === undefined ? undefined : packageOf(file);
  if (folder === undefined) return [];
  const entry = resolveEntry(folder, './golden');
  if (!entry.declared) return [];
  const replays = entry.file === undefined ? undefined : await replaysIn(plugin.name, entry.file);
  return [{ plugin: plugin.name, folder: path.join(folder, 'golden'), replays }];
}
function checkModels(found: readonly Golden[]): void {
  const owners = new Map<string, string>();
  for (const { plugin, replays = [] } of found)
    for (const { model } of replays) {
      const owner = owners.get(model);
      if (owner !== undefined)
        throw new ApicalError(
          'APICAL_DUPLICATE',
          `two replays are for the model "${model}": from ${owner} and from ${plugin}; rename one`,
        );
      owners.set(model, plugin);
    }
}
/**
 * `paths`: files or folders; none: what the plugins carry. Throws `APICAL_GOLDEN` where there is no case, `APICAL_PLUGIN`
 * where the entry `./golden` of a plugin brings no replays.
 */
export async function verifyGolden(
  workshop: Workshop,
  paths: readonly string[],
  backend = 'reference',
): Promise<VerifyResult & { readonly notInstalled: readonly string[] }> {
  const { catalogues, plugins } = workshop;
  const used = catalogues.Backend.get(backend);
  const why = used.unavailable?.();
  if (why !== undefined)
    throw new ApicalError('APICAL_BACKEND', `backend "${backend}" cannot be used: ${why}`);
  const found = (await Promise.all(plugins.map(goldenOf))).flat();
  checkModels(found);
  const notInstalled = found.filter(({ replays }) => replays === undefined).map(({ plugin }) => plugin);
  const carried = found.flatMap(({ replays, folder }) => (replays && existsSync(folder) ? [folder] : []));
  const where = paths.length ? paths : carried;
  if (where.length === 0)
    throw new ApicalError(
      'APICAL_GOLDEN',
      notInstalled.length
        ? `no golden cases: those of ${notInstalled.join(', ')} are not installed; the published packages leave them ` +
            'out, so run this in a checkout'
        : 'no golden cases: no loaded plugin has an entry ./golden; give files or folders',
    );
  const result = await verifyCases({
    paths: where,
    replays: found.flatMap(({ replays = [] }) => replays),
    library: libraryOf(catalogues),
    backend: used,
  });
  return { ...result, notInstalled };
}
