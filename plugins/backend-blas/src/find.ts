/** Finds, loads and checks one BLAS; a failure is one line that says what was looked for and what helps. */
import type { DType } from '@apical/core';
import { candidates, remedy } from './candidates.js';
import { functionsOf, worksHere, type Functions } from './functions.js';
import { fileName, identify, unidentified, withThreads, type Identity } from './identify.js';
import type { Koffi, Machine, SharedLibrary } from './machine.js';

export interface Blas {
  readonly identity: Identity;
  readonly functions: Readonly<Record<DType, Functions>>;
  readonly address: (view: ArrayBufferView) => number;
  /** Held, so that it stays loaded. */
  readonly library: SharedLibrary;
}
export type Found = { readonly blas: Blas } | { readonly why: string };

const reasonOf = (error: unknown): string => {
  const [line = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
  return line.replace(/^Failed to load shared library: /, '').trim();
};
/** `APICAL_BLAS_THREADS`, 1 where it is not set. */
function threadsIn(env: Machine['env']): number | string {
  const given = env['APICAL_BLAS_THREADS'];
  if (given === undefined || given === '') return 1;
  return /^[1-9]\d{0,3}$/.test(given)
    ? Number(given)
    : `APICAL_BLAS_THREADS is "${given}"; give a whole number of threads, 1 or more`;
}
/** Looks at `APICAL_BLAS` first and then at nothing else; else at the names of the platform. */
export function findBlas(machine: Machine): Found {
  const { env, platform } = machine;
  const threads = threadsIn(env);
  if (typeof threads === 'string') return { why: threads };
  let koffi: Koffi;
  try {
    koffi = machine.koffi();
  } catch (error) {
    return {
      why: `the optional package koffi, which calls libraries of the system, cannot be used: ${reasonOf(error)}; run "npm install koffi"`,
    };
  }
  const named = env['APICAL_BLAS'];
  if (named !== undefined && named !== '') {
    const found = tryLibrary(koffi, named, threads, machine, true);
    return 'why' in found ? { why: `APICAL_BLAS is "${named}": ${found.why}` } : found;
  }
  const names = candidates(platform);
  const refused: string[] = [];
  for (const name of names) {
    const found = tryLibrary(koffi, name, threads, machine, false);
    if ('blas' in found) return found;
    if (found.next === 'never') return { why: found.why };
    if (found.next === 'told') refused.push(`${fileName(name)}: ${found.why}`);
  }
  const looked = names.length ? `no fast BLAS among ${names.map(fileName).join(', ')}` : 'no BLAS is known';
  const met = refused.length ? ` (${refused.join('; ')})` : '';
  return { why: `${looked}${met}; ${remedy(platform)}` };
}
/** What is done where this one is refused: the next is tried, with or without a word, or none is. */
type Tried = { readonly blas: Blas } | { readonly why: string; readonly next: 'silently' | 'told' | 'never' };

/** A library that does not say what it is is taken only where it was named. */
function tryLibrary(koffi: Koffi, name: string, threads: number, machine: Machine, named: boolean): Tried {
  return withThreads(machine.env, threads, (): Tried => {
    let library: SharedLibrary;
    try {
      library = koffi.load(name);
    } catch (error) {
      return { why: `it cannot be loaded: ${reasonOf(error)}`, next: 'silently' };
    }
    const no = (why: string): Tried => ({ why, next: 'told' });
    let functions: Blas['functions'];
    try {
      functions = {
        float32: functionsOf(library, 'float32'),
        float64: functionsOf(library, 'float64'),
      };
    } catch (error) {
      return no(`it is no BLAS with the C interface: ${reasonOf(error)}`);
    }
    const told = identify(library, name, threads, machine);
    if (!told && !named)
      return no('it does not tell what it is, and may be the slow reference; APICAL_BLAS takes it');
    const identity = told ?? unidentified(name, threads, machine);
    if (/USE64BITINT|ILP64/.test(identity.version))
      return no(`${identity.version} counts in 64-bit integers; one that counts in 32 bits is needed`);
    if (identity.threads !== threads)
      return {
        why: `APICAL_BLAS_THREADS asks for ${threads} threads, ${identity.library} gives ${identity.threads}`,
        next: 'never',
      };
    const address = (view: ArrayBufferView): number => Number(koffi.address(view));
    for (const dtype of ['float64', 'float32'] as const)
      if (!worksHere(functions[dtype], dtype, address))
        return no(`${identity.library} ${identity.version} gives wrong products in ${dtype}`);
    return { blas: { identity, functions, address, library } };
  });
}
