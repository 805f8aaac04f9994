/** Vega-Lite specification → SVG text, without a browser. Vega (about a second to load) is imported on first use. */
import type { TopLevelSpec } from 'vega-lite';
import { slug } from './escape.js';
import type { Figure, FigurePlan } from './figure.js';

/** Advance widths of Helvetica in thousandths of an em, by groups of characters; others count as 556. */
const widths = new Map<string, number>(
  (
    [
      [222, "ijl'|"],
      [278, 'ftI.,:;/![] \\·'],
      [333, 'r()-`"*'],
      [500, 'ckvxysJz'],
      [584, '+=<>~−±×'],
      [667, 'ABEKPSVXY&'],
      [722, 'CDHNRUw'],
      [778, 'GOQ'],
      [833, 'mM'],
      [944, 'W%'],
      [1000, '…—@'],
    ] as const
  ).flatMap(([width, characters]) => Array.from(characters, c => [c, width] as const)),
);
function textWidth(item: { readonly fontSize?: number }, text: string | number | null | undefined): number {
  let sum = 0;
  for (const c of String(text ?? '')) sum += widths.get(c) ?? 556;
  return (sum / 1000) * (item.fontSize ?? 11);
}
interface TextMetrics {
  width: unknown;
}
/**
 * Ids of clip paths and gradients count through the life of the process; numbered anew they make output equal for
 * equal input, and with the figure's name unique within one page.
 */
function renameIds(svg: string, prefix: string): string {
  const names = new Map<string, string>();
  for (const [, id] of svg.matchAll(/\sid="([^"]+)"/g))
    if (!names.has(id!)) names.set(id!, `${prefix}-${names.size + 1}`);
  return svg
    .replace(/(\sid=")([^"]+)"/g, (_, start: string, id: string) => `${start}${names.get(id)!}"`)
    .replace(/url\(#([^)]+)\)/g, (all, id: string) => (names.has(id) ? `url(#${names.get(id)!})` : all));
}
/** Paths to a hundredth of a pixel: a third less text. */
const coarse = (svg: string): string =>
  svg.replace(/\sd="[^"]*"/g, path =>
    path.replace(/\d+\.\d{3,}/g, n => String(Number(Number(n).toFixed(2)))),
  );

/** The figure drawn. What Vega-Lite would only warn about is handed to `warn`. */
export async function renderFigure(plan: FigurePlan, warn?: (message: string) => void): Promise<Figure> {
  const [vega, vegaLite] = await Promise.all([import('vega'), import('vega-lite')]);
  const logger = vega.logger(vega.Warn, undefined, (_method, _level, input) => {
    warn?.(Array.from(input as unknown as ArrayLike<unknown>, String).join(' '));
  });
  const { spec } = vegaLite.compile(plan.spec as unknown as TopLevelSpec, { logger });
  const view = new vega.View(vega.parse(spec), { renderer: 'none', logger });
  // Layout must not depend on whether a canvas library happens to be installed.
  const metrics = (vega as unknown as { textMetrics: TextMetrics }).textMetrics;
  const before = metrics.width;
  metrics.width = textWidth;
  try {
    const svg = await view.toSVG();
    return { ...plan, svg: renameIds(coarse(svg), slug(plan.name)) };
  } finally {
    metrics.width = before;
    view.finalize();
  }
}
/** In order; one after another, because they share the measuring of text. */
export async function renderAll(
  plans: readonly FigurePlan[],
  warn?: (message: string) => void,
): Promise<readonly Figure[]> {
  const figures: Figure[] = [];
  for (const plan of plans) figures.push(await renderFigure(plan, warn));
  return figures;
}
