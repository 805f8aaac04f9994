/** Where data sets lie on disk: `$APICAL_DATA/<dataset>/`, then the user's cache. Every file is checked by digest. */
import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { ApicalError, type DatasetCache, type Logger, nearest, type RemoteFile } from '@apical/core';
import { inflated, sha256 } from './arrays.js';

/** What of the machine decides where files lie: `process.env`, `os.homedir()`, `process.platform`. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  readonly platform: NodeJS.Platform;
}
/** The user's cache, where `fetchDataset` puts files: by the custom of each system. */
export function cacheDirectory({ env, home, platform }: Surroundings): string {
  if (platform === 'win32') {
    const local = env['LOCALAPPDATA'];
    return path.win32.join(local ? local : path.win32.join(home, 'AppData', 'Local'), 'apical');
  }
  if (platform === 'darwin') return path.posix.join(home, 'Library', 'Caches', 'apical');
  const xdg = env['XDG_CACHE_HOME'];
  // Relative paths there are invalid by the XDG specification and to be ignored.
  return path.posix.join(xdg && path.posix.isAbsolute(xdg) ? xdg : path.posix.join(home, '.cache'), 'apical');
}
/** Folders that hold one folder a data set, in the order in which they are searched. */
export function dataSearchPath(surroundings: Surroundings): readonly string[] {
  const own = surroundings.env['APICAL_DATA'];
  return [...(own ? [own] : []), cacheDirectory(surroundings)];
}

const isAbsent = (e: unknown): boolean =>
  e instanceof Error && 'code' in e && (e.code === 'ENOENT' || e.code === 'ENOTDIR');
const size = async (file: string): Promise<number | undefined> => {
  try {
    const found = await stat(file);
    return found.isFile() ? found.size : undefined;
  } catch (e) {
    if (isAbsent(e)) return undefined;
    throw unreadable(file, e);
  }
};
const unreadable = (file: string, cause: unknown): ApicalError =>
  new ApicalError(
    'APICAL_DATA_UNREADABLE',
    `${file} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`,
    { at: file, cause },
  );

interface Copy {
  readonly path: string;
  /** `as is` has the file's own digest, `packed` is its gzip, `unpacked` the content of a `.gz` file. */
  readonly form: 'as is' | 'packed' | 'unpacked';
}
/** Copies of a file that exist, in search order. */
async function copies(folders: readonly string[], dataset: string, file: RemoteFile): Promise<Copy[]> {
  const gzipped = file.name.endsWith('.gz');
  const found: Copy[] = [];
  for (const folder of folders) {
    const own = path.join(folder, dataset, file.name);
    const other = gzipped ? own.slice(0, -3) : `${own}.gz`;
    if ((await size(own)) !== undefined) found.push({ path: own, form: 'as is' });
    if ((!gzipped || file.unpacked) && (await size(other)) !== undefined)
      found.push({ path: other, form: gzipped ? 'unpacked' : 'packed' });
  }
  return found;
}
/** Content of a copy, or how its digest differs. */
async function check(
  copy: Copy,
  file: RemoteFile,
): Promise<Uint8Array | { expected: string; found: string }> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(copy.path);
  } catch (e) {
    throw unreadable(copy.path, e);
  }
  const expected = copy.form === 'unpacked' ? file.unpacked!.sha256 : file.sha256;
  try {
    if (copy.form === 'packed') bytes = inflated(bytes, copy.path);
  } catch {
    return { expected, found: 'a gzip file that does not unpack' };
  }
  const found = sha256(bytes);
  if (found !== expected) return { expected, found: `${found} (${bytes.length} bytes)` };
  return copy.form === 'as is' && file.name.endsWith('.gz') ? inflated(bytes, copy.path) : bytes;
}

/** The `DatasetCache` service. `log` hears of damaged copies that a good one elsewhere made up for. */
export function createDatasetCache(options: Surroundings & { readonly log?: Logger }): DatasetCache {
  const folders = dataSearchPath(options);
  const own = (given: string): string =>
    path.resolve(/^~[/\\]/.test(given) ? path.join(options.home, given.slice(2)) : given);
  return {
    async find(dataset, file) {
      return (await copies(folders, dataset, file))[0]?.path;
    },
    async read(dataset, file) {
      const found = await copies(folders, dataset, file);
      const damaged: string[] = [];
      for (const copy of found) {
        const content = await check(copy, file);
        if (content instanceof Uint8Array) {
          for (const message of damaged) options.log?.warn(`${message}; read ${copy.path} instead`);
          return content;
        }
        damaged.push(`${copy.path} is damaged: SHA-256 expected ${content.expected}, found ${content.found}`);
      }
      const remedy = `run: apical data fetch ${dataset}`;
      if (damaged.length)
        throw new ApicalError('APICAL_DATA_DIGEST', `${damaged.join('; ')}. Delete it, or ${remedy}`, {
          at: found[0]!.path,
        });
      const places = folders.map(folder => path.join(folder, dataset));
      const variable = options.env['APICAL_DATA'] ? '' : ' ($APICAL_DATA, searched first, is not set)';
      throw new ApicalError(
        'APICAL_DATA_MISSING',
        `data set "${dataset}": ${file.name} is in none of: ${places.join(', ')}${variable}. To get it, ${remedy}`,
      );
    },
    async readPath(given) {
      const file = own(given);
      try {
        return await readFile(file);
      } catch (e) {
        if (!isAbsent(e)) throw unreadable(file, e);
        const beside = await readdir(path.dirname(file)).catch(() => undefined);
        const near = beside && nearest(path.basename(file), beside);
        const hint = !beside
          ? `; the folder ${path.dirname(file)} does not exist either`
          : near === undefined
            ? ''
            : `; did you mean ${path.join(path.dirname(file), near)}?`;
        throw new ApicalError('APICAL_DATA_MISSING', `there is no file ${file}${hint}`, {
          at: file,
          cause: e,
        });
      }
    },
    async list(given) {
      const folder = own(given);
      try {
        return (await readdir(folder)).sort();
      } catch (e) {
        if (isAbsent(e))
          throw new ApicalError('APICAL_DATA_MISSING', `there is no folder ${folder}`, {
            at: folder,
            cause: e,
          });
        throw unreadable(folder, e);
      }
    },
  };
}
