/** The example of the manual: a scheme and a rule written in one file, compared with those that are shipped. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { createHost } from '../src/index.js';

const roots = [path.join(import.meta.dirname, '../../../configs')];

const Logger = { info: () => undefined, warn: () => undefined };
const file = `
name: mine
defaults: [task/yin-yang, network/mlp-30, train/quick]
network: { head: linear-squared }
train: { backend: reference, epochs: 1, limit: 40, dt: 0.1 }
schemes:
  bp: {}
  pal/microcircuit:
    neurons: { pyramidal: { choose: { amplitude: uP }, parameters: { sigma: 0.05, tauNoise: 0.1 ms } } }
    plasticity:
      feedback: { parameters: { alpha: 1e-3 }, optimiser: { use: flow, parameters: { eta: 0.1 } } }
      forward: { rule: my-rule, optimiser: { use: momentum, parameters: { eta: 0.05 } } }
  my-scheme: {}
seeds: [0, 3]
define:
  rules:
    my-rule:
      source: { paper: "ours, 2026" }
      parameters: { tau: { value: 100 ms, doc: low-pass of the error } }
      traces: { post: { eLow: { role: state, unit: 1, doc: low-passed error } } }
      phases: { learn: { post: "eLow += dt/tau * (r - predicted - eLow)" } }
      update: { terms: [{ post: eLow, pre: rOld }] }
  schemes:
    my-scheme:
      input: layer0.r
      output: "layer{last}.r"
      target: "layer{last}.target"
      forward: ["W{l}"]
      feedback: ["B{l}"]
      plasticity: { forward: { rule: delta, optimiser: { use: sgd } } }
      populations:
        "layer{l}": { neuron: { first: rate/input, hidden: rate/unit, last: rate/output }, size: "size[l]", depth: l }
      projections:
        "W{l}": { from: "layer{l-1}.r", to: "layer{l}.z", phase: forward, weights: { draw: xavier-normal }, bias: true, plasticity: forward }
        "B{l}": { from: "layer{l+1}.delta", to: "layer{l}.feedback", phase: backward, reversed: true, weights: { function: sign, of: ["W{l+1}"], at: [build, tie] } }
      programs: { train: [{ phase: forward, sweep: up }, { phase: backward, sweep: down }, { phase: learn }, { phase: tie }], evaluate: [{ phase: forward, sweep: up }] }
`;

t.test(
  'what a written scheme lists as forward has the role, so that it is paired with the others',
  async t => {
    const host = await createHost({ services: { Logger } });
    t.teardown(() => host.dispose());
    const target = path.join(t.testdir(), 'mine.yaml');
    writeFileSync(target, file);
    const compared = await host.compare(host.compose({ target, roots }), {
      directory: null,
      launcher: 'in-process',
    });
    t.same(compared.failed, []);
    t.strictSame(
      compared.rows.map(row => row.scheme),
      ['bp', 'pal/microcircuit', 'my-scheme'],
    );
    t.strictSame(
      { ...compared.paired, evidence: compared.paired.evidence.length },
      { yes: true, evidence: 2 },
      compared.paired.evidence.join('\n'),
    );
    for (const line of compared.paired.evidence)
      t.match(line, /the same in bp, pal\/microcircuit, my-scheme: /);
  },
);

t.test(
  'a program before the first epoch is skipped by schemes that lack it, and refused where none has it',
  async t => {
    const host = await createHost({ services: { Logger } });
    t.teardown(() => host.dispose());
    const target = path.join(t.testdir(), 'mine.yaml');
    const align =
      'programs: { align: [{ phase: forward, sweep: up }, { phase: backward, sweep: down }, { phase: learn }], train:';
    writeFileSync(target, file.replace('programs: { train:', align));
    const memory = { directory: null, launcher: 'in-process' } as const;
    const compose = (program: string, schemes: string) =>
      host.compose({
        target,
        roots,
        overrides: [
          `train.before.program=${program}`,
          'train.before.updates=2',
          `schemes=${schemes}`,
          'seeds=1',
        ],
      });
    const compared = await host.compare(compose('align', 'bp,my-scheme'), memory);
    t.strictSame(compared.failed, []);
    t.equal(compared.paired.yes, true);
    t.strictSame(
      compared.runs.map(({ summary }) => summary.before?.program),
      ['align', 'align'],
    );
    t.match(
      compared.notes.join('\n'),
      /bp has no program align: [^]*my-scheme ran align for 2 updates before/,
    );
    const alone = await host.run(compose('align', 'bp'), { directory: null });
    t.strictSame(
      alone.summary.before,
      { program: 'align', skipped: true },
      'a scheme that is not selected has it',
    );
    const refused = {
      code: 'APICAL_UNKNOWN_NAME',
      message:
        /"algin", which no scheme of the experiment has: bp has train, evaluate; .*my-scheme has align, train/,
    };
    await t.rejects(host.run(compose('algin', 'bp'), { directory: null }), refused);
    await t.rejects(host.runAll(compose('algin', 'bp,my-scheme'), memory), refused);
    await t.rejects(host.compare(compose('algin', 'bp,my-scheme'), memory), refused);
    await t.rejects(
      host.run(
        alone.config && {
          ...alone.config,
          train: { ...alone.config.train, before: { program: 'algin', updates: 1 } },
        },
        { directory: null },
      ),
      {
        message: /which no scheme of the experiment has: bp has train, evaluate$/,
      },
    );
  },
);

t.test('both act on every backend, and come to the same', async t => {
  const host = await createHost({ services: { Logger } });
  t.teardown(() => host.dispose());
  const target = path.join(t.testdir(), 'mine.yaml');
  writeFileSync(target, file);
  const before = ['train.before.program=train', 'train.before.updates=3'];
  const finals = async (backend: string, ...overrides: string[]): Promise<readonly number[]> => {
    const compared = await host.compare(
      host.compose({
        target,
        roots,
        overrides: [`train.backend=${backend}`, 'schemes=bp,my-scheme', 'seeds=[0]', ...overrides],
      }),
      { directory: null, launcher: 'in-process' },
    );
    t.equal(compared.paired.yes, true, `${backend}: paired by the role that a list gives`);
    return compared.rows.map(row => row.estimate!.mean);
  };
  const [plain, longer] = [await finals('reference'), await finals('reference', ...before)];
  for (const [k, value] of longer.entries()) t.not(value, plain[k]);
  for (const backend of ['wasm', 'wasm-fma', 'blas']) {
    const unavailable = host.catalogues.Backend.get(backend).unavailable?.();
    if (unavailable !== undefined) {
      t.comment(`skipped: ${backend}: ${unavailable}`);
      continue;
    }
    const found = await finals(backend, ...before);
    for (const [k, value] of found.entries())
      t.ok(Math.abs(value - longer[k]!) < 1e-9, `${backend}: ${value} is ${longer[k]!}`);
  }
});
