/** Which library is taken, and the one line that says why none is. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { blasBackend, thisMachine, type Koffi, type Machine } from '@apical/plugin-backend-blas';

type Env = Record<string, string | undefined>;
/** A loader that knows these libraries: functions by name. */
function fake(
  libraries: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
  loaded: string[] = [],
): Koffi {
  return {
    load(name) {
      loaded.push(name);
      const functions = libraries[name];
      if (!functions) throw new Error('Failed to load shared library: no such file');
      return {
        func(f) {
          if (!(f in functions)) throw new Error(`Cannot find function '${f}' in shared library`);
          return () => functions[f];
        },
      };
    },
    address: () => 0n,
  };
}
const cblas = Object.fromEntries(
  ['sgemm', 'sgemv', 'sger', 'dgemm', 'dgemv', 'dger'].map(f => [`cblas_${f}`, undefined]),
);
const machine = (koffi: () => Koffi, env: Env = {}, more: Partial<Machine> = {}): Machine => ({
  env,
  platform: 'linux',
  release: '6.1',
  processor: 'a processor',
  koffi,
  ...more,
});
const reason = (t: Test, given: Machine): string => {
  const backend = blasBackend({ machine: given });
  const why = backend.unavailable?.();
  t.same(backend.flags, {}, 'no flags');
  if (why === undefined) throw new Error('it can be used');
  t.notMatch(why, /\n/, 'one line');
  return why;
};
let here: Koffi | undefined;
try {
  here = thisMachine.koffi();
} catch (error) {
  console.error(
    `skipped: koffi is not installed here, libraries of the system are not tried: ${String(error)}`,
  );
}
const withKoffi = here ? {} : { skip: 'koffi is not installed' };

t.test('nothing is loaded before it is asked for', async t => {
  const loaded: string[] = [];
  const backend = blasBackend({ machine: machine(() => fake({}, loaded)) });
  t.strictSame([backend.name, backend.preference, backend.fallback], ['blas', 2, 'wasm']);
  t.strictSame(loaded, []);
  t.match(backend.unavailable?.(), /^no fast BLAS among libopenblas\.so\.0, /);
  const tries = loaded.length;
  t.ok(tries > 3);
  backend.unavailable?.();
  t.equal(loaded.length, tries, 'and looked for once');
});
t.test('koffi that is not installed is told with its remedy', async t => {
  const why = reason(
    t,
    machine(() => {
      throw new Error("Cannot find module 'koffi'\nRequire stack:\n- x");
    }),
  );
  t.match(why, /^the optional package koffi, .*: Cannot find module 'koffi'; run "npm install koffi"$/);
});
t.test('APICAL_BLAS that is no library is told with the loader’s reason', withKoffi, async t => {
  const koffi = () => here!;
  const missing = join(t.testdir(), 'libnone.so');
  const because = (name: string): string => reason(t, machine(koffi, { APICAL_BLAS: name }));
  t.match(because(missing), new RegExp(`^APICAL_BLAS is ".*libnone\\.so": it cannot be loaded: `));
  const text = join(t.testdir(), 'libtext.so');
  writeFileSync(text, 'no library at all');
  t.match(because(text), /^APICAL_BLAS is ".*libtext\.so": it cannot be loaded: /);
  if (process.platform === 'linux')
    t.match(
      because('libm.so.6'),
      /^APICAL_BLAS is "libm\.so\.6": it is no BLAS with the C interface: .*cblas_/,
    );
});
t.test('a library that does not tell what it is is passed over, and named in the reason', async t => {
  const why = reason(
    t,
    machine(() => fake({ 'libblas.so.3': cblas })),
  );
  t.match(
    why,
    /libblas\.so\.3\): it does not|\(libblas\.so\.3: it does not tell what it is, and may be the slow reference/,
  );
  t.match(why, /apt-get install libopenblas0/);
});
t.test('64-bit integers, wrong products and refused threads are told', async t => {
  const open = {
    ...cblas,
    openblas_get_config: 'OpenBLAS 0.3.21 USE64BITINT Haswell',
    openblas_get_num_threads: 1,
  };
  t.match(
    reason(
      t,
      machine(() => fake({ mine: open }), { APICAL_BLAS: 'mine' }),
    ),
    /^APICAL_BLAS is "mine": OpenBLAS 0\.3\.21 USE64BITINT Haswell counts in 64-bit integers/,
  );
  // the functions of the fake do nothing
  const idle = { ...open, openblas_get_config: 'OpenBLAS 0.3.21' };
  t.match(
    reason(
      t,
      machine(() => fake({ 'libopenblas.so.0': idle })),
    ),
    /gives wrong products in float64/,
  );
  const two = { APICAL_BLAS_THREADS: '2' };
  t.equal(
    reason(
      t,
      machine(() => fake({ 'libopenblas.so.0': idle, 'libopenblas.so': open }), two),
    ),
    'APICAL_BLAS_THREADS asks for 2 threads, OpenBLAS gives 1',
  );
  for (const wrong of ['0', '-1', 'two', '1.5'])
    t.match(
      reason(
        t,
        machine(() => fake({}), { APICAL_BLAS_THREADS: wrong }),
      ),
      `APICAL_BLAS_THREADS is "${wrong}"; give a whole number of threads, 1 or more`,
    );
});
t.test('each platform is told what helps there', async t => {
  const because = (platform: string): string =>
    reason(
      t,
      machine(() => fake({}), {}, { platform }),
    );
  t.match(because('win32'), /^no BLAS is known; Windows has none of its own: name a libopenblas\.dll/);
  t.match(because('darwin'), /^no fast BLAS among Accelerate, .*brew install openblas/);
});
t.test('threads stand in the environment while the library is loaded, and not after', async t => {
  const env: Env = { OMP_NUM_THREADS: '8', APICAL_BLAS_THREADS: '3' };
  let seen: Env = {};
  const koffi: Koffi = {
    ...fake({}),
    load() {
      seen = { ...env };
      throw new Error('no');
    },
  };
  reason(
    t,
    machine(() => koffi, env),
  );
  t.match(seen, { OMP_NUM_THREADS: '3', OPENBLAS_NUM_THREADS: '3', MKL_NUM_THREADS: '3' });
  t.strictSame(env, { OMP_NUM_THREADS: '8', APICAL_BLAS_THREADS: '3' });
});
t.test('flags say which library, which version, for which processor, with how many threads', async t => {
  const backend = blasBackend();
  const why = backend.unavailable?.();
  if (why !== undefined) {
    console.error(`skipped: no BLAS here: ${why}`);
    return;
  }
  t.strictSame(Object.keys(backend.flags), ['library', 'version', 'core', 'threads']);
  t.match(backend.flags, { library: /^\w+$/, version: /./, core: /./, threads: Number });
  t.notMatch(JSON.stringify(backend.flags), '/usr/', 'no path of this machine');
});
