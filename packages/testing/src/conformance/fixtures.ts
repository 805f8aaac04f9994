/** Recorded cases of the intermediate form as JSON (`fixtures/backend.json`): for backends that are not written here. */
import { readFileSync } from 'node:fs';
import type { Backend, Cell, DType, FloatArray, Operation } from '@apical/core';
import { close, type Check } from './check.js';

/** `$name` in the operation stands for the array or cell of that name. */
interface Fixture {
  readonly name: string;
  readonly arrays: Readonly<Record<string, readonly number[]>>;
  readonly cells: Readonly<Record<string, number>>;
  readonly operations: readonly unknown[];
  /** Array or cell → numbers after one step. */
  readonly expected: Readonly<Record<string, readonly number[]>>;
}
/** Expected numbers are exact or rounded once to float64; float32 keeps 24 bits over sums of at most 6 terms. */
const tolerances: Readonly<Record<DType, number>> = { float64: 1e-15, float32: 1e-6 };

function bound(value: unknown, named: ReadonlyMap<string, FloatArray>): unknown {
  if (typeof value === 'string' && value.startsWith('$')) return named.get(value.slice(1));
  if (Array.isArray(value)) return value.map(v => bound(v, named));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, bound(v, named)]));
}
export function backendFixtures(
  backend: Backend,
  dtype: DType,
  file: string | URL = new URL('../../fixtures/backend.json', import.meta.url),
): Check[] {
  const fixtures = JSON.parse(readFileSync(file, 'utf8')) as readonly Fixture[];
  return fixtures.map(({ name, arrays, cells, operations, expected }) => ({
    name: `fixture: ${name}`,
    run() {
      const memory = backend.open({ dtype });
      const named = new Map<string, FloatArray | Cell>();
      for (const [key, values] of Object.entries(arrays)) {
        const array = memory.allocate(values.length);
        array.set(values);
        named.set(key, array);
      }
      for (const [key, value] of Object.entries(cells)) named.set(key, memory.allocateCell(value));
      memory.prepare(bound(operations, named) as readonly Operation[], name)();
      for (const [key, want] of Object.entries(expected))
        close(`${name}, ${key}`, named.get(key) ?? [], want, tolerances[dtype]);
    },
  }));
}
