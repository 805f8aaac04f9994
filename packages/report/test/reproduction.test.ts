/** What a config asks of a report: figures of probes, scatter of single samples, reference values. */
import t from 'tap';
import type { ComparisonResult, FigureConfig, MetricRow, ReferenceConfig } from '@apical/core';
import { comparisonReport } from '../src/index.js';
import { comparisonFigures, comparisonScene } from '../src/comparison-report.js';
import { measured, referencePoints, referencesOf } from '../src/references.js';
import { demoComparison } from './demo-data.js';

const with_ = (
  base: ComparisonResult,
  more: { figures?: FigureConfig[]; reference?: ReferenceConfig[] },
): ComparisonResult => ({ ...base, experiment: { ...base.experiment, ...more } });
const demo = demoComparison({ schemes: ['bp', 'fa'], seeds: 4, epochs: 6, diverged: ['fa/2'] });
const fa = (epoch: number, layer: number): number[] =>
  demo.runs
    .filter(r => r.config.label === 'fa' && r.summary.status === 'finished')
    .map(r => r.rows.find(x => x.name === 'angle-weights' && x.epoch === epoch && x.layer === layer)!.value);
const values = (spec: unknown): Record<string, number | string>[] =>
  (spec as { data: { values: Record<string, number | string>[] } }).data.values;

t.test('reference values stand beside the mean of the runs that ended, at their epoch', async t => {
  const reference: ReferenceConfig[] = [
    {
      source: 'a paper <1>',
      scheme: 'fa',
      n: 10,
      values: {
        'alignment/angle-weights/layer1': { 3: [50, 100], 6: 70, 9: [1, 1] },
        'validation/error': { last: [1e-3, 1e-4] },
      },
    },
  ];
  const result = with_(demo, { reference });
  const scene = comparisonScene(result);
  const [third, sixth, ninth, last] = referencesOf(result.experiment);
  t.same(measured(scene, third!), fa(3, 1));
  t.same(measured(scene, sixth!), fa(6, 1));
  t.same(measured(scene, ninth!), [], 'no run came so far');
  t.equal(measured(scene, last!).length, 3);
  t.same(referencePoints(result.experiment, 'alignment/angle-weights')[0], {
    scheme: 'fa',
    layer: 1,
    epoch: 3,
    mean: 50,
    sd: 100,
  });
  t.same(referencePoints(result.experiment, 'alignment/angle'), []);
  const { html } = await comparisonReport(result);
  const rows = [...html.matchAll(/<tr>(.*?)<\/tr>/gs)].map(m => m[1]!.replace(/<[^>]*>/g, '|'));
  const own = rows.filter(r => r.includes('alignment/angle-weights/layer1'));
  t.match(own[0], /50 ± 100 \(10\).*\(3\).*\|yes\|/);
  t.match(own[1], /70 \(10\).*\|–\|/, 'no standard deviation, no verdict');
  t.match(
    rows.find(r => r.includes('validation/error'))!,
    /\|no\|/,
  );
  t.ok(html.includes('a paper &lt;1&gt;'));
  t.match(html, /1 of 2 reference values are met within one standard deviation/);
});

t.test('a figure of a probe has the band that is asked for, and the reference in it', async t => {
  const figures: FigureConfig[] = [
    { of: 'alignment/angle-weights', title: 'Own', axis: 'own axis', unit: 'degrees', band: 'range' },
    { of: 'alignment/norm-ratio', scale: 'log', band: 'deviation' },
    { of: 'alignment/nothing' },
  ];
  const reference: ReferenceConfig[] = [
    { source: 's', scheme: 'fa', values: { 'alignment/angle-weights/layer2': { 4: [40, 3] } } },
  ];
  const result = with_(demo, { figures, reference });
  const plans = comparisonFigures(comparisonScene(result), result);
  const names = plans.map(p => p.name);
  t.same(names.slice(0, 2), ['layers-alignment-angle-weights', 'layers-alignment-norm-ratio']);
  t.notOk(names.includes('layers-angle-weights'), 'drawn once');
  t.ok(names.includes('layers-angle-to-bp'), 'the others as always');
  const [own, log] = plans;
  t.match(own, { title: 'Own', caption: /smallest to largest.*Diamonds/ });
  const at = values(own!.spec).find(v => v.kind === 'mean' && v.epoch === 3 && v.layer === 1)!;
  t.same([at.low, at.high], [Math.min(...fa(3, 1)), Math.max(...fa(3, 1))]);
  t.match(
    values(own!.spec).find(v => v.kind === 'reference'),
    { layer: 2, epoch: 4, value: 40, low: 37, high: 43 },
  );
  t.match(JSON.stringify(log!.spec), /"type":"log"/);
  const report = await comparisonReport(result);
  for (const figure of report.figures) t.notMatch(figure.svg, /NaN|undefined|Infinity/, figure.name);
  t.throws(() => comparisonFigures(comparisonScene(demo), with_(demo, { figures: [{ of: 'angle' }] })), {
    code: 'APICAL_FIGURE',
  });
});

t.test('what is told of the whole network is one panel, with its reference', async t => {
  const runs = demo.runs.map(r => ({
    ...r,
    rows: [
      ...r.rows,
      ...[0, 3, 6].map((epoch): MetricRow => ({
        epoch,
        update: 0,
        probe: 'code',
        name: 'separability',
        value: 10 + epoch,
      })),
    ],
  }));
  const figures: FigureConfig[] = [{ of: 'code/separability', unit: '%' }];
  const reference: ReferenceConfig[] = [
    { source: 's', scheme: 'fa', values: { 'code/separability': { 3: [12, 2] } } },
  ];
  const result = with_({ ...demo, runs }, { figures, reference });
  const [plan] = comparisonFigures(comparisonScene(result), result);
  t.equal(plan!.name, 'layers-code-separability');
  t.same([...new Set(values(plan!.spec).map(v => v.layer))], [0]);
  t.match(
    values(plan!.spec).find(v => v.kind === 'reference'),
    { epoch: 3, value: 12, low: 10, high: 14 },
  );
  t.notMatch((await comparisonReport(result)).figures[0]!.svg, /layer 0/);
});

t.test('samples become a scatter, a panel a scheme, coloured by class; they are in no curve', async t => {
  const points = (seed: number, epoch: number): MetricRow[] =>
    [0, 1, 2].flatMap(sample => {
      const at = { epoch, update: 0, probe: 'code', sample };
      return [
        { ...at, name: 'value', layer: 1, value: sample + seed + epoch },
        { ...at, name: 'value', layer: 2, value: -sample },
        { ...at, name: 'class', value: sample % 2 },
      ];
    });
  const runs = demo.runs.map(r => ({
    ...r,
    rows: [...r.rows, ...points(r.config.seed, 5), ...points(r.config.seed, 6)],
  }));
  const figures: FigureConfig[] = [{ kind: 'scatter', of: 'code/value', colour: 'class', title: 'Code' }];
  const result = with_({ ...demo, runs }, { figures });
  const scene = comparisonScene(result);
  t.notOk(scene.runs.some(r => r.told.some(x => x.probe === 'code')));
  const [plan] = comparisonFigures(scene, result);
  t.match(plan, { name: 'scatter-code-value', title: 'Code', caption: /bp: seed 0, fa: seed 0/ });
  t.match(
    values(plan!.spec).filter(v => v.panel === 'fa'),
    [
      { sample: 0, x: 6, y: -0, class: 0 },
      { sample: 1, x: 7, y: -1, class: 1 },
      { sample: 2, x: 8, y: -2, class: 0 },
    ],
    'of the last epoch',
  );
  const report = await comparisonReport(result);
  t.notMatch(report.figures[0]!.svg, /NaN|undefined/);
  const none = with_(demo, { figures });
  t.not(comparisonFigures(comparisonScene(none), none)[0]!.name, 'scatter-code-value', 'nothing to draw');
});
