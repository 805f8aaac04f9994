/** The same numbers under other compilers of the engine, without instructions of the processor, and beside one another. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import t from 'tap';

const script = fileURLToPath(new URL('./bits.ts', import.meta.url));
const node = ['--conditions=@apical/source', '--import', 'tsx'];
const run = promisify(execFile);
const hashes = async (program: string, flags: readonly string[]): Promise<string> =>
  (await run(program, [...flags, ...node, script])).stdout.trim();
/** Other versions of Node: paths, apart by colons. */
const others = (process.env.APICAL_NODES ?? '').split(':').filter(path => path !== '');
t.test('hashes of training, products, functions and normals', async t => {
  t.setTimeout(180_000);
  const wanted = await hashes(process.execPath, []);
  t.match(wanted, /^(\w+ [0-9a-f]{64}\n?){8}$/);
  for (const flags of [
    ['--liftoff', '--no-wasm-tier-up'],
    ['--no-liftoff'],
    ['--no-enable-avx', '--no-enable-fma3'],
    ['--no-enable-sse4-2', '--no-enable-avx2'],
  ])
    t.equal(await hashes(process.execPath, flags), wanted, flags.join(' '));
  const two = await Promise.all([hashes(process.execPath, []), hashes(process.execPath, [])]);
  t.strictSame(two, [wanted, wanted], 'two processes at once');
  for (const program of others) t.equal(await hashes(program, []), wanted, program);
});
