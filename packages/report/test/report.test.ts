/** Pages and figures: complete, self-contained, harmless, equal for equal input, and sound in the corner cases. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { comparisonReport, runReport, writeReport, type Report } from '../src/index.js';
import { comparisonFigures, comparisonScene } from '../src/comparison-report.js';
import { renderFigure } from '../src/render.js';
import { demoComparison, type Demo } from './demo-data.js';

const names = (report: Report) => report.figures.map(f => f.name);
/** What every page must satisfy. */
function sound(t: Test, report: Report, title: string): void {
  t.test(title, async t => {
    for (const figure of report.figures) {
      t.notMatch(figure.svg, /NaN|undefined|Infinity/, `${figure.name} has only numbers`);
      t.match(figure.svg, /^<svg [^>]*viewBox/, `${figure.name} is a picture`);
      t.ok(report.html.includes(`<figure id="${figure.name}"`), `${figure.name} is on the page`);
      t.ok(figure.csv.split('\n').length > 2, `${figure.name} has its data`);
      t.ok(figure.caption.length > 40, `${figure.name} is explained`);
      t.ok(!/"url":\s*"/.test(JSON.stringify(figure.spec)), `${figure.name} carries its data`);
    }
    t.notMatch(report.html, /https?:\/\//, 'no address');
    t.notMatch(report.html, /<(link|img|iframe|object|embed)\b|@import|url\((?!#)/, 'nothing from outside');
    t.equal((report.html.match(/<script/g) ?? []).length, 1, 'one script');
    t.notMatch(report.html.replace(/<script>.*<\/script>/s, ''), /undefined|\[object/, 'no hole in the text');
    const ids = [...report.html.matchAll(/\sid="([^"]+)"/g)].map(m => m[1]);
    t.equal(new Set(ids).size, ids.length, 'ids are unique');
    const heads = report.html.match(/<th[ >]/g) ?? [];
    t.equal(heads.length, (report.html.match(/<th scope="(row|col)"/g) ?? []).length, 'heads have a scope');
  });
}

t.test('a comparison of five schemes with a control and a diverged run', async t => {
  const demo: Demo = {
    schemes: ['bp', 'fa', 'dfa', 'pal', 'frozen'],
    seeds: 5,
    epochs: 12,
    control: 'frozen',
    diverged: ['dfa/2'],
    gaps: ['fa/1'],
  };
  const result = demoComparison(demo);
  const report = await comparisonReport(result);
  sound(t, report, 'is a sound page');
  t.same(names(report), [
    'final-scores',
    'differences',
    'learning-curves-validation',
    'learning-curves-train',
    'learning-curves-loss-validation',
    'learning-curves-loss-train',
    'layers-angle-to-bp',
    'layers-angle-weights',
    'cost',
  ]);
  for (const text of [
    'bp reaches',
    'not for inference: 5 seeds',
    'paired: <strong>yes</strong>',
    'first weights W1 aa01',
    'apical compare experiment/demo seeds=5',
    '8f3c2a1b9d4e5f60',
    'float64',
    '93f37880aa11bb22cc33dd44ee55ff6677889900',
    'layer2.delta is not finite in phase backward',
    'runs/demo/dfa/8f3c2a1b/seed=2',
    'reference too small',
    'prefers-color-scheme:dark',
    '&quot;evaluateBatch&quot;: 256',
  ])
    t.ok(report.html.includes(text), `the page says ${text}`);
  const again = await comparisonReport(demoComparison(demo));
  t.ok(again.html === report.html, 'equal input gives the same page');
  const colour = (name: string) => report.figures.find(f => f.name === name)!.svg.includes('#0072B2');
  t.ok(names(report).every(colour), 'the first scheme has its colour in every figure');
});

t.test('strings of a config cannot become markup', async t => {
  const evil = '<script>alert(1)</script>';
  const quote = `"'><img src=x onerror=alert(1)>`;
  const base = demoComparison({ schemes: ['bp', evil, quote], seeds: 3, epochs: 4 });
  const report = await comparisonReport({
    ...base,
    command: `apical ${evil}`,
    notes: [evil],
    experiment: { ...base.experiment, name: evil, doc: quote },
  });
  sound(t, report, 'is a sound page');
  t.notMatch(report.html, '<script>alert');
  t.notMatch(report.html, '<img');
  t.ok(report.html.includes('&lt;script&gt;alert(1)&lt;/script&gt;'));
  t.match(report.html, /script-src 'sha256-[A-Za-z0-9+/=]+'/, 'and no other script may run');
});

t.test('corner cases', async t => {
  const cases: readonly (readonly [string, Demo])[] = [
    [
      'one scheme, one seed, one epoch, one layer',
      { schemes: ['fa'], seeds: 1, epochs: 1, layers: 1, margin: null },
    ],
    ['two seeds, no probes', { schemes: ['bp', 'fa'], seeds: 2, epochs: 3, probes: false }],
    [
      'a scheme all of whose runs diverged',
      { schemes: ['bp', 'fa'], seeds: 3, epochs: 4, diverged: ['fa/0', 'fa/1', 'fa/2'] },
    ],
    [
      'every run diverged',
      { schemes: ['bp', 'fa'], seeds: 2, epochs: 4, diverged: ['bp/0', 'bp/1', 'fa/0', 'fa/1'] },
    ],
    ['higher is better', { schemes: ['bp', 'fa'], seeds: 3, epochs: 5, higher: true, paired: false }],
    [
      'eight schemes, twenty seeds, long labels',
      {
        schemes: [
          'bp',
          ...Array.from({ length: 7 }, (_, i) => `a-scheme-with-a-label-that-is-too-long/for-a-legend-${i}`),
        ],
        seeds: 20,
        epochs: 3,
        layers: 2,
      },
    ],
    ['ten layers', { schemes: ['bp', 'fa'], seeds: 2, epochs: 3, layers: 10 }],
  ];
  for (const [title, demo] of cases) sound(t, await comparisonReport(demoComparison(demo)), title);
});
t.test('five hundred epochs are thinned, in the picture and in its data', async t => {
  const report = await comparisonReport(
    demoComparison({ schemes: ['bp', 'fa'], seeds: 4, epochs: 500, probes: false }),
  );
  sound(t, report, 'is a sound page');
  const curves = report.figures.find(f => f.name === 'learning-curves')!;
  // 8 seed lines on two splits of at most 160 points, 4 mean lines of at most 160, one line of names.
  t.ok(curves.csv.split('\n').length <= 20 * 160 + 2);
  t.match(curves.csv, /\nfa,validation,500,3,/, 'the last epoch is there');
});
t.test('no figure makes Vega-Lite warn', async t => {
  const result = demoComparison({
    schemes: ['bp', 'fa', 'frozen'],
    seeds: 3,
    epochs: 5,
    control: 'frozen',
    diverged: ['fa/1'],
  });
  const warnings: string[] = [];
  const scene = comparisonScene(result);
  for (const plan of comparisonFigures(scene, result))
    await renderFigure(plan, m => warnings.push(`${plan.name}: ${m}`));
  t.same(warnings, []);
});

t.test('a run has its own page', async t => {
  const result = demoComparison({ schemes: ['bp', 'fa'], seeds: 2, epochs: 8, diverged: ['fa/1'] });
  const run = result.runs.find(r => r.config.label === 'fa')!;
  const report = await runReport({ ...run, folder: 'runs/demo/fa/8f3c2a1b/seed=0' });
  sound(t, report, 'is a sound page');
  t.same(names(report), [
    'learning-curves',
    'learning-curves-loss',
    'layers-angle-to-bp',
    'layers-angle-weights',
    'layers-norm-ratio',
    'layers-sign-agreement',
    'layers-reference-norm',
  ]);
  t.match(report.html, /fa finished\s+after 8 epochs \(800 updates, .*% test error\./);
  t.ok(report.html.includes('runs/demo/fa/8f3c2a1b/seed=0'));
  t.notMatch(report.html, /before the first epoch/);
  const before = { program: 'align', updates: 30, seconds: 2, macsPerSample: 84, stepsPerSample: 1 };
  const longer = await runReport({ ...run, summary: { ...run.summary, before } });
  t.match(longer.html, /ran align for 30 updates before its first epoch/);
  t.match(longer.html, /before the first epoch[^]*align: 30 updates, 84 MACs\/sample, 2\S* s/);
  const diverged = await runReport(result.runs.at(-1)!);
  sound(t, diverged, 'so has one that diverged');
  t.match(diverged.html, 'layer2.delta is not finite in phase backward');
  const empty = await runReport({ ...run, rows: [] });
  sound(t, empty, 'so has one without any rows');
  t.same(empty.figures, []);
});

t.test('a report is written whole, with its figures beside it', async t => {
  const folder = mkdtempSync(join(tmpdir(), 'apical-report-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const report = await comparisonReport(
    demoComparison({ schemes: ['bp', 'fa'], seeds: 3, epochs: 3, probes: false }),
  );
  const written = await writeReport(report, {
    html: join(folder, 'a', 'report.html'),
    directory: join(folder, 'figures'),
  });
  t.equal(written.length, 1 + 3 * report.figures.length);
  t.equal(readFileSync(written[0]!, 'utf8'), report.html);
  t.same(
    readdirSync(join(folder, 'figures')).sort(),
    report.figures.flatMap(f => [`${f.name}.csv`, `${f.name}.svg`, `${f.name}.vl.json`]).sort(),
  );
  t.same(readdirSync(join(folder, 'a')), ['report.html'], 'no temporary file stays');
  const spec: unknown = JSON.parse(readFileSync(join(folder, 'figures', 'final-scores.vl.json'), 'utf8'));
  t.match(spec, { $schema: /vega-lite/, datasets: { dots: [{ scheme: 'bp' }] } });
  await t.rejects(writeReport(report, { html: join(written[0]!, 'x.html') }), {
    code: 'APICAL_REPORT_WRITE',
    message: /cannot write/,
  });
  await t.rejects(writeReport(report, {}), { code: 'APICAL_REPORT_WRITE' });
});
