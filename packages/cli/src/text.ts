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
/** Without the indentation that all lines share: text from a template literal. */
export function dedented(text: string): string {
  const lines = text.replace(/^\s*\n|\s+$/g, '').split('\n');
  const indents = lines.filter(l => l.trim()).map(l => /^\s*/.exec(l)![0].length);
  // the first line may follow the opening quote directly: the others then share an indentation of their own
  const [first = 0, ...others] = indents;
  const common = first === 0 && others.length ? Math.min(...others) : Math.min(...indents, Infinity);
  const cut = (line: string): string => line.slice(Math.min(common, /^\s*/.exec(line)![0].length));
  return lines.map(cut).join('\n').trimEnd();
}
