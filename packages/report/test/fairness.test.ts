/** The fairness card, and what runs that were made again showed: on a page and on a terminal. */
import t from 'tap';
import type { ComparisonResult, LearningSettings, RunResult, RunSettings } from '@apical/core';
import { comparisonReport, comparisonTable, markdownTable, runReport } from '../src/index.js';
import { fairnessCard } from '../src/fairness.js';
import { cardOfComparison } from '../src/fairness-section.js';
import { demoComparison } from './demo-data.js';

const forward = (eta: number, more: Partial<LearningSettings> = {}): LearningSettings => ({
  projection: 'W1',
  role: 'forward',
  rule: 'delta',
  parameters: { decay: 0 },
  gains: [1, 0],
  optimiser: { use: 'adam', parameters: { eta, beta1: 0.9 } },
  ...more,
});
const usual: RunSettings = {
  steps: { training: 1, evaluation: 1 },
  activations: ['tanh', 'tanh'],
  head: 'softmax-cross-entropy',
  parameters: {},
  learning: [forward(0.01)],
  batch: 10,
  epochs: 3,
  samples: 6000,
  program: 'train',
};
const own: Readonly<Record<string, Partial<RunSettings>>> = {
  bp: {},
  fa: {},
  pal: {
    dt: 0.1,
    steps: { training: 100, evaluation: 20 },
    activations: ['sigmoid', 'tanh'],
    head: 'linear-squared',
    learning: [
      forward(20, { biasOptimiser: { use: 'adam', parameters: { eta: 2, beta1: 0.9 } }, gains: [0.5, 0] }),
      { ...forward(7), projection: 'W2' },
      { ...forward(0.5), projection: 'B1', role: 'feedback', optimiser: { parameters: {} } },
    ],
  },
};
const withSettings = (run: RunResult): RunResult => ({
  ...run,
  summary: { ...run.summary, settings: { ...usual, ...own[run.config.label] } },
});
function comparison(change: Partial<ComparisonResult> = {}): ComparisonResult {
  const demo = demoComparison({ schemes: ['bp', 'fa', 'pal'], seeds: 2, epochs: 3, probes: false });
  return { ...demo, runs: demo.runs.map(withSettings), ...change };
}
const lineOf = (result: ComparisonResult, name: string) => {
  const line = cardOfComparison(result).find(l => l.name === name);
  return line && { values: line.values, differs: line.differs };
};

t.test('the card says what slots held, and marks what most do not have', async t => {
  const result = comparison();
  t.same(lineOf(result, 'rate, forward'), {
    values: { bp: '0.01', fa: '0.01', pal: 'W1 20 (bias 2), W2 7' },
    differs: ['pal'],
  });
  t.same(lineOf(result, 'optimiser, forward'), {
    values: { bp: 'adam beta1 0.9', fa: 'adam beta1 0.9', pal: 'adam beta1 0.9' },
    differs: [],
  });
  t.same(lineOf(result, 'rule, forward'), {
    values: {
      bp: 'delta decay 0',
      fa: 'delta decay 0',
      pal: 'W1 delta decay 0, gains 0.5 0, W2 delta decay 0',
    },
    differs: ['pal'],
  });
  t.same(lineOf(result, 'optimiser, feedback'), { values: { pal: 'none' }, differs: ['pal'] });
  t.equal(lineOf(result, 'rate, feedback'), undefined, 'directions are added as they are');
  t.same(lineOf(result, 'dt (ms)'), { values: { pal: '0.1' }, differs: ['pal'] });
  t.same(lineOf(result, 'shown (ms)')?.values, { pal: '10' });
  t.same(lineOf(result, 'evaluated (ms)')?.values, { pal: '2' });
  t.same(lineOf(result, 'activation'), {
    values: { bp: 'tanh', fa: 'tanh', pal: 'sigmoid, tanh' },
    differs: ['pal'],
  });
  t.same(lineOf(result, 'head')?.differs, ['pal']);
  t.same(lineOf(result, 'learns')?.values, { bp: 'W1', fa: 'W1', pal: 'W1, W2, B1' });
  const { updates, cost } = result.runs[0]!.summary;
  const macs = Number(
    lineOf(result, 'MACs in all')!.values.bp!.replace(
      / ([kMG])$/,
      (_, p) => ({ k: 'e3', M: 'e6', G: 'e9' })[p as string]!,
    ),
  );
  t.ok(Math.abs(macs / (cost.macsPerSample * updates * 10) - 1) < 0.01, 'per sample × samples × updates');
});
t.test('what came before the first epoch costs, and other programs are told with their updates', async t => {
  const plain = comparison();
  const runs = plain.runs.map(r =>
    r.config.label === 'pal'
      ? {
          ...r,
          summary: {
            ...r.summary,
            before: { program: 'align', updates: 5, seconds: 1, macsPerSample: 2e9, stepsPerSample: 1 },
            programs: [
              { program: 'train', updates: 3 },
              { program: 'untaught', updates: 4 },
            ],
          },
        }
      : r,
  );
  const result = { ...plain, runs };
  t.same(lineOf(result, 'before the first epoch'), { values: { pal: 'align × 5' }, differs: ['pal'] });
  t.equal(lineOf(result, 'program')!.values.pal, 'train × 3, untaught × 4');
  t.equal(lineOf(result, 'MACs in all')!.values.pal, '100 G', '5 updates × batches of 10 × 2e9');
});
t.test('rates were chosen as the config says, for a scheme or for all', async t => {
  const chosen = (change: Partial<ComparisonResult['experiment']>) => {
    const result = comparison();
    return lineOf({ ...result, experiment: { ...result.experiment, ...change } }, 'rates chosen');
  };
  t.same(chosen({}), { values: { bp: 'untuned', fa: 'untuned', pal: 'untuned' }, differs: [] });
  t.same(
    chosen({ rates: 'published', schemes: { bp: { rates: 'tuned with 40 trials' }, fa: {}, pal: {} } }),
    {
      values: { bp: 'tuned with 40 trials', fa: 'published', pal: 'published' },
      differs: ['bp'],
    },
  );
});
t.test('of as many, that of the baseline is usual; what stopped early shows in its samples', async t => {
  const runs = comparison().runs.filter(r => r.config.label !== 'fa');
  const card = (baseline: string, of: readonly RunResult[] = runs) =>
    fairnessCard({ schemes: ['pal', 'bp'], baseline, ratesOf: () => undefined, observers: {} }, of);
  const differs = (baseline: string) => card(baseline).find(l => l.name === 'head')!.differs;
  t.same(differs('bp'), ['pal']);
  t.same(differs('pal'), ['bp']);
  const early = runs.map(r =>
    r.config.label === 'pal' && r.config.seed === 0
      ? { ...r, summary: { ...r.summary, status: 'stopped' as const, updates: r.summary.updates / 2 } }
      : r,
  );
  t.same(card('bp').find(l => l.name === 'trained samples')!.differs, []);
  t.same(card('bp', early).find(l => l.name === 'trained samples')!.differs, ['pal']);
  const torn = runs.map(r =>
    r.config.label === 'pal' && r.config.seed === 0
      ? { ...r, summary: { ...r.summary, status: 'diverged' as const, updates: 1 } }
      : r,
  );
  t.same(card('bp', torn).find(l => l.name === 'trained samples')!.differs, [], 'of runs that ended');
  const observers = { slow: { use: 'learning-rate-schedule' } };
  const watched = fairnessCard(
    { schemes: ['bp'], baseline: 'bp', ratesOf: () => undefined, observers },
    runs,
  );
  t.same(watched.at(-1)!.values, { bp: 'learning-rate-schedule' });
});
t.test('on a page the card marks in bold, and says once what is common', async t => {
  const { html } = await comparisonReport(comparison());
  t.match(html, /<h2 id="fairness-title">Fairness card<\/h2>/);
  t.match(html, '<a href="#fairness">Fairness</a>');
  t.match(html, /<strong>sigmoid, tanh<\/strong>/);
  t.notMatch(html, /<strong>tanh<\/strong>/);
  t.match(html, /<dt>batch<\/dt>\s*<dd>10<\/dd>/);
  t.notMatch(html, /<th scope="col"[^>]*>batch/);
  const one = await runReport(comparison().runs[0]!);
  t.match(one.html, /What it was trained with/);
  t.match(one.html, /<dt>rate, forward<\/dt>\s*<dd>0\.01<\/dd>/);
  const [run] = comparison().runs;
  const config = { ...run!.config, rates: 'published' };
  t.match((await runReport({ ...run!, config })).html, /<dt>rates chosen<\/dt>\s*<dd>published<\/dd>/);
  const scheme = { ...config.scheme, rates: 'tuned with 3 trials' };
  t.match((await runReport({ ...run!, config: { ...config, scheme } })).html, '<dd>tuned with 3 trials</dd>');
  const old = demoComparison({ schemes: ['bp', 'fa'], seeds: 1, epochs: 2, probes: false });
  t.notMatch((await comparisonReport(old)).html, 'Fairness', 'nothing was recorded');
  t.notMatch(comparisonTable(old), 'fairness');
});
t.test('on a terminal rates and differences are lines of their own', async t => {
  const text = comparisonTable(comparison()).replace(/\n {2}/g, ' ');
  t.match(text, /^fairness: rates chosen: untuned; equal in all that have it: optimiser of forward, /m);
  t.match(text, /^differs, rate, forward: bp, fa 0\.01; pal W1 20 \(bias 2\), W2 7$/m);
  t.match(text, /^differs, activation: bp, fa tanh; pal sigmoid, tanh$/m);
  t.match(text, /^differs, dt \(ms\): pal 0\.1$/m);
  const timed = comparison();
  const two = timed.runs.map(r =>
    r.config.label === 'fa'
      ? { ...r, summary: { ...r.summary, settings: { ...r.summary.settings!, dt: 0.1 } } }
      : r,
  );
  t.match(comparisonTable({ ...timed, runs: two }), /^differs, dt \(ms\): bp –; fa, pal 0\.1$/m);
});
const interval = { mean: 0.3, low: -0.1, high: 0.7 };
t.test('time steps are told as checked or not; rounding where it was asked for', async t => {
  const text = (change: Partial<ComparisonResult>) =>
    comparisonTable(comparison(change))
      .replace(/\n {2}/g, ' ')
      .split('\n');
  const time = (change: Partial<ComparisonResult>) => text(change).filter(l => l.startsWith('time step'));
  t.same(time({}), []);
  t.same(time({ timeSteps: [{ scheme: 'pal', dt: 0.1 }] }), [
    'time step: pal (dt 0.1 ms) not checked: --halve-dt',
  ]);
  const checked: ComparisonResult['timeSteps'] = [
    {
      scheme: 'pal',
      dt: 0.01,
      halved: {
        differences: [
          { name: 'test/error', value: 3, halved: 3.3, n: 5 },
          { name: 'feedback/ratio/layer1', value: 0.5, halved: 0.51, n: 5 },
          { name: 'feedback/ratio/layer2', value: 0.5, halved: 0.4, n: 5 },
          { name: 'feedback/angle/layer1', value: 70, halved: 77, n: 5 },
          { name: 'feedback/flag/layer1', value: 0, halved: 0, n: 5 },
        ],
        headline: interval,
        failed: 1,
        followed: { hold: [0.01, 0.005] },
      },
    },
  ];
  t.same(time({ timeSteps: checked }), [
    'time step: pal with dt 0.005 instead of 0.01 ms: test error 3 → 3.3 % (+0.3 points, interval −0.1 to 0.7, 5 runs); ' +
      '1 with half the step failed; feedback/ratio/layer2 0.5 → 0.4 (−20 %); feedback/angle/layer1 70 → 77 (+10 %); ' +
      'hold follows dt: 0.01 → 0.005',
  ]);
  const { html } = await comparisonReport(comparison({ timeSteps: checked }));
  t.match(html, /<h2 id="time-step-title">Half the time step<\/h2>/);
  t.match(html, /feedback\/ratio\/layer1<\/td>.*0\.51<\/td>.*\+2 %<\/td>/);
  t.match(html, /time step: pal with dt 0\.005/);
  t.match(
    (await comparisonReport(comparison({ timeSteps: [{ scheme: 'pal', dt: 1 }] }))).html,
    /not checked: --halve-dt/,
  );
  t.match(markdownTable(comparison({ timeSteps: checked })), 'time step: pal with dt 0.005');
  const rounding = [
    { scheme: 'bp', seed: 3, backend: 'wasm', other: 'blas', value: 3, again: 3.00001 },
    { scheme: 'kp', seed: 3, backend: 'wasm', other: 'blas', value: 3.1, again: 2.9 },
    { scheme: 'pal', seed: 3, backend: 'wasm', other: 'blas', value: 3.1, again: null },
  ];
  t.same(
    text({ rounding }).filter(l => l.startsWith('rounding')),
    [
      'rounding: test error of seed 3 on blas instead of wasm: spread 0.2 points; kp 3.1 → 2.9 (−0.2 points), ' +
        'pal 3.1 → failed, equal in the printed digits: bp',
    ],
  );
});
