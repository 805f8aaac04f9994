/** Which library it is, what decides its last bits, and how many threads it works with. */
import type { Machine, SharedLibrary } from './machine.js';

/** Enters the hash of every run. */
export interface Identity {
  /** `OpenBLAS`, `MKL`, `BLIS`, `Accelerate`; `unknown`: it does not tell. */
  readonly library: string;
  /** As the library tells it, with the options it was built with. */
  readonly version: string;
  /** The processor that its kernels are made for: other kernels give other last bits. */
  readonly core: string;
  readonly threads: number;
}
/** Read by the libraries while they are loaded; those built on OpenMP listen to nothing else. */
const threadVariables = [
  'OPENBLAS_NUM_THREADS',
  'OMP_NUM_THREADS',
  'MKL_NUM_THREADS',
  'BLIS_NUM_THREADS',
  'VECLIB_MAXIMUM_THREADS',
];
/** Runs `load` with the number of threads in the environment, then leaves the environment as it was. */
export function withThreads<T>(env: Machine['env'], threads: number, load: () => T): T {
  const wanted = Object.fromEntries(threadVariables.map(name => [name, String(threads)]));
  // MKL then needs no OpenMP beside it
  if (threads === 1) wanted['MKL_THREADING_LAYER'] = env['MKL_THREADING_LAYER'] ?? 'SEQUENTIAL';
  const before = Object.keys(wanted).map(name => [name, env[name]] as const);
  Object.assign(env, wanted);
  try {
    return load();
  } finally {
    for (const [name, value] of before)
      if (value === undefined) Reflect.deleteProperty(env, name);
      else env[name] = value;
  }
}
type Call = (name: string, result: string, parameters?: readonly string[], ...given: unknown[]) => unknown;
/** Undefined where the library has no such function. */
const caller =
  (library: SharedLibrary): Call =>
  (name, result, parameters = [], ...given) => {
    let found: (...given: unknown[]) => unknown;
    try {
      found = library.func(name, result, parameters);
    } catch {
      return undefined;
    }
    return found(...given);
  };
const text = (value: unknown): string => (typeof value === 'string' ? value.replace(/\s+/g, ' ').trim() : '');

function openBlas(call: Call, threads: number): Identity | undefined {
  const version = call('openblas_get_config', 'str');
  if (version === undefined) return undefined;
  call('openblas_set_num_threads', 'void', ['int'], threads);
  const core = text(call('openblas_get_corename', 'str'));
  const actual = Number(call('openblas_get_num_threads', 'int') ?? threads);
  return { library: 'OpenBLAS', version: text(version), core, threads: actual };
}
function mkl(call: Call, threads: number, { processor }: Machine): Identity | undefined {
  const bytes = new Uint8Array(256);
  // it answers nothing: whether it was there shows in the bytes
  call('MKL_Get_Version_String', 'void', ['void *', 'int'], bytes, bytes.length);
  const version = text(new TextDecoder().decode(bytes.subarray(0, bytes.indexOf(0))));
  if (version === '') return undefined;
  call('MKL_Set_Dynamic', 'void', ['int'], 0);
  call('MKL_Set_Num_Threads', 'void', ['int'], threads);
  const actual = Number(call('MKL_Get_Max_Threads', 'int') ?? threads);
  return { library: 'MKL', version, core: processor, threads: actual };
}
function blis(call: Call, threads: number): Identity | undefined {
  const version = call('bli_info_get_version_str', 'str');
  if (version === undefined) return undefined;
  call('bli_thread_set_num_threads', 'void', ['int64_t'], threads);
  const actual = Number(call('bli_thread_get_num_threads', 'int64_t') ?? threads);
  const core = text(call('bli_arch_string', 'str', ['int'], call('bli_arch_query_id', 'int')));
  return { library: 'BLIS', version: text(version), core, threads: actual };
}
/** Comes with the operating system, whose release is its version. */
function accelerate(name: string, threads: number, { release, processor }: Machine): Identity | undefined {
  if (!/Accelerate|vecLib/.test(name)) return undefined;
  return { library: 'Accelerate', version: `Darwin ${release}`, core: processor, threads };
}
/** undefined: the library does not say what it is, as the slow reference BLAS does not. Sets the threads. */
export function identify(
  library: SharedLibrary,
  name: string,
  threads: number,
  machine: Machine,
): Identity | undefined {
  const call = caller(library);
  return (
    openBlas(call, threads) ??
    blis(call, threads) ??
    accelerate(name, threads, machine) ??
    mkl(call, threads, machine)
  );
}
/** The last part of a path, so that the place on a disk is not part of a run's hash. */
export const fileName = (name: string): string => name.replace(/^.*[\\/]/, '');
export const unidentified = (name: string, threads: number, { processor }: Machine): Identity => ({
  library: 'unknown',
  version: fileName(name),
  core: processor,
  threads,
});
