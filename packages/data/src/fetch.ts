/** Downloads the files of a data set into a cache: mirrors in order, resumed, checked by digest, moved into place whole. */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { ApicalError, isApicalError, type Dataset, type Logger, type RemoteFile } from '@apical/core';
import { inflated } from './arrays.js';
import { discard, download, fileDigest, fileSize, MirrorFailure } from './download.js';
import { readZip } from './zip.js';

export interface FetchProgress {
  readonly file: string;
  readonly url: string;
  readonly received: number;
  /** Undefined while an archive around the file is fetched. */
  readonly total: number | undefined;
}
export interface FetchOptions {
  /** From `cacheDirectory`; files go into its folder of the data set's name. */
  readonly cacheDirectory: string;
  readonly log?: Logger | undefined;
  readonly progress?: ((at: FetchProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Default: the global one. */
  readonly fetch?: typeof fetch | undefined;
  /** Tries of one address after the first; default 3. */
  readonly retries?: number;
  /** Pause before the first of them, in ms, doubled each time; default 500. */
  readonly backoff?: number;
  /** A transfer that brings nothing for this long, in ms, is given up; default 30 000. */
  readonly stall?: number;
}
export interface FetchedFile {
  readonly name: string;
  readonly path: string;
  readonly status: 'already there' | 'downloaded';
  /** Where it came from. */
  readonly url?: string;
}
/** What lies at an address, when it is not the file itself. */
function wrapping(url: string, file: RemoteFile): { address: string; member?: string; packed: boolean } {
  const member = /\.zip#(.+)$/.exec(url)?.[1];
  const address = url.replace(/#.*$/, '');
  if (member !== undefined) return { address, member: decodeURIComponent(member), packed: false };
  return { address, packed: address.endsWith('.gz') && !file.name.endsWith('.gz') };
}
/** Takes the file out of what was downloaded, in place. */
async function unwrap(part: string, url: string, file: RemoteFile): Promise<void> {
  const { member, packed } = wrapping(url, file);
  if (member === undefined && !packed) return;
  const bytes = await readFile(part);
  let content: Uint8Array | undefined;
  try {
    content = packed ? inflated(bytes, url) : readZip(bytes, url, name => name === member).get(member!);
  } catch (e) {
    if (isApicalError(e)) throw new MirrorFailure(e.message, false, e);
    throw e;
  }
  if (!content) throw new MirrorFailure(`the archive has no member "${member!}"`, false);
  await writeFile(part, content);
}
/** One address, with retries; the verified file is left in the part. */
async function fromMirror(url: string, file: RemoteFile, part: string, options: FetchOptions): Promise<void> {
  const { retries = 3, backoff = 500, signal } = options;
  const { address, member, packed } = wrapping(url, file);
  const whole = member === undefined && !packed;
  const target = whole ? part : `${part}.archive`;
  for (let attempt = 0; ; attempt++) {
    try {
      const resumed = whole && ((await fileSize(part)) ?? 0) > 0;
      await download(address, {
        part: target,
        bytes: whole ? file.bytes : undefined,
        fetch: options.fetch ?? fetch,
        signal,
        stall: options.stall ?? 30_000,
        progress: received =>
          options.progress?.({ file: file.name, url, received, total: whole ? file.bytes : undefined }),
      });
      await unwrap(target, url, file);
      const found = await fileDigest(target);
      if (found === file.sha256) {
        if (!whole) await rename(target, part);
        return;
      }
      await discard(target);
      // A part left by another mirror or an older version may have been the wrong half.
      throw new MirrorFailure(`wrong SHA-256: expected ${file.sha256}, found ${found}`, resumed);
    } catch (e) {
      if (!whole) await discard(target);
      signal?.throwIfAborted();
      if (!(e instanceof MirrorFailure)) throw e;
      if (!e.again || attempt >= retries) throw e;
      options.log?.info(`${url}: ${e.message}; trying again`);
      await wait(backoff * 2 ** attempt, undefined, signal ? { signal } : {});
    }
  }
}
async function fetchFile(dataset: string, file: RemoteFile, options: FetchOptions): Promise<FetchedFile> {
  const folder = path.join(options.cacheDirectory, dataset);
  const target = path.join(folder, file.name);
  if ((await fileSize(target)) === file.bytes && (await fileDigest(target)) === file.sha256)
    return { name: file.name, path: target, status: 'already there' };
  const part = `${target}.part`;
  const reasons: string[] = [];
  for (const url of file.urls) {
    options.log?.info(`${dataset}: ${file.name} from ${url}`);
    try {
      await fromMirror(url, file, part, options);
      await rename(part, target);
      await discard(part);
      return { name: file.name, path: target, status: 'downloaded', url };
    } catch (e) {
      options.signal?.throwIfAborted();
      if (!(e instanceof MirrorFailure)) throw e;
      reasons.push(`${url}: ${e.message}`);
      options.log?.warn(`${url}: ${e.message}`);
    }
  }
  const list = reasons.length ? reasons.map(r => `\n  ${r}`).join('') : '\n  (the data set names no address)';
  throw new ApicalError(
    'APICAL_DATA_FETCH',
    `data set "${dataset}": ${file.name} could not be fetched:${list}\n` +
      `Try again later (what has arrived is kept), or put the file by hand into ${folder}`,
  );
}
/**
 * Fetches every file of a data set that is not yet in the cache with the right digest. Throws `APICAL_DATA_FETCH`
 * listing each address with its reason, or the signal's reason when aborted; a later call goes on from there.
 */
export async function fetchDataset(
  dataset: Pick<Dataset, 'name' | 'files'>,
  options: FetchOptions,
): Promise<readonly FetchedFile[]> {
  const folder = path.join(options.cacheDirectory, dataset.name);
  try {
    await mkdir(folder, { recursive: true });
  } catch (e) {
    const why = e instanceof Error ? e.message : String(e);
    throw new ApicalError('APICAL_DATA_FETCH', `the cache folder ${folder} cannot be made: ${why}`, {
      cause: e,
    });
  }
  const fetched: FetchedFile[] = [];
  for (const file of dataset.files ?? []) fetched.push(await fetchFile(dataset.name, file, options));
  return fetched;
}
