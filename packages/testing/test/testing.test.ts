/** The tools that tests stand on: golden files, score, recorded streams, gradient check, conformance suites. */
import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ndarray from 'ndarray';
import t from 'tap';
import type {
  Connectivity,
  GoldenCase,
  GoldenReplay,
  LearningRule,
  LoadedDataset,
  NeuronModel,
  Optimiser,
  Program,
  Scheme,
} from '@apical/core';
import { injected, noise, parameter, state, stimulus } from '@apical/core';
import { reference } from '@apical/kernels';
import {
  activationConformance,
  checkGradient,
  datasetConformance,
  findGolden,
  libraryOf,
  loadGolden,
  neuronConformance,
  optimiserConformance,
  readGolden,
  recordedStreams,
  replayCase,
  ruleConformance,
  schemeConformance,
  Score,
  verifyCases,
  type Check,
  type SchemeBench,
} from '@apical/testing';
import standard, { dense, relu, sgd, tanh } from '@apical/plugin-standard';
import { bp, delta, rateInput, rateOutput, rateUnit } from '@apical/plugin-bp';

const library = libraryOf(standard);
const bench = { library, backend: reference };
const golden: GoldenCase = {
  format: 'golden-case/1',
  id: 'test-01',
  model: 'doubling',
  what: 'twice the input',
  parameters: {},
  arrays: { x: { shape: [2, 2], data: [1, 2, 3, 4] } },
  steps: 2,
  expected: { y: { shape: [2, 2], data: [2, 4, 6, 8] } },
  tolerance: { rtol: 1e-9, atol: 1e-12 },
};
const one = (data: number[], shape = [data.length]) => ({ ...golden, expected: { y: { shape, data } } });

t.test('golden files: what is wrong with one is said with its name', async t => {
  const folder = await mkdtemp(join(tmpdir(), 'apical-testing-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const file = join(folder, 'case.json');
  const why = async (content: unknown): Promise<string> => {
    await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content));
    try {
      await readGolden(file);
    } catch (e) {
      t.match(e, { code: 'APICAL_GOLDEN', at: file });
      return (e as Error).message.replace(`${file}: `, '');
    }
    return 'nothing';
  };
  t.equal(await why(golden), 'nothing');
  t.match(await why('{ "format": '), /^cannot be read: /);
  t.match(
    await why({ ...golden, format: 'golden-case/2' }),
    /"format" is "golden-case\/2"; "golden-case\/1" is wanted/,
  );
  for (const key of ['id', 'model', 'parameters', 'arrays', 'expected', 'tolerance', 'steps'])
    t.equal(await why({ ...golden, [key]: undefined }), `"${key}" is missing`);
  t.equal(await why({ ...golden, expected: {} }), '"expected" is empty: nothing would be compared');
  t.equal(await why({ ...golden, arrays: { x: { data: [1] } } }), 'array "x" needs "shape" and "data"');
  t.equal(
    await why({ ...golden, arrays: { x: { shape: [2, 3], data: [1] } } }),
    'array "x" has 1 numbers; its shape [2, 3] asks for 6',
  );
  t.equal(await why(one([1, null as never])), 'array "y"[1] is null; finite numbers are wanted');
  t.equal(await why(one(['1' as never])), 'array "y"[0] is "1"; finite numbers are wanted');
  await mkdir(join(folder, 'b'));
  await writeFile(join(folder, 'b', 'a.json'), JSON.stringify(golden));
  await writeFile(join(folder, 'note.txt'), 'not a case');
  await writeFile(file, 'damaged');
  t.strictSame(
    await findGolden([folder]),
    [join(folder, 'b', 'a.json'), file],
    'in order of name, at any depth',
  );
  const [whole, damaged] = await loadGolden([folder]);
  t.match(whole!.golden, { id: 'test-01' });
  t.match(damaged!.golden, { code: 'APICAL_GOLDEN' });
  await t.rejects(findGolden([join(folder, 'c')]), {
    code: 'APICAL_GOLDEN',
    message: /no golden cases at .*c: ENOENT/,
  });
});
t.test('the score: tolerance, rows, what was not compared, NaN', async t => {
  const score = (compare: (s: Score) => void, of: GoldenCase = golden) => {
    const s = new Score(of);
    compare(s);
    return s.result();
  };
  t.match(
    score(s => s.compare('y', [2, 4, 6, 8])),
    { passed: true, worst: 0, compared: 1, expected: 1 },
  );
  const near = score(s => s.compare('y', [2, 4 + 2e-9, 6, 8]));
  t.ok(near.passed && near.worst > 0.49 && near.worst < 0.51, `half of the tolerance is used: ${near.worst}`);
  t.match(near.worstAt, /^y\[1\]: 4.000000002 for 4/);
  const off = score(s => s.compare('y', [2, 4, 6.1, 8.1]));
  t.strictSame(off.problems, ['y[2]: 6.1 for 6'], 'the first place of a key');
  t.match(
    score(s => s.compare('y', [2, 4, NaN, 8])),
    { passed: false, problems: ['y[2]: NaN for 6'] },
  );
  t.same(
    [score(s => s.compare('y', [2, 4, NaN, 9]))].map(({ worst, worstAt }) => [worst, worstAt]),
    [[NaN, 'y[2]: NaN for 6']],
    'nothing is worse than NaN',
  );
  t.match(score(s => s.compare('y', [2, 4])).problems, ['y: 2 numbers are produced, 4 expected']);
  t.match(score(() => undefined).problems, ['y is expected and was not produced']);
  t.match(
    score(s => s.compare('z', [1])).problems,
    ['y is expected and was not produced'],
    'other names do not count',
  );
  t.match(
    score(s => s.compare('y', [2, 4], 0)),
    { passed: false, problems: ['y is expected and was not produced'] },
    'one row of two',
  );
  t.match(
    score(s => [1, 0].forEach(r => s.compare('y', [4 * r + 2, 4 * r + 4], r))),
    { passed: true },
  );
  t.match(score(s => [1, 0].forEach(r => s.compare('y', [0, 0], r))).problems[0], 'y@1[0]: 0 for 6');
  t.match(
    score(s => s.compare('y', []), one([], [0])),
    { passed: true },
    'an empty array was compared',
  );
  t.match(
    score(() => undefined, one([], [0])),
    { passed: false },
  );
  t.match(
    score(s => s.compare('y', [7]), one([7], [])),
    { passed: true },
    'a number without axes',
  );
  const loose = { ...golden, tolerances: { y: { rtol: 0, atol: 0.5 } } };
  t.match(
    score(s => s.compare('y', [2.4, 4, 6, 8]), loose),
    { passed: true },
    'a tolerance of its own',
  );
  const none = { ...golden, tolerance: { rtol: 0, atol: 0 } };
  t.match(
    score(s => s.compare('y', [2, 4, 6, 8]), none),
    { passed: true },
    'equal numbers under no tolerance',
  );
});
t.test('a key that is inert is named, neither compared nor missed; all of them are too many', async t => {
  const repeated = { shape: [1], data: [3] };
  const of = { ...golden, expected: { ...golden.expected, repeated } };
  const score = new Score(of, ['repeated', 'unknown']);
  score.compare('repeated', [4]);
  t.match(score.result().problems, ['y is expected and was not produced']);
  score.compare('y', [2, 4, 6, 8]);
  t.match(score.result(), { passed: true, compared: 1, expected: 1, inert: ['repeated'] });
  const replay: GoldenReplay = {
    model: 'doubling',
    inert: ['y', 'repeated'],
    replay: () => undefined,
  };
  t.match(replayCase(of, replay, bench), {
    passed: false,
    score: { problems: ['every expected key is inert: nothing is compared'] },
  });
});
t.test('replays: errors, arrays that are not recorded, and cases that nobody knows have failed', async t => {
  const replay = (run: GoldenReplay['replay']) =>
    replayCase(golden, { model: 'doubling', replay: run }, bench);
  t.match(
    replay((_, b) =>
      b.compare(
        'y',
        b.array('x').map(v => 2 * v),
      ),
    ),
    { passed: true },
  );
  t.match(
    replay((_, b) => b.compare('y', b.array('z'))),
    { passed: false, error: 'test-01 records no "z"; it has x' },
  );
  t.match(
    replay(() => {
      // as a plugin written in JavaScript may
      // eslint-disable-next-line @typescript-eslint/only-throw-error
      throw 'a string';
    }),
    { passed: false, error: 'a string', score: { compared: 0 } },
  );
  t.match(replayCase(golden, undefined, bench, ['ann']), {
    passed: false,
    error: /skipped: .*"doubling"; known: ann/,
  });
  const layers = [{ shape: [2] }, { shape: [2] }];
  const built = replay((_, b) => {
    const model = b.build(
      bp,
      layers,
      {},
      { batch: 1, dt: 0.5, initial: n => (n === 'W1' ? [1, 2, 3, 4] : undefined) },
    );
    b.compare(
      'y',
      model.circuit.weights('W1').map(v => 2 * v),
    );
  });
  t.match(built, { passed: true }, 'weights come from the record, biases that are not recorded are zero');
  const initial = (name: string) => (name === 'W1' ? [1, 0, 0, 1] : undefined);
  const together = replay((_, b) => {
    const one = b.build(bp, layers, {}, { batch: 1, initial });
    const two = b.build(
      bp,
      layers,
      {},
      {
        batch: 2,
        lend: name => one.circuit.lent(name),
        records: [
          { population: 'layer1', signals: { twice: state('') }, phases: { forward: 'twice = 2 * r' } },
        ],
      },
    );
    t.equal(two.circuit.weights('W1'), one.circuit.weights('W1'), 'lent, not copied');
    two.circuit.signal(two.input).set(b.array('x'));
    two.circuit.compile(two.programs.evaluate)();
    b.compare('y', two.circuit.signal('layer1.twice'));
  });
  t.match(together, { passed: true }, 'circuits of one case share weights, and what only looks is seen');
  const opened: string[] = [];
  const counting = {
    ...reference,
    open: (options: Parameters<typeof reference.open>[0]) => {
      opened.push(options.dtype);
      return reference.open(options);
    },
  };
  const twice: GoldenReplay['replay'] = (_, b) => {
    for (const batch of [1, 2]) b.build(bp, layers, {}, { batch, initial });
  };
  replayCase(golden, { model: 'doubling', replay: twice }, { ...bench, backend: counting });
  t.strictSame(opened, ['float64'], 'one memory for all circuits of a case');
  const bare = replay((_, b) => void b.build(bp, layers, {}, { batch: 1 }));
  t.match(bare, { passed: false, error: 'test-01: nothing is recorded for the stream "init/W1"' });
  const folder = await mkdtemp(join(tmpdir(), 'apical-testing-'));
  t.teardown(() => rm(folder, { recursive: true }));
  await t.rejects(verifyCases({ ...bench, replays: [], paths: [folder] }), { code: 'APICAL_GOLDEN' });
});
t.test('recorded streams answer in order and say when they are used up', async t => {
  const streams = recordedStreams(
    'c',
    name => ({ W: [1, 2], V: [1] })[name],
    name => ({ 'p/xi': [1, 2, 3, 4] })[name],
  );
  const into = new Float64Array(2);
  const what = { draw: 'normal', fanIn: 1 };
  streams.initial('init/W', what, into, [2]);
  t.strictSame(Array.from(into), [1, 2]);
  t.throws(
    () => streams.initial('init/V', what, into, [2]),
    /c: 1 numbers are recorded for "init\/V", 2 are needed/,
  );
  t.throws(() => streams.initial('init/U', what, into, [2]), /nothing is recorded for the stream "init\/U"/);
  t.doesNotThrow(() => streams.initial('init/U', { draw: 'zeros', fanIn: 1 }, into, [2]));
  const step = reference
    .open({ dtype: 'float64' })
    .prepare([streams.normal('noise/p/xi', into, new Float64Array(1))], 'draw');
  step();
  step();
  t.strictSame(Array.from(into), [3, 4]);
  t.throws(step, /the draws recorded for "noise\/p\/xi" are used up after 4/);
  t.throws(() => streams.normal('noise/p/zeta', into, new Float64Array(1)), /nothing is recorded/);
});
t.test('the gradient check passes what is right and finds what is wrong', async t => {
  const w = Float64Array.of(0.5, -1, 2);
  // L = Σ w² / 2 + w₀ w₁
  const slope = () => [w[0]! + w[1]!, w[1]! + w[0]!, w[2]!];
  const model = (direction: () => ArrayLike<number>, weights = new Map([['W', w]])) => ({
    weights,
    loss: () => (w[0]! ** 2 + w[1]! ** 2 + w[2]! ** 2) / 2 + w[0]! * w[1]!,
    direction,
  });
  const right = checkGradient(model(() => slope().map(v => -v)));
  t.ok(right.error < 1e-12, `${right.error}`);
  t.strictSame(Array.from(w), [0.5, -1, 2], 'weights are put back');
  const wrong = checkGradient(model(() => slope().map((v, i) => (i === 2 ? -1.01 * v : -v))));
  t.ok(wrong.error > 0.009 && wrong.error < 0.011);
  t.equal(wrong.worstAt, 'W[2]');
  const up = checkGradient(model(() => slope()));
  t.ok(Math.abs(up.error - 2) < 1e-9, 'a sign error is an error of two');
  const broken = checkGradient(model(() => [0, NaN, 0]));
  t.notOk(broken.error <= 1, 'NaN is not small');
  t.equal(broken.worstAt, 'W[1]');
  t.throws(() => checkGradient(model(() => [1])), /the direction of W has 1 numbers; its weights are 3/);
  t.throws(() => checkGradient(model(() => [], new Map())), /no weights to move/);
  const flat = { weights: new Map([['W', w]]), loss: () => 3, direction: () => [0, 0, 0] };
  t.equal(checkGradient(flat).error, 0);
  t.equal(
    checkGradient({ ...flat, direction: () => [0, 1, 0] }).error,
    Infinity,
    'a slope where there is none',
  );
});

/* ---------------------------------------------------------------- conformance */
/** Names of the checks that fail. */
function failing(checks: readonly Check[]): string[] {
  return checks.flatMap(({ name, run }) => {
    try {
      run();
      return [];
    } catch (e) {
      return [`${name} — ${(e as Error).message}`];
    }
  });
}
t.test('shipped neurons and rules pass, broken ones are told why', async t => {
  for (const model of [rateInput, rateUnit]) t.strictSame(failing(neuronConformance(model, bench)), []);
  t.strictSame(failing(neuronConformance(rateOutput, { ...bench, order: ['forward', 'backward'] })), []);
  const cell = (phases: NeuronModel['phases'], more: Partial<NeuronModel> = {}): NeuronModel => ({
    name: 'cell',
    source: { paper: 'test' },
    parameters: {},
    signals: {
      x: stimulus('x'),
      s: state('s'),
      m: { ...state('mean'), per: 'sample' },
      age: { ...state('age', 'ms'), per: 'population' },
    },
    phases,
    ...more,
  });
  const fails = (model: NeuronModel, why: RegExp) =>
    t.match(failing(neuronConformance(model, bench)).join('\n'), why);
  t.strictSame(failing(neuronConformance(cell({ go: 's += x\nm = mean(s)\nage += dt' }), bench)), []);
  fails(cell({ go: 's = log(x - 2)' }), /finite and repeat .* s is not finite/);
  fails(cell({ go: 's = y' }), /unknown name "y"/);
  fails(
    cell({ go: 's = q' }, { choices: { q: { one: 'x', two: 'zz' } } }),
    /with {"q":"two"}.* unknown name "zz"/,
  );
  fails(cell({}, { signals: { s: state('') } }), /"s" has no doc/);
  fails(cell({}, { signals: { s: state('s', 'furlong') } }), /furlong/);
  fails(
    cell({}, { parameters: { p: { ...parameter('p', 3), max: 2 } } }),
    /the default 3 of "p" is not between -Infinity and 2/,
  );
  fails(cell({}, { doc: undefined as never }), /does not survive JSON/);
  const noisy = cell({ go: 's += xi' }, { signals: { s: state('s'), xi: noise('xi') } });
  t.equal(neuronConformance(noisy, bench).length, 2, 'samples of a noisy cell are not compared');

  const rule = (terms: LearningRule['update']['terms'], more: Partial<LearningRule> = {}): LearningRule => ({
    name: 'rule',
    source: { paper: 'test' },
    parameters: {},
    update: { terms },
    ...more,
  });
  t.strictSame(failing(ruleConformance(delta, bench)), []);
  t.strictSame(
    failing(ruleConformance(delta, { ...bench, models: { pre: rateInput, post: rateOutput } })),
    [],
  );
  t.strictSame(
    failing(
      ruleConformance(delta, {
        ...bench,
        bias: false,
        models: { post: rateUnit },
        uses: { pre: { r: 'e' } },
      }),
    ).length,
    2,
    'the cell has r and no e',
  );
  const traced = rule(
    [
      { post: 'choice', pre: 'low' },
      { gain: '-rate', times: 'W' },
    ],
    {
      parameters: { rate: parameter('rate', 0.1) },
      choices: { choice: { plain: 's', sharp: 's / (1 + sum(pre.low ** 2))' } },
      traces: { pre: { low: state('low') } },
      phases: {
        trace: { pre: 'rise = x - low\nlow += 0.5 * rise' },
        gather: { post: 'slope = s * pre.low' },
      },
    },
  );
  t.match(
    failing(ruleConformance(traced, bench)).join(),
    /slope/,
    'an end cannot read the other unit by unit',
  );
  const good = { ...traced, phases: { trace: traced.phases!.trace! } };
  t.strictSame(failing(ruleConformance(good, bench)), []);
  const ruleFails = (broken: LearningRule, why: RegExp) =>
    t.match(failing(ruleConformance(broken, bench)).join('\n'), why);
  ruleFails(rule([{ post: 's', gain: 'batch' }]), /mean over its samples/);
  ruleFails(rule([{ post: 'log(-1 - s ** 2)' }]), /direction of W: NaN/);
  ruleFails(
    rule([{ post: 's', pre: 'low' }], { traces: { pre: { low: state('low') } } }),
    /does a trace ever move/,
  );
});
t.test('broken activations, optimisers and schemes are found out', async t => {
  t.match(
    failing(activationConformance({ ...tanh, slope: '1 - tanh(x)' })).join(),
    /backward is the transposed Jacobian/,
  );
  t.strictSame(failing(activationConformance(relu)), []);
  const optimiser = (update: string, more: Partial<Optimiser> = {}): Optimiser => ({
    ...sgd,
    name: 'mine',
    update,
    ...more,
  });
  t.match(failing(optimiserConformance(optimiser('w -= eta * g'))).join(), /weight 0 moved by -/);
  t.match(
    failing(optimiserConformance(optimiser('w += eat * g'))).join(),
    /unknown name "eat"; did you mean "eta"/,
  );
  t.match(
    failing(optimiserConformance(optimiser('w += g', { state: { v: state('') } }))).join(),
    /"v" has no doc/,
  );
  t.match(
    failing(
      optimiserConformance(optimiser('w += g', { parameters: { eta: parameter('e', 1, 'parsec') } })),
    ).join(),
    /parsec/,
  );
  const scheme = (change: Partial<Scheme>): string =>
    failing(schemeConformance({ ...bp, ...change }, bench)).join('\n');
  t.match(scheme({ heads: {} }), /the scheme states no head/);
  t.match(scheme({ phases: {} }), /program train uses "forward"/);
  t.match(scheme({ plasticity: { forward: null } }), /no weight changed/);
  const decaying = {
    rule: { ...delta, update: { terms: [...delta.update.terms, { gain: '0.1', times: 'W' }] } },
    optimiser: { use: sgd },
  };
  t.match(scheme({ plasticity: { forward: decaying } }), /a target equal to the output gives no direction/);
  const summed = { rule: delta, scale: 'batch', optimiser: { use: sgd } };
  t.match(scheme({ plasticity: { forward: summed } }), /a batch of one gives what its row gives/);
  // what opens a batch must leave the weights alone: evaluation opens with it too
  const opens = (begin: Program, also: Partial<Scheme> = {}): string =>
    scheme({
      ...also,
      assemble(net, layers, given) {
        const built = bp.assemble(net, layers, given);
        return { ...built, programs: { ...built.programs, begin } };
      },
    });
  t.equal(opens([{ phase: 'forward', sweep: 'up' }]), '');
  t.match(
    opens([{ phase: 'forward', sweep: 'up' }, { phase: 'backward', sweep: 'down' }, { phase: 'learn' }]),
    /evaluation changes no weight/,
  );
  t.match(opens([{ phase: 'no-such-phase' }]), /no-such-phase/);
  const lax = schemeConformance(bp, { ...bench, zeroError: false, independentSamples: false });
  t.equal(schemeConformance(bp, bench).length - lax.length, 2);
});
t.test('begin runs as in a run: for every batch, before its steps, in evaluation too', async t => {
  const up = { phase: 'forward', sweep: 'up' } as const;
  const down = { phase: 'backward', sweep: 'down' } as const;
  const learn = { phase: 'learn' };
  const found = (programs: Readonly<Record<string, Program>>): string => {
    const assembled: Scheme['assemble'] = (...given) => {
      const model = bp.assemble(...given);
      return { ...model, programs: { ...model.programs, ...programs } };
    };
    return failing(schemeConformance({ ...bp, assemble: assembled }, bench)).join('\n');
  };
  t.equal(found({ begin: [up], train: [down, learn] }), '', 'steps may read what begin filled');
  t.match(found({ begin: [], train: [down, learn] }), /every program compiles/);
  t.match(found({ begin: [up, down, learn] }), /evaluation changes no weight — after evaluation, W1/);
});
t.test('a batch is shown for as long as the scheme says, in steps of dt, with the options given', async t => {
  let shown = 0;
  const counted: Connectivity = {
    ...dense,
    name: 'counted',
    transmit: (at, ...given) => [
      { op: 'call', where: 'counted', run: () => shown++ },
      ...dense.transmit(at, ...given),
    ],
  };
  const layers = [{ shape: [5] }, { shape: [4], activation: 'tanh', connectivity: counted }, { shape: [3] }];
  const timed: Scheme = {
    ...bp,
    dt: 1,
    parameters: {
      presentation: parameter('training', 3, 'ms'),
      evaluatePresentation: parameter('', 2, 'ms'),
    },
  };
  const count = (scheme: Scheme, name: RegExp, more: Partial<SchemeBench> = {}): number => {
    shown = 0;
    for (const check of schemeConformance(scheme, { ...bench, layers, ...more }))
      if (name.test(check.name)) check.run();
    return shown;
  };
  const update = /an update changes weights/;
  t.equal(count(bp, update), 6, 'two times three updates');
  t.equal(count(timed, update), 18);
  const opened: Scheme['assemble'] = (...given) => {
    const model = bp.assemble(...given);
    return { ...model, programs: { ...model.programs, start: model.programs.evaluate } };
  };
  t.equal(count({ ...bp, assemble: opened }, update), 8, 'start runs once, before the first');
  t.equal(count(timed, update, { dt: 0.5 }), 36);
  t.equal(count(timed, /evaluation changes no weight/, { dt: 0.5 }), 18 + 4);
  const empty = schemeConformance(bp, { ...bench, options: { plasticity: { forward: null } } });
  t.match(failing(empty).join('\n'), /no weight changed/);
});
t.test('broken data sets are found out', async t => {
  const split = (start: number) => ({
    inputs: ndarray(
      Float64Array.from({ length: 6 }, (_, i) => start + i),
      [3, 2],
    ),
    labels: ndarray(Int32Array.of(0, 1, 0), [3]),
  });
  const data: LoadedDataset = {
    name: 'd',
    shape: [2],
    classes: ['a', 'b'],
    splits: { train: split(0), validation: split(10), test: split(20) },
    digest: '0'.repeat(64),
  };
  const why = async (change: Partial<LoadedDataset>): Promise<string> => {
    const out: string[] = [];
    for (const { run } of datasetConformance(() => Promise.resolve({ ...data, ...change })))
      await run().catch((e: unknown) => out.push((e as Error).message));
    return out.join();
  };
  const train = (change: object) => why({ splits: { ...data.splits, train: { ...split(0), ...change } } });
  t.equal(await why({}), '');
  t.equal(await train({ targets: ndarray(Float64Array.of(1, 2, 3), [3, 1]) }), '');
  t.match(await why({ shape: [3] }), /samples of \[2\], stated \[3\]/);
  t.match(await why({ classes: ['a'] }), /a label beyond the classes/);
  t.match(await why({ digest: 'short' }), /digests short/);
  t.match(await why({ splits: { ...data.splits, test: split(0) } }), /sample 0 of test is in train too/);
  t.match(await train({ labels: ndarray(Int32Array.of(0), [1]) }), /train: 1 labels for 3 samples/);
  t.match(await train({ targets: ndarray(Float64Array.of(1, NaN, 3), [3, 1]) }), /a target is not finite/);
  t.match(
    await train({ inputs: ndarray(Float64Array.of(1, Infinity), [1, 2]), labels: undefined }),
    /number 1 is not finite/,
  );
  t.match(
    await train({ inputs: ndarray(new Float64Array(0), [0, 2]), labels: undefined }),
    /train: no samples/,
  );
});
t.test('a library holds the parts that are data', async t => {
  const made = injected(['Clock'], () => relu);
  const with_ = libraryOf(standard, {
    name: 'mine',
    api: 1,
    contributes: { Activation: [made, { ...relu, name: 'mine' }] },
  });
  t.equal(with_.activations.origin('mine'), 'mine');
  t.equal(
    with_.activations.names().length,
    library.activations.names().length + 1,
    'what needs services is left out',
  );
});
