/** Strings of configs made harmless in HTML, Markdown, CSV, file names and on a terminal. */

// Control characters have no place in a label and can steer a terminal; tab and newline become spaces.
const controls = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

/** One line, without control characters and without overrides of the writing direction. */
export const plainLine = (text: string): string => text.replace(/[\t\r\n]+/g, ' ').replace(controls, '');
const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
/** Safe as text and inside a quoted attribute; keeps newlines. */
export const escapeHtml = (text: string): string =>
  text
    .replace(/\r/g, '')
    .replace(controls, '')
    .replace(/[&<>"']/g, c => entities[c]!);
/** Safe inside one cell of a Markdown table. */
export const escapeMarkdown = (text: string): string =>
  plainLine(text)
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/([\\`*_[\]|])/g, '\\$1');
/** Lower-case letters, digits and dashes, at most 60. */
export const slug = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60) || 'figure';

/** At most `width` characters: what is too long loses its middle, because labels differ at their ends. */
export function shorten(text: string, width: number): string {
  const characters = Array.from(plainLine(text));
  if (characters.length <= width) return characters.join('');
  const tail = Math.floor((width - 1) / 2);
  return [...characters.slice(0, width - 1 - tail), '…', ...(tail ? characters.slice(-tail) : [])].join('');
}
/** Shortened labels, in order; two that became equal are numbered. */
export function shortenAll(labels: readonly string[], width: number): readonly string[] {
  const seen = new Map<string, number>();
  return labels.map(label => {
    const short = shorten(label, width);
    const count = (seen.get(short) ?? 0) + 1;
    seen.set(short, count);
    return count === 1 ? short : `${shorten(label, width - 2 - String(count).length)} #${count}`;
  });
}

export type Cell = string | number | boolean | null | undefined;
/** RFC 4180, first line the columns; numbers in full precision, missing ones empty. */
export function csv(columns: readonly string[], rows: readonly Readonly<Record<string, Cell>>[]): string {
  const cell = (value: Cell): string => {
    if (value === null || value === undefined) return '';
    if (typeof value === 'number') return Number.isFinite(value) ? String(value) : '';
    const text = String(value);
    return /[",\r\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
  };
  return [columns.join(','), ...rows.map(row => columns.map(c => cell(row[c])).join(','))].join('\n') + '\n';
}
