/** The report of one run: final metrics, curves, layers, cost, where its numbers come from. */
import { programsSaid } from '@apical/core';
import type { RunResult } from '@apical/core';
import { schemeStyles } from './colours.js';
import { cardOfRun, fairnessSection } from './fairness-section.js';
import type { FigurePlan, Scene } from './figure.js';
import { formatSeconds, missing, significant, unitSuffix } from './format.js';
import { angleToBp, angleWeights, layerFigure } from './layers.js';
import { learningCurves } from './learning-curves.js';
import { definitions, figuresHtml, markup, page, section, table } from './page.js';
import { renderAll } from './render.js';
import {
  configSection,
  costSection,
  environmentItems,
  knownQuantities,
  layerSection,
  pairingItems,
  probeNames,
} from './sections.js';
import { sortRows } from './series.js';
import type { Report } from './write.js';

/** Quantities of probes drawn beside the angles; more are in the table alone. */
const mostFigures = 8;
/** Told beside every angle: their table row says enough. */
const notDrawn = new Set([
  'angle-to-bp',
  'angle-weights',
  'cosine-to-bp',
  'angle-null-sd',
  'reference-too-small',
]);

function runFigures(scene: Scene): readonly FigurePlan[] {
  const told = scene.runs.flatMap(r =>
    r.told.filter(t => t.split !== undefined && t.split !== 'test' && !t.probe),
  );
  const metrics = [...new Set([scene.headline, 'loss', ...told.map(t => t.name)])];
  const others = probeNames(scene.runs).filter(n => !notDrawn.has(n));
  return [
    ...metrics.flatMap(m => learningCurves(scene, m)),
    layerFigure(scene, angleToBp),
    layerFigure(scene, angleWeights),
    ...others.slice(0, mostFigures).map(name => {
      const [title = name, doc = ''] = knownQuantities[name] ?? [];
      return layerFigure(scene, { name, title, axis: title, unit: '', caption: doc });
    }),
  ].filter(plan => plan !== undefined);
}
/** One run as one page and its figures. Equal input gives equal output. */
export async function runReport(result: RunResult): Promise<Report> {
  const { config, summary } = result;
  const scene: Scene = {
    runs: [sortRows(result)],
    headline: summary.headline,
    styles: schemeStyles([config.label]),
    metrics: summary.metrics,
  };
  const figures = await renderAll(runFigures(scene));
  const title = `${config.name}: ${config.label}, seed ${config.seed}`;
  const good = summary.status === 'finished' || summary.status === 'stopped';
  const unitOf = (key: string) => unitSuffix(summary.metrics[key.slice(key.indexOf('/') + 1)]?.unit ?? '');
  const value = (key: string, v: number | undefined) =>
    v === undefined || !Number.isFinite(v) ? missing : significant(v, 4) + unitOf(key);
  const test = `test/${summary.headline}`;
  const keys = [
    ...new Set([...Object.keys(summary.final), ...Object.keys(summary.best?.metrics ?? {})]),
  ].sort(
    (a, b) =>
      Number(b.includes(`/${summary.headline}`)) - Number(a.includes(`/${summary.headline}`)) ||
      (a < b ? -1 : 1),
  );
  const ends: Readonly<Record<string, string>> = {
    finished: 'finished',
    stopped: 'was stopped by an observer',
    diverged: 'diverged',
    failed: 'failed',
    interrupted: 'was interrupted',
  };
  const after = `after ${summary.epochs} ${summary.epochs === 1 ? 'epoch' : 'epochs'} (${summary.updates} updates, ${formatSeconds(summary.seconds)})`;
  const layers = layerSection(scene);
  const text = page(
    title,
    markup`<header>
        <p class="soft">Apical run</p>
        <h1>${title}</h1>
        ${config.doc ? markup`<p>${config.doc}</p>` : ''}
        <p class="soft">
          Scheme ${config.scheme.use}; task ${config.task.use} on ${config.dataset.use}; hidden layers
          ${config.network.hidden.join(', ') || 'none'}; batches of ${config.train.batch}.
        </p>
      </header>
      <div class="verdict">
        <p>
          ${config.label} ${ends[summary.status] ?? summary.status}
          ${after}${
            summary.final[test] === undefined
              ? '.'
              : ` with ${value(test, summary.final[test])} test ${summary.headline}.`
          }
        </p>
      </div>
      ${!good || summary.message ? markup`<p class="note">${summary.message ?? 'No message was left.'}</p>` : ''}
      <p class="note">not for inference: one run</p>
      ${programsSaid(summary).map(said => markup`<p class="note">${config.label} ${said}</p>`)} `,
    section(
      'results',
      'Results',
      keys.length
        ? table(
            summary.best
              ? `At the end, and at epoch ${summary.best.epoch}, the best on validation`
              : 'At the end',
            [
              { head: 'metric' },
              { head: 'end', numeric: true },
              ...(summary.best ? [{ head: 'best epoch', numeric: true }] : []),
              { head: 'meaning' },
            ],
            keys.map(key => [
              { text: key },
              { text: value(key, summary.final[key]), value: summary.final[key] },
              ...(summary.best
                ? [{ text: value(key, summary.best.metrics[key]), value: summary.best.metrics[key] }]
                : []),
              { text: summary.metrics[key.slice(key.indexOf('/') + 1)]?.doc ?? '' },
            ]),
          )
        : markup`<p>No metric was told.</p>`,
    ),
    figures.length ? section('figures', 'Figures', figuresHtml(figures)) : '',
    layers,
    fairnessSection(scene, cardOfRun(result)),
    costSection(scene),
    section(
      'reproduce',
      'Where the numbers come from',
      definitions([
        ['config', markup`<code>${summary.id.hash}</code>`],
        ['seed', String(config.seed)],
        ['folder', result.folder],
        ...environmentItems([result]),
        ['plugins', config.plugins.join(', ')],
      ]),
      markup`<p>Hashes that decide whether two runs saw the same numbers:</p>`,
      pairingItems(result),
    ),
    configSection(config),
  );
  return { html: text, figures };
}
