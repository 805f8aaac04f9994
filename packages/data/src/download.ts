/**
 * One file from one address into a `.part` file, going on where an earlier try ended. The digest decides in the end, so a
 * part may be continued from another mirror. `.part.json` remembers the validator for `If-Range`.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { ApicalError, isApicalError } from '@apical/core';
import { open, readFile, rm, stat, writeFile } from 'node:fs/promises';

export interface DownloadOptions {
  readonly part: string;
  /** Bytes of the file; undefined where an archive around it is fetched. */
  readonly bytes: number | undefined;
  readonly fetch: typeof fetch;
  readonly signal: AbortSignal | undefined;
  /** A transfer that brings nothing for this long, in ms, is given up. */
  readonly stall: number;
  readonly progress: (received: number) => void;
}
/** Why an address did not serve; `again` where another try may help. */
export class MirrorFailure extends Error {
  readonly again: boolean;
  constructor(reason: string, again: boolean, cause?: unknown) {
    super(reason, { cause });
    this.again = again;
  }
}
export async function fileSize(file: string): Promise<number | undefined> {
  return stat(file).then(
    s => s.size,
    () => undefined,
  );
}
export async function fileDigest(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk as Uint8Array);
  return hash.digest('hex');
}
export async function discard(part: string): Promise<void> {
  await rm(part, { force: true });
  await rm(`${part}.json`, { force: true });
}

/** A full or read-only disk: no other mirror helps. */
const cannotWrite = (file: string, cause: unknown): ApicalError =>
  new ApicalError(
    'APICAL_DATA_FETCH',
    `${file} cannot be written: ${cause instanceof Error ? cause.message : String(cause)}`,
    { at: file, cause },
  );

interface Validator {
  readonly url: string;
  readonly value: string;
}
async function savedValidator(part: string, url: string): Promise<string | undefined> {
  try {
    const saved = JSON.parse(await readFile(`${part}.json`, 'utf8')) as Partial<Validator>;
    return saved.url === url && typeof saved.value === 'string' ? saved.value : undefined;
  } catch {
    return undefined; // absent or broken: the range is asked for without a condition
  }
}
async function saveValidator(part: string, url: string, headers: Headers): Promise<void> {
  const tag = headers.get('etag');
  const value = tag && !tag.startsWith('W/') ? tag : headers.get('last-modified');
  if (value) await writeFile(`${part}.json`, JSON.stringify({ url, value } satisfies Validator));
  else await rm(`${part}.json`, { force: true });
}
/** What of a network error a person can use: undici hides it in `cause`. */
function reasonOf(e: unknown): { reason: string; again: boolean } {
  const cause = e instanceof Error && e.cause instanceof Error ? e.cause : e;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const message = cause instanceof Error ? cause.message : String(cause);
  const dead = ['ECONNREFUSED', 'ENOTFOUND', 'ERR_INVALID_URL', 'EHOSTUNREACH', 'ENETUNREACH'].includes(code);
  return { reason: message.includes(code) ? message : `${message} (${code})`, again: !dead };
}

/** Brings the part up to its full length, or throws `MirrorFailure`; what has arrived stays in the part. */
export async function download(url: string, options: DownloadOptions): Promise<void> {
  const { part, bytes, signal } = options;
  let have = (await fileSize(part)) ?? 0;
  if (bytes !== undefined && have === bytes) return;
  if (bytes === undefined || have > bytes) {
    await discard(part);
    have = 0;
  }
  const stop = new AbortController();
  const abort = (): void => stop.abort(signal?.reason);
  signal?.throwIfAborted();
  signal?.addEventListener('abort', abort, { once: true });
  let timer: NodeJS.Timeout | undefined;
  let stalled = false;
  const alive = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      stalled = true;
      stop.abort();
    }, options.stall);
  };
  try {
    alive();
    const validator = have ? await savedValidator(part, url) : undefined;
    const response = await options.fetch(url, {
      redirect: 'follow',
      signal: stop.signal,
      headers: {
        // Without it a server may send the content of a .gz file re-encoded, with other bytes.
        'accept-encoding': 'identity',
        ...(have ? { range: `bytes=${have}-` } : {}),
        ...(validator === undefined ? {} : { 'if-range': validator }),
      },
    });
    await receive(response, url, have, options, alive);
  } catch (e) {
    if (e instanceof MirrorFailure || isApicalError(e)) throw e;
    signal?.throwIfAborted();
    if (stalled) throw new MirrorFailure(`no data for ${options.stall / 1000} s`, true, e);
    const { reason, again } = reasonOf(e);
    throw new MirrorFailure(reason, again, e);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
    stop.abort();
  }
}
async function receive(
  response: Response,
  url: string,
  have: number,
  { part, bytes, progress }: DownloadOptions,
  alive: () => void,
): Promise<void> {
  const { status, headers, body } = response;
  const encoding = headers.get('content-encoding');
  if (status === 416) {
    await discard(part);
    throw new MirrorFailure(
      'HTTP 416: the server has fewer bytes than were already here; started again',
      true,
    );
  }
  if (status !== 200 && status !== 206)
    throw new MirrorFailure(
      `HTTP ${status} ${response.statusText}`.trim(),
      status >= 500 || status === 408 || status === 429,
    );
  if (encoding && encoding !== 'identity')
    throw new MirrorFailure(`the server re-encodes files (Content-Encoding: ${encoding})`, false);
  let from = 0;
  if (status === 206) {
    from = Number(/^bytes (\d+)-/.exec(headers.get('content-range') ?? '')?.[1]);
    if (from !== have) {
      await discard(part);
      throw new MirrorFailure(
        `the server sent range "${headers.get('content-range') ?? ''}", asked from ${have}`,
        true,
      );
    }
  }
  if (!body) throw new MirrorFailure('the answer has no body', true);
  const file = await open(part, from ? 'a' : 'w').catch((e: unknown) => {
    throw cannotWrite(part, e);
  });
  let received = from;
  try {
    await saveValidator(part, url, headers);
    for await (const chunk of body as unknown as AsyncIterable<Uint8Array>) {
      alive();
      received += chunk.length;
      if (bytes !== undefined && received > bytes)
        throw new MirrorFailure(`sends more than the ${bytes} bytes of the file`, false);
      await file.write(chunk).catch((e: unknown) => {
        throw cannotWrite(part, e);
      });
      progress(received);
    }
    await file.sync();
  } finally {
    await file.close();
  }
  if (bytes !== undefined && received < bytes)
    throw new MirrorFailure(`ended after ${received} of ${bytes} bytes`, true);
}
