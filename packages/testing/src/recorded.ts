/** Random streams answered by recorded arrays. */
import { ApicalError } from '@apical/core';
import type { FloatArray, Streams } from '@apical/core';

/**
 * `initial` answers `W1` and `W1/bias`; a bias that is not recorded is zero, weights that are not recorded are an error.
 * `draws` answers `population/signal` with all draws in order of use.
 */
export function recordedStreams(
  id: string,
  initial: (name: string) => ArrayLike<number> | undefined,
  draws: (name: string) => ArrayLike<number> | undefined,
): Streams {
  const used = new Map<string, number>();
  const missing = (stream: string): ApicalError =>
    new ApicalError('APICAL_GOLDEN', `${id}: nothing is recorded for the stream "${stream}"`);
  return {
    initial(stream, { draw }, into) {
      const found = initial(stream.slice('init/'.length));
      if (!found) {
        if (draw !== 'zeros') throw missing(stream);
        return;
      }
      if (found.length !== into.length)
        throw new ApicalError(
          'APICAL_GOLDEN',
          `${id}: ${found.length} numbers are recorded for "${stream}", ${into.length} are needed`,
        );
      into.set(found);
    },
    normal(stream, into: FloatArray) {
      const data = draws(stream.slice('noise/'.length));
      if (!data) throw missing(stream);
      const run = (): void => {
        const from = used.get(stream) ?? 0;
        if (from + into.length > data.length)
          throw new ApicalError(
            'APICAL_GOLDEN',
            `${id}: the draws recorded for "${stream}" are used up after ${from}`,
          );
        for (let i = 0; i < into.length; i++) into[i] = data[from + i]!;
        used.set(stream, from + into.length);
      };
      return { op: 'call', where: stream, run, reads: [], writes: [into] };
    },
  };
}
