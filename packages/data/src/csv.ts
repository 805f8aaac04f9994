/**
 * Tables of numbers as text: comma, semicolon, tab or spaces between fields (told from the first line), an optional header
 * line, double quotes around fields, blank lines ignored.
 */
import type { NdArray } from 'ndarray';
import { ApicalError, unknownName } from '@apical/core';
import { formatError, inflated, rowMajor } from './arrays.js';

export interface CsvOptions {
  /** Default: a first line that is not all numbers is a header. */
  readonly header?: boolean | undefined;
  /** A column read as text and left out of the numbers: name, or number from 0, from the end when negative. */
  readonly text?: string | number | undefined;
}
export interface CsvTable {
  /** Names of the columns of `values`. */
  readonly header?: readonly string[];
  /** `[rows, columns]` */
  readonly values: NdArray<Float64Array>;
  readonly text?: readonly string[];
}
const special: Readonly<Record<string, number>> = {
  nan: NaN,
  inf: Infinity,
  '+inf': Infinity,
  '-inf': -Infinity,
  infinity: Infinity,
  '+infinity': Infinity,
  '-infinity': -Infinity,
};
/** The number a field says, or undefined. `nan` and `inf` are numbers; an empty field and `0x1f` are not. */
function numberOf(field: string): number | undefined {
  const value = Number(field);
  if (Number.isNaN(value)) return special[field.trim().toLowerCase()];
  return /^\s*(0[xbo]|$)/i.test(field) ? undefined : value;
}
/** Lines with their numbers, without line ends, blank ones left out. */
function* linesOf(bytes: Uint8Array): Generator<readonly [number, string]> {
  const decoder = new TextDecoder();
  for (let at = 0, line = 1; at < bytes.length; line++) {
    const next = bytes.indexOf(10, at);
    const end = next < 0 ? bytes.length : next;
    const text = decoder.decode(bytes.subarray(at, bytes[end - 1] === 13 && end > at ? end - 1 : end));
    at = end + 1;
    if (text.trim() !== '') yield [line, text];
  }
}
const separatorOf = (line: string): string =>
  ['\t', ';', ','].find(s => line.includes(s)) ?? (/\S\s+\S/.test(line) ? ' ' : ',');

interface Field {
  readonly text: string;
  /** From 1. */
  readonly column: number;
}
function quotedFields(line: string, separator: string, where: (column: number) => string): Field[] {
  const fields: Field[] = [];
  for (let at = 0; at <= line.length;) {
    const column = at + 1;
    let text = '';
    if (line[at] === '"') {
      let close = line.indexOf('"', at + 1);
      for (; close >= 0 && line[close + 1] === '"'; close = line.indexOf('"', at + 1)) {
        text += line.slice(at + 1, close + 1);
        at = close + 1;
      }
      if (close < 0)
        throw new ApicalError('APICAL_DATA_FORMAT', `${where(column)}: a quote is not closed on its line`);
      text += line.slice(at + 1, close);
      at = close + 1;
      if (at < line.length && line[at] !== separator)
        throw new ApicalError(
          'APICAL_DATA_FORMAT',
          `${where(at + 1)}: expected "${separator}" after a closing quote`,
        );
    } else {
      const next = line.indexOf(separator, at);
      text = line.slice(at, next < 0 ? line.length : next);
      at = next < 0 ? line.length : next;
    }
    fields.push({ text, column });
    at += 1;
  }
  return fields;
}
function fieldsOf(line: string, separator: string, where: (column: number) => string): Field[] {
  if (separator === ' ') return [...line.matchAll(/\S+/g)].map(m => ({ text: m[0], column: m.index + 1 }));
  if (line.includes('"')) return quotedFields(line, separator, where);
  let column = 1;
  return line.split(separator).map(text => {
    const field = { text, column };
    column += text.length + 1;
    return field;
  });
}
/** Number of a column from its name or number; throws `APICAL_DATA_FORMAT` listing the columns. */
export function columnOf(
  column: string | number,
  header: readonly string[] | undefined,
  count: number,
  file: string,
): number {
  const named = typeof column === 'string' ? (header?.indexOf(column) ?? -1) : -1;
  if (named >= 0) return named;
  const index = typeof column === 'number' ? column : /^-?\d+$/.test(column) ? Number(column) : NaN;
  const at = index < 0 ? count + index : index;
  if (Number.isInteger(at) && at >= 0 && at < count) return at;
  if (typeof column === 'string' && header && Number.isNaN(index))
    throw unknownName(`column in ${file}`, column, header, { code: 'APICAL_DATA_FORMAT', at: file });
  const names = header ? `, or a name: ${header.join(', ')}` : '; the file has no header with names';
  throw formatError(file, `there is no column ${column}; give a number from 0 to ${count - 1}${names}`);
}
/** Reads a table. Errors name `file:line:column`, all counted from 1. */
export function readCsv(raw: Uint8Array, file: string, options: CsvOptions = {}): CsvTable {
  const bytes = inflated(raw, file);
  const lines = linesOf(bytes);
  const first = lines.next();
  if (first.done) throw formatError(file, 'is empty; expected lines of numbers');
  const [firstLine, firstText] = first.value;
  const at = (line: number) => (column: number) => `${file}:${line}:${column}`;
  const separator = separatorOf(firstText);
  const bare = firstText.replace(/^#\s*/, '');
  let fields = fieldsOf(firstText, separator, at(firstLine));
  // Only the text column may hold text in a line of data; where it stands is known by number only.
  const textAt =
    typeof options.text === 'number' ? columnOf(options.text, undefined, fields.length, file) : -1;
  const isHeader = options.header ?? fields.some((f, k) => k !== textAt && numberOf(f.text) === undefined);
  const names = isHeader ? fieldsOf(bare, separator, at(firstLine)).map(f => f.text.trim()) : undefined;
  const columns = names?.length ?? fields.length;
  const textColumn = options.text === undefined ? -1 : columnOf(options.text, names, columns, file);
  const width = columns - (textColumn < 0 ? 0 : 1);
  let most = 1;
  for (let k = bytes.indexOf(10); k >= 0; k = bytes.indexOf(10, k + 1)) most++;
  const values = new Float64Array(most * width);
  const text: string[] = [];
  let line = firstLine;
  let rows = 0;
  const add = (): void => {
    if (fields.length !== columns)
      throw formatError(
        `${file}:${line}:1`,
        `${fields.length} fields; the ${isHeader ? 'header' : 'first line'} (line ${firstLine}) has ${columns}`,
      );
    let to = rows * width;
    for (let k = 0; k < columns; k++) {
      const field = fields[k]!;
      if (k === textColumn) {
        text.push(field.text.trim());
        continue;
      }
      const value = numberOf(field.text);
      if (value === undefined) {
        const name = names?.[k] === undefined ? `column ${k}` : `column "${names[k]}"`;
        const found = field.text.trim() === '' ? 'an empty field' : JSON.stringify(field.text.trim());
        throw formatError(`${file}:${line}:${field.column}`, `${found} in ${name}; expected a number`);
      }
      values[to++] = value;
    }
    rows++;
  };
  if (!isHeader) add();
  for (const [number, content] of lines) {
    line = number;
    fields = fieldsOf(content, separator, at(line));
    add();
  }
  if (rows === 0) throw formatError(file, 'has a header but no line of numbers');
  return {
    ...(names ? { header: names.filter((_, k) => k !== textColumn) } : {}),
    values: rowMajor(values.subarray(0, rows * width), [rows, width]),
    ...(textColumn < 0 ? {} : { text }),
  };
}
