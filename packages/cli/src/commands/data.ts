/** `apical data`: which data sets there are, where they lie, and fetching those that are files of others. */
import os from 'node:os';
import { fetchDataset, cacheDirectory, dataSearchPath } from '@apical/data';
import type { Dataset } from '@apical/core';
import { ApicalError } from '@apical/core';
import { interruption, shownPath, type Context } from '../context.js';
import { exitCodes, type ExitCode } from '../errors.js';
import { columns } from '../text.js';

const surroundings = () => ({ env: process.env, home: os.homedir(), platform: process.platform });
const megabytes = (bytes: number): string => `${(bytes / 1e6).toPrecision(3)} MB`;

/** Of a data set that needs no files: undefined. */
async function missingFiles(context: Context, dataset: Dataset): Promise<readonly string[] | undefined> {
  if (!dataset.files?.length) return undefined;
  const cache = (await context.host()).service('DatasetCache');
  const missing: string[] = [];
  for (const file of dataset.files) if (!(await cache.find(dataset.name, file))) missing.push(file.name);
  return missing;
}
export async function listData(context: Context): Promise<ExitCode> {
  const { Dataset } = (await context.host()).catalogues;
  const rows = await Promise.all(
    Dataset.parts().map(async dataset => {
      const missing = await missingFiles(context, dataset);
      const size = (dataset.files ?? []).reduce((sum, f) => sum + f.bytes, 0);
      const state =
        missing === undefined
          ? 'needs no download'
          : missing.length === 0
            ? 'on disk'
            : `to fetch, ${megabytes(size)}`;
      return { name: dataset.name, state, missing: missing ?? [], doc: dataset.doc };
    }),
  );
  if (context.options.json) context.json(rows);
  else context.out(columns(rows.map(({ name, state, doc }) => [name, state, doc])));
  return exitCodes.done;
}
export async function whereData(context: Context): Promise<ExitCode> {
  const [...folders] = dataSearchPath(surroundings());
  if (context.options.json) context.json(folders);
  else {
    context.out(folders.join('\n'));
    if (!process.env['APICAL_DATA'] && !context.options.quiet)
      context.terminal.err(
        'set APICAL_DATA to look in a folder of your own first: $APICAL_DATA/<data set>/<file>\n',
      );
  }
  return exitCodes.done;
}
export async function fetchData(context: Context, names: readonly string[]): Promise<ExitCode> {
  const { catalogues } = await context.host();
  const datasets = names.map(name => catalogues.Dataset.get(name));
  for (const { name, files } of datasets)
    if (!files?.length)
      throw new ApicalError(
        'APICAL_DATA_FETCH',
        `data set "${name}" needs no download: it is computed, or read from files of your own`,
      );
  const { signal, end } = interruption(context.screen);
  const { screen } = context;
  let drawn = -Infinity;
  try {
    for (const dataset of datasets) {
      const fetched = await fetchDataset(dataset, {
        cacheDirectory: cacheDirectory(surroundings()),
        log: (await context.host()).service('Logger'),
        signal,
        progress: ({ file, received, total }) => {
          if (!screen.live || context.options.quiet || performance.now() - drawn < 100) return;
          drawn = performance.now();
          screen.draw([
            `${file}: ${megabytes(received)}${total === undefined ? '' : ` of ${megabytes(total)}`}`,
          ]);
        },
      });
      screen.clear();
      if (context.options.json) context.json(fetched);
      else
        for (const { path, status } of fetched) context.out(`${dataset.name}: ${status}  ${shownPath(path)}`);
    }
  } catch (error) {
    screen.clear();
    if (signal.aborted) return exitCodes.interrupted;
    throw error;
  } finally {
    end();
  }
  return exitCodes.done;
}
