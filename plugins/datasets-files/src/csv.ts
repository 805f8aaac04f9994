/** A table of numbers: one row a sample, one column the class or some the targets, the others inputs. */
import { ApicalError, checkOptions, injected, unknownName } from '@apical/core';
import type { CheckedOptions, Dataset, DatasetCache, Formats, Option, OptionSpec } from '@apical/core';
import ndarray from 'ndarray';
import { checkFinite, cut, loaded, splitOptions, wrong, type Block } from './parts.js';

const options: Readonly<Record<string, OptionSpec>> = {
  path: { doc: 'the file, gzipped or not', value: null },
  label: {
    doc: 'column with the class of each sample: its name, or its number from 0 (from the end when negative)',
    value: null,
  },
  targets: {
    doc: 'columns to predict: names with commas between them, or a list of numbers from 0',
    value: null,
  },
  header: {
    doc: 'does the first line name the columns; auto: yes, if it is not all numbers',
    value: 'auto',
    allowed: ['auto', 'yes', 'no'],
  },
  ...splitOptions,
};
/** Distinct texts in numeric order where all are numbers, else in alphabetic order. */
function classesOf(labels: readonly string[]): string[] {
  const distinct = [...new Set(labels)];
  if (distinct.every(l => l !== '' && Number.isFinite(Number(l))))
    return distinct.sort((a, b) => Number(a) - Number(b));
  return distinct.sort();
}
function labelOption(checked: CheckedOptions): string | number | undefined {
  const label = checked.value('label');
  if (label === undefined || typeof label === 'string' || typeof label === 'number') return label;
  throw new ApicalError(
    'APICAL_OPTION',
    'data set "csv", option "label": give the name or the number of one column',
  );
}
/** Numbers of the target columns. */
function targetColumns(
  given: Option | undefined,
  header: readonly string[] | undefined,
  width: number,
  file: string,
): number[] {
  if (given === undefined) return [];
  const wanted = Array.isArray(given)
    ? [...(given as readonly number[])]
    : String(given as string | number)
        .split(',')
        .map(s => s.trim());
  return wanted.map(column => {
    const named = header?.indexOf(String(column)) ?? -1;
    if (named >= 0 && typeof column === 'string') return named;
    const number = Number(column);
    const at = number < 0 ? width + number : number;
    if (Number.isInteger(at) && at >= 0 && at < width) return at;
    if (header && Number.isNaN(number))
      throw unknownName(`target column in ${file}`, String(column), header, {
        code: 'APICAL_DATA_FORMAT',
        at: file,
      });
    throw wrong(file, `there is no target column ${column}; give numbers from 0 to ${width - 1}`);
  });
}
export function createCsv(cache: DatasetCache, formats: Formats): Dataset {
  return {
    name: 'csv',
    doc: 'a table of numbers of your own, for classification (label), regression (targets) or autoencoding (neither)',
    source: { paper: 'your own' },
    options,
    async load(given) {
      const checked = checkOptions('data set "csv"', options, given);
      const path = checked.text('path');
      const label = labelOption(checked);
      const asked = checked.value('targets');
      if (label !== undefined && asked !== undefined)
        throw new ApicalError(
          'APICAL_OPTION',
          'data set "csv": both "label" and "targets" are given; give "label" for classes or "targets" for values',
        );
      const bytes = await cache.readPath(path);
      const header = checked.text('header');
      const table = formats.csv(bytes, path, {
        text: label,
        header: header === 'auto' ? undefined : header === 'yes',
      });
      const [rows, width] = table.values.shape as [number, number];
      const { data } = table.values;
      checkFinite(data, path, k => {
        const name = table.header?.[k % width] ?? k % width;
        return `row ${Math.floor(k / width) + 1} of data, column "${name}"`;
      });
      const targets = targetColumns(asked, table.header, width, path);
      const inputs = Array.from({ length: width }, (_, k) => k).filter(k => !targets.includes(k));
      if (inputs.length === 0) throw wrong(path, 'no column is left for the inputs');
      const pick = (columns: readonly number[]) => {
        const out = new Float64Array(rows * columns.length);
        for (let r = 0, to = 0; r < rows; r++) for (const c of columns) out[to++] = data[r * width + c]!;
        return ndarray(out, [rows, columns.length]);
      };
      const classes = table.text && classesOf(table.text);
      const number = new Map(classes?.map((c, k) => [c, k]));
      const all: Block = {
        inputs: inputs.length === width ? table.values : pick(inputs),
        ...(table.text
          ? {
              labels: ndarray(
                Int32Array.from(table.text, l => number.get(l)!),
                [rows],
              ),
            }
          : {}),
        ...(targets.length ? { targets: pick(targets) } : {}),
      };
      const splits = cut('csv', { train: all }, checked, formats, path);
      return loaded('csv', splits, classes, formats.sha256(bytes));
    },
  };
}
export const csvDataset = injected(['DatasetCache', 'Formats'], createCsv, 'csv');
