/** What the tests share: a converter that knows ms and s, configs in a folder, and the error of a call. */
import { ApicalError, isApicalError } from '@apical/core';
import { compose, type Composed } from '../src/index.js';

const milliseconds: Readonly<Record<string, number>> = { ms: 1, s: 1000 };
export function convert(text: string, unit: string): number {
  const [, number = '', own = ''] = /^\s*([-+.\deE]+)\s*(\w*)$/.exec(text) ?? [];
  if (own === '' || own === unit) return Number(number);
  const [from, to] = [milliseconds[own], milliseconds[unit]];
  if (from === undefined || to === undefined)
    throw new ApicalError('APICAL_UNIT', `"${text}" is in ${own}; a quantity in ${unit} is wanted`);
  return (Number(number) * from) / to;
}
/** Composes `target` from configs in `<folder>/configs`, seen from the folder. */
export const composeIn =
  (folder: string) =>
  (target: string, ...overrides: string[]): Composed =>
    compose({ target, roots: ['configs'], overrides, convert, cwd: folder });

/** `message @ place`; fails where nothing of the user's is thrown. */
export function told(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (!isApicalError(error)) throw error;
    return `${error.message} @ ${error.at ?? 'nowhere'}`;
  }
  throw new Error('nothing was thrown');
}
