/** Replays golden cases through the schemes that are loaded. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { ApicalError } from '@apical/core';
import { libraryOf } from '@apical/schemes';
import { verifyCases, type VerifyResult } from '@apical/testing';
import type { Workshop } from './workshop.js';

/**
 * Folders `test/golden` of the plugins that are loaded from files. Plugins without a scheme or a replay keep other
 * reference data there.
 */
export function goldenFolders(plugins: Workshop['plugins']): string[] {
  const folders = plugins.flatMap(({ plugin, file }) => {
    const { Scheme = [], GoldenReplay = [] } = plugin.contributes ?? {};
    if (Scheme.length + GoldenReplay.length === 0) return [];
    for (let at = file && path.dirname(file); at; at = path.dirname(at)) {
      if (existsSync(path.join(at, 'package.json'))) return [path.join(at, 'test', 'golden')];
      if (at === path.dirname(at)) return [];
    }
    return [];
  });
  return [...new Set(folders)].filter(folder => existsSync(folder));
}
/** `paths`: files or folders; none: what the plugins carry. Throws `APICAL_GOLDEN` where there is no case. */
export async function verifyGolden(
  workshop: Workshop,
  paths: readonly string[],
  backend = 'reference',
): Promise<VerifyResult> {
  const { catalogues, plugins } = workshop;
  const found = catalogues.Backend.get(backend);
  const why = found.unavailable?.();
  if (why !== undefined)
    throw new ApicalError('APICAL_BACKEND', `backend "${backend}" cannot be used: ${why}`);
  const where = paths.length ? paths : goldenFolders(plugins);
  if (where.length === 0)
    throw new ApicalError(
      'APICAL_GOLDEN',
      'no golden cases: no loaded plugin has a folder test/golden; give files or folders',
    );
  return verifyCases({
    paths: where,
    replays: catalogues.GoldenReplay,
    library: libraryOf(catalogues),
    backend: found,
  });
}
