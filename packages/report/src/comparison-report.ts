/** The report of a comparison: verdict, table, figures, evidence of pairing, failures, how to make it again. */
import type { ComparisonResult } from '@apical/core';
import { schemeStyles } from './colours.js';
import { configuredFigures } from './configured.js';
import { costFigure } from './cost-figure.js';
import { differences } from './differences.js';
import { cardOfComparison, fairnessSection } from './fairness-section.js';
import type { FigurePlan, Scene } from './figure.js';
import { finalScores } from './final-scores.js';
import { formatDifference, missing } from './format.js';
import { angleToBp, angleWeights, layerFigure } from './layers.js';
import { curveMetrics, learningCurves } from './learning-curves.js';
import { definitions, figuresHtml, markup, page, section, table, type Html } from './page.js';
import { referenceSection, referenceVerdict } from './references.js';
import { renderAll } from './render.js';
import { rerunLines, timeStepSection } from './reruns.js';
import { configSection, costSection, environmentItems, layerSection, swatch } from './sections.js';
import { sortRows } from './series.js';
import { seedSection } from './seed-section.js';
import { columnsOf, controlWords } from './tables.js';
import { verdictOf } from './verdict.js';
import type { Report } from './write.js';

/** The scene of a comparison: schemes in the order of its table. */
export function comparisonScene(result: ComparisonResult): Scene {
  return {
    runs: result.runs.map(sortRows),
    headline: result.headline,
    styles: schemeStyles(
      result.rows.map(r => r.scheme),
      { baseline: result.baseline, control: result.control?.scheme ?? result.experiment.control },
    ),
    metrics: {
      ...Object.fromEntries(result.runs.flatMap(r => Object.entries(r.summary.metrics))),
      [result.headline]: result.metric,
    },
  };
}
/** What a comparison is drawn as, in order. */
export function comparisonFigures(scene: Scene, result: ComparisonResult): readonly FigurePlan[] {
  const { experiment } = result;
  // what a config draws itself is not drawn twice
  const asked = new Set((experiment.figures ?? []).map(f => f.of.split('/')[1]));
  return [
    ...configuredFigures(scene, experiment),
    result.rows.some(r => r.estimate) ? finalScores(scene, result) : undefined,
    differences(scene, result),
    ...curveMetrics(scene).flatMap(m => learningCurves(scene, m)),
    ...[angleToBp, angleWeights].filter(q => !asked.has(q.name)).map(q => layerFigure(scene, q)),
    costFigure(scene, result),
  ].filter(plan => plan !== undefined);
}

function verdictHtml(scene: Scene, result: ComparisonResult): Html {
  const { lead, clauses: found } = verdictOf(result);
  const clauses = [...found, referenceVerdict(scene, result.experiment)].filter(c => c !== undefined);
  return clauses.length <= 2
    ? markup`<div class="verdict"><p>${[lead, ...clauses].join('; ')}.</p></div>`
    : markup`<div class="verdict">
        <p>${lead}.</p>
        <ul>
          ${clauses.map(c => markup`<li>${c}.</li>`)}
        </ul>
      </div>`;
}
function mainTable(scene: Scene, result: ComparisonResult): Html {
  const columns = columnsOf(result, true);
  return table(
    `Mean ± half of the 95 % t-interval over seeds; differences over common seeds with intervals that hold together at 95 %`,
    [{ head: 'scheme' }, ...columns.map(c => ({ head: c.head, doc: c.doc, numeric: true }))],
    result.rows.map(row => [
      { text: swatch(scene, row.scheme) },
      ...columns.map(c => ({
        text:
          c.head === 'failed' && row.failures > 0
            ? markup`<span class="bad">${c.cell(row)}</span>`
            : c.cell(row),
        value: c.sort?.(row),
      })),
    ]),
  );
}
/** A comparison as one page and its figures. Equal input gives equal output. */
export async function comparisonReport(result: ComparisonResult): Promise<Report> {
  const scene = comparisonScene(result);
  const figures = await renderAll(comparisonFigures(scene, result));
  const { experiment, environment, control } = result;
  const title = `${experiment.name}: ${result.rows.length} ${result.rows.length === 1 ? 'scheme' : 'schemes'}, ${experiment.seeds.length} ${experiment.seeds.length === 1 ? 'seed' : 'seeds'}`;
  const layers = layerSection(scene);
  const reference = referenceSection(scene, experiment);
  const fairness = fairnessSection(scene, cardOfComparison(result));
  const timeSteps = timeStepSection(scene, result);
  const notes = [
    ...result.notes,
    ...rerunLines(result),
    ...(result.paired.yes
      ? []
      : ['The runs are NOT paired; see the evidence below. Differences are not due to the schemes alone.']),
    ...(environment.git?.dirty ? ['Made from a working tree with uncommitted changes.'] : []),
  ];
  const text = page(
    title,
    markup`<header>
      <p class="soft">Apical comparison of credit-assignment schemes</p>
      <h1>${title}</h1>
      ${experiment.doc ? markup`<p>${experiment.doc}</p>` : ''}
      <p class="soft">
        Task ${experiment.task.use} on ${experiment.dataset.use}; hidden layers
        ${experiment.network.hidden.join(', ') || 'none'}; ${experiment.train.epochs}
        ${experiment.train.epochs === 1 ? 'epoch' : 'epochs'}, batches of ${experiment.train.batch}.
        ${result.headline}: ${result.metric.doc}
      </p>
      <nav aria-label="Contents">
        <a href="#results">Results</a
        ><a href="#figures">Figures</a>${fairness ? markup`<a href="#fairness">Fairness</a>` : ''}${reference ? markup`<a href="#reference">Reference</a>` : ''}${layers ? markup`<a href="#layers">Layers</a>` : ''}<a
          href="#cost-table"
          >Cost</a
        ><a href="#seeds">Every run</a
        ><a href="#pairing">Pairing</a
        >${result.failed.length ? markup`<a href="#failed">Failed runs</a>` : ''}<a href="#reproduce"
          >Reproduce</a
        ><a href="#config">Config</a>
      </nav>
    </header> `,
    verdictHtml(scene, result),
    notes.map(n => markup`<p class="note">${n}</p>`),
    section(
      'results',
      'Results',
      mainTable(scene, result),
      control
        ? markup`<p>
            Control ${control.scheme}:
            ${control.beaten === 'no' ? markup`<span class="bad">not beaten</span>` : controlWords[control.beaten]} by ${result.baseline};
            control minus baseline ${formatDifference(control.difference)}.
          </p>`
        : '',
    ),
    fairness,
    timeSteps,
    section('figures', 'Figures', figuresHtml(figures)),
    reference,
    layers,
    costSection(scene),
    seedSection(scene, result),
    section(
      'pairing',
      'Pairing',
      markup`<p>paired: <strong>${result.paired.yes ? 'yes' : 'no'}</strong></p>
        <ul>
          ${result.paired.evidence.map(e => markup`<li>${e}</li>`)}
        </ul>`,
    ),
    result.failed.length
      ? section(
          'failed',
          'Failed runs',
          table(
            'Runs without a score',
            [{ head: 'scheme' }, { head: 'seed', numeric: true }, { head: 'message' }, { head: 'folder' }],
            result.failed.map(f => [
              { text: swatch(scene, f.id.scheme) },
              { text: String(f.id.seed), value: f.id.seed },
              { text: f.message },
              { text: f.folder ?? missing },
            ]),
          ),
        )
      : '',
    section(
      'reproduce',
      'How to reproduce',
      markup`<pre class="wrap">${result.command}</pre>`,
      definitions([
        ['config', markup`<code>${result.hash}</code>`],
        ['seeds', experiment.seeds.join(', ')],
        ...environmentItems(result.runs, environment),
        ['plugins', experiment.plugins.join(', ')],
      ]),
    ),
    configSection(experiment),
  );
  return { html: text, figures };
}
