/** Finding files on disk, and fetching them from a local server that misbehaves in the usual ways. */
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import t from 'tap';
import { isApicalError, type RemoteFile } from '@apical/core';
import { cacheDirectory, createDatasetCache, dataSearchPath, fetchDataset, writeZip } from '@apical/data';

const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const content = Uint8Array.from({ length: 5000 }, (_, i) => (i * 7919) >> 3);
const packed = gzipSync(content);
const plainFile: RemoteFile = { name: 'x.bin', bytes: content.length, sha256: digest(content), urls: [] };
const gzFile: RemoteFile = {
  name: 'x.bin.gz',
  bytes: packed.length,
  sha256: digest(packed),
  unpacked: { bytes: content.length, sha256: digest(content) },
  urls: [],
};
async function refusal(run: Promise<unknown>, code: string): Promise<string> {
  const e: unknown = await run.then(
    () => undefined,
    (e: unknown) => e,
  );
  if (isApicalError(e) && e.code === code) return e.message;
  throw new Error(`expected ${code}, found ${String(e)}`);
}

t.test('the cache lies where each system keeps caches, after $APICAL_DATA', async t => {
  const linux = { home: '/home/ada', platform: 'linux' } as const;
  t.equal(cacheDirectory({ ...linux, env: {} }), '/home/ada/.cache/apical');
  t.equal(cacheDirectory({ ...linux, env: { XDG_CACHE_HOME: '/fast' } }), '/fast/apical');
  t.equal(cacheDirectory({ ...linux, env: { XDG_CACHE_HOME: 'relative' } }), '/home/ada/.cache/apical');
  t.equal(
    cacheDirectory({ home: '/Users/ada', platform: 'darwin', env: {} }),
    '/Users/ada/Library/Caches/apical',
  );
  const windows = { home: 'C:\\Users\\ada', platform: 'win32' } as const;
  t.equal(cacheDirectory({ ...windows, env: { LOCALAPPDATA: 'D:\\local' } }), 'D:\\local\\apical');
  t.equal(cacheDirectory({ ...windows, env: {} }), 'C:\\Users\\ada\\AppData\\Local\\apical');
  t.same(dataSearchPath({ ...linux, env: { APICAL_DATA: '/data' } }), ['/data', '/home/ada/.cache/apical']);
});

t.test(
  'files are found packed or unpacked, checked by digest, and a good copy makes up for a damaged one',
  async t => {
    const home = t.testdir({ data: { set: {} }, '.cache': { apical: { set: {} } } });
    const warnings: string[] = [];
    const log = { info: () => undefined, warn: (m: string) => void warnings.push(m) };
    const cache = createDatasetCache({
      env: { APICAL_DATA: path.join(home, 'data') },
      home,
      platform: 'linux',
      log,
    });
    const first = path.join(home, 'data', 'set');
    const second = path.join(home, '.cache', 'apical', 'set');

    t.equal(await cache.find('set', gzFile), undefined);
    const missing = await refusal(cache.read('set', gzFile), 'APICAL_DATA_MISSING');
    t.ok(missing.includes(`x.bin.gz is in none of: ${first}, ${second}`), missing);
    t.match(missing, /run: apical data fetch set$/);

    await writeFile(path.join(second, 'x.bin'), content);
    t.same(await cache.read('set', plainFile), Buffer.from(content));
    t.same(await cache.read('set', gzFile), Buffer.from(content), 'an unpacked copy serves for a .gz file');
    const withoutDigest = { name: gzFile.name, bytes: gzFile.bytes, sha256: gzFile.sha256, urls: [] };
    await refusal(cache.read('set', withoutDigest), 'APICAL_DATA_MISSING');

    await writeFile(path.join(first, 'x.bin.gz'), gzipSync(content, { level: 1 }));
    t.same(await cache.read('set', plainFile), Buffer.from(content), 'gzip of the file serves for it');
    t.equal(warnings.length, 0);
    t.same(await cache.read('set', gzFile), Buffer.from(content));
    t.match(warnings[0], /x\.bin\.gz is damaged: SHA-256 expected .*; read .*apical\/set\/x\.bin instead/);

    await writeFile(path.join(first, 'x.bin.gz'), packed);
    t.same(await cache.read('set', gzFile), Buffer.from(content));
    t.equal(await cache.find('set', gzFile), path.join(first, 'x.bin.gz'));

    await writeFile(path.join(first, 'x.bin.gz'), packed.subarray(0, 100));
    await writeFile(path.join(second, 'x.bin'), 'other');
    for (const file of [gzFile, plainFile]) {
      const damaged = await refusal(cache.read('set', file), 'APICAL_DATA_DIGEST');
      t.match(damaged, `expected ${file.sha256}`);
      t.match(damaged, /found [0-9a-f]{64} \(\d+ bytes\).*apical data fetch set/);
    }
  },
);

t.test('files of the user are read by path, and a wrong path is answered with a near one', async t => {
  const home = t.testdir({ mine: { 'train.csv': '1,2' } });
  const cache = createDatasetCache({ env: {}, home, platform: 'linux' });
  t.equal(Buffer.from(await cache.readPath('~/mine/train.csv')).toString(), '1,2');
  t.same(await cache.list(path.join(home, 'mine')), ['train.csv']);
  t.match(
    await refusal(cache.readPath('~/mine/trian.csv'), 'APICAL_DATA_MISSING'),
    /did you mean .*train\.csv\?/,
  );
  t.match(
    await refusal(cache.readPath('~/none/x.csv'), 'APICAL_DATA_MISSING'),
    /folder .*none does not exist/,
  );
  t.match(await refusal(cache.list('~/none'), 'APICAL_DATA_MISSING'), /there is no folder/);
  t.match(await refusal(cache.readPath('~/mine'), 'APICAL_DATA_UNREADABLE'), /mine cannot be read/);
});

type Handler = (request: IncomingMessage, response: ServerResponse) => void;
/** A server with one behaviour a path; requests are noted as `path range`. */
async function serve(
  t: { teardown(close: () => void): unknown },
  paths: Record<string, Handler>,
): Promise<{ base: string; seen: string[] }> {
  const seen: string[] = [];
  const server = createServer((request, response) => {
    seen.push([request.url, request.headers.range].filter(Boolean).join(' '));
    const handler = paths[request.url ?? ''];
    if (handler) handler(request, response);
    else response.writeHead(404).end();
  });
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done));
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  return { base: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}
const whole: Handler = (_, response) => void response.writeHead(200).end(content);
const ranged: Handler = (request, response) => {
  const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
  if (from === 0) return void response.writeHead(200, { etag: '"v1"' }).end(content);
  if (from >= content.length) return void response.writeHead(416).end();
  response.writeHead(206, {
    etag: '"v1"',
    'content-range': `bytes ${from}-${content.length - 1}/${content.length}`,
  });
  response.end(content.subarray(from));
};
/** Sends so much of what is left and breaks off once the client says that it has it. */
function breakingAfter(bytes: number): { handler: Handler; progress: (seen: { received: number }) => void } {
  let breakOff: { at: number; response: ServerResponse } | undefined;
  return {
    handler: (request, response) => {
      const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
      response.writeHead(from ? 206 : 200, {
        etag: '"v1"',
        'content-length': content.length - from,
        ...(from ? { 'content-range': `bytes ${from}-${content.length - 1}/${content.length}` } : {}),
      });
      breakOff = { at: from + bytes, response };
      response.write(content.subarray(from, from + bytes));
    },
    progress: ({ received }) => {
      if (received === breakOff?.at) breakOff.response.destroy();
    },
  };
}
const quick = { backoff: 1, retries: 3 };
const files = (...urls: string[]) => ({ name: 'set', files: [{ ...plainFile, urls }] });

t.test('a file is fetched once, over a redirect, and leaves nothing but itself', async t => {
  const { base, seen } = await serve(t, {
    '/moved': (_, response) => void response.writeHead(302, { location: '/x.bin' }).end(),
    '/x.bin': whole,
  });
  const cacheDirectory = path.join(t.testdir({}), 'deep', 'cache');
  const heard: number[] = [];
  const progress = ({ received }: { received: number }): void => void heard.push(received);
  const [one] = await fetchDataset(files(`${base}/moved`), { cacheDirectory, progress, ...quick });
  t.match(one, { name: 'x.bin', status: 'downloaded', url: `${base}/moved` });
  t.same(await readFile(one!.path), Buffer.from(content));
  t.equal(heard.at(-1), content.length);
  t.same(await readdir(path.join(cacheDirectory, 'set')), ['x.bin']);
  const [again] = await fetchDataset(files(`${base}/moved`), { cacheDirectory });
  t.equal(again!.status, 'already there');
  t.equal(seen.length, 2);
  await writeFile(one!.path, 'damaged');
  t.equal((await fetchDataset(files(`${base}/x.bin`), { cacheDirectory }))[0]!.status, 'downloaded');
});

t.test('a transfer that breaks off goes on where it stopped', async t => {
  const { handler, progress } = breakingAfter(2000);
  const { base, seen } = await serve(t, { '/x': handler });
  const cacheDirectory = t.testdir({});
  const [file] = await fetchDataset(files(`${base}/x`), { cacheDirectory, progress, ...quick });
  t.same(await readFile(file!.path), Buffer.from(content));
  t.same(seen, ['/x', '/x bytes=2000-', '/x bytes=4000-']);
});

t.test('an aborted download goes on at the next call, with the validator of the first', async t => {
  const conditions: unknown[] = [];
  const stopper = new AbortController();
  let slow = true;
  const { base, seen } = await serve(t, {
    '/x': (request, response) => {
      conditions.push(request.headers['if-range']);
      if (!slow) return ranged(request, response);
      response.writeHead(200, { etag: '"v1"' });
      response.write(content.subarray(0, 1234));
    },
  });
  const cacheDirectory = t.testdir({});
  const reason = new Error('stopped by the user');
  const aborted = fetchDataset(files(`${base}/x`), {
    cacheDirectory,
    signal: stopper.signal,
    progress: ({ received }) => received === 1234 && stopper.abort(reason),
  });
  await t.rejects(aborted, reason);
  await t.rejects(fetchDataset(files(`${base}/x`), { cacheDirectory, signal: stopper.signal }), reason);
  slow = false;
  const [file] = await fetchDataset(files(`${base}/x`), { cacheDirectory });
  t.same(await readFile(file!.path), Buffer.from(content));
  t.same(seen, ['/x', '/x bytes=1234-']);
  t.same(conditions, [undefined, '"v1"']);
});

t.test('a server that ignores ranges, and a left-over part of another file, are both survived', async t => {
  const { base, seen } = await serve(t, { '/whole': whole, '/ranged': ranged });
  const cacheDirectory = t.testdir({ set: { 'x.bin.part': Buffer.from(content.subarray(0, 700)) } });
  await fetchDataset(files(`${base}/whole`), { cacheDirectory, ...quick });
  t.same(seen, ['/whole bytes=700-']);
  const other = t.testdir({ set: { 'x.bin.part': Buffer.alloc(700, 1) } });
  const [file] = await fetchDataset(files(`${base}/ranged`), { cacheDirectory: other, ...quick });
  t.same(await readFile(file!.path), Buffer.from(content));
  t.same(seen.slice(1), ['/ranged bytes=700-', '/ranged']);
  const long = t.testdir({ set: { 'x.bin.part': Buffer.alloc(7000) } });
  t.equal((await fetchDataset(files(`${base}/ranged`), { cacheDirectory: long }))[0]!.status, 'downloaded');
});

t.test('mirrors that fail are passed over; when all do, each is listed with its reason', async t => {
  let tries = 0;
  const { base } = await serve(t, {
    '/wrong': (_, response) => void response.writeHead(200).end(Buffer.alloc(content.length)),
    '/short': (_, response) => void response.writeHead(200).end(content.subarray(0, 10)),
    '/long': (_, response) => void response.writeHead(200).end(Buffer.alloc(9000)),
    '/encoded': (_, response) => void response.writeHead(200, { 'content-encoding': 'gzip' }).end(packed),
    '/silent': (_, response) => response.writeHead(200).flushHeaders(),
    '/busy': (request, response) => {
      if (++tries < 3) response.writeHead(503).end();
      else whole(request, response);
    },
  });
  const closed = createServer();
  await new Promise<void>(done => closed.listen(0, '127.0.0.1', done));
  const dead = `http://127.0.0.1:${(closed.address() as AddressInfo).port}/x`;
  await new Promise(done => closed.close(done));
  const bad = [
    dead,
    `${base}/none`,
    `${base}/wrong`,
    `${base}/short`,
    `${base}/long`,
    `${base}/encoded`,
    `${base}/silent`,
  ];
  const cacheDirectory = t.testdir({});
  const options = { cacheDirectory, retries: 1, backoff: 1, stall: 700 };
  const message = await refusal(fetchDataset(files(...bad), options), 'APICAL_DATA_FETCH');
  for (const [k, reason] of [
    /ECONNREFUSED/,
    /HTTP 404/,
    /wrong SHA-256: expected [0-9a-f]{64}, found [0-9a-f]{64}/,
    /ended after 10 of 5000 bytes/,
    /more than the 5000 bytes/,
    /re-encodes files/,
    /no data for 0\.7 s/,
  ].entries()) {
    const line = message.split('\n').find(l => l.includes(`${bad[k]!}: `));
    t.match(line, reason);
  }
  t.match(message, /by hand into .*set$/);
  const [file] = await fetchDataset(files(...bad.slice(0, 4), `${base}/busy`), { ...options, retries: 2 });
  t.equal(file!.url, `${base}/busy`);
  const nowhere = fetchDataset({ name: 'empty', files: [plainFile] }, options);
  t.match(await refusal(nowhere, 'APICAL_DATA_FETCH'), /names no address/);
});

t.test('a file inside an archive or a gzip is taken out', async t => {
  const archive = writeZip([
    ['readme', content.subarray(0, 3)],
    ['in/x.bin', content],
  ]);
  const { base } = await serve(t, {
    '/a.zip': (_, response) => void response.writeHead(200).end(archive),
    '/x.bin.gz': (_, response) => void response.writeHead(200).end(packed),
    '/bad.zip': (_, response) => void response.writeHead(200).end(archive.subarray(0, 99)),
  });
  for (const url of [`${base}/a.zip#in/x.bin`, `${base}/x.bin.gz`]) {
    const cacheDirectory = t.testdir({});
    const bad = [`${base}/a.zip#none`, `${base}/bad.zip#in/x.bin`];
    const [file] = await fetchDataset(files(...bad, url), { cacheDirectory, ...quick });
    t.equal(file!.url, url);
    t.same(await readFile(file!.path), Buffer.from(content));
    t.same(await readdir(path.dirname(file!.path)), ['x.bin']);
  }
});

t.test('a cache that cannot be written to is said so', async t => {
  const folder = t.testdir({ file: 'x' });
  const options = { cacheDirectory: path.join(folder, 'file') };
  t.match(
    await refusal(fetchDataset(files('http://127.0.0.1/'), options), 'APICAL_DATA_FETCH'),
    /cannot be made/,
  );
  await mkdir(path.join(folder, 'set', 'x.bin.part'), { recursive: true });
  const { base } = await serve(t, { '/x': whole });
  const message = await refusal(
    fetchDataset(files(`${base}/x`), { cacheDirectory: folder, ...quick }),
    'APICAL_DATA_FETCH',
  );
  t.match(message, /x\.bin/);
});
