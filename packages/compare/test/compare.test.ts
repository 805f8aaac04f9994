import t from 'tap';
import { ApicalError } from '@apical/core';
import type { RunResult } from '@apical/core';
import {
  checkPairing,
  compareSchemes,
  comparisonNotes,
  comparisonRows,
  controlCheck,
  inProcessLauncher,
  outcomeOf,
} from '../src/index.js';
import type { CompareDependencies, Outcome } from '../src/index.js';
import {
  ended,
  environment,
  errorMetric,
  experiment,
  fakeResult,
  pairing,
  runConfig,
  train,
} from './records.js';

const settings = (schemes: readonly string[], margin: number | null = null) => ({
  schemes,
  baseline: schemes[0]!,
  headline: 'error',
  better: 'lower' as const,
  margin,
});
/** Hand-computed numbers are given to five digits. */
const close = (
  t: { ok(value: boolean, name: string): boolean },
  found: number | undefined,
  wanted: number,
  name?: string,
): void => void t.ok(Math.abs(found! - wanted) < 1e-5, `${name ?? ''} ${found ?? 'nothing'} is ${wanted}`);

t.test('estimates, paired differences, exact p and Holm agree with numbers computed by hand', async t => {
  const bp = [2.1, 2.4, 1.9, 2.2, 2.0];
  const fa = [3.0, 3.5, 2.6, 3.2, 2.9];
  const near = [2.2, 2.3, 2.0, 2.1, 2.0];
  const outcomes = [...ended('bp', bp), ...ended('fa', fa), ...ended('near', near)];
  const [base, worse, same] = comparisonRows(outcomes, settings(['bp', 'fa', 'near'], 0.2));
  // mean 2.12, sd √(0.148/4) = 0.192354, t(0.975, 4) = 2.776445: half 0.238840
  close(t, base!.estimate!.mean, 2.12);
  close(t, base!.estimate!.low, 2.12 - 0.23884);
  close(t, base!.estimate!.high, 2.12 + 0.23884);
  t.equal(base!.difference, undefined);
  // differences 0.9, 1.1, 0.7, 1.0, 0.9: mean 0.92, sd √(0.088/4) = 0.148324; two intervals hold together at 95 % where
  // each has 97.5 %: t(0.9875, 4) = 3.495406, half 0.231859
  close(t, worse!.difference!.mean, 0.92);
  close(t, worse!.difference!.low, 0.92 - 0.231859);
  close(t, worse!.difference!.high, 0.92 + 0.231859);
  t.match(worse!.difference, { n: 5, p: 2 / 32, pHolm: 4 / 32, equivalence: 'not shown' });
  // differences 0.1, −0.1, 0.1, −0.1, 0: sum 0, every pattern is at least as large
  t.match(same!.difference, { p: 1, pHolm: 1, equivalence: 'equivalent' });
  // Σ (a − ā)(b − b̄) = 0.088, squares 0.148 and 0.068
  close(t, same!.difference!.correlation, 0.088 / Math.sqrt(0.148 * 0.068), 'correlation');
  t.match(base, { runs: 5, failures: 0, secondsPerRun: 4, macsPerSample: 120 });
  t.same(base!.values, { 0: 2.1, 1: 2.4, 2: 1.9, 3: 2.2, 4: 2 });
});

t.test('failed runs stay with null, are counted, and are paired with nobody', async t => {
  const outcomes: Outcome[] = [
    ...ended('bp', [2, 3, 2.5]),
    ...ended('fa', [4]),
    { config: runConfig('fa', 1), state: 'failed', message: 'no weights for W1' },
    { config: runConfig('fa', 2), state: 'open' },
    { config: runConfig('dfa', 0), state: 'failed' },
  ];
  const [, fa, dfa] = comparisonRows(outcomes, settings(['bp', 'fa', 'dfa']));
  t.same(fa!.values, { 0: 4, 1: null });
  t.match(fa, {
    runs: 2,
    failures: 1,
    difference: { n: 1, failed: 1, mean: 2, low: NaN, decision: 'too few' },
  });
  t.equal(fa!.difference!.p, undefined);
  t.equal(fa!.difference!.correlation, undefined);
  t.match(dfa, { runs: 1, failures: 1, secondsPerRun: NaN });
  t.equal(dfa!.estimate, undefined);
  t.match(dfa!.difference, { n: 0, failed: 1, mean: NaN, decision: 'too few' });
});
const chance = { chance: { 'test/error': 60 } };
const diverged = (label: string, seed: number): Outcome => ({
  config: runConfig(label, seed),
  result: fakeResult(label, seed, NaN, { status: 'diverged', final: {}, ...chance }),
  state: 'failed',
});
const scored = (label: string, values: readonly (number | null)[]): Outcome[] =>
  values.map((value, seed) =>
    value === null
      ? diverged(label, seed)
      : { config: runConfig(label, seed), result: fakeResult(label, seed, value, chance), state: 'ended' },
  );

t.test('survivors alone decide nothing: failed runs count at chance, and as the worst', async t => {
  const bp = [3, 3.2, 2.9, 3.1, 3.3, 3, 2.8, 3.2, 3.1, 3];
  // half of the runs are better by 0.5, the other half is lost
  const half = bp.map((v, k) => (k % 2 ? null : v - 0.5));
  const [, torn] = comparisonRows([...scored('bp', bp), ...scored('torn', half)], settings(['bp', 'torn']));
  t.match(torn, { runs: 10, failures: 5, difference: { n: 5, failed: 5, decision: 'bounds disagree' } });
  close(t, torn!.difference!.mean, -0.5);
  // (5 · (−0.5) + Σ over odd seeds of 60 − bp) / 10 = (−2.5 + 300 − 15.5) / 10
  close(t, torn!.difference!.atChance!.mean, 28.2);
  close(
    t,
    torn!.estimateAtChance!.mean,
    (bp.filter((_, k) => k % 2 === 0).reduce((a, b) => a + b - 0.5, 0) + 300) / 10,
  );
  t.ok(torn!.difference!.p! > 0.2, 'ranks 1 to 5 against five shared ranks of 8');

  const most = bp.map((v, k) => (k === 0 ? null : v + 1));
  const [, worse] = comparisonRows([...scored('bp', bp), ...scored('fa', most)], settings(['bp', 'fa']));
  t.match(worse!.difference, { n: 9, failed: 1, p: 2 / 1024, decision: 'worse' });
  t.equal(worse!.difference!.equivalence, undefined);

  const lost = bp.map((v, k) => (k === 0 ? null : v));
  const [, better] = comparisonRows(
    [
      ...scored('bp', lost),
      ...scored(
        'fa',
        bp.map(v => v - 1),
      ),
    ],
    settings(['bp', 'fa']),
  );
  t.match(better!.difference, { failed: 1, decision: 'better' }, 'a failure of the baseline is against it');
  // nine pairs of −1, and 2 − 60
  close(t, better!.difference!.atChance!.mean, (-9 + 2 - 60) / 10);
  const [, upward] = comparisonRows([...scored('bp', bp), ...scored('fa', most)], {
    ...settings(['bp', 'fa']),
    better: 'higher',
  });
  t.match(upward!.difference, { decision: 'not shown' }, 'better where it ended, but one is lost');
  const dead = bp.map(() => null);
  const [, none] = comparisonRows([...scored('bp', bp), ...scored('fa', dead)], settings(['bp', 'fa'], 0.5));
  t.match(none!.difference, { n: 0, failed: 10, p: 2 / 1024, decision: 'worse' });
  const [, near] = comparisonRows([...scored('bp', bp), ...scored('fa', lost)], settings(['bp', 'fa'], 0.5));
  t.equal(near!.difference!.equivalence, 'not shown', 'equality is not claimed over runs that failed');
});

t.test('the test decides, and says where it could not', async t => {
  const bp = [1, 2, 3, 4, 5, 6].map(v => v / 10);
  const rows = (n: number, schemes: readonly string[]) =>
    comparisonRows(
      schemes.flatMap((s, k) =>
        ended(
          s,
          bp.slice(0, n).map(v => v + k),
        ),
      ),
      settings(schemes),
    );
  const decision = (n: number, schemes: readonly string[]) => rows(n, schemes)[1]!.difference!.decision;
  t.equal(decision(5, ['bp', 'a']), 'too few', '2 / 32');
  t.equal(decision(6, ['bp', 'a']), 'worse', '2 / 64');
  t.equal(decision(6, ['bp', 'a', 'b']), 'too few', 'twice that, after Holm');
  const mixed = [...ended('bp', bp), ...ended('a', [0.2, 0.1, 0.4, 0.3, 0.6, 0.5])];
  t.equal(comparisonRows(mixed, settings(['bp', 'a']))[1]!.difference!.decision, 'not shown');
  t.equal(rows(4, ['bp', 'a'])[1]!.difference!.correlation, undefined, 'below five pairs there is none');
});

t.test('below five pairs there is no p, and scores that do not vary have no correlation', async t => {
  const four = [...ended('bp', [1, 2, 3, 4]), ...ended('fa', [5, 5, 5, 5])];
  const [, fa] = comparisonRows(four, settings(['bp', 'fa']));
  t.match(fa!.difference, { n: 4, mean: 2.5 });
  for (const key of ['p', 'pHolm', 'correlation', 'equivalence'] as const)
    t.equal(fa!.difference![key], undefined, key);
});

t.test('a control is beaten where the test says that it is worse', async t => {
  const bp = [2, 2.2, 1.9, 2.1, 2, 2.3];
  const rows = (control: readonly number[], better: 'lower' | 'higher' = 'lower') =>
    comparisonRows([...ended('bp', bp.slice(0, control.length)), ...ended('frozen', control)], {
      ...settings(['bp', 'frozen']),
      better,
    });
  const far = bp.map(v => v + 6);
  t.match(controlCheck(rows(far), 'frozen', 'lower'), { scheme: 'frozen', beaten: 'yes' });
  t.equal(controlCheck(rows(far, 'higher'), 'frozen', 'higher').beaten, 'no', 'the better one is no control');
  t.equal(
    controlCheck(
      rows(
        bp.map(v => v - 1),
        'higher',
      ),
      'frozen',
      'higher',
    ).beaten,
    'yes',
  );
  t.equal(controlCheck(rows([2, 2.6, 1.7, 2.5, 2.1, 2.2]), 'frozen', 'lower').beaten, 'no', 'not shown');
  t.equal(controlCheck(rows(far.slice(0, 5)), 'frozen', 'lower').beaten, 'too few');
  t.equal(controlCheck(rows(bp), 'frozen', 'lower').beaten, 'no', 'as good as the baseline');
  t.same(controlCheck([], 'frozen', 'lower').difference.mean, NaN);
});

const paired = (label: string, seed: number, change: Partial<typeof pairing> = {}): RunResult =>
  fakeResult(label, seed, 1, { pairing: { ...pairing, ...change } });

t.test('a reader is told what trained beside the program of the config, once a scheme', async t => {
  const before = { program: 'align', updates: 1, seconds: 2, macsPerSample: 10, stepsPerSample: 1 };
  const programs = [
    { program: 'train', updates: 12 },
    { program: 'pre', updates: 24 },
  ];
  const ran = [0, 1].map(seed => ({
    ...ended('fa', [1])[0]!,
    result: fakeResult('fa', seed, 1, { before, programs }),
  }));
  const skipped = { before: { program: 'align', skipped: true } as const };
  const outcomes = [{ ...ended('bp', [1])[0]!, result: fakeResult('bp', 0, 1, skipped) }, ...ran];
  const said = comparisonNotes(experiment(['bp', 'fa'], [0, 1]), [], outcomes);
  t.same(said, [
    'bp has no program align: nothing ran before its first epoch',
    'fa ran align for 1 update before its first epoch; updates, speed and cost of training do not hold them',
    'fa was trained with train for 12 updates and pre for 24 updates',
  ]);
});

t.test('equal hashes are paired, and the evidence lists them by seed', async t => {
  const runs = [paired('bp', 0), paired('bp', 1), paired('fa', 1), paired('fa', 0)];
  t.same(checkPairing(runs), {
    yes: true,
    evidence: [0, 1].map(
      seed => `seed ${seed}: the same in bp, fa: data dd44, order ee55, W1 aa11, W1/bias bb22, W2 cc33`,
    ),
  });
  t.match(checkPairing([paired('bp', 0)]), { yes: true, evidence: [/^seed 0: bp alone; data dd44/] });
  t.same(checkPairing([]), { yes: false, evidence: ['no run ended'] });
});

t.test('what differs is named with seed, schemes and hashes', async t => {
  const weights = { ...pairing.weights, W2: 'ff66', 'W1/bias': '0077' };
  const runs = [
    paired('bp', 0),
    paired('fa', 0),
    paired('bp', 3),
    paired('fa', 3, { weights, order: '8888' }),
  ];
  t.same(checkPairing(runs), {
    yes: false,
    evidence: [
      'seed 3: order differs: bp ee55, fa 8888',
      'seed 3: bias of W1 differs: bp bb22, fa 0077',
      'seed 3: W2 differs: bp cc33, fa ff66',
    ],
  });
  const fewer = { W1: 'aa11' };
  t.same(checkPairing([paired('bp', 0), paired('fa', 0, { weights: fewer })]).evidence, [
    'seed 0: weights differ: bp has 2 forward projections (W1, W2), fa 1 (W1)',
  ]);
});

t.test('other names of projections are compared by their place; missing biases are told', async t => {
  const renamed = { up1: 'aa11', up2: 'cc33' };
  t.match(checkPairing([paired('bp', 0), paired('pal', 0, { weights: renamed })]), {
    yes: true,
    evidence: [/^seed 0: the same in bp, pal: .* \(pal has no biases\)$/],
  });
  const other = { up1: 'aa11', up2: '0000' };
  t.same(checkPairing([paired('bp', 0), paired('pal', 0, { weights: other })]).evidence, [
    'seed 0: W2 (up2 in pal) differs: bp cc33, pal 0000',
  ]);
});

t.test('notes say how far the numbers carry', async t => {
  const notes = (seeds: number, more: Parameters<typeof experiment>[2] = {}, schemes = ['bp', 'fa']) => {
    const outcomes = schemes.flatMap(s => ended(s, Array(seeds).fill(1) as number[]));
    const given = experiment(
      schemes,
      Array.from({ length: seeds }, (_, k) => k),
      more,
    );
    return comparisonNotes(given, comparisonRows(outcomes, settings(schemes)), outcomes);
  };
  t.same(notes(10), []);
  t.same(notes(5), [
    'not for inference: 5 pairs (the smallest p that 5 pairs can reach is 0.0625; a headline claim needs 10)',
  ]);
  t.same(notes(3), [
    'not for inference: 3 pairs (fewer than 5 pairs have no p-value; a headline claim needs 10)',
  ]);
  t.same(notes(1, {}, ['bp']), [], 'one scheme claims nothing');
  const own = { epochs: 5, eta: 0.1, evaluateEvery: 2 };
  t.same(
    notes(10, { schemes: { bp: { train: { epochs: 2 } }, fa: { train: own } } }),
    ['fa was trained with its own evaluateEvery 2 instead of 1'],
    'what the fairness card shows is not said twice',
  );
  const open: Outcome[] = [...ended('bp', [1]), { config: runConfig('fa', 0), state: 'open' }];
  const rows = comparisonRows(open, settings(['bp', 'fa']));
  t.match(comparisonNotes(experiment(['bp', 'fa'], Array(10).fill(0) as number[]), rows, open), [
    'incomplete: 1 of 2 runs did not end; the same command goes on with them',
  ]);
});

t.test('a run is ended only with a finite score', async t => {
  const of = (change: Parameters<typeof fakeResult>[3]) => outcomeOf(fakeResult('bp', 0, 1, change), 'error');
  t.match(of({ status: 'stopped' }), { state: 'ended' });
  t.match(of({ status: 'diverged', message: 'W1 is NaN' }), {
    state: 'failed',
    message: 'diverged: W1 is NaN',
  });
  t.match(of({ status: 'interrupted' }), { state: 'open' });
  t.match(of({ final: { 'test/error': NaN } }), { state: 'failed', message: 'test/error is NaN' });
  t.match(of({ final: {} }), { state: 'failed', message: 'it left no test/error' });
  const config = runConfig('bp', 0);
  t.match(outcomeOf({ config, error: 'broken' }, 'error'), { state: 'failed', message: 'broken' });
  t.match(outcomeOf({ config, error: 'not started: interrupted' }, 'error'), { state: 'open' });
});

const given = (
  labels: readonly string[],
  seeds: readonly number[],
  change: Partial<CompareDependencies> = {},
): CompareDependencies => ({
  configs: labels.flatMap(label => seeds.map(seed => runConfig(label, seed))),
  prepare: async ({ label }) => ({
    hash: `hash-${label}`,
    headline: 'error',
    metrics: { error: errorMetric },
  }),
  launcher: inProcessLauncher(async ({ label, seed }) => {
    if (label === 'fa' && seed === 1) throw new Error('no weights for W1');
    return fakeResult(label, seed, label === 'bp' ? 2 + seed / 10 : 4 + seed / 5);
  }),
  environment,
  command: 'apical compare demo',
  ...change,
});

t.test(
  'a comparison carries rows, pairing, notes, failures with their folder, and a hash of its runs',
  async t => {
    const seeds = [0, 1, 2];
    const result = await compareSchemes(
      experiment(['bp', 'fa'], seeds, { control: 'fa' }),
      given(['bp', 'fa'], seeds),
    );
    t.match(result, {
      schema: 1,
      headline: 'error',
      metric: { unit: '%' },
      baseline: 'bp',
      paired: { yes: true },
      notes: [/^not for inference: 3 pairs/],
      control: { scheme: 'fa', beaten: 'too few' },
      command: 'apical compare demo',
      hash: /^[0-9a-f]{12}$/,
    });
    t.same(
      result.rows.map(r => [r.scheme, r.runs, r.failures]),
      [
        ['bp', 3, 0],
        ['fa', 3, 1],
      ],
    );
    t.match(result.failed, [
      {
        id: { scheme: 'fa', seed: 1, hash: 'hash-fa' },
        message: 'no weights for W1',
        folder: /demo.fa.hash-fa.seed=1$/,
      },
    ]);
    t.equal(result.runs.length, 5);
    const again = await compareSchemes(
      experiment(['bp', 'fa'], seeds, { control: 'fa' }),
      given(['bp', 'fa'], seeds),
    );
    t.equal(again.hash, result.hash);
    const absent = await compareSchemes(
      experiment(['bp', 'fa'], seeds, { control: 'frozen' }),
      given(['bp', 'fa'], seeds),
    );
    t.equal(absent.control, undefined);
    t.match(absent.notes, [
      /^not for inference/,
      'fa: 1 of 3 runs failed; its mean is over those that ended',
      'the control frozen was not run: nothing is compared to it',
    ]);
    const other = await compareSchemes(experiment(['bp', 'fa'], seeds), given(['bp', 'fa'], seeds));
    t.not(other.hash, result.hash, 'without the control it is another comparison');
  },
);

t.test('what is wrong is told before the first run', async t => {
  let launched = false;
  const watch = { launcher: inProcessLauncher(async () => ((launched = true), fakeResult('bp', 0, 1))) };
  const refused = async (
    change: Parameters<typeof experiment>[2],
    code: string,
    message: RegExp,
    deps: Partial<CompareDependencies> = {},
  ): Promise<void> => {
    const all = given(['bp', 'fa'], [0], { ...watch, ...deps });
    await t.rejects(compareSchemes(experiment(['bp', 'fa'], [0], change), all), { code, message });
  };
  await refused({ baseline: 'pal' }, 'APICAL_BASELINE', /"pal".*bp, fa; add it/);
  await refused({ control: 'bp' }, 'APICAL_CONTROL', /the baseline itself/);
  await refused({ margin: 0 }, 'APICAL_MARGIN', /is 0; give a difference above 0/);
  await refused({}, 'APICAL_NOTHING_TO_RUN', /no scheme and seed/, { configs: [] });
  const unknown = new ApicalError('APICAL_UNKNOWN_NAME', 'unknown rule "detla"');
  await refused({}, 'APICAL_UNKNOWN_NAME', /detla/, { prepare: () => Promise.reject(unknown) });
  const prepare: CompareDependencies['prepare'] = async () => ({
    hash: 'x',
    headline: 'accuracy',
    metrics: {},
  });
  await refused({}, 'APICAL_METRIC', /"accuracy"/, { prepare });
  t.equal(launched, false);
  t.equal(train.epochs, 2);
});
