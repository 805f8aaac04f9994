/** What trains when: a program before the first epoch, another program from an epoch on, epochs of so many samples. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { createBus } from '@apical/bus';
import type { Command, Probe, Program, RunConfig, RunEvent, Scheme } from '@apical/core';
import { createRandomSource } from '@apical/numerics';
import { checkBefore, fileStore, resolveRun, train } from '../src/index.js';
import { catalogues, dependencies, inputUnit, mini, runConfig, steppingClock } from './parts.js';
import { commanded, commanding, kinds, run, value } from './runs.js';

t.setTimeout(120_000); // about sixty short runs: nine seconds on a machine that is free

/** `mini` that counts what it runs and keeps what it saw; `pre` trains W1 alone, `look` nothing. */
const watching: Scheme = {
  ...mini,
  name: 'watching',
  neurons: {
    ...mini.neurons,
    input: {
      model: {
        ...inputUnit,
        signals: {
          ...inputUnit.signals,
          ...Object.fromEntries(
            ['starts', 'first', 'begins', 'looks', 'shown'].map(name => [
              name,
              { role: 'state' as const, doc: name, unit: '1' },
            ]),
          ),
        },
        phases: { start: 'starts += 1\nfirst = r', begin: 'begins += 1', look: 'looks += 1\nshown = r' },
      },
    },
  },
  phases: { ...mini.phases, start: 'once', begin: 'every batch', look: 'keeps what is shown' },
  assemble(net, layers, given) {
    const assembled = mini.assemble(net, layers, given);
    const learn = assembled.programs.train;
    return {
      ...assembled,
      programs: {
        ...assembled.programs,
        start: [{ phase: 'start' }],
        begin: [{ phase: 'begin' }],
        look: [{ phase: 'look' }],
        pre: [...learn.slice(0, -1), { phase: 'learn', on: ['W1'] }],
        twice: [{ repeat: 2, stages: learn }],
      },
    };
  },
};
/** Every batch is shown for three steps. */
const lasting: Scheme = {
  ...watching,
  name: 'lasting',
  dt: 0.5,
  parameters: { presentation: { doc: 'how long a batch is shown', unit: 'ms', value: 1.5 } },
};
interface Seen {
  readonly epoch: number;
  readonly update: number;
  readonly starts: number;
  readonly begins: number;
  readonly looks: number;
  readonly first: readonly number[];
  readonly shown: readonly number[];
}
const looking = (seen: Seen[]): Probe => ({
  name: 'looking',
  doc: '',
  options: {},
  rows: {},
  attach:
    ({ model }) =>
    ({ epoch, update }) => {
      const array = (name: string) => Array.from(model.circuit.signal(`layer0.${name}`));
      const number = (name: string) => array(name)[0]!;
      seen.push({
        epoch,
        update,
        starts: number('starts'),
        begins: number('begins'),
        looks: number('looks'),
        first: array('first'),
        shown: array('shown'),
      });
      return [];
    },
});
type Change = NonNullable<Parameters<typeof runConfig>[0]>;
const config = (change: Change = {}): RunConfig => runConfig({ scheme: { use: 'watching' }, ...change });
/** Its hidden layer runs until it stands still, which is after two passes: at most nine. `free` says how often. */
const settling = (perSample: boolean): Scheme => ({
  ...watching,
  name: `settling-${perSample}`,
  assemble(net, layers, given) {
    const assembled = watching.assemble(net, layers, given);
    const until = { settled: ['layer1.r'], within: 0, perSample, as: 'free' };
    const stages = [{ phase: 'forward', sweep: 'up' }] as const;
    const train: Program = [{ repeat: 9, until, stages }, ...assembled.programs.train.slice(1)];
    return { ...assembled, programs: { ...assembled.programs, train } };
  },
});
const parts = catalogues({ schemes: [watching, lasting, settling(true), settling(false)] });
const quiet = { use: 'watching', neurons: { hidden: { parameters: { sigma: 0 } } } };
const go = (change: Change) => run(config(change), { catalogues: parts });
/** What is in the circuit at the end of every epoch. */
async function watch(change: Change): Promise<Seen[]> {
  const seen: Seen[] = [];
  const watched = catalogues({ schemes: [watching, lasting], probes: [looking(seen)] });
  await run(config({ probes: { own: { use: 'looking' } }, ...change }), { catalogues: watched });
  return seen;
}
/** Inputs of the four samples that batch `k` of a permutation shows. */
async function inputsOf(order: Int32Array, k: number): Promise<number[]> {
  const { task } = await resolveRun(config(), { catalogues: parts, random: createRandomSource });
  return [...order.subarray(4 * k, 4 * k + 4)].flatMap(s => [
    ...task.splits.train.inputs.subarray(2 * s, 2 * s + 2),
  ]);
}
const stream = (name: string) => createRandomSource(3).stream(name);
const names = ['W1', 'W1/bias', 'W2', 'W3', 'W3/bias'];

t.test('what comes before the first epoch trains, and switching it off changes the figures', async t => {
  const plain = await go({});
  const before = await go({ train: { before: { program: 'pre', updates: 15 } } });
  const first = (name: string) => value(before.result, 0, name);
  t.not(first('loss'), value(plain.result, 0, 'loss'), 'epoch 0 is the moment before training');
  t.not(value(before.result, 3, 'loss'), value(plain.result, 3, 'loss'));
  const alone = await go({ train: { before: { program: 'pre', updates: 15 }, epochs: 0 } });
  const none = await go({ train: { epochs: 0 } });
  t.notSame(alone.weights('W1'), none.weights('W1'));
  t.same(alone.weights('W2'), none.weights('W2'), 'by its own program');
  t.equal(value(alone.result, 0, 'loss'), first('loss'));
  const longer = await go({ train: { before: { program: 'pre', updates: 16 }, epochs: 0 } });
  t.notSame(longer.weights('W1'), alone.weights('W1'));
  const other = await go({ train: { before: null } });
  t.same(other.weights('W1'), plain.weights('W1'), 'null: nothing');
  const hash = (one: typeof plain) => one.result.summary.id.hash;
  t.equal(new Set([plain, before, alone, none, longer].map(hash)).size, 5, 'hashed');
});

t.test('it runs after start, with begin for every batch, as often as training runs', async t => {
  const [zero, one] = await watch({
    scheme: { use: 'lasting' },
    train: { before: { program: 'look', updates: 14 }, program: 'look', epochs: 1 },
  });
  t.match(zero, { epoch: 0, update: 0, starts: 1, begins: 14, looks: 3 * 14 });
  t.match(one, { epoch: 1, update: 12, starts: 1, begins: 14 + 12, looks: 3 * (14 + 12) });
  t.same(zero!.first, await inputsOf(stream('data/order/before').permutation(50), 0));
  const [without] = await watch({ train: { program: 'look', epochs: 1 } });
  t.match(without, { starts: 0, looks: 0 }, 'without it epoch 0 comes before start');
});

t.test('its order is a stream of its own, pass after pass; that of the epochs stays', async t => {
  const own = stream('data/order/before');
  const passes = [own.permutation(50), own.permutation(50), own.permutation(50)];
  for (const updates of [1, 12, 13, 24, 25]) {
    const seen = await watch({ train: { before: { program: 'look', updates }, program: 'look', epochs: 2 } });
    const k = updates - 1;
    t.same(seen[0]!.shown, await inputsOf(passes[Math.floor(k / 12)]!, k % 12), `batch ${updates}`);
    for (const epoch of [1, 2])
      t.same(seen[epoch]!.shown, await inputsOf(stream(`data/order/${epoch}`).permutation(50), 11));
  }
  const plain = await go({ scheme: quiet });
  const looked = await go({ scheme: quiet, train: { before: { program: 'look', updates: 7 } } });
  for (const name of names) t.same(looked.weights(name), plain.weights(name), name);
  t.same(looked.result.summary.pairing, plain.result.summary.pairing, 'first weights and order are paired');
  t.equal(looked.result.summary.updates, 36);
});

t.test('state of the circuit and of optimisers carries over', async t => {
  const after = async (updates: number, eta: number) => {
    const given = commanded(
      { 0: ['W1', 'W2', 'W3'].map(p => ({ do: 'set', name: `${p}.delta.eta`, value: eta })) },
      { scheme: quiet, train: { before: { program: 'train', updates }, epochs: 1 } },
      { schemes: [watching, lasting] },
    );
    return run(given.config, given);
  };
  // with a rate of 0 in the epoch, what the velocity keeps of the batches before shows in no weight
  const [still, moved] = [await after(5, 0), await after(5, 0.05)];
  t.equal(value(still.result, 0, 'loss'), value(still.result, 1, 'loss'));
  t.not(value(moved.result, 0, 'loss'), value(moved.result, 1, 'loss'));
  const fresh = await go({ scheme: quiet, train: { epochs: 0, before: { program: 'train', updates: 5 } } });
  t.same(fresh.weights('W1'), still.weights('W1'));
  const noisy = await go({ train: { before: { program: 'evaluate', updates: 3 }, epochs: 1 } });
  const plain = await go({ train: { epochs: 1 } });
  t.equal(value(noisy.result, 0, 'loss'), value(plain.result, 0, 'loss'));
  t.notSame(noisy.weights('W1'), plain.weights('W1'), 'the noise goes on where it was');
});

t.test('its cost and progress are told, and kept out of those of training', async t => {
  const clock = steppingClock(60);
  const given = { catalogues: parts, clock };
  const before = { program: 'pre', updates: 15 };
  const { result, events } = await run(config({ train: { before } }), given);
  const plain = await run(config(), { catalogues: parts, clock: steppingClock(60) });
  const { summary } = result;
  t.match(summary.before, {
    program: 'pre',
    updates: 15,
    macsPerSample: 2 * 42 + 32 - 32,
    stepsPerSample: 1,
  });
  t.ok(summary.before && 'seconds' in summary.before && summary.before.seconds > 0);
  t.equal(summary.cost.macsPerSample, plain.result.summary.cost.macsPerSample);
  const rate = plain.result.summary.cost.samplesPerSecond;
  t.ok(Math.abs(summary.cost.samplesPerSecond / rate - 1) < 0.2, 'its time is not that of the epochs');
  t.match(events[0], { kind: 'run-started', before: { ...before, done: 0 } });
  const progress = events.filter(e => e.kind === 'progress');
  t.match(progress[0], { epoch: 0, update: 0, before: 1 });
  t.ok(progress.some(e => e.kind === 'progress' && e.before === 15));
  t.match(progress.at(-1), { epoch: 3, before: undefined });
  t.equal(kinds(events).indexOf('epoch-ended') > kinds(events).indexOf('progress'), true);
});

t.test('what was done before the first epoch is kept when it is done', async t => {
  const checkpoints = async (train: Change['train']) =>
    (await go({ train: { epochs: 1, checkpointSeconds: 0, ...train } })).events.flatMap(e =>
      e.kind === 'checkpoint' ? [e.update] : [],
    );
  t.same(await checkpoints({}), [12]);
  t.same(await checkpoints({ before: { program: 'pre', updates: 3 } }), [0, 12]);
});

t.test('a scheme without the program skips it and says so', async t => {
  const lines: string[] = [];
  const logger = { info: (m: string) => void lines.push(m), warn: () => undefined };
  const skipping = runConfig({ train: { before: { program: 'pre', updates: 5 } } });
  const { result, weights, events } = await run(skipping, { logger });
  const plain = await run(runConfig());
  t.same(weights('W1'), plain.weights('W1'));
  t.same(result.summary.before, { program: 'pre', skipped: true });
  t.same(lines, ['mini: scheme mini has no program "pre": train.before is skipped']);
  t.same(
    events.flatMap(e => (e.kind === 'run-started' ? [e.before] : [])),
    [undefined],
  );
  t.equal(plain.result.summary.before, undefined);
});

t.test('a program that no scheme has is refused with the list', async t => {
  const pre = { program: 'pre', updates: 1 };
  const asked = (label: string, before: typeof pre | null | undefined, ...programs: string[]) => ({
    label,
    before,
    programs,
    at: `file.yaml:${label}`,
  });
  t.throws(() => checkBefore([asked('a', undefined, 'train'), asked('b', pre, 'train', 'evaluate')]), {
    code: 'APICAL_UNKNOWN_NAME',
    message:
      'train.before asks for program "pre", which no scheme of the experiment has: a has train; b has train, evaluate',
    at: 'file.yaml:b',
  });
  checkBefore([asked('a', pre, 'train'), asked('b', null, 'pre')]);
  checkBefore([asked('a', null, 'train'), asked('b', undefined)]);
});

t.test('what diverges before the first epoch ends the run, and is told at its update', async t => {
  const eta = { plasticity: { forward: { optimiser: { parameters: { eta: 1e30 } } } } };
  const before = { program: 'train', updates: 3 };
  const { result } = await go({ scheme: { use: 'watching', ...eta }, train: { before } });
  t.match(result.summary, { status: 'diverged', epochs: 0, updates: 0 });
  t.match(result.summary.message, / at update (\d of train, before epoch 1|0, epoch 0)$/);
  t.same(result.rows, []);
  const inside = await go({
    scheme: { use: 'watching', ...eta },
    train: { before: { program: 'train', updates: 3000 }, batch: 1 },
  });
  t.match(inside.result.summary.message, / at update 280 of train, before epoch 1$/);
});

const filesIn = (folder: string) =>
  ['metrics.jsonl', 'metrics.csv', 'weights.npz', 'weights.safetensors'].map(f =>
    readFileSync(join(folder, f)),
  );
/** Until `stop` says so; goes on where it stands when it is called again. */
async function until(
  directory: string,
  what: { config: RunConfig; commands?: Readonly<Record<number, readonly Command[]>> },
  stop: (e: RunEvent) => boolean = () => false,
) {
  const { commands = {} } = what;
  const events: RunEvent[] = [];
  const signal = new AbortController();
  const bus = createBus();
  bus.events.subscribe(e => {
    events.push(e);
    if (stop(e)) signal.abort();
  });
  const clock = steppingClock(60);
  const given = {
    catalogues: catalogues({ schemes: [watching, lasting], observers: [commanding(commands)] }),
    bus,
    clock,
    signal: signal.signal,
    store: fileStore({ directory, clock }),
  };
  const result = await train(what.config, dependencies(given));
  const finished = result.summary.status !== 'interrupted';
  return { ...result, events, left: finished ? filesIn(result.folder!) : [] };
}
const own = { observers: { own: { use: 'commanding' } } };

t.test('a run that is stopped before the first epoch goes on bit for bit', async t => {
  const what = { config: config({ ...own, train: { before: { program: 'pre', updates: 30 }, epochs: 2 } }) };
  const whole = await until(t.testdir(), what);
  t.match(whole.summary, { status: 'finished', before: { updates: 30 } });
  for (const at of [1, 12, 13, 30]) {
    const directory = t.testdir();
    const stopped = await until(directory, what, e => e.kind === 'progress' && (e.before ?? 0) >= at);
    t.match(stopped.summary, { status: 'interrupted', epochs: 0, updates: 0, before: { updates: at } });
    const rest = await until(directory, what);
    t.match(rest.events[0], { resumedAt: 0, before: { done: at } });
    t.same(rest.left, whole.left, `the same files after a stop at ${at}`);
    const bare = ({ summary }: typeof rest) => ({ ...summary, seconds: 0, cost: 0, before: 0 });
    t.same(bare(rest), bare(whole));
  }
  const inEpoch = t.testdir();
  await until(inEpoch, what, e => e.kind === 'progress' && e.update >= 5);
  t.same((await until(inEpoch, what)).left, whole.left, 'and in the first epoch');
});

t.test('an observer changes the program that trains, from the end of the epoch on', async t => {
  const commands = { 1: [{ do: 'train-with', program: 'pre' }] as const };
  const what = { config: config({ ...own, train: { epochs: 3 } }), commands };
  const [plain, changed] = [
    await until(t.testdir(), { config: what.config }),
    await until(t.testdir(), what),
  ];
  t.equal(value(changed, 1, 'loss'), value(plain, 1, 'loss'));
  t.not(value(changed, 2, 'loss'), value(plain, 2, 'loss'));
  t.same(changed.summary.programs, [
    { program: 'train', updates: 12 },
    { program: 'pre', updates: 24 },
  ]);
  t.equal(plain.summary.programs, undefined);
  const [macs, ofPre] = [plain.summary.cost.macsPerSample, 2 * 42];
  t.equal(changed.summary.cost.macsPerSample, (12 * macs + 24 * ofPre) / 36, 'a mean over updates');
  for (const at of [12, 13, 30]) {
    const directory = t.testdir();
    await until(directory, what, e => e.kind === 'progress' && e.update >= at);
    const rest = await until(directory, what);
    t.same(rest.left, changed.left, `a resume at ${at} keeps it`);
    t.same(rest.summary.programs, changed.summary.programs);
  }
  const back = await until(t.testdir(), {
    ...what,
    commands: { ...commands, 2: [{ do: 'train-with', program: 'twice' }] },
  });
  t.same(
    back.summary.programs?.map(p => p.program),
    ['train', 'pre', 'twice'],
  );
  t.equal(back.summary.cost.stepsPerSample, (1 + 1 + 2) / 3);
  const atOnce = await until(t.testdir(), { ...what, commands: { 0: commands[1] } });
  t.same(atOnce.summary.programs, [{ program: 'pre', updates: 36 }]);
  t.equal(atOnce.summary.cost.macsPerSample, ofPre);
  const asWell = await until(t.testdir(), { config: config({ ...own, train: { program: 'pre' } }) });
  t.same(atOnce.left[2], asWell.left[2], 'the weights of training with it');
});

t.test('a program that the scheme has not is a command that fails', async t => {
  const wrong = { 1: [{ do: 'train-with', program: 'tran' }] as const };
  const what = { config: config(own), commands: wrong };
  await t.rejects(until(t.testdir(), what), {
    code: 'APICAL_COMMAND',
    message: /observer "own" asks to train with: unknown program "tran"; did you mean "train"\? Known: /,
  });
});

t.test('epochs of so many samples go on over the data, permutation after permutation', async t => {
  const order = async (update: number) => {
    const k = update - 1;
    return inputsOf(stream(`data/order/${Math.floor(k / 12) + 1}`).permutation(50), k % 12);
  };
  // 50 samples make 12 batches of 4: fewer, not dividing them, and more than the data
  for (const epochSamples of [8, 20, 48, 52, 120]) {
    const seen = await watch({ train: { program: 'look', epochs: 4, epochSamples } });
    for (const { epoch, update, shown, starts, begins } of seen.slice(1)) {
      t.equal(update, (epoch * epochSamples) / 4, `epochs of ${epochSamples}`);
      t.same(shown, await order(update), `update ${update}`);
      t.match({ starts, begins }, { starts: 1, begins: update });
    }
  }
});

t.test('they are the same updates as those of whole epochs, and counted, hashed and resumed', async t => {
  const whole = await go({ train: { epochs: 5 } });
  const same = await go({ train: { epochs: 5, epochSamples: 48 } });
  for (const name of names) t.same(same.weights(name), whole.weights(name), name);
  t.same(same.result.summary.pairing, whole.result.summary.pairing);
  const short = await go({ train: { epochs: 12, epochSamples: 20 } });
  for (const name of names) t.same(short.weights(name), whole.weights(name), name);
  t.match(short.result.summary, { epochs: 12, updates: 60 });
  t.equal(value(short.result, 12, 'loss'), value(whole.result, 5, 'loss'));
  t.not(short.result.summary.id.hash, whole.result.summary.id.hash);
  t.not(same.result.summary.id.hash, whole.result.summary.id.hash);
  const what = { config: config({ ...own, train: { epochs: 5, epochSamples: 20 } }) };
  const full = await until(t.testdir(), what);
  for (const at of [3, 5, 13]) {
    const directory = t.testdir();
    const stopped = await until(directory, what, e => e.kind === 'progress' && e.update >= at);
    t.equal(stopped.summary.status, 'interrupted');
    t.same((await until(directory, what)).left, full.left, `a stop at ${at}`);
  }
});

t.test('the hash of the order covers the passes that three epochs go through', async t => {
  const hash = async (train: Change['train'], seed = 3) =>
    (await go({ seed, train: { epochs: 1, ...train } })).result.summary.pairing.order;
  const one = await hash({ epochSamples: 16 });
  t.equal(await hash({ epochSamples: 8 }), one, 'one pass');
  t.not(await hash({ epochSamples: 20 }), one, 'three epochs of 20 begin a second pass of 48');
  t.not(await hash({ epochSamples: 120 }), await hash({}), 'more than three passes');
  t.equal(await hash({ epochSamples: 48 }), await hash({}));
  t.not(await hash({ epochSamples: 16 }, 4), one);
});

t.test('an epoch that is no whole number of batches is refused with those that are', async t => {
  const refused = async (own: Change['train'], message: RegExp, at = 'train.epochSamples') => {
    const locate = (path: string) => `file.yaml:${path}`;
    const asked = resolveRun(config({ train: own ?? {} }), {
      catalogues: parts,
      random: createRandomSource,
      locate,
    });
    await t.rejects(asked, { code: 'APICAL_BATCH', message, at: `file.yaml:${at}` });
  };
  await refused({ epochSamples: 10 }, /^train.epochSamples is 10, no whole number .* of 4; give 8 or 12$/);
  await refused({ epochSamples: 3 }, /give at least 4$/);
  await refused(
    { epochs: 0, batch: 51, before: { program: 'pre', updates: 1 } },
    /give at most 50/,
    'train.batch',
  );
  const scheme = { use: 'watching', train: { epochSamples: 10 } };
  await t.rejects(
    resolveRun(config({ scheme }), {
      catalogues: parts,
      random: createRandomSource,
      locate: path => `file.yaml:${path}`,
    }),
    { code: 'APICAL_BATCH', at: 'file.yaml:schemes.mini.train.epochSamples' },
  );
});
t.test('what relaxes costs the passes that were made', async t => {
  const neurons = quiet.neurons;
  const cost = async (use: string, change: Change = {}) =>
    (await go({ scheme: { use, neurons }, ...change })).result.summary.cost;
  const once = await cost('watching');
  for (const use of ['settling-true', 'settling-false']) {
    const found = await cost(use);
    t.equal(found.stepsPerSample, 2, use);
    t.ok(found.macsPerSample > once.macsPerSample);
    t.equal(found.parameters, once.parameters);
  }
  const none = await cost('settling-true', { train: { epochs: 0 } });
  t.equal(none.stepsPerSample, 9, 'no update: as many as there may be');
});
