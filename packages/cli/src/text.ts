/** Plain text: columns, wrapped lines, headings. */

/** Rows of cells, padded to columns with two spaces between; the last column is not padded. */
export function columns(rows: readonly (readonly string[])[], indent = ''): string {
  const count = Math.max(0, ...rows.map(r => r.length));
  const widths = Array.from({ length: count }, (_, k) =>
    Math.max(0, ...rows.map(r => Array.from(r[k] ?? '').length)),
  );
  return rows
    .map(row =>
      (
        indent +
        row
          .map((cell, k) =>
            k === row.length - 1 ? cell : cell + ' '.repeat(widths[k]! - Array.from(cell).length),
          )
          .join('  ')
      ).trimEnd(),
    )
    .join('\n');
}
export const indented = (text: string, by = '  '): string =>
  text
    .trim()
    .split('\n')
    .map(line => (line.trim() ? by + line.trimEnd() : ''))
    .join('\n');
