/** Training one run: what it tells and leaves, exact resume, commands, divergence, probes that change nothing. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { createBus } from '@apical/bus';
import type { BuiltModel } from '@apical/circuit';
import type { Command, Probe, RunConfig, RunEvent, RunResult, Scheme, WeightFunction } from '@apical/core';
import { checkInterval, fileStore, memoryStore, resolveRun, buildModel, train } from '../src/index.js';
import { createRandomSource } from '@apical/numerics';
import { catalogues, dependencies, hiddenUnit, inputUnit, mini, runConfig, steppingClock } from './parts.js';
import { commanded, kinds, run, value } from './runs.js';

t.test('a run learns, and tells and keeps its rows', async t => {
  const { result, events } = await run(runConfig());
  const { summary, rows } = result;
  t.match(summary, {
    status: 'finished',
    epochs: 3,
    updates: 36,
    headline: 'error',
    backend: 'reference',
    dtype: 'float32',
    schema: 1,
  });
  t.equal(rows.length, 4 * 4 + 2);
  t.ok(value(result, 3, 'loss') < 0.8 * value(result, 0, 'loss'), 'the loss falls');
  t.same(Object.keys(summary.final), [
    'train/loss',
    'train/error',
    'validation/loss',
    'validation/error',
    'test/loss',
    'test/error',
  ]);
  t.equal(summary.final['validation/loss'], value(result, 3, 'loss'));
  const best = Math.min(...[0, 1, 2, 3].map(e => value(result, e, 'error')));
  t.equal(summary.best?.metrics['validation/error'], best);
  t.equal(summary.cost.parameters, 5 * 2 + 5 + 4 * 5 + 4 + 3 * 4 + 3);
  t.equal(
    summary.cost.macsPerSample,
    2 * (10 + 20 + 12) + 20 + 12,
    'forward, backward but for the input layer, weights',
  );
  t.equal(summary.cost.stepsPerSample, 1);
  t.same(
    kinds(events).filter(k => k !== 'rows' && k !== 'progress'),
    ['run-started', 'epoch-ended', 'epoch-ended', 'epoch-ended', 'epoch-ended', 'run-ended'],
  );
  t.same(
    events.flatMap(e => (e.kind === 'rows' ? e.rows : [])),
    rows,
    'all rows are told',
  );
  t.match(
    events.find(e => e.kind === 'epoch-ended' && e.epoch === 2),
    { update: 24, metrics: { 'validation/error': value(result, 2, 'error') } },
  );
});

t.test('equal configs give equal bits, another seed other ones', async t => {
  const [a, b, c] = [await run(runConfig()), await run(runConfig()), await run(runConfig({ seed: 4 }))];
  t.same(a.result.rows, b.result.rows);
  t.same(a.weights('W2'), b.weights('W2'));
  t.same(a.result.summary.pairing, b.result.summary.pairing);
  t.notSame(a.weights('W2'), c.weights('W2'));
  t.not(a.result.summary.pairing.order, c.result.summary.pairing.order);
  t.same(Object.keys(a.result.summary.pairing.weights), ['W1', 'W1/bias', 'W2', 'W2/bias', 'W3', 'W3/bias']);
  const other = await run(
    runConfig({ scheme: { use: 'mini', plasticity: { forward: { optimiser: { use: 'sgd' } } } } }),
  );
  t.same(other.result.summary.pairing, a.result.summary.pairing, 'schemes are paired by construction');
  t.not(other.result.summary.id.hash, a.result.summary.id.hash);
});

const quiet = { use: 'mini', neurons: { hidden: { parameters: { sigma: 0 } } } };
t.test('metrics do not depend on how many samples are evaluated at once', async t => {
  const metrics = async (evaluateBatch: number) =>
    (await run(runConfig({ scheme: quiet, train: { evaluateBatch, dtype: 'float64' } }))).result.rows;
  const rows = await metrics(10);
  t.same(await metrics(1), rows);
  t.same(await metrics(7), rows);
  t.same(await metrics(1000), rows);
});

t.test('evaluation is due every so many epochs, at first, at last and when a run is stopped', async t => {
  const epochs = (rows: RunResult['rows']): number[] => [...new Set(rows.map(r => r.epoch))];
  const every = await run(runConfig({ train: { epochs: 5, evaluateEvery: 3 } }));
  t.same(epochs(every.result.rows), [0, 3, 5]);
  const stop = commanded({ 2: [{ do: 'stop', why: 'enough' }] }, { train: { epochs: 5, evaluateEvery: 3 } });
  const stopped = await run(stop.config, stop);
  t.match(stopped.result.summary, { status: 'stopped', message: 'enough', epochs: 2, updates: 24 });
  t.same(epochs(stopped.result.rows), [0, 2]);
  t.ok(stopped.result.summary.final['test/error'] !== undefined);
  const none = await run(runConfig({ train: { epochs: 0 } }));
  t.match(none.result.summary, { status: 'finished', epochs: 0, updates: 0 });
  t.same(epochs(none.result.rows), [0]);
});

t.test('a run that is stopped from outside goes on bit for bit, wherever it was stopped', async t => {
  const intervene: Record<number, Command[]> = {
    1: [
      { do: 'perturb', projection: 'W2', std: 0.1 },
      { do: 'set', name: 'layer1.sigma', value: 0.2 },
      { do: 'silence', population: 'layer2' },
    ],
    2: [
      { do: 'silence', population: 'layer2', silent: false },
      { do: 'freeze', projection: 'W1' },
      { do: 'run', program: 'spare', times: 3 },
      { do: 'perturb', projection: 'W2', std: 0.1 },
    ],
  };
  const { config, catalogues } = commanded(intervene, { train: { epochs: 4 } });
  const files = (folder: string) =>
    ['metrics.jsonl', 'metrics.csv', 'weights.npz', 'weights.safetensors'].map(f =>
      readFileSync(join(folder, f)),
    );
  const start = async (directory: string, stopAt: number) => {
    const events: RunEvent[] = [];
    const stop = new AbortController();
    const bus = createBus();
    bus.events.subscribe(e => {
      events.push(e);
      if (e.kind === 'progress' && e.update >= stopAt) stop.abort();
    });
    const clock = steppingClock(60);
    const result = await train(
      config,
      dependencies({ catalogues, bus, clock, signal: stop.signal, store: fileStore({ directory, clock }) }),
    );
    return { ...result, events };
  };
  const whole = await start(t.testdir(), Infinity);
  t.equal(whole.summary.status, 'finished');
  for (const at of [1, 5, 12, 13, 23, 24, 30, 36, 47]) {
    const directory = t.testdir();
    const first = await start(directory, at);
    t.equal(first.summary.status, 'interrupted', `stopped at ${at}`);
    t.match(kinds(first.events).slice(-2), ['checkpoint', 'run-ended']);
    const second = await start(directory, Infinity);
    t.equal(second.summary.status, 'finished');
    t.same(files(second.folder!), files(whole.folder!), `the same files after a stop at ${at}`);
    t.same({ ...second.summary, seconds: 0, cost: 0 }, { ...whole.summary, seconds: 0, cost: 0 });
    t.match(second.events[0], { kind: 'run-started', resumedAt: first.summary.updates });
    const told = (events: readonly RunEvent[]) =>
      events.flatMap(e =>
        e.kind === 'epoch-ended' ? [{ epoch: e.epoch, update: e.update, metrics: e.metrics }] : [],
      );
    t.same(told(second.events), told(whole.events), 'observers hear of every epoch');
    t.equal(
      second.events.filter(e => e.kind === 'epoch-ended' && e.replayed).length,
      first.summary.epochs + 1,
    );
  }
  const again = await start(t.testdir(), 20);
  const twice = await start(again.folder!.split('/mini/')[0]!, 27);
  t.equal(twice.summary.status, 'interrupted');
  const last = await start(again.folder!.split('/mini/')[0]!, Infinity);
  t.same(files(last.folder!), files(whole.folder!), 'stopped twice');
});

t.test('checkpoints come after so many seconds, also inside an epoch, or at every epoch', async t => {
  const count = async (checkpointSeconds: number, step: number) => {
    const { events } = await run(runConfig({ train: { checkpointSeconds } }), { clock: steppingClock(step) });
    return events.flatMap(e => (e.kind === 'checkpoint' ? [e.update] : []));
  };
  t.same(await count(0, 0.01), [12, 24, 36]);
  t.ok(
    (await count(0.5, 60)).some(update => update % 12 !== 0),
    'inside an epoch',
  );
  t.same(await count(1e9, 60), []);
  const asked = commanded({ 2: [{ do: 'checkpoint' }] });
  const { events } = await run(asked.config, asked);
  t.same(
    events.flatMap(e => (e.kind === 'checkpoint' ? [e.epoch] : [])),
    [2],
  );
});

t.test('commands do what they say, in order, at the end of the epoch', async t => {
  const plain = await run(runConfig());
  const after = async (commands: Readonly<Record<number, readonly Command[]>>) => {
    const given = commanded(commands);
    return run(given.config, given);
  };
  const frozen = await after({ 0: [{ do: 'freeze', projection: 'W1' }] });
  const first = await run(runConfig({ train: { epochs: 0 } }));
  t.same(frozen.weights('W1'), first.weights('W1'), 'a frozen projection keeps its first weights');
  t.same(frozen.weights('W1/bias'), first.weights('W1/bias'));
  t.notSame(frozen.weights('W2'), first.weights('W2'));
  const thawed = await after({
    0: [
      { do: 'freeze', projection: 'W1' },
      { do: 'freeze', projection: 'W1', frozen: false },
    ],
  });
  t.same(thawed.weights('W1'), plain.weights('W1'));
  const still = await after({ 0: [{ do: 'set', name: 'W1.delta.eta', value: 0 }] });
  t.same(still.weights('W1'), first.weights('W1'), 'a rate of 0');
  const silent = await after({ 1: [{ do: 'silence', population: 'layer2' }] });
  t.equal(value(silent.result, 1, 'loss'), value(plain.result, 1, 'loss'));
  t.not(value(silent.result, 2, 'loss'), value(plain.result, 2, 'loss'));
  const perturbed = await after({ 3: [{ do: 'perturb', projection: 'W3', std: 0.5 }] });
  t.notSame(perturbed.weights('W3'), plain.weights('W3'));
  t.same(perturbed.weights('W2'), plain.weights('W2'));
  const events = await after({
    1: [
      { do: 'stop', why: 'first' },
      { do: 'stop', why: 'second' },
    ],
  });
  t.equal(events.result.summary.message, 'first');
});

t.test('a silenced population is silent in the evaluation as well', async t => {
  const silence = commanded(
    {
      0: [
        { do: 'silence', population: 'layer2' },
        { do: 'freeze', projection: 'W3' },
      ],
    },
    { scheme: quiet, train: { epochs: 2 } },
  );
  const { result } = await run(silence.config, silence);
  t.equal(value(result, 1, 'loss'), value(result, 2, 'loss'), 'what reaches the output is its bias alone');
});

t.test('a parameter that is set holds in the evaluation as well, whose noise is its own', async t => {
  const frozen: Command[] = ['W1', 'W2', 'W3'].map(projection => ({ do: 'freeze', projection }));
  const noisy = commanded(
    { 0: frozen, 1: [{ do: 'set', name: 'layer2.sigma', value: 1 }] },
    { scheme: quiet, train: { epochs: 3 } },
  );
  const { result } = await run(noisy.config, noisy);
  t.equal(value(result, 0, 'loss'), value(result, 1, 'loss'));
  t.not(value(result, 1, 'loss'), value(result, 2, 'loss'));
  t.equal(value(result, 2, 'loss'), value(result, 3, 'loss'), 'the same draws at every evaluation');

  const resolved = await resolveRun(runConfig(), { catalogues: catalogues(), random: createRandomSource });
  const draws = ['', 'evaluate/'].map(prefix => {
    const { circuit, programs } = buildModel(resolved, resolved.backend.open({ dtype: 'float32' }), {
      batch: 4,
      prefix,
    });
    circuit.compile(programs.evaluate)();
    return circuit.signal('layer1.xi').slice();
  });
  t.notSame(draws[0], draws[1]);
});

t.test('the program start runs once, before the first update, with the first batch shown', async t => {
  const starting: Scheme = {
    ...mini,
    name: 'starting',
    neurons: {
      ...mini.neurons,
      input: {
        model: {
          ...inputUnit,
          signals: {
            ...inputUnit.signals,
            starts: { role: 'state', doc: 'how often it started', unit: '1' },
            shown: { role: 'state', doc: 'the sample it started with', unit: '1' },
          },
          phases: { start: 'starts += 1\nshown = r' },
        },
      },
    },
    phases: { ...mini.phases, start: 'once' },
    assemble(net, layers, given) {
      const assembled = mini.assemble(net, layers, given);
      return { ...assembled, programs: { ...assembled.programs, start: [{ phase: 'start' }] } };
    },
  };
  const seen: number[][] = [];
  const probe: Probe = {
    name: 'starts',
    doc: '',
    options: {},
    rows: {},
    attach:
      ({ model }) =>
      () => {
        const { circuit } = model;
        seen.push([...new Set(circuit.signal('layer0.starts'))]);
        seen.push([circuit.signal('layer0.shown').every(v => v === 0) ? 0 : 1]);
        return [];
      },
  };
  const parts = catalogues({ probes: [probe], schemes: [starting] });
  const own = { train: { epochs: 2 }, probes: { starts: { use: 'starts' } }, scheme: { use: 'starting' } };
  await run(runConfig(own), { catalogues: parts });
  t.strictSame(seen, [[0], [0], [1], [1], [1], [1]]);
});

t.test('a wrong command fails the run by name, and leaves no summary', async t => {
  const wrong = commanded({ 1: [{ do: 'freeze', projection: 'W9' }] });
  const store = memoryStore();
  const events: RunEvent[] = [];
  const bus = createBus();
  bus.events.subscribe(e => void events.push(e));
  await t.rejects(train(wrong.config, dependencies({ ...wrong, bus, store })), {
    code: 'APICAL_COMMAND',
    message: /observer "own" asks to freeze: unknown projection "W9".* Known: B1, B2, W1, W2, W3/,
  });
  t.match(events.at(-1), { kind: 'run-ended', status: 'failed' });
});

t.test('a run that diverges ends with a summary that names signal, layer and update', async t => {
  const config = runConfig({
    scheme: { use: 'mini', plasticity: { forward: { optimiser: { parameters: { eta: 1e30 } } } } },
  });
  const { result, events } = await run(config);
  t.equal(result.summary.status, 'diverged');
  t.match(
    result.summary.message,
    /^W\d\/(weights|bias) \(layer \d; entry \[[\d, ]+\]\) is (NaN|-?Infinity|-?[\d.]+e\+[34]\d) at update \d+, epoch 1$/,
  );
  t.same(result.summary.final, {});
  t.equal(
    result.rows.every(r => r.epoch === 0),
    true,
  );
  t.match(
    events.find(e => e.kind === 'diverged'),
    { signal: /^W\d\//, message: result.summary.message! },
  );
  t.match(events.at(-1), { kind: 'run-ended', status: 'diverged' });
  t.not(kinds(events).lastIndexOf('epoch-ended'), -1);
});

t.test('divergence is seen inside an epoch', async t => {
  const given = commanded(
    { 5: [{ do: 'set', name: 'W3.delta.eta', value: 1e30 }] },
    { train: { epochs: 9, batch: 1 } },
  );
  const { result } = await run(given.config, given);
  const interval = checkInterval(54, 116);
  t.equal(interval, 280, '30 updates into the sixth epoch of 50');
  t.match(result.summary, {
    status: 'diverged',
    epochs: 5,
    updates: interval,
    message: /at update 280, epoch 6$/,
  });
});

t.test('a NaN that the model holds and never uses does not end a run', async t => {
  const idle = {
    ...hiddenUnit,
    name: 'mini/idle',
    signals: {
      ...hiddenUnit.signals,
      average: { role: 'state' as const, doc: 'before its first value', unit: '1', init: NaN },
    },
  };
  const scheme = { ...mini, name: 'idle', neurons: { ...mini.neurons, hidden: { model: idle } } };
  const { result } = await run(runConfig({ scheme: { use: 'idle' } }), {
    catalogues: catalogues({ schemes: [scheme] }),
  });
  t.equal(result.summary.status, 'finished');
});

t.test('weights are looked at so rarely that it costs less than 1 % of training', async t => {
  const mnist = 784 * 500 + 500 * 10;
  t.equal(checkInterval(mnist, 3 * mnist * 32), 7, 'a batch of 32');
  t.equal(checkInterval(mnist, 3 * mnist), 200, 'single samples');
  t.equal(checkInterval(mnist, 3 * mnist * 32 * 100), 1, 'batches that are shown for 100 steps');
  t.equal(checkInterval(100, 0), 1000);
});

t.test('a probe changes no number of the run', async t => {
  const looked: number[] = [];
  const probe: Probe = {
    name: 'curious',
    doc: '',
    options: {},
    rows: { norm: { doc: '', unit: '1' } },
    attach(run) {
      const { model, task, random } = run;
      const a = run.twin(7);
      const b = run.other('mini', 5, name => (name === 'W1' ? model.circuit.weights('W1') : undefined));
      const learn = a.circuit.compile(a.programs.train, { apply: false });
      const see = b.circuit.compile(b.programs.train);
      return () => {
        a.circuit.signal(a.input).set(task.splits.train.inputs.subarray(0, 14));
        for (let k = 0; k < 3; k++) learn();
        b.circuit.signal(b.input).fill(random.stream('probe/own').normal());
        if (looked.length < 2) see();
        t.throws(() => random.stream('data/order'), { code: 'APICAL_STREAM' });
        let norm = 0;
        for (const v of a.circuit.direction('W1')) norm += v * v;
        looked.push(norm);
        return [
          { name: 'norm', layer: 1, value: norm },
          { name: 'noise', value: a.circuit.signal('layer1.xi')[0]! },
        ];
      };
    },
  };
  // the other model learns on the run's W1 in its first two looks: that would be a fault of the probe, so it borrows a copy
  const careful: Probe = {
    ...probe,
    attach: (run, options) =>
      probe.attach({ ...run, other: (s, b, lend) => run.other(s, b, n => lend(n)?.slice()) }, options),
  };
  const plain = await run(runConfig());
  const probed = await run(runConfig({ probes: { mine: { use: 'curious' } } }), {
    catalogues: catalogues({ probes: [careful] }),
  });
  for (const name of ['W1', 'W2', 'W3/bias']) t.same(probed.weights(name), plain.weights(name), name);
  t.same(
    probed.result.rows.filter(r => r.probe === undefined),
    plain.result.rows,
  );
  const rows = probed.result.rows.filter(r => r.probe === 'mine' && r.name === 'norm');
  t.same(
    rows.map(r => r.epoch),
    [0, 1, 2, 3],
  );
  t.match(rows[0], { layer: 1, value: looked[0]! });
  const draws = probed.result.rows.filter(r => r.name === 'noise').map(r => r.value);
  t.equal(new Set(draws).size, 1, 'a twin begins from the same state and draws at every look');
});

t.test(
  'a twin without noise is silent, and weights that it does not share follow from those it shares',
  async t => {
    const seen: { epoch: number; update: number }[] = [];
    const tied: Scheme = {
      ...mini,
      name: 'tied',
      assemble(net, layers, given) {
        const out = mini.assemble(net, layers, given);
        net.project('copy', {
          from: 'layer0.r',
          to: 'layer1.z',
          phase: 'never',
          weights: { function: 'double', of: ['W1'], at: ['build'] },
        });
        return out;
      },
    };
    const double: WeightFunction = {
      name: 'double',
      doc: '',
      parameters: {},
      inputs: ['of'],
      prepare: (into, [from]) => [
        { op: 'fill', into: into.data, value: 0 },
        { op: 'add', into: into.data, from: from!.data, gain: Float64Array.of(2) },
      ],
    };
    const probe: Probe = {
      name: 'two',
      doc: '',
      options: {},
      rows: {},
      attach(run) {
        const quiet = run.twin(2, { noise: false, shares: ['W1', 'W2', 'W3'] });
        const noisy = run.twin(2);
        const steps = [quiet, noisy].map(m => m.circuit.compile(m.programs.evaluate));
        t.throws(() => run.twin(2, { shares: ['W9'] }), { code: 'APICAL_UNKNOWN_NAME' });
        return at => {
          seen.push(at);
          for (const step of steps) step();
          t.ok(quiet.circuit.signal('layer1.xi').every(v => v === 0));
          t.ok(noisy.circuit.signal('layer1.xi').some(v => v !== 0));
          t.equal(quiet.circuit.weights('W1'), run.model.circuit.weights('W1'));
          t.strictSame(
            Array.from(quiet.circuit.weights('copy')),
            Array.from(run.model.circuit.weights('W1'), w => 2 * w),
          );
          return [{ name: 'point', sample: 3, layer: 1, value: 7 }];
        };
      },
    };
    const parts = catalogues({ probes: [probe], schemes: [tied], weightFunctions: [double] });
    const config = runConfig({
      scheme: { use: 'tied' },
      probes: { mine: { use: 'two' } },
      train: { epochs: 1 },
    });
    const { result } = await run(config, { catalogues: parts });
    t.strictSame(seen, [
      { epoch: 0, update: 0 },
      { epoch: 1, update: 12 },
    ]);
    t.match(
      result.rows.filter(r => r.sample !== undefined),
      [
        { epoch: 0, probe: 'mine', name: 'point', layer: 1, sample: 3, value: 7 },
        { epoch: 1, sample: 3 },
      ],
    );
  },
);

t.test('a run may train with another program of its scheme', async t => {
  const idle = await run(runConfig({ train: { program: 'evaluate' } }));
  t.equal(idle.result.summary.cost.macsPerSample < 100, true);
  const first = idle.result.rows.filter(r => r.epoch === 0 && r.name === 'loss').map(r => r.value);
  const last = idle.result.rows.filter(r => r.epoch === 3 && r.name === 'loss' && r.split !== 'test');
  t.strictSame(
    last.map(r => r.value),
    first,
    'nothing is learned',
  );
  await t.rejects(run(runConfig({ train: { program: 'evaluated' } })), /did you mean "evaluate"/);
});

t.test('a finished run with the same hash is not run again', async t => {
  const store = memoryStore();
  const first = await run(runConfig(), { store });
  const messages: string[] = [];
  const second = await run(runConfig({ doc: 'another text' }), {
    store,
    logger: { info: m => void messages.push(m), warn: () => undefined },
  });
  t.same(second.result.summary, first.result.summary);
  t.same(second.result.rows, first.result.rows);
  t.same(second.events, []);
  t.match(messages[0], /finished before with the same hash/);
  const other = await run(runConfig({ train: { epochs: 2 } }), { store });
  t.equal(other.result.summary.epochs, 2);
});

t.test(
  'weights leave as [post, pre] and come back from the file, also those stored the other way round',
  async t => {
    const directory = t.testdir();
    const clock = steppingClock(1);
    const own = { draw: 'small' };
    const scheme = {
      ...mini,
      name: 'fa',
      assemble: (
        net: Parameters<typeof mini.assemble>[0],
        ...rest: [Parameters<typeof mini.assemble>[1], Parameters<typeof mini.assemble>[2]]
      ) =>
        mini.assemble(
          {
            ...net,
            project(name, { along, ...at }) {
              net.project(name, along === undefined ? at : { ...at, weights: own });
            },
          },
          ...rest,
        ),
    };
    const parts = catalogues({ schemes: [scheme] });
    const config = (file?: string): RunConfig =>
      runConfig({
        train: { epochs: 1 },
        seed: file === undefined ? 3 : 5,
        scheme: {
          use: 'fa',
          ...(file === undefined
            ? {}
            : { weights: { feedback: { file }, forward: { file }, 'forward/bias': { file } } }),
        },
      });
    const store = memoryStore();
    const { result } = await run(config(), { catalogues: parts, store });
    t.same(store.weights(result.summary.id)?.get('B1')?.shape, [5, 4], 'from 4 units to 5');
    t.same(store.weights(result.summary.id)?.get('W2')?.shape, [4, 5]);
    const { folder } = await train(
      config(),
      dependencies({ catalogues: parts, clock, store: fileStore({ directory, clock }) }),
    );
    const file = join(folder!, 'weights.npz');
    const resolved = await resolveRun(config(file), { catalogues: parts, random: createRandomSource });
    const model = buildModel(resolved, resolved.backend.open({ dtype: 'float32' }), { batch: 1, prefix: '' });
    const stored = model.circuit.weights('B1');
    const exported = store.weights(result.summary.id)!.get('B1')!.data;
    t.equal(stored[1 * 5 + 2], exported[2 * 4 + 1], 'transposed on the way in');
    t.same([...model.circuit.weights('W2')], [...store.weights(result.summary.id)!.get('W2')!.data]);
  },
);
t.test(
  'another scheme has the activations that hidden neurons of the run have, wherever they were named',
  async t => {
    const seen = async (scheme: RunConfig['scheme']): Promise<string[]> => {
      const names: string[] = [];
      const probe: Probe = {
        ...{ name: 'curious', doc: '', options: {}, rows: {} },
        attach(run) {
          const { populations } = (run.other('mini', 5, () => undefined) as BuiltModel).circuit.network;
          for (const p of populations.values()) if (p.depth > 0) names.push(p.functions.phi!.name);
          return () => [];
        },
      };
      const config = runConfig({ scheme, probes: { mine: { use: 'curious' } }, train: { epochs: 0 } });
      await run(config, { catalogues: catalogues({ probes: [probe] }) });
      return names;
    };
    const phi = (activation: string) => ({ hidden: { functions: { phi: activation } } });
    t.strictSame(await seen({ use: 'mini' }), ['tanh', 'tanh', 'linear']);
    t.strictSame(await seen({ use: 'mini', activation: 'linear' }), ['linear', 'linear', 'linear']);
    t.strictSame(await seen({ use: 'mini', neurons: phi('linear') }), ['linear', 'linear', 'linear']);
  },
);
