/** The frame of a report: one HTML file that needs nothing from outside and no script to be read. */
import { createHash } from 'node:crypto';
import { escapeHtml } from './escape.js';
import type { Figure } from './figure.js';
import { script, style } from './page-style.js';

/** Text that is HTML already: everything else is escaped on its way in. */
export class Html {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}
type Part = Html | string | number | undefined | readonly Part[];
const part = (value: Part): string =>
  value === undefined
    ? ''
    : value instanceof Html
      ? value.text
      : typeof value === 'object'
        ? value.map(part).join('')
        : escapeHtml(String(value));
/** `` markup`<p>${label}</p>` ``: values are escaped unless they are `Html`. */
export const markup = (strings: TemplateStringsArray, ...values: readonly Part[]): Html =>
  new Html(strings.map((s, i) => s + part(values[i])).join(''));

export interface TableCell {
  readonly text: Part;
  /** To sort by. */
  readonly value?: number | undefined;
}
export interface TableColumn {
  readonly head: string;
  readonly doc?: string;
  readonly numeric?: boolean;
}
/** The first cell of each row heads it. */
export function table(
  caption: string,
  columns: readonly TableColumn[],
  rows: readonly (readonly TableCell[])[],
): Html {
  const head = columns.map(c => {
    const attributes = [c.numeric ? markup` class="n"` : '', c.doc ? markup` title="${c.doc}"` : ''];
    return markup`<th scope="col"${attributes}>${c.head}</th>`;
  });
  const body = rows.map(row => {
    const cells = row.map((cell, i) => {
      const sort =
        cell.value === undefined || !Number.isFinite(cell.value) ? '' : markup` data-value="${cell.value}"`;
      const numeric = columns[i]?.numeric ? markup` class="n"` : '';
      return i === 0
        ? markup`<th scope="row"${sort}>${cell.text}</th>`
        : markup`<td${numeric}${sort}>${cell.text}</td>`;
    });
    return markup`<tr>${cells}</tr>\n`;
  });
  return markup`<div class="scroll" role="region" aria-label="${caption}" tabindex="0"><table>
<caption>${caption}</caption>
<thead><tr>${head}</tr></thead>
<tbody>
${body}</tbody></table></div>
`;
}
/** Terms and their values; those without a value are left out. */
export const definitions = (items: readonly (readonly [string, Part])[]): Html =>
  markup`<dl>
    ${items
      .filter(([, value]) => value !== undefined && value !== '')
      .map(
        ([term, value]) =>
          markup`<div>
            <dt>${term}</dt>
            <dd>${value}</dd>
          </div>`,
      )}
  </dl>`;
export const section = (id: string, title: string, ...body: readonly Part[]): Html =>
  markup`<section id="${id}" aria-labelledby="${id}-title">
    <h2 id="${id}-title">${title}</h2>
    ${body}
  </section> `;
/** Larger data are left to the files beside the report. */
const largestCsv = 400_000;

function figureHtml(figure: Figure): Html {
  // In HTML the namespaces are known; without them the page has no address but those in its text.
  const svg = figure.svg
    .replace(/\sxmlns(:\w+)?="[^"]*"/g, '')
    .replace(
      /^<svg /,
      `<svg role="img" aria-labelledby="${figure.name}-title" aria-describedby="${figure.name}-caption" `,
    );
  const width = Number(/viewBox="0 0 ([\d.]+) /.exec(svg)?.[1] ?? 600);
  const download =
    figure.csv.length <= largestCsv
      ? markup` <a class="data" download="${figure.name}.csv" href="data:text/csv;charset=utf-8;base64,${Buffer.from(figure.csv).toString('base64')}">CSV</a>`
      : '';
  return markup`<figure id="${figure.name}"${figure.wide ? markup` class="wide"` : ''}>
<h3 id="${figure.name}-title">${figure.title}</h3>
<div class="card" tabindex="0" role="region" aria-label="${figure.title}"><div style="max-width:${width}px;min-width:${Math.round(0.8 * width)}px">${new Html(svg)}</div></div>
<figcaption id="${figure.name}-caption">${figure.caption}${download}</figcaption>
</figure>
`;
}
export const figuresHtml = (figures: readonly Figure[]): Html =>
  markup`<div class="figures">${figures.map(figureHtml)}</div>`;

/** Only this one script may run, and nothing may be fetched: a label that slipped through would be harmless. */
const policy = `default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${createHash('sha256').update(script).digest('base64')}'; base-uri 'none'; form-action 'none'`;

export const page = (title: string, ...body: readonly Part[]): string =>
  markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${new Html(policy)}">
<title>${title}</title>
<style>${new Html(style)}</style>
</head>
<body>
<main>
${body}</main>
<script>${new Html(script)}</script>
</body>
</html>
`.text;
